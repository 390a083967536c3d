#include "io/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/directory.h"

#define PRIVATE_NAME ".haul"
#define TEMPORARY_NAME "tmp"
#define LOCK_NAME "lock"
#define RESERVE_NAME "reserve"
#define RESERVE_BYTES (1024 * 1024)

/* Constant once root_open has returned, which is why no lock is needed. */
struct root {
    char *path;
    char *private_path;
    int directory;           /* DIR */
    int private_directory;   /* DIR/.haul */
    int temporary_directory; /* DIR/.haul/tmp */
    int lock;
    bool has_reserve; /* made by this run, so this run removes it */
};

/* A final name taken apart: the directory that it is in, and its last component. */
struct place {
    int directory;
    bool owns_directory;
    const char *name;
};

static bool is_safe_temporary(const char *temporary)
{
    return strchr(temporary, '/') == NULL && directory_is_safe_path(temporary);
}

/* Some file systems ignore case, so ".HAUL" may lead into .haul as well. */
static bool is_safe_name(const char *name)
{
    size_t length = strcspn(name, "/");
    bool is_private =
        length == strlen(PRIVATE_NAME) && strncasecmp(name, PRIVATE_NAME, length) == 0;
    return !is_private && directory_is_safe_path(name);
}

/* In the directory of a final name the last component is all that is left to look up, and O_EXCL,
 * O_NOFOLLOW and the rename calls never follow that; so only directories need openat2. */
static int find_place(const struct root *root, const char *name, struct place *out)
{
    if (!is_safe_name(name))
        return -EINVAL;
    const char *slash = strrchr(name, '/');
    *out = (struct place){.directory = root->directory, .name = name};
    if (slash == NULL)
        return 0;
    char parent[PATH_MAX];
    size_t length = (size_t)(slash - name);
    if (length >= sizeof(parent))
        return -ENAMETOOLONG;
    memcpy(parent, name, length);
    parent[length] = '\0';
    int directory = directory_open(root->directory, parent);
    if (directory < 0)
        return directory;
    *out = (struct place){.directory = directory, .owns_directory = true, .name = slash + 1};
    return 0;
}

static void leave_place(struct place *place)
{
    if (place->owns_directory)
        close(place->directory);
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

/* Makes a directory of haul's own where it is missing, and opens it. */
static bool open_private(const struct root *root, int parent, const char *name, const char *label,
                         int *out_descriptor, struct error *error)
{
    if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot create %s/%s", root->path, label);
    int descriptor = directory_open(parent, name);
    if (descriptor == -ELOOP || descriptor == -ENOTDIR)
        return error_set(error, ERROR_LOCAL,
                         "%s/%s is not a directory (a symbolic link is not followed)", root->path,
                         label);
    if (descriptor < 0)
        return error_set_errno(error, ERROR_LOCAL, -descriptor, "cannot open %s/%s", root->path,
                               label);
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
                          PRIVATE_NAME);
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
                         root->path, root->path, PRIVATE_NAME, TEMPORARY_NAME);
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

/* What is no regular file was not made by haul and stays. */
static bool remove_stale_files(const struct root *root, struct error *error)
{
    int result = directory_remove_files(root->temporary_directory);
    return result == 0 || error_set_errno(error, ERROR_LOCAL, -result, "cannot read %s/%s",
                                          root->private_path, TEMPORARY_NAME);
}

static bool make_reserve(struct root *root, struct error *error)
{
    directory_remove_file(root->private_directory, RESERVE_NAME);
    int reserve = openat(root->private_directory, RESERVE_NAME,
                         O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int failure = reserve < 0 ? errno : EINTR;
    root->has_reserve = reserve >= 0;
    while (reserve >= 0 && failure == EINTR)
        failure = posix_fallocate(reserve, 0, RESERVE_BYTES);
    if (reserve >= 0)
        close(reserve);
    if (failure == 0)
        return true;
    if (failure == ENOSPC || failure == EDQUOT)
        return error_set(error, ERROR_LOCAL, "the disk is full: no room for 1 MiB in %s",
                         root->path);
    return error_set_errno(error, ERROR_LOCAL, failure, "cannot reserve 1 MiB as %s/%s",
                           root->private_path, RESERVE_NAME);
}

/* Both ways of giving a finished file its name. */
static int give_name(const struct root *root, const char *temporary, const char *name,
                     int (*way)(int from, const char *old_name, int to, const char *new_name))
{
    struct place place;
    int result = is_safe_temporary(temporary) ? find_place(root, name, &place) : -EINVAL;
    if (result < 0)
        return result;
    result = way(root->temporary_directory, temporary, place.directory, place.name);
    leave_place(&place);
    return result;
}

struct root *root_open(const char *path, struct error *error)
{
    struct root *root = memory_allocate_zeroed(1, sizeof(*root));
    root->path = memory_copy_string(path);
    root->directory = root->private_directory = root->temporary_directory = root->lock = -1;
    if (open_output(root, error) &&
        open_private(root, root->directory, PRIVATE_NAME, PRIVATE_NAME, &root->private_directory,
                     error) &&
        open_private(root, root->private_directory, TEMPORARY_NAME, PRIVATE_NAME "/" TEMPORARY_NAME,
                     &root->temporary_directory, error) &&
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
    int private_directory = directory < 0 ? -1 : directory_open(directory, PRIVATE_NAME);
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

const char *root_path(const struct root *root)
{
    return root->path;
}

const char *root_private_path(const struct root *root)
{
    return root->private_path;
}

int root_private_descriptor(const struct root *root)
{
    return root->private_directory;
}

int root_create_temporary(struct root *root, const char *temporary)
{
    if (!is_safe_temporary(temporary))
        return -EINVAL;
    int descriptor = openat(root->temporary_directory, temporary,
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    return descriptor < 0 ? -errno : descriptor;
}

int root_remove_temporary(struct root *root, const char *temporary)
{
    if (!is_safe_temporary(temporary))
        return -EINVAL;
    return unlinkat(root->temporary_directory, temporary, 0) < 0 ? -errno : 0;
}

int root_open_existing_temporary(struct root *root, const char *temporary)
{
    if (!is_safe_temporary(temporary))
        return -EINVAL;
    /* O_NONBLOCK: something planted there must not make the open wait. */
    int descriptor = openat(root->temporary_directory, temporary,
                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

bool root_is_empty(struct root *root)
{
    return directory_holds_only(root->directory, PRIVATE_NAME);
}

int root_stat(struct root *root, const char *name, struct stat *out)
{
    struct place place;
    int result = find_place(root, name, &place);
    if (result < 0)
        return result;
    struct stat status;
    if (fstatat(place.directory, place.name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        result = -errno;
    else
        *out = status;
    leave_place(&place);
    return result;
}

int root_publish(struct root *root, const char *temporary, const char *name)
{
    return give_name(root, temporary, name, directory_move);
}

int root_replace(struct root *root, const char *temporary, const char *name)
{
    return give_name(root, temporary, name, directory_replace);
}

int root_sync_filesystem(struct root *root)
{
    return syncfs(root->directory) < 0 ? -errno : 0;
}

int root_sync_directory(struct root *root)
{
    /* EINVAL: this file system has nothing to sync in a directory. */
    return fsync(root->directory) < 0 && errno != EINVAL ? -errno : 0;
}

int64_t root_free_bytes(struct root *root)
{
    struct statvfs status;
    if (fstatvfs(root->directory, &status) < 0)
        return -errno;
    return (int64_t)(status.f_bavail * status.f_frsize);
}

void root_free_reserve(struct root *root)
{
    if (root->has_reserve)
        unlinkat(root->private_directory, RESERVE_NAME, 0);
}
