#include "io/temporary_folder.h"

#include <errno.h>
#include <ftw.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

#define OPEN_DIRECTORIES 16 /* nftw comes back to the others by their names */

struct temporary_folder {
    char *path;
};

struct temporary_folder *temporary_folder_create(const char *parent, const char *prefix,
                                                 struct error *error)
{
    struct text path;
    text_init(&path, SIZE_MAX / 4);
    text_append_format(&path, "%s/%sXXXXXX", parent, prefix);
    if (mkdtemp(path.data) == NULL) {
        error_set_errno(error, ERROR_LOCAL, errno, "cannot make a folder in %s", parent);
        text_clear(&path);
        return NULL;
    }
    struct temporary_folder *folder = memory_allocate_zeroed(1, sizeof(*folder));
    folder->path = text_take(&path);
    text_clear(&path);
    return folder;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    if (place->level > 0)
        (void)remove(path); /* what cannot be removed stays, and so does the folder */
    return 0;
}

void temporary_folder_empty(struct temporary_folder *folder)
{
    (void)nftw(folder->path, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

void temporary_folder_destroy(struct temporary_folder *folder)
{
    if (folder == NULL)
        return;
    temporary_folder_empty(folder);
    (void)rmdir(folder->path);
    free(folder->path);
    free(folder);
}

const char *temporary_folder_path(const struct temporary_folder *folder)
{
    return folder->path;
}

bool temporary_folder_is_memory(const struct temporary_folder *folder)
{
    struct statfs status;
    return statfs(folder->path, &status) == 0 && status.f_type == TMPFS_MAGIC;
}

int64_t temporary_folder_free_bytes(const struct temporary_folder *folder)
{
    struct statvfs status;
    int64_t bytes;
    if (statvfs(folder->path, &status) != 0 ||
        __builtin_mul_overflow((int64_t)status.f_bavail, (int64_t)status.f_frsize, &bytes))
        return -1;
    return bytes;
}
