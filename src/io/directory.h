/* Directories by descriptor, below which no symbolic link is ever followed.
 *
 * Opened with openat2 (RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS); where the
 * kernel refuses openat2, component by component with O_NOFOLLOW. Any thread may call anything.
 * Functions that return int give 0 (or a descriptor) or a negative errno value. */
#ifndef HAUL_IO_DIRECTORY_H
#define HAUL_IO_DIRECTORY_H

#include "base/common.h"

/* True for a relative path without empty, "." or ".." components, each at most NAME_MAX bytes. */
bool directory_is_safe_path(const char *path);

/* mkdir -p, mode 0777 & ~umask; symbolic links are followed: for the path that the user gave. */
int directory_create_path(const char *path);

/* New descriptor of a directory below `parent`, possibly several levels down. A symbolic link on
 * the way gives -ELOOP or -ENOTDIR, an unsafe path -EINVAL. */
int directory_open(int parent, const char *path);

/* Makes the directory and those above it where they are missing (mode 0777 & ~umask), below
 * `parent`. Calls `made` (may be NULL) with the path of each before it is made; a negative result
 * of it ends the work and is returned. What is no directory gives -ENOTDIR, or -ELOOP for a link.
 */
int directory_make(int parent, const char *path, int (*made)(void *context, const char *path),
                   void *context);

/* Removes a file, if it is a regular one; everything else stays. */
void directory_remove_file(int directory, const char *name);
/* The same for all entries. */
int directory_remove_files(int directory);
/* The same for those that `stays` does not claim. */
int directory_remove_files_unless(int directory, bool (*stays)(void *context, const char *name),
                                  void *context);

/* False also when the directory cannot be read. */
bool directory_holds_only(int directory, const char *name);

/* Renames from one directory to another; both names are single components. Replaces nothing:
 * -EEXIST when anything at all has the new name. */
int directory_move(int from, const char *old_name, int to, const char *new_name);
/* The same over a regular file, atomically; -EEXIST when something else has the new name, which
 * then is still there. */
int directory_replace(int from, const char *old_name, int to, const char *new_name);

/* Opens a regular file of this directory for reading, through no link and without waiting for the
 * other end of a pipe. A descriptor or a negative errno value; -EINVAL for anything else. */
int directory_open_regular(int directory, const char *name);

#endif
