/* A folder of this process for what is thrown away, and its removal with all that is in it.
 *
 * Owned and used by one thread. What a killed process leaves behind is removed by the next one that
 * makes such a folder in the same place. */
#ifndef HAUL_IO_TEMPORARY_FOLDER_H
#define HAUL_IO_TEMPORARY_FOLDER_H

#include "base/common.h"
#include "base/error.h"

struct temporary_folder;

/* Made in `parent`, mode 0700, called PREFIX and six characters, and locked (flock). Folders of
 * this user with such a name that nobody has locked, and that are older than a minute, are removed.
 */
struct temporary_folder *temporary_folder_create(const char *parent, const char *prefix,
                                                 struct error *error);
/* Removes it; symbolic links in it are removed, not followed. NULL is fine. */
void temporary_folder_destroy(struct temporary_folder *folder);
void temporary_folder_empty(struct temporary_folder *folder); /* removes what is in it */

const char *temporary_folder_path(const struct temporary_folder *folder);
bool temporary_folder_is_memory(const struct temporary_folder *folder);     /* tmpfs, tmpfs(5) */
int64_t temporary_folder_free_bytes(const struct temporary_folder *folder); /* -1 = unknown */

#endif
