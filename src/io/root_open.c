#include "io/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "io/directory.h"
#include "io/root_handle.h"
#include "model/partial.h"

#define TEMPORARY_NAME "tmp"
#define LOCK_NAME "lock"
#define RESERVE_BYTES (1024 * 1024)
#define PART_LIFE_US (7 * 24 * 3600 * CLOCK_SECOND_US)

static struct root *create(const char *path)
{
    struct root *root = memory_allocate_zeroed(1, sizeof(*root));
    root->path = memory_copy_string(path);
    root->directory = root->private_directory = root->temporary_directory = root->lock = -1;
    return root;
}

static bool open_output(struct root *root, struct error *error)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    root->directory = open(root->path, flags);
    if (root->directory < 0 && errno == ENOENT) {
        int result = directory_create_path(root->path);
        if (result < 0)
            return error_set_errno(error, ERROR_LOCAL, -result,
                                   "cannot create the output directory %s", root->path);
        root->directory = open(root->path, flags);
    }
    if (root->directory < 0)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot open the output directory %s",
                               root->path);
    return true;
}

static bool refuse_private(const struct root *root, int result, const char *label,
                           struct error *error)
{
    if (result == -ELOOP || result == -ENOTDIR)
        return error_set(error, ERROR_LOCAL,
                         "%s/%s is not a directory (a symbolic link is not followed)", root->path,
                         label);
    return error_set_errno(error, ERROR_LOCAL, -result, "cannot open %s/%s", root->path, label);
}

/* Makes a directory of haul's own where it is missing, and opens it. */
static bool open_private(const struct root *root, int parent, const char *name, const char *label,
                         int *out_descriptor, struct error *error)
{
    if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot create %s/%s", root->path, label);
    int descriptor = directory_open(parent, name);
    if (descriptor < 0)
        return refuse_private(root, descriptor, label, error);
    *out_descriptor = descriptor;
    return true;
}

/* SQLite opens by path, so the path must lead to the very directory that was opened. */
static bool find_private_path(struct root *root, struct error *error)
{
    char *absolute = realpath(root->path, NULL);
    if (absolute == NULL)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot find the output directory %s",
                               root->path);
    int length = asprintf(&root->private_path, "%s/%s", strcmp(absolute, "/") == 0 ? "" : absolute,
                          ROOT_PRIVATE_NAME);
    free(absolute);
    if (length < 0) {
        root->private_path = NULL;
        return error_set_errno(error, ERROR_LOCAL, ENOMEM, "cannot open %s", root->path);
    }
    struct stat by_path, by_descriptor;
    if (lstat(root->private_path, &by_path) < 0 ||
        fstat(root->private_directory, &by_descriptor) < 0)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot look at %s", root->private_path);
    if (by_path.st_dev != by_descriptor.st_dev || by_path.st_ino != by_descriptor.st_ino)
        return error_set(error, ERROR_LOCAL, "%s was exchanged while it was opened",
                         root->private_path);
    return true;
}

/* Finished files get their names by rename, which does not cross file systems. */
static bool check_file_system(const struct root *root, struct error *error)
{
    struct stat output, temporary;
    if (fstat(root->directory, &output) < 0 || fstat(root->temporary_directory, &temporary) < 0)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot look at %s", root->path);
    if (output.st_dev != temporary.st_dev)
        return error_set(error, ERROR_LOCAL, "%s and %s/%s/%s are on different file systems",
                         root->path, root->path, ROOT_PRIVATE_NAME, TEMPORARY_NAME);
    return true;
}

static bool take_lock(struct root *root, struct error *error)
{
    /* O_RDWR: neither a planted FIFO nor a network file system's flock waits or fails for it. */
    root->lock = openat(root->private_directory, LOCK_NAME,
                        O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    struct stat status;
    if (root->lock < 0 || fstat(root->lock, &status) < 0)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot open the lock %s/%s",
                               root->private_path, LOCK_NAME);
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_LOCAL, "%s/%s is no regular file", root->private_path,
                         LOCK_NAME);
    if (flock(root->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return error_set(error, ERROR_BUSY, "another run is using the output directory %s",
                         root->path);
    return error_set_errno(error, ERROR_LOCAL, errno, "cannot lock %s/%s", root->private_path,
                           LOCK_NAME);
}

/* `name` is a key and a suffix. When it or its partner with the other one was last written to, in
 * microseconds since 1970; -1 without a partner. */
static int64_t pair_written_us(const struct root *root, const char *name, const char *suffix)
{
    char partner[KEY_TEXT_SIZE + 8];
    memcpy(partner, name, KEY_TEXT_SIZE - 1);
    snprintf(partner + KEY_TEXT_SIZE - 1, sizeof(partner) - (KEY_TEXT_SIZE - 1), "%s", suffix);
    struct stat own, other;
    if (fstatat(root->temporary_directory, name, &own, AT_SYMLINK_NOFOLLOW) < 0 ||
        fstatat(root->temporary_directory, partner, &other, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISREG(own.st_mode) || !S_ISREG(other.st_mode))
        return -1;
    int64_t own_us = root_mtime_ns(&own) / 1000;
    int64_t other_us = root_mtime_ns(&other) / 1000;
    return own_us > other_us ? own_us : other_us;
}

static bool may_be_continued(void *context, const char *name)
{
    struct root *root = context;
    bool is_part = partial_is_name(name, ROOT_PART_SUFFIX);
    if (!is_part && !partial_is_name(name, ROOT_INFO_SUFFIX))
        return false;
    int64_t written_us = pair_written_us(root, name, is_part ? ROOT_INFO_SUFFIX : ROOT_PART_SUFFIX);
    bool stays = written_us >= 0 && clock_wall_us() - written_us < PART_LIFE_US;
    root->has_parts = root->has_parts || stays;
    return stays;
}

/* What is no regular file was not made by haul and stays. */
static bool remove_stale_files(struct root *root, struct error *error)
{
    int result = directory_remove_files_unless(root->temporary_directory, may_be_continued, root);
    return result == 0 || error_set_errno(error, ERROR_LOCAL, -result, "cannot read %s/%s",
                                          root->private_path, TEMPORARY_NAME);
}

/* FAT, for one, has even seconds only. */
static bool keeps_odd_seconds(int descriptor)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000001}};
    struct stat status;
    return futimens(descriptor, times) == 0 && fstat(descriptor, &status) == 0 &&
           status.st_mtim.tv_sec == times[1].tv_sec && status.st_mtim.tv_nsec == 0;
}

static bool make_reserve(struct root *root, struct error *error)
{
    directory_remove_file(root->private_directory, ROOT_RESERVE_NAME);
    int reserve = openat(root->private_directory, ROOT_RESERVE_NAME,
                         O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int failure = reserve < 0 ? errno : EINTR;
    root->has_reserve = reserve >= 0;
    while (reserve >= 0 && failure == EINTR)
        failure = posix_fallocate(reserve, 0, RESERVE_BYTES);
    root->keeps_seconds = failure == 0 && keeps_odd_seconds(reserve);
    if (reserve >= 0)
        close(reserve);
    if (failure == 0)
        return true;
    if (failure == ENOSPC || failure == EDQUOT)
        return error_set(error, ERROR_LOCAL, "the disk is full: no room for 1 MiB in %s",
                         root->path);
    return error_set_errno(error, ERROR_LOCAL, failure, "cannot reserve 1 MiB as %s/%s",
                           root->private_path, ROOT_RESERVE_NAME);
}

/* For looking only: opens DIR/.haul where it is there. */
static bool find_private(struct root *root, struct error *error)
{
    int descriptor = directory_open(root->directory, ROOT_PRIVATE_NAME);
    if (descriptor == -ENOENT)
        return true;
    if (descriptor < 0)
        return refuse_private(root, descriptor, ROOT_PRIVATE_NAME, error);
    root->private_directory = descriptor;
    return find_private_path(root, error);
}

struct root *root_open_read_only(const char *path, struct error *error)
{
    struct root *root = create(path);
    root->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root->directory < 0) {
        if (errno != ENOENT)
            error_set_errno(error, ERROR_LOCAL, errno, "cannot open the output directory %s", path);
        root_close(root);
        return NULL;
    }
    if (find_private(root, error))
        return root;
    root_close(root);
    return NULL;
}

bool root_has_private(const struct root *root)
{
    return root->private_directory >= 0;
}

struct root *root_open(const char *path, struct error *error)
{
    struct root *root = create(path);
    if (open_output(root, error) &&
        open_private(root, root->directory, ROOT_PRIVATE_NAME, ROOT_PRIVATE_NAME,
                     &root->private_directory, error) &&
        open_private(root, root->private_directory, TEMPORARY_NAME,
                     ROOT_PRIVATE_NAME "/" TEMPORARY_NAME, &root->temporary_directory, error) &&
        find_private_path(root, error) && check_file_system(root, error) &&
        take_lock(root, error) && remove_stale_files(root, error) && make_reserve(root, error))
        return root;
    root_close(root);
    return NULL;
}

bool root_is_held(const char *path, struct error *error)
{
    bool is_held = false;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int private_directory = directory < 0 ? -1 : directory_open(directory, ROOT_PRIVATE_NAME);
    int lock = private_directory < 0 ? -1
                                     : openat(private_directory, LOCK_NAME,
                                              O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        is_held = true;
        error_set(error, ERROR_BUSY, "another run is using the output directory %s", path);
    }
    int descriptors[] = {lock, private_directory, directory};
    for (size_t i = 0; i < ARRAY_LENGTH(descriptors); i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    return is_held;
}

void root_close(struct root *root)
{
    if (root == NULL)
        return;
    root_free_reserve(root); /* before the lock: the next run makes its own */
    int descriptors[] = {root->lock, root->temporary_directory, root->private_directory,
                         root->directory};
    for (size_t i = 0; i < ARRAY_LENGTH(descriptors); i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    free(root->private_path);
    free(root->path);
    free(root);
}
