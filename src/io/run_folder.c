#include "io/run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "io/descriptor.h"
#include "io/directory.h"

#define RUNS_NAME "runs"
#define LAST_NAME "last"
#define NEW_SUFFIX ".new"
#define ID_SIZE sizeof("20261120T120000Z-4f1c")
#define ID_TRIES 100 /* runs in the same second with the same random digits */

struct run_folder {
    char id[ID_SIZE];
    char *path;
    int runs;      /* descriptor of DIR/.haul/runs */
    int directory; /* of the folder */
};

/* The ids of other runs, oldest first. */
struct id_list {
    char (*ids)[ID_SIZE];
    size_t count;
    size_t capacity;
};

static bool is_run_id(const char *name)
{
    static const char shape[] = "00000000T000000Z-xxxx";
    if (strlen(name) != sizeof(shape) - 1)
        return false;
    for (size_t i = 0; shape[i] != '\0'; i++) {
        const char *allowed = shape[i] == '0' ? "0123456789" : "0123456789abcdef";
        bool fits = shape[i] == '0' || shape[i] == 'x' ? strchr(allowed, name[i]) != NULL
                                                       : name[i] == shape[i];
        if (!fits)
            return false;
    }
    return true;
}

/* RFC 3339 without its separators, so that ids sort by time. */
static bool make_id(int64_t wall_us, char out[ID_SIZE])
{
    uint16_t random;
    if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return false;
    char text[CLOCK_TEXT_SIZE];
    clock_format_seconds(text, wall_us);
    size_t length = 0;
    for (const char *next = text; *next != '\0' && length < ID_SIZE - 1; next++)
        if (*next != '-' && *next != ':')
            out[length++] = *next;
    snprintf(out + length, ID_SIZE - length, "-%04x", random);
    return is_run_id(out);
}

static bool make_folder(struct run_folder *folder, const struct root *root, int64_t wall_us,
                        struct error *error)
{
    int result = -EEXIST;
    for (int tries = 0; tries < ID_TRIES && result == -EEXIST; tries++) {
        if (!make_id(wall_us, folder->id))
            return error_set(error, ERROR_LOCAL, "cannot name the run: no usable clock or random");
        result = mkdirat(folder->runs, folder->id, 0700) < 0 ? -errno : 0;
    }
    if (result == 0)
        result = folder->directory = directory_open(folder->runs, folder->id);
    return result >= 0 || error_set_errno(error, ERROR_LOCAL, -result, "cannot create %s/%s/%s",
                                          root_private_path(root), RUNS_NAME, folder->id);
}

/* rename is what replaces a link atomically. The run lock is held, so one fixed name is enough. */
static bool point_last(const struct run_folder *folder, const struct root *root,
                       struct error *error)
{
    int directory = root_private_descriptor(root);
    char target[sizeof(RUNS_NAME "/") + ID_SIZE];
    snprintf(target, sizeof(target), "%s/%s", RUNS_NAME, folder->id);
    unlinkat(directory, LAST_NAME NEW_SUFFIX, 0);
    if (symlinkat(target, directory, LAST_NAME NEW_SUFFIX) == 0 &&
        renameat(directory, LAST_NAME NEW_SUFFIX, directory, LAST_NAME) == 0)
        return true;
    int failure = errno;
    unlinkat(directory, LAST_NAME NEW_SUFFIX, 0);
    return error_set_errno(error, ERROR_LOCAL, failure, "cannot link %s/%s to the run",
                           root_private_path(root), LAST_NAME);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void list_other_runs(const struct run_folder *folder, struct id_list *list)
{
    int own = openat(folder->runs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = own < 0 ? NULL : fdopendir(own);
    if (stream == NULL) {
        if (own >= 0)
            close(own);
        return;
    }
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (!is_run_id(entry->d_name) || strcmp(entry->d_name, folder->id) == 0)
            continue;
        if (list->count == list->capacity) {
            list->capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
            list->ids = memory_resize(list->ids, list->capacity, ID_SIZE);
        }
        memcpy(list->ids[list->count++], entry->d_name, ID_SIZE);
    }
    closedir(stream);
    if (list->count > 0)
        qsort(list->ids, list->count, ID_SIZE, compare_ids);
}

/* A folder in which something else than regular files was put stays, with that. */
static void remove_run(const struct run_folder *folder, const char *id)
{
    int directory = directory_open(folder->runs, id);
    if (directory < 0)
        return;
    directory_remove_files(directory);
    close(directory);
    unlinkat(folder->runs, id, AT_REMOVEDIR);
}

/* Old runs that cannot be removed are no reason to refuse a new one. */
static void prune(const struct run_folder *folder, unsigned keep_runs)
{
    struct id_list list = {0};
    list_other_runs(folder, &list);
    size_t kept = keep_runs > 0 ? keep_runs - 1 : 0; /* this run is one of them */
    for (size_t i = 0; i + kept < list.count; i++)
        remove_run(folder, list.ids[i]);
    free(list.ids);
}

static bool open_runs(struct run_folder *folder, const struct root *root, struct error *error)
{
    int parent = root_private_descriptor(root);
    int failure = mkdirat(parent, RUNS_NAME, 0700) < 0 && errno != EEXIST ? errno : 0;
    folder->runs = failure == 0 ? directory_open(parent, RUNS_NAME) : -failure;
    return folder->runs >= 0 ||
           error_set_errno(error, ERROR_LOCAL, -folder->runs, "cannot create %s/%s",
                           root_private_path(root), RUNS_NAME);
}

static int write_file(int descriptor, const char *bytes, size_t length, bool is_synced)
{
    int result = descriptor_write(descriptor, bytes, length);
    if (result == 0 && is_synced && fsync(descriptor) < 0)
        result = -errno;
    int closed = descriptor_close(descriptor);
    return result != 0 ? result : closed;
}

/* The file's entry, and that of the folder itself. */
static int sync_names(const struct run_folder *folder)
{
    int descriptors[] = {folder->directory, folder->runs};
    for (size_t i = 0; i < ARRAY_LENGTH(descriptors); i++)
        if (fsync(descriptors[i]) < 0 && errno != EINVAL) /* EINVAL: nothing to sync here */
            return -errno;
    return 0;
}

struct run_folder *run_folder_create(struct root *root, int64_t wall_us, unsigned keep_runs,
                                     struct error *error)
{
    struct run_folder *folder = memory_allocate_zeroed(1, sizeof(*folder));
    folder->runs = folder->directory = -1;
    if (open_runs(folder, root, error) && make_folder(folder, root, wall_us, error) &&
        point_last(folder, root, error)) {
        prune(folder, keep_runs);
        size_t size = strlen(root_path(root)) + sizeof("/.haul/" RUNS_NAME "/") + ID_SIZE;
        folder->path = memory_allocate(size);
        snprintf(folder->path, size, "%s/.haul/%s/%s", root_path(root), RUNS_NAME, folder->id);
        return folder;
    }
    if (folder->directory >= 0) /* without a link nobody would find it */
        unlinkat(folder->runs, folder->id, AT_REMOVEDIR);
    run_folder_destroy(folder);
    return NULL;
}

void run_folder_destroy(struct run_folder *folder)
{
    if (folder == NULL)
        return;
    if (folder->directory >= 0)
        close(folder->directory);
    if (folder->runs >= 0)
        close(folder->runs);
    free(folder->path);
    free(folder);
}

const char *run_folder_id(const struct run_folder *folder)
{
    return folder->id;
}

const char *run_folder_path(const struct run_folder *folder)
{
    return folder->path;
}

int run_folder_create_file(struct run_folder *folder, const char *name)
{
    if (strchr(name, '/') != NULL || !directory_is_safe_path(name))
        return -EINVAL;
    int descriptor =
        openat(folder->directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return descriptor < 0 ? -errno : descriptor;
}

int run_folder_open_file(struct run_folder *folder, const char *name)
{
    if (strchr(name, '/') != NULL || !directory_is_safe_path(name))
        return -EINVAL;
    return directory_open_regular(folder->directory, name);
}

bool run_folder_link_file(struct run_folder *folder, const char *path, const char *name)
{
    return linkat(AT_FDCWD, path, folder->directory, name, 0) == 0;
}

int run_folder_replace_file(struct run_folder *folder, const char *name, const char *bytes,
                            size_t length, bool is_synced)
{
    char temporary[NAME_MAX + 1];
    if (strlen(name) >= sizeof(temporary) - strlen(NEW_SUFFIX))
        return -ENAMETOOLONG;
    snprintf(temporary, sizeof(temporary), "%s%s", name, NEW_SUFFIX);
    int descriptor = run_folder_create_file(folder, temporary);
    if (descriptor < 0)
        return descriptor;
    int result = write_file(descriptor, bytes, length, is_synced);
    if (result == 0 && renameat(folder->directory, temporary, folder->directory, name) < 0)
        result = -errno;
    if (result != 0) {
        unlinkat(folder->directory, temporary, 0);
        return result;
    }
    return is_synced ? sync_names(folder) : 0;
}
