#include "io/publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "io/publisher_directories.h"
#include "io/publisher_entry.h"
#include "io/publisher_flusher.h"
#include "model/hash_table.h"
#include "model/name.h"

#define RENAME_TRIES 10000
#define FLUSHED_FILES 500 /* so many at a time: what comes next is on its way already */
#define NOT_A_FILE "something that is no file has this name"

struct publisher {
    struct root *root;
    struct state *state;
    enum sync_mode sync;
    enum existing_policy existing;
    struct publisher_flusher *flusher;
    bool has_history;          /* the state may hold rows of earlier runs */
    bool syncs_commits;        /* the state was told to */
    int failure;               /* errno value that ended the batch before its end */
    struct hash_table *stored; /* hash of a path with digits to the index of the record that stored
                                  it in this run */
};

struct batch {
    struct publisher_entry *entries;
    size_t count;
    struct publisher_directories directories; /* of these entries; only while they are published */
};

/* Ends all that is under way: the state or the disk has failed. Always returns false. */
static bool refuse_all(struct publisher *publisher, struct batch *batch, int errno_value,
                       const struct error *reason)
{
    publisher->failure = errno_value;
    for (size_t i = 0; i < batch->count; i++) {
        struct publisher_entry *entry = &batch->entries[i];
        if (entry->stage == ENTRY_WAITING)
            publisher_entry_refuse(entry, publisher->root, publisher_failure_of(errno_value),
                                   reason->text);
    }
    return false;
}

/* What the policy says about a regular file of somebody else. */
static void yield_to_existing(struct publisher *publisher, struct publisher_entry *entry)
{
    if (publisher_entry_is_proven(entry, publisher->root))
        return;
    if (publisher->existing == EXISTING_SKIP) {
        job_fail(entry->job, FAILURE_EXISTS, "a file of this name exists");
        entry->job->outcome.status = STATUS_SKIPPED;
        publisher_entry_drop(entry, publisher->root);
    } else {
        publisher_entry_refuse(entry, publisher->root, FAILURE_EXISTS,
                               "a file of this name exists");
    }
}

/* True when haul has stored this very content under the entry's name, for another URL; *out_index
 * is the record that did, 0 in an earlier run. Rows alone would not show that: those of the batch
 * are noted before any of its files has its name. */
static bool is_stored(const struct publisher *publisher, const struct publisher_entry *entry,
                      const struct stat *status, uint64_t *out_index)
{
    if (!publisher_entry_has_digits(entry) || !S_ISREG(status->st_mode) ||
        status->st_size != entry->job->outcome.file_bytes)
        return false;
    *out_index = 0;
    uint64_t hash = name_fold_hash(entry->name, strlen(entry->name));
    return hash_table_find(publisher->stored, hash, out_index) ||
           (entry->was_stored && publisher_entry_has_content(entry, publisher->root));
}

/* Before the entry is noted under its name. */
static void ask_who_stored(struct publisher *publisher, struct publisher_entry *entry)
{
    entry->was_stored = publisher->has_history && publisher_entry_has_digits(entry) &&
                        state_path_is_taken(publisher->state, entry->name, entry->job->key);
}

/* With the rename policy: the first name that looks free, so that the state can be told before the
 * file gets it. */
static void choose_name(struct publisher *publisher, struct publisher_entry *entry)
{
    for (; entry->number <= RENAME_TRIES; publisher_entry_add_number(entry)) {
        struct stat status;
        uint64_t index;
        int result = root_stat(publisher->root, entry->name, &status);
        if (result < 0 && result != -ENOENT) {
            publisher_entry_refuse_errno(entry, publisher->root, -result);
            return;
        }
        ask_who_stored(publisher, entry);
        if (result == -ENOENT || is_stored(publisher, entry, &status, &index))
            return;
        if (entry->number == 1 && !S_ISREG(status.st_mode)) {
            publisher_entry_refuse(entry, publisher->root, FAILURE_EXISTS, NOT_A_FILE);
            return;
        }
    }
    publisher_entry_refuse(entry, publisher->root, FAILURE_EXISTS,
                           "too many files have this name and a number");
}

static void choose_names(struct publisher *publisher, struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct publisher_entry *entry = &batch->entries[i];
        if (entry->stage != ENTRY_WAITING)
            continue;
        if (publisher->existing == EXISTING_RENAME && !entry->replaces)
            choose_name(publisher, entry);
        else
            ask_who_stored(publisher, entry);
    }
}

/* One transaction for all that wait. */
static bool put_all(struct publisher *publisher, struct batch *batch, struct error *error)
{
    int64_t now_us = clock_wall_us();
    bool is_put = state_begin(publisher->state, error) &&
                  publisher_directories_note(&batch->directories, error);
    for (size_t i = 0; i < batch->count && is_put; i++)
        if (batch->entries[i].stage == ENTRY_WAITING)
            is_put = publisher_entry_put(&batch->entries[i], publisher->state,
                                         publisher->has_history, now_us, error);
    return is_put && state_commit(publisher->state, error);
}

/* Complete files are worth more than the reserve: on a full disk their names go in its place. */
static bool note(struct publisher *publisher, struct batch *batch, struct error *error)
{
    bool is_noted = put_all(publisher, batch, error);
    if (!is_noted && publisher_failure_of(state_failure(publisher->state)) == FAILURE_DISK_FULL) {
        root_free_reserve(publisher->root);
        is_noted = put_all(publisher, batch, error);
    }
    if (!is_noted)
        return refuse_all(publisher, batch, state_failure(publisher->state), error);
    for (size_t i = 0; i < batch->count; i++)
        if (batch->entries[i].stage == ENTRY_WAITING)
            batch->entries[i].is_noted = true;
    return true;
}

/* Takes the descriptor, or the negative errno value in its place. */
static int sync_file(int descriptor)
{
    if (descriptor < 0)
        return descriptor;
    int result = fdatasync(descriptor) < 0 ? -errno : 0;
    close(descriptor);
    return result;
}

static bool sync_data(struct publisher *publisher, struct batch *batch, struct error *error)
{
    int result = publisher_flusher_end(publisher->flusher);
    if (publisher->sync == SYNC_BATCH && result == 0)
        result = root_sync_filesystem(publisher->root);
    else if (publisher->sync == SYNC_FILE)
        result = sync_file(
            root_open_existing_temporary(publisher->root, batch->entries[0].job->temporary));
    if (result == 0)
        return true;
    error_set_errno(error, ERROR_LOCAL, -result, "cannot bring files to the disk in %s",
                    root_path(publisher->root));
    return refuse_all(publisher, batch, -result, error);
}

/* The content is there already, under the name that it would have got. */
static void share(struct publisher *publisher, struct publisher_entry *entry, uint64_t index)
{
    struct root *root = publisher->root;
    /* An earlier run may have written it without a sync. */
    int result = publisher->sync == SYNC_FILE ? sync_file(root_open_file(root, entry->name)) : 0;
    if (result < 0) {
        publisher_entry_refuse_errno(entry, root, -result);
        return;
    }
    root_remove_temporary(root, entry->job->temporary);
    publisher_entry_end_temporary(entry, publisher->root);
    entry->job->outcome.duplicate_of = index;
    entry->stage = ENTRY_NAMED;
}

/* Something that may not be replaced has the entry's name. */
static void meet_existing(struct publisher *publisher, struct publisher_entry *entry, bool is_file)
{
    if (entry->number == 1 && !is_file)
        publisher_entry_refuse(entry, publisher->root, FAILURE_EXISTS, NOT_A_FILE);
    else if (publisher->existing == EXISTING_RENAME && !entry->replaces)
        publisher_entry_add_number(entry); /* somebody was faster: another round */
    else
        yield_to_existing(publisher, entry);
}

static void set_named(struct publisher *publisher, struct publisher_entry *entry)
{
    publisher_entry_end_temporary(entry, publisher->root);
    entry->stage = ENTRY_NAMED;
    if (publisher_entry_has_digits(entry))
        hash_table_set(publisher->stored, name_fold_hash(entry->name, strlen(entry->name)),
                       entry->job->index);
}

static void give_name(struct publisher *publisher, struct publisher_entry *entry)
{
    struct root *root = publisher->root;
    const char *temporary = entry->job->temporary;
    if (entry->replaces && !publisher_entry_meets_own(entry, root))
        entry->replaces = false; /* somebody has been there since */
    int result = entry->replaces ? root_replace(root, temporary, entry->name)
                                 : root_publish(root, temporary, entry->name);
    struct stat status = {0};
    uint64_t index = 0;
    if (result == -EEXIST && !entry->replaces && root_stat(root, entry->name, &status) == 0 &&
        is_stored(publisher, entry, &status, &index)) {
        share(publisher, entry, index);
        return;
    }
    if (result == -EEXIST && !entry->replaces && publisher->existing == EXISTING_OVERWRITE)
        result = root_replace(root, temporary, entry->name);
    if (result == 0)
        set_named(publisher, entry);
    else if (result != -EEXIST)
        publisher_entry_refuse_errno(entry, root, -result);
    else
        meet_existing(publisher, entry,
                      root_stat(root, entry->name, &status) < 0 || S_ISREG(status.st_mode));
}

static void give_names(struct publisher *publisher, struct batch *batch)
{
    if (publisher->sync == SYNC_BATCH && batch->count >= FLUSHED_FILES)
        publisher_flusher_begin(publisher->flusher);
    for (size_t i = 0; i < batch->count; i++) {
        struct publisher_entry *entry = &batch->entries[i];
        if (entry->stage != ENTRY_WAITING ||
            !publisher_directories_make(&batch->directories, entry))
            continue;
        give_name(publisher, entry);
        /* Nothing but this brings the directories above to the disk, when each file is synced for
         * itself. */
        if (entry->stage == ENTRY_NAMED)
            publisher_directories_add_name(&batch->directories, entry,
                                           publisher->sync == SYNC_FILE);
    }
}

/* Names may be called downloaded once their directories have them for good. */
static bool settle(struct publisher *publisher, struct batch *batch, struct error *error)
{
    int result = publisher->sync == SYNC_NONE ? 0 : publisher_directories_sync(&batch->directories);
    if (result < 0)
        error_set_errno(error, ERROR_LOCAL, -result, "cannot bring names to the disk in %s",
                        root_path(publisher->root));
    for (size_t i = 0; i < batch->count; i++) {
        struct publisher_entry *entry = &batch->entries[i];
        if (entry->stage != ENTRY_NAMED)
            continue;
        struct outcome *outcome = &entry->job->outcome;
        entry->stage = ENTRY_PUBLISHED; /* also after a failed sync: the file is there */
        if (result < 0) {
            job_fail(entry->job, publisher_failure_of(-result), error->text);
            continue;
        }
        outcome->status = STATUS_DOWNLOADED;
        outcome->failure = FAILURE_NONE;
        free(outcome->path);
        outcome->path = memory_copy_string(entry->name);
    }
    return result == 0 || refuse_all(publisher, batch, -result, error);
}

/* What was noted of files that got no name is taken back. */
static bool take_back(struct publisher *publisher, struct batch *batch, struct error *error)
{
    bool has_begun = false;
    bool is_fine = true;
    for (size_t i = 0; i < batch->count && is_fine; i++) {
        const struct publisher_entry *entry = &batch->entries[i];
        if (entry->stage != ENTRY_REFUSED || !entry->is_noted)
            continue;
        is_fine = has_begun || state_begin(publisher->state, error);
        has_begun = is_fine;
        is_fine = is_fine && publisher_entry_forget(entry, publisher->state, error);
    }
    if (is_fine && has_begun)
        is_fine = state_commit(publisher->state, error);
    if (!is_fine)
        publisher->failure = state_failure(publisher->state);
    return is_fine;
}

static bool has_waiting(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->entries[i].stage == ENTRY_WAITING)
            return true;
    return false;
}

/* One round, but for files whose chosen name was taken at the last moment: they go through all of
 * it again with another, because the state must know a name before it appears. */
static bool publish_rounds(struct publisher *publisher, struct batch *batch, struct error *error)
{
    bool is_fine = true;
    for (;;) {
        choose_names(publisher, batch);
        if (!has_waiting(batch)) /* in particular after a failure */
            return is_fine;
        is_fine = note(publisher, batch, error) && sync_data(publisher, batch, error);
        if (is_fine) {
            give_names(publisher, batch);
            is_fine = settle(publisher, batch, error);
        }
    }
}

static bool publish_batch(struct publisher *publisher, struct publisher_entry *entries,
                          size_t count, struct error *error)
{
    struct batch batch = {.entries = entries, .count = count};
    publisher_directories_init(&batch.directories, publisher->root, publisher->state, entries,
                               count);
    bool is_fine = publish_rounds(publisher, &batch, error);
    publisher_directories_clear(&batch.directories);
    struct error second; /* the first one counts */
    return take_back(publisher, &batch, is_fine ? error : &second) && is_fine;
}

static bool publish_one_by_one(struct publisher *publisher, struct publisher_entry *entries,
                               size_t count, struct error *error)
{
    struct batch all = {.entries = entries, .count = count};
    if (!publisher->syncs_commits && !state_sync_commits(publisher->state, error))
        return refuse_all(publisher, &all, state_failure(publisher->state), error);
    publisher->syncs_commits = true;
    for (size_t i = 0; i < count; i++)
        if (!publish_batch(publisher, &entries[i], 1, error))
            return refuse_all(publisher, &all, publisher->failure, error);
    return true;
}

struct publisher *publisher_create(struct root *root, struct state *state, enum sync_mode sync,
                                   enum existing_policy existing)
{
    struct publisher *publisher = memory_allocate_zeroed(1, sizeof(*publisher));
    publisher->root = root;
    publisher->state = state;
    publisher->sync = sync;
    publisher->existing = existing;
    publisher->flusher = publisher_flusher_create(root);
    publisher->has_history = !state_is_empty(state);
    publisher->stored = hash_table_create(HASH_TABLE_VALUE_64);
    return publisher;
}

void publisher_destroy(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    hash_table_destroy(publisher->stored);
    publisher_flusher_destroy(publisher->flusher);
    free(publisher);
}

bool publisher_publish(struct publisher *publisher, struct job *const *jobs, size_t count,
                       struct error *error)
{
    struct error ignored;
    if (error == NULL)
        error = &ignored; /* its text goes into outcomes, too */
    struct publisher_entry *entries = memory_allocate_zeroed(count, sizeof(struct publisher_entry));
    size_t entry_count = 0;
    for (size_t i = 0; i < count; i++)
        if (jobs[i]->temporary[0] != '\0')
            publisher_entry_init(&entries[entry_count++], jobs[i], publisher->root);
    bool is_fine = publisher->sync == SYNC_FILE
                       ? publish_one_by_one(publisher, entries, entry_count, error)
                       : publish_batch(publisher, entries, entry_count, error);
    for (size_t i = 0; i < entry_count; i++)
        publisher_entry_clear(&entries[i]);
    free(entries);
    return is_fine;
}
