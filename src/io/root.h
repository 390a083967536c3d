/* The output directory: everything that haul reads, writes or replaces is reached from here, by
 * descriptor, and never outside.
 *
 *   DIR/            final files
 *   DIR/.haul/      lock, reserve, state.db, tmp/, runs/, last
 *
 * DIR itself may be a symbolic link: the user chose it. Below DIR none is ever followed, .haul
 * included (io/directory).
 *
 * Names are relative to DIR; their directories must exist. A name that is absolute, leads into
 * .haul, or has an empty, "." or ".." component is -EINVAL.
 * Threads: all functions may be called by any thread after root_open.
 * Functions that return int give 0 (or a descriptor) or a negative errno value. */
#ifndef HAUL_IO_ROOT_H
#define HAUL_IO_ROOT_H

#include "base/common.h"
#include "base/error.h"

#include <sys/stat.h>

struct root;

/* Creates DIR (and its parents) and DIR/.haul where missing, takes the run lock (flock), removes
 * temporary files of dead runs, and reserves 1 MiB. ERROR_BUSY when another run holds DIR. */
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

/* True when DIR holds nothing but .haul: then no name can be taken by anything but this run. */
bool root_is_empty(struct root *root);

/* lstat of a final name: a symbolic link is reported as one. -ENOENT when there is nothing. */
int root_stat(struct root *root, const char *name, struct stat *out);

/* Gives a finished temporary file its final name, replacing nothing: -EEXIST when anything at all
 * is there (renameat2 RENAME_NOREPLACE, or link and unlink where that is missing). */
int root_publish(struct root *root, const char *temporary, const char *name);
/* The same over a regular file, atomically; -EEXIST when something else is under the name, which
 * then is still there. */
int root_replace(struct root *root, const char *temporary, const char *name);

int root_sync_filesystem(struct root *root); /* syncfs */
int root_sync_directory(struct root *root);  /* fsync of DIR */

/* For this user, on the file system of DIR; a negative errno value when that is not known. */
int64_t root_free_bytes(struct root *root);
void root_free_reserve(struct root *root); /* the disk is full: make room for the report */

#endif
