/* The files of one run: DIR/.haul/runs/RUN_ID/, and DIR/.haul/last, which links to it.
 *
 * RUN_ID is the start in UTC and four random hex digits: 20261120T120000Z-4f1c. */
#ifndef HAUL_IO_RUN_FOLDER_H
#define HAUL_IO_RUN_FOLDER_H

#include "base/common.h"
#include "base/error.h"
#include "io/root.h"

struct run_folder;

/* Makes the folder and points `last` at it (a symbolic link replaced atomically), then removes the
 * oldest runs until at most keep_runs are left. */
struct run_folder *run_folder_create(struct root *root, int64_t wall_us, unsigned keep_runs,
                                     struct error *error);
void run_folder_destroy(struct run_folder *folder); /* closes; the files stay; NULL is fine */

const char *run_folder_id(const struct run_folder *folder);
/* DIR/.haul/runs/RUN_ID, with DIR as the user wrote it; for messages. */
const char *run_folder_path(const struct run_folder *folder);

/* New file in the folder, O_EXCL, close-on-exec, mode 0600. Descriptor or a negative errno value.
 */
int run_folder_create_file(struct run_folder *folder, const char *name);

/* A regular file of the folder for reading. Descriptor or a negative errno value. */
int run_folder_open_file(struct run_folder *folder, const char *name);

/* Gives the file at path, on the same file system, a second name in the folder. False when that
 * cannot be. */
bool run_folder_link_file(struct run_folder *folder, const char *path, const char *name);

/* Replaces a file of the folder whole: temporary file, write, rename; fsync too when is_synced. 0
 * or a negative errno value. */
int run_folder_replace_file(struct run_folder *folder, const char *name, const char *bytes,
                            size_t length, bool is_synced);

#endif
