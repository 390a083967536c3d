#include "io/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"

static bool is_safe_component(const char *name, size_t length)
{
    if (length == 0 || length > NAME_MAX)
        return false;
    return name[0] != '.' || (length != 1 && (length != 2 || name[1] != '.'));
}

static int open_by_component(int parent, const char *path, int flags)
{
    int current = parent;
    for (;;) {
        char component[NAME_MAX + 1];
        size_t length = strcspn(path, "/");
        memcpy(component, path, length);
        component[length] = '\0';
        int next = openat(current, component, flags | O_NOFOLLOW);
        int failure = errno;
        if (current != parent)
            close(current);
        if (next < 0)
            return -failure;
        if (path[length] == '\0')
            return next;
        current = next;
        path += length + 1;
    }
}

/* `path` leads from the first parent to this component. */
static int open_or_make(int parent, const char *component, const char *path,
                        int (*made)(void *context, const char *path), void *context)
{
    int descriptor = directory_open(parent, component);
    if (descriptor != -ENOENT)
        return descriptor;
    int result = made != NULL ? made(context, path) : 0;
    if (result < 0)
        return result;
    /* EEXIST: somebody was faster; what it is will be seen when it is opened. */
    if (mkdirat(parent, component, 0777) < 0 && errno != EEXIST)
        return -errno;
    return directory_open(parent, component);
}

/* For file systems that cannot rename without replacing: a link never replaces anything. */
static int move_by_link(int from, const char *old_name, int to, const char *new_name)
{
    if (linkat(from, old_name, to, new_name, 0) < 0)
        return -errno;
    unlinkat(from, old_name, 0); /* a second name is no reason to fail */
    return 0;
}

/* After an exchange: what had the new name is under the old one, where its kind can be known for
 * sure, because nobody else changes files there. */
static int remove_replaced(int from, const char *old_name, int to, const char *new_name)
{
    struct stat status;
    int known = fstatat(from, old_name, &status, AT_SYMLINK_NOFOLLOW);
    if (known == 0 && S_ISREG(status.st_mode)) {
        unlinkat(from, old_name, 0);
        return 0;
    }
    if (renameat2(from, old_name, to, new_name, RENAME_EXCHANGE) < 0 &&
        renameat2(from, old_name, to, new_name, RENAME_NOREPLACE) < 0)
        return -errno;
    return -EEXIST;
}

bool directory_is_safe_path(const char *path)
{
    for (;;) {
        size_t length = strcspn(path, "/");
        if (!is_safe_component(path, length))
            return false;
        if (path[length] == '\0')
            return true;
        path += length + 1;
    }
}

int directory_create_path(const char *path)
{
    char *prefix = memory_copy_string(path);
    int failure = 0;
    for (char *end = prefix + strspn(prefix, "/"); *end != '\0'; end += strspn(end, "/")) {
        end += strcspn(end, "/");
        char separator = *end;
        *end = '\0';
        /* A parent may refuse to be made because it is there (automount, read-only): what counts
         * is whether the last component can be made in it. */
        if (mkdir(prefix, 0777) == 0 || errno == EEXIST)
            failure = 0;
        else if (failure == 0 || errno != ENOENT)
            failure = errno;
        *end = separator;
    }
    free(prefix);
    return -failure;
}

int directory_open(int parent, const char *path)
{
    if (!directory_is_safe_path(path))
        return -EINVAL;
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    struct open_how how = {
        .flags = (uint64_t)flags,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    long descriptor = syscall(SYS_openat2, parent, path, &how, sizeof(how));
    if (descriptor >= 0)
        return (int)descriptor;
    /* ENOSYS before Linux 5.6; EPERM from container filters that do not know the call. */
    return errno == ENOSYS || errno == EPERM ? open_by_component(parent, path, flags) : -errno;
}

int directory_make(int parent, const char *path, int (*made)(void *context, const char *path),
                   void *context)
{
    int current = directory_open(parent, path);
    if (current != -ENOENT) { /* there, as nearly always, or in the way */
        if (current >= 0)
            close(current);
        return current < 0 ? current : 0;
    }
    char *prefix = memory_copy_string(path);
    current = parent;
    for (char *component = prefix; current >= 0;) {
        size_t length = strcspn(component, "/");
        char separator = component[length];
        component[length] = '\0';
        int next = open_or_make(current, component, prefix, made, context);
        if (current != parent)
            close(current);
        current = next;
        if (separator == '\0')
            break;
        component[length] = separator;
        component += length + 1;
    }
    free(prefix);
    if (current < 0)
        return current;
    close(current);
    return 0;
}

void directory_remove_file(int directory, const char *name)
{
    struct stat status;
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode))
        unlinkat(directory, name, 0);
}

/* NULL with a negative errno value in *out_failure. */
static DIR *open_stream(int directory, int *out_failure)
{
    /* The stream needs a position of its own, which dup would share. */
    int own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = own < 0 ? NULL : fdopendir(own);
    if (stream == NULL) {
        *out_failure = -errno;
        if (own >= 0)
            close(own);
    }
    return stream;
}

static bool claim_nothing(void *context, const char *name)
{
    (void)context;
    (void)name;
    return false;
}

int directory_remove_files(int directory)
{
    return directory_remove_files_unless(directory, claim_nothing, NULL);
}

int directory_remove_files_unless(int directory, bool (*stays)(void *context, const char *name),
                                  void *context)
{
    int failure = 0;
    DIR *stream = open_stream(directory, &failure);
    if (stream == NULL)
        return failure;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (!stays(context, entry->d_name))
            directory_remove_file(directory, entry->d_name);
    }
    closedir(stream);
    return 0;
}

bool directory_holds_only(int directory, const char *name)
{
    int failure = 0;
    DIR *stream = open_stream(directory, &failure);
    if (stream == NULL)
        return false;
    bool holds_others = false;
    for (struct dirent *entry; !holds_others && (entry = readdir(stream)) != NULL;)
        holds_others = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                       strcmp(entry->d_name, name) != 0;
    closedir(stream);
    return !holds_others;
}

int directory_move(int from, const char *old_name, int to, const char *new_name)
{
    if (renameat2(from, old_name, to, new_name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno == EINVAL || errno == ENOSYS)
        return move_by_link(from, old_name, to, new_name);
    return -errno;
}

int directory_replace(int from, const char *old_name, int to, const char *new_name)
{
    struct stat status;
    if (fstatat(to, new_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? directory_move(from, old_name, to, new_name) : -errno;
    if (!S_ISREG(status.st_mode))
        return -EEXIST;
    if (renameat2(from, old_name, to, new_name, RENAME_EXCHANGE) == 0)
        return remove_replaced(from, old_name, to, new_name);
    if (errno == ENOENT) /* either of the two has vanished */
        return directory_move(from, old_name, to, new_name);
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    /* No exchange on this file system. The kind was looked at above; a plain rename is the only
     * other way that never leaves the name empty. */
    return renameat(from, old_name, to, new_name) < 0 ? -errno : 0;
}

int directory_open_regular(int directory, const char *name)
{
    struct stat status;
    int descriptor = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0)
        return -errno;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
        return descriptor;
    close(descriptor);
    return -EINVAL;
}
