#include "io/temporary_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#define RANDOM_CHARACTERS 6
#define NEW_SECONDS 60
#define OPEN_DIRECTORIES 16 /* nftw comes back to the others by their names */

struct temporary_folder {
    char *path;
    int descriptor; /* locked as long as it is in use */
};

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    if (place->level > 0)
        (void)remove(path); /* what cannot be removed stays, and so does the folder */
    return 0;
}

static void empty(const char *path)
{
    (void)nftw(path, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* A descriptor of the folder, locked; -1 when it is no folder of this user or somebody uses it. */
static int lock_folder(const char *path)
{
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_uid == geteuid() &&
        flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        return descriptor;
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

/* Between its making and its lock nobody can tell a new folder from one that was left. */
static bool is_new(int descriptor)
{
    struct stat status;
    return fstat(descriptor, &status) != 0 ||
           clock_wall_us() / CLOCK_SECOND_US - status.st_mtime < NEW_SECONDS;
}

static void remove_left(const char *parent, const char *prefix)
{
    DIR *directory = opendir(parent);
    struct dirent *entry;
    struct text path;
    if (directory == NULL)
        return;
    text_init(&path, SIZE_MAX / 4);
    while ((entry = readdir(directory)) != NULL) {
        size_t length = strlen(prefix);
        if (strncmp(entry->d_name, prefix, length) != 0 ||
            strlen(entry->d_name) != length + RANDOM_CHARACTERS)
            continue;
        text_reset(&path);
        text_append_format(&path, "%s/%s", parent, entry->d_name);
        int descriptor = lock_folder(path.data);
        if (descriptor < 0)
            continue;
        if (!is_new(descriptor)) {
            empty(path.data);
            (void)rmdir(path.data);
        }
        close(descriptor);
    }
    text_clear(&path);
    closedir(directory);
}

struct temporary_folder *temporary_folder_create(const char *parent, const char *prefix,
                                                 struct error *error)
{
    struct text path;
    remove_left(parent, prefix);
    text_init(&path, SIZE_MAX / 4);
    text_append_format(&path, "%s/%sXXXXXX", parent, prefix);
    if (mkdtemp(path.data) == NULL) {
        error_set_errno(error, ERROR_LOCAL, errno, "cannot make a folder in %s", parent);
        text_clear(&path);
        return NULL;
    }
    struct temporary_folder *folder = memory_allocate_zeroed(1, sizeof(*folder));
    folder->descriptor = lock_folder(path.data);
    folder->path = text_take(&path);
    text_clear(&path);
    return folder;
}

void temporary_folder_empty(struct temporary_folder *folder)
{
    empty(folder->path);
}

void temporary_folder_destroy(struct temporary_folder *folder)
{
    if (folder == NULL)
        return;
    temporary_folder_empty(folder);
    (void)rmdir(folder->path);
    if (folder->descriptor >= 0)
        close(folder->descriptor);
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
