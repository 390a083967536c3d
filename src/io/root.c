#include "io/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "io/directory.h"
#include "io/root_handle.h"

#define YEAR_1981 347155200 /* all file systems have times from then to 2038 */

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
        length == strlen(ROOT_PRIVATE_NAME) && strncasecmp(name, ROOT_PRIVATE_NAME, length) == 0;
    return !is_private && directory_is_safe_path(name);
}

/* The directory of a final name, and its length: 0 when that is DIR itself. */
static int copy_parent(const char *name, char parent[PATH_MAX])
{
    const char *slash = strrchr(name, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - name);
    if (length >= PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(parent, name, length);
    parent[length] = '\0';
    return (int)length;
}

/* In the directory of a final name the last component is all that is left to look up, and O_EXCL,
 * O_NOFOLLOW and the rename calls never follow that; so only directories need openat2. */
static int find_place(const struct root *root, const char *name, struct place *out)
{
    if (!is_safe_name(name))
        return -EINVAL;
    char parent[PATH_MAX];
    int length = copy_parent(name, parent);
    if (length < 0)
        return length;
    *out = (struct place){.directory = root->directory, .name = name};
    if (length == 0)
        return 0;
    int directory = directory_open(root->directory, parent);
    if (directory < 0)
        return directory;
    *out =
        (struct place){.directory = directory, .owns_directory = true, .name = name + length + 1};
    return 0;
}

static void leave_place(struct place *place)
{
    if (place->owns_directory)
        close(place->directory);
}

static int open_regular(int directory, const char *name)
{
    /* Looked at before: to open a device may already do something. And after: it may be another. */
    struct stat status;
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EINVAL;
    int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ELOOP ? -EINVAL : -errno;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
        return descriptor;
    close(descriptor);
    return -EINVAL;
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

int root_open_part(struct root *root, const char *temporary)
{
    if (!is_safe_temporary(temporary))
        return -EINVAL;
    int descriptor =
        openat(root->temporary_directory, temporary, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    struct stat status;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1)
        return descriptor;
    close(descriptor);
    return -EINVAL;
}

bool root_is_empty(struct root *root)
{
    return directory_holds_only(root->directory, ROOT_PRIVATE_NAME);
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

bool root_keeps_mtime(const struct root *root, int64_t seconds)
{
    return root->keeps_seconds && seconds >= YEAR_1981 && seconds <= INT32_MAX;
}

int root_make_directories(struct root *root, const char *name,
                          int (*made)(void *context, const char *path), void *context)
{
    if (!is_safe_name(name))
        return -EINVAL;
    char parent[PATH_MAX];
    int length = copy_parent(name, parent);
    if (length <= 0)
        return length;
    return directory_make(root->directory, parent, made, context);
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

int root_sync_directory(struct root *root, const char *path)
{
    int directory = root->directory;
    if (path[0] != '\0')
        directory = is_safe_name(path) ? directory_open(root->directory, path) : -EINVAL;
    if (directory < 0)
        return directory;
    /* EINVAL: this file system has nothing to sync in a directory. */
    int result = fsync(directory) < 0 && errno != EINVAL ? -errno : 0;
    if (directory != root->directory)
        close(directory);
    return result;
}

int root_open_file(struct root *root, const char *name)
{
    struct place place;
    int result = find_place(root, name, &place);
    if (result < 0)
        return result;
    result = open_regular(place.directory, place.name);
    leave_place(&place);
    return result;
}

int64_t root_free_bytes(struct root *root)
{
    struct statvfs status;
    if (fstatvfs(root->directory, &status) < 0)
        return -errno;
    return (int64_t)(status.f_bavail * status.f_frsize);
}

int64_t root_free_inodes(struct root *root)
{
    struct statvfs status;
    if (fstatvfs(root->directory, &status) < 0)
        return -errno;
    /* Some file systems make inodes as they need them, and say nothing. */
    return status.f_files == 0 ? -EOPNOTSUPP : (int64_t)status.f_favail;
}

void root_free_reserve(struct root *root)
{
    if (root->has_reserve)
        unlinkat(root->private_directory, ROOT_RESERVE_NAME, 0);
}
