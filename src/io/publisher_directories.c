#include "io/publisher_directories.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/directory.h"
#include "model/name_path.h"

#define SYNCED_ONE_BY_ONE 16 /* more cost more than one sync of the file system */

struct publisher_directory {
    char *path; /* below DIR, which is "" itself; owned */
    size_t length;
    size_t parent; /* index; DIR is its own */
    bool is_known; /* was looked at, or is above something that was found */
    bool is_missing;
    bool has_changed; /* in what it holds, since it was synced */
    int failure;      /* errno value: nothing can be put into it */
};

/* Both with their last '/', so that all that is below a directory stands together, behind it. */
static int compare_entries(const void *left, const void *right)
{
    const struct publisher_entry *a = *(struct publisher_entry *const *)left;
    const struct publisher_entry *b = *(struct publisher_entry *const *)right;
    size_t a_length = name_path_last(a->wanted);
    size_t b_length = name_path_last(b->wanted);
    int order = memcmp(a->wanted, b->wanted, a_length < b_length ? a_length : b_length);
    if (order != 0)
        return order;
    return (a_length > b_length) - (a_length < b_length);
}

static bool holds(const struct publisher_directory *row, const char *path, size_t length)
{
    return row->length == 0 || (row->length < length && path[row->length] == '/' &&
                                memcmp(row->path, path, row->length) == 0);
}

static size_t add_row(struct publisher_directories *directories, const char *path, size_t length,
                      size_t parent)
{
    size_t count = directories->count;
    if ((count & (count - 1)) == 0) /* a power of two: full */
        directories->rows =
            memory_resize(directories->rows, count == 0 ? 1 : 2 * count, sizeof *directories->rows);
    directories->rows[count] = (struct publisher_directory){
        .path = memory_copy_bytes(path, length), .length = length, .parent = parent};
    directories->count++;
    return count;
}

/* The entry's row; `at` is the one of the entry before it, in the order above. */
static size_t find_row(struct publisher_directories *directories, const char *path, size_t at)
{
    size_t length = name_path_last(path);
    while (!holds(&directories->rows[at], path, length))
        at = directories->rows[at].parent;
    /* Without the last '/', that is length - 1 bytes. */
    while (directories->rows[at].length + 1 < length) {
        size_t begin = directories->rows[at].length == 0 ? 0 : directories->rows[at].length + 1;
        size_t end = begin + strcspn(path + begin, "/");
        at = add_row(directories, path, end, at);
    }
    return at;
}

static void find_rows(struct publisher_directories *directories, struct publisher_entry *entries,
                      size_t entry_count)
{
    struct publisher_entry **below = NULL;
    size_t count = 0;
    for (size_t i = 0; i < entry_count; i++) {
        entries[i].directory = 0;
        const char *path = entries[i].wanted;
        /* What is no path at all fails when it is published. */
        if (entries[i].stage != ENTRY_WAITING || name_path_last(path) == 0 ||
            !directory_is_safe_path(path))
            continue;
        if (below == NULL)
            below = memory_allocate_zeroed(entry_count, sizeof(struct publisher_entry *));
        below[count++] = &entries[i];
    }
    if (count > 0)
        qsort(below, count, sizeof(struct publisher_entry *), compare_entries);
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        below[i]->directory = at = find_row(directories, below[i]->wanted, at);
    free(below);
}

/* Children first: what is found shows that all above it is there. */
static void look(struct publisher_directories *directories)
{
    struct publisher_directory *rows = directories->rows;
    rows[0].is_known = true;
    for (size_t i = directories->count - 1; i > 0; i--) {
        struct publisher_directory *row = &rows[i];
        if (row->is_known)
            continue;
        struct stat status;
        int result = root_stat(directories->root, row->path, &status);
        row->is_missing = result == -ENOENT;
        if (row->is_missing)
            continue;
        row->failure = -result;
        if (result == 0 && !S_ISDIR(status.st_mode))
            row->failure = S_ISLNK(status.st_mode) ? ELOOP : ENOTDIR;
        for (size_t at = i; row->failure == 0 && !rows[at].is_known; at = rows[at].parent)
            rows[at].is_known = true;
    }
}

static void refuse(struct publisher_directories *directories, struct publisher_entry *entry)
{
    const struct publisher_directory *rows = directories->rows;
    size_t at = entry->directory;
    int failure = rows[at].failure;
    if (failure != ENOTDIR && failure != ELOOP) {
        publisher_entry_refuse_errno(entry, directories->root, failure);
        return;
    }
    while (rows[rows[at].parent].failure != 0) /* the one that all the others fail for */
        at = rows[at].parent;
    struct error reason;
    error_set(&reason, ERROR_LOCAL, "%s is no directory%s", rows[at].path,
              rows[at].failure == ELOOP ? " (a symbolic link is not followed)" : "");
    publisher_entry_refuse(entry, directories->root, FAILURE_EXISTS, reason.text);
}

/* Before a directory is made. It was noted with its batch, if it was missing then; one that has
 * vanished since is noted now. */
static int note_late(void *context, const char *path)
{
    struct state *state = ((struct publisher_directories *)context)->state;
    if (state_has_directory(state, path))
        return 0;
    bool is_noted = state_begin(state, NULL) && state_put_directory(state, path, NULL) &&
                    state_commit(state, NULL);
    return is_noted ? 0 : -state_failure(state);
}

void publisher_directories_init(struct publisher_directories *directories, struct root *root,
                                struct state *state, struct publisher_entry *entries,
                                size_t entry_count)
{
    *directories = (struct publisher_directories){.root = root, .state = state};
    add_row(directories, "", 0, 0);
    find_rows(directories, entries, entry_count);
    look(directories);
    for (size_t i = 0; i < entry_count; i++)
        if (entries[i].stage == ENTRY_WAITING &&
            directories->rows[entries[i].directory].failure != 0)
            refuse(directories, &entries[i]);
}

void publisher_directories_clear(struct publisher_directories *directories)
{
    for (size_t i = 0; i < directories->count; i++)
        free(directories->rows[i].path);
    free(directories->rows);
}

bool publisher_directories_note(struct publisher_directories *directories, struct error *error)
{
    for (size_t i = 1; i < directories->count; i++)
        if (directories->rows[i].is_missing &&
            !state_put_directory(directories->state, directories->rows[i].path, error))
            return false;
    return true;
}

bool publisher_directories_make(struct publisher_directories *directories,
                                struct publisher_entry *entry)
{
    struct publisher_directory *rows = directories->rows;
    struct publisher_directory *row = &rows[entry->directory];
    if (!row->is_missing && row->failure == 0)
        return true;
    if (row->failure == 0) {
        int result = root_make_directories(directories->root, entry->name, note_late, directories);
        if (result < 0 && publisher_failure_of(-result) == FAILURE_DISK_FULL) {
            /* Complete files are worth more than the reserve. */
            root_free_reserve(directories->root);
            result = root_make_directories(directories->root, entry->name, note_late, directories);
        }
        row->failure = -result;
    }
    if (row->failure != 0) {
        refuse(directories, entry);
        return false;
    }
    for (size_t at = entry->directory; rows[at].is_missing; at = rows[at].parent) {
        rows[at].is_missing = false;
        rows[rows[at].parent].has_changed = true;
    }
    return true;
}

void publisher_directories_add_name(struct publisher_directories *directories,
                                    const struct publisher_entry *entry, bool all_above)
{
    struct publisher_directory *rows = directories->rows;
    size_t at = entry->directory;
    rows[at].has_changed = true;
    for (; all_above && at != 0; at = rows[at].parent)
        rows[rows[at].parent].has_changed = true;
}

int publisher_directories_sync(struct publisher_directories *directories)
{
    size_t changed = 0;
    for (size_t i = 0; i < directories->count; i++)
        changed += directories->rows[i].has_changed;
    bool syncs_all = changed > SYNCED_ONE_BY_ONE;
    int result = 0;
    for (size_t i = 0; i < directories->count; i++) {
        struct publisher_directory *row = &directories->rows[i];
        if (!row->has_changed)
            continue;
        row->has_changed = false;
        if (result < 0 || syncs_all)
            continue;
        result = root_sync_directory(directories->root, row->path);
        /* Somebody moved or removed it: it is on this file system still, if anywhere. */
        if (result == -ENOENT || result == -ENOTDIR || result == -ELOOP) {
            syncs_all = true;
            result = 0;
        }
    }
    return syncs_all && result == 0 ? root_sync_filesystem(directories->root) : result;
}
