/* The output directory: everything that haul reads, writes or replaces is reached from here, by
 * descriptor, and never outside.
 *
 *   DIR/            final files
 *   DIR/.haul/      lock, reserve, state.db, tmp/, runs/, last
 *
 * DIR itself may be a symbolic link: the user chose it. Below DIR none is ever followed, .haul
 * included (io/directory).
 *
 * Names are relative to DIR and may have directories in front. A name that is absolute, leads into
 * .haul, or has an empty, "." or ".." component is -EINVAL.
 * Threads: all functions may be called by any thread after root_open.
 * Functions that return int give 0 (or a descriptor) or a negative errno value. */
#ifndef HAUL_IO_ROOT_H
#define HAUL_IO_ROOT_H

#include "base/common.h"
#include "base/error.h"

#include <sys/stat.h>

struct root;

/* For looking only: nothing is created, locked or removed. NULL when DIR is missing (no error then:
 * *error stays ERROR_NONE) or cannot be opened. Without DIR/.haul, root_has_private is false, and
 * functions that need it must not be called. */
struct root *root_open_read_only(const char *path, struct error *error);
bool root_has_private(const struct root *root);

/* Creates DIR (and its parents) and DIR/.haul where missing, takes the run lock (flock), removes
 * temporary files of dead runs, and reserves 1 MiB. ERROR_BUSY when another run holds DIR. Parts
 * of files that can be continued (io/partial_file) stay for 7 days. */
struct root *root_open(const char *path, struct error *error);
/* True when another run holds DIR; changes nothing. *error becomes ERROR_BUSY then. */
bool root_is_held(const char *path, struct error *error);
void root_close(struct root *root); /* gives up the lock and the reserve; NULL is fine */

const char *root_path(const struct root *root); /* as the user wrote it */
/* Absolute path of DIR/.haul, for libraries that open by path (SQLite); no symbolic links in it. */
const char *root_private_path(const struct root *root);
int root_private_descriptor(const struct root *root); /* of DIR/.haul; owned by the root */

/* New empty file in .haul/tmp, mode 0666 & ~umask, O_EXCL, close-on-exec, write-only. */
int root_create_temporary(struct root *root, const char *temporary);
int root_remove_temporary(struct root *root, const char *temporary);
/* Descriptor for syncing a finished temporary file. */
int root_open_existing_temporary(struct root *root, const char *temporary);
/* For reading and writing a part that an earlier attempt left; -EINVAL for what is no regular file,
 * or has another name, too. */
int root_open_part(struct root *root, const char *temporary);

/* True when DIR holds nothing but .haul: then no name can be taken by anything but this run. */
bool root_is_empty(struct root *root);

/* lstat of a final name: a symbolic link is reported as one. -ENOENT when there is nothing. */
int root_stat(struct root *root, const char *name, struct stat *out);

/* Makes the directories of a final name where they are missing (mode 0777 & ~umask), and calls
 * `made` (may be NULL) with the path of each one before it is made. Something that is no directory
 * under such a name gives -ENOTDIR, or -ELOOP for a symbolic link. */
int root_make_directories(struct root *root, const char *name,
                          int (*made)(void *context, const char *path), void *context);

/* When a file was modified, in nanoseconds since 1970. The time may be a server's word: what does
 * not fit (above the year 2262) is the last one that does, and 1970 itself is 1, because 0 means
 * unknown. */
static inline int64_t root_mtime_ns(const struct stat *status)
{
    int64_t ns;
    if (__builtin_mul_overflow((int64_t)status->st_mtim.tv_sec, 1000000000, &ns) ||
        __builtin_add_overflow(ns, status->st_mtim.tv_nsec, &ns))
        return status->st_mtim.tv_sec < 0 ? INT64_MIN : INT64_MAX;
    return ns != 0 ? ns : 1;
}

/* True when the file system surely stores this time, in seconds since 1970, as it is set. */
bool root_keeps_mtime(const struct root *root, int64_t seconds);

/* Gives a finished temporary file its final name, replacing nothing: -EEXIST when anything at all
 * is there (renameat2 RENAME_NOREPLACE, or link and unlink where that is missing). */
int root_publish(struct root *root, const char *temporary, const char *name);
/* The same over a regular file, atomically; -EEXIST when something else is under the name, which
 * then is still there. */
int root_replace(struct root *root, const char *temporary, const char *name);

int root_sync_filesystem(struct root *root); /* syncfs */
/* fsync of a directory below DIR, or of DIR itself (""). */
int root_sync_directory(struct root *root, const char *path);

/* Opens a final name that is a regular file for reading; -ENOENT, or -EINVAL for what is none. */
int root_open_file(struct root *root, const char *name);

/* For this user, on the file system of DIR; a negative errno value when that is not known. */
int64_t root_free_bytes(struct root *root);
/* Files that can still be made there; a negative errno value when that is not known. */
int64_t root_free_inodes(struct root *root);
void root_free_reserve(struct root *root); /* the disk is full: make room for the report */

#endif
