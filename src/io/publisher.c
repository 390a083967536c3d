#include "io/publisher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "model/content_type.h"
#include "model/name.h"

#define RENAME_TRIES 10000
#define NOT_A_FILE "something that is no file has this name"

struct publisher {
    struct root *root;
    struct state *state;
    enum sync_mode sync;
    enum existing_policy existing;
    bool has_history;   /* the state may hold rows of earlier runs */
    bool syncs_commits; /* the state was told to */
    int failure;        /* errno value that ended the batch before its end */
};

enum entry_stage {
    ENTRY_WAITING, /* for its name */
    ENTRY_NAMED,   /* but the name may not survive a power cut yet */
    ENTRY_PUBLISHED,
    ENTRY_REFUSED, /* no file under a final name; the job has its outcome */
};

/* A file on its way to its final name. */
struct entry {
    struct job *job;
    enum entry_stage stage;
    char wanted[NAME_SIZE]; /* name with extension */
    char name[NAME_SIZE];   /* the one to try now: wanted, or a numbered form of it */
    unsigned number;        /* of that form; 1 = wanted itself */
    bool is_noted;          /* the state has the row of this file */
    bool had_row;           /* and had this one before, with texts of its own */
    struct state_row row;
};

struct batch {
    struct entry *entries;
    size_t count;
};

static enum failure failure_of(int errno_value)
{
    return errno_value == ENOSPC || errno_value == EDQUOT ? FAILURE_DISK_FULL : FAILURE_IO;
}

static void free_row(struct state_row *row)
{
    free((char *)row->url);
    free((char *)row->name);
    free((char *)row->etag);
    free((char *)row->type);
}

/* The job ends without a file. */
static void drop_file(struct publisher *publisher, struct entry *entry)
{
    root_remove_temporary(publisher->root, entry->job->temporary);
    entry->job->temporary[0] = '\0';
    entry->job->outcome.file_bytes = -1;
    entry->stage = ENTRY_REFUSED;
}

static void refuse(struct publisher *publisher, struct entry *entry, enum failure failure,
                   const char *detail)
{
    job_fail(entry->job, failure, detail);
    drop_file(publisher, entry);
}

static void refuse_errno(struct publisher *publisher, struct entry *entry, int errno_value)
{
    struct error reason;
    error_set_errno(&reason, ERROR_LOCAL, errno_value, "cannot name the file %s", entry->name);
    refuse(publisher, entry, failure_of(errno_value), reason.text);
}

/* Ends all that is under way: the state or the disk has failed. Always returns false. */
static bool refuse_all(struct publisher *publisher, struct batch batch, int errno_value,
                       const struct error *reason)
{
    publisher->failure = errno_value;
    for (size_t i = 0; i < batch.count; i++) {
        struct entry *entry = &batch.entries[i];
        if (entry->stage == ENTRY_WAITING)
            refuse(publisher, entry, failure_of(errno_value), reason->text);
    }
    return false;
}

/* What the policy says about a regular file of somebody else. */
static void yield_to_existing(struct publisher *publisher, struct entry *entry)
{
    if (publisher->existing == EXISTING_SKIP) {
        job_fail(entry->job, FAILURE_EXISTS, "a file of this name exists");
        entry->job->outcome.status = STATUS_SKIPPED;
        drop_file(publisher, entry);
    } else {
        refuse(publisher, entry, FAILURE_EXISTS, "a file of this name exists");
    }
}

static void add_entry(struct entry *entry, struct job *job)
{
    const struct content_type *type = NULL;
    if (job->wants_extension && job->outcome.detected_type != NULL)
        type = content_type_find(job->outcome.detected_type);
    *entry = (struct entry){.job = job, .number = 1};
    snprintf(entry->wanted, sizeof(entry->wanted), "%s%s", job->name,
             type != NULL ? type->extension : "");
    memcpy(entry->name, entry->wanted, sizeof(entry->name));
}

/* With the rename policy: the first name that looks free, so that the state can be told before the
 * file gets it. */
static void choose_name(struct publisher *publisher, struct entry *entry)
{
    for (; entry->number <= RENAME_TRIES; entry->number++) {
        if (entry->number > 1)
            name_add_number(entry->wanted, entry->number, entry->name);
        struct stat status;
        int result = root_stat(publisher->root, entry->name, &status);
        if (result == -ENOENT)
            return;
        if (result < 0) {
            refuse_errno(publisher, entry, -result);
            return;
        }
        if (entry->number == 1 && !S_ISREG(status.st_mode)) {
            refuse(publisher, entry, FAILURE_EXISTS, NOT_A_FILE);
            return;
        }
    }
    refuse(publisher, entry, FAILURE_EXISTS, "too many files have this name and a number");
}

/* Remembers the URL's row of an earlier run, for the case that this file gets no name. */
static void keep_old_row(struct publisher *publisher, struct entry *entry)
{
    struct state_row row;
    if (!publisher->has_history || entry->is_noted ||
        !state_find(publisher->state, entry->job->key, &row))
        return;
    row.url = memory_copy_string(row.url);
    row.name = memory_copy_string(row.name);
    row.etag = memory_copy_string(row.etag);
    row.type = memory_copy_string(row.type);
    entry->row = row;
    entry->had_row = true;
}

static bool put_entry(struct publisher *publisher, struct entry *entry, int64_t now_us,
                      struct error *error)
{
    const struct job *job = entry->job;
    keep_old_row(publisher, entry);
    struct state_row row = {
        .key = job->key,
        .url = job->listed,
        .name = entry->name,
        .size = job->outcome.file_bytes,
        .modified = -1, /* whether the server's time was set is not known here */
        .etag = job->outcome.etag,
        .last_modified = job->outcome.last_modified,
        .type = job->outcome.detected_type,
        .downloaded_us = now_us,
    };
    return state_put(publisher->state, &row, error);
}

/* One transaction for all that wait. */
static bool put_all(struct publisher *publisher, struct batch batch, struct error *error)
{
    int64_t now_us = clock_wall_us();
    bool is_put = state_begin(publisher->state, error);
    for (size_t i = 0; i < batch.count && is_put; i++)
        if (batch.entries[i].stage == ENTRY_WAITING)
            is_put = put_entry(publisher, &batch.entries[i], now_us, error);
    return is_put && state_commit(publisher->state, error);
}

/* Complete files are worth more than the reserve: on a full disk their names go in its place. */
static bool note(struct publisher *publisher, struct batch batch, struct error *error)
{
    bool is_noted = put_all(publisher, batch, error);
    if (!is_noted && failure_of(state_failure(publisher->state)) == FAILURE_DISK_FULL) {
        root_free_reserve(publisher->root);
        is_noted = put_all(publisher, batch, error);
    }
    if (!is_noted)
        return refuse_all(publisher, batch, state_failure(publisher->state), error);
    for (size_t i = 0; i < batch.count; i++)
        if (batch.entries[i].stage == ENTRY_WAITING)
            batch.entries[i].is_noted = true;
    return true;
}

static int sync_file(struct publisher *publisher, const struct entry *entry)
{
    int descriptor = root_open_existing_temporary(publisher->root, entry->job->temporary);
    if (descriptor < 0)
        return descriptor;
    int result = fdatasync(descriptor) < 0 ? -errno : 0;
    close(descriptor);
    return result;
}

static bool sync_data(struct publisher *publisher, struct batch batch, struct error *error)
{
    int result = 0;
    if (publisher->sync == SYNC_BATCH)
        result = root_sync_filesystem(publisher->root);
    else if (publisher->sync == SYNC_FILE)
        result = sync_file(publisher, batch.entries);
    if (result == 0)
        return true;
    error_set_errno(error, ERROR_LOCAL, -result, "cannot bring files to the disk in %s",
                    root_path(publisher->root));
    return refuse_all(publisher, batch, -result, error);
}

static void give_name(struct publisher *publisher, struct entry *entry)
{
    struct root *root = publisher->root;
    const char *temporary = entry->job->temporary;
    bool replaces = entry->job->owns_existing;
    int result = replaces ? root_replace(root, temporary, entry->name)
                          : root_publish(root, temporary, entry->name);
    if (result == -EEXIST && !replaces && publisher->existing == EXISTING_OVERWRITE)
        result = root_replace(root, temporary, entry->name);
    struct stat status;
    if (result == 0) {
        entry->job->temporary[0] = '\0';
        entry->stage = ENTRY_NAMED;
    } else if (result != -EEXIST) {
        refuse_errno(publisher, entry, -result);
    } else if (entry->number == 1 && root_stat(root, entry->name, &status) == 0 &&
               !S_ISREG(status.st_mode)) {
        refuse(publisher, entry, FAILURE_EXISTS, NOT_A_FILE);
    } else if (publisher->existing == EXISTING_RENAME && !replaces) {
        entry->number++; /* somebody was faster: another round, with the next name */
    } else {
        yield_to_existing(publisher, entry);
    }
}

/* Names may be called downloaded once the directory has them for good. */
static bool settle(struct publisher *publisher, struct batch batch, struct error *error)
{
    int result = publisher->sync == SYNC_NONE ? 0 : root_sync_directory(publisher->root);
    if (result < 0)
        error_set_errno(error, ERROR_LOCAL, -result, "cannot bring names to the disk in %s",
                        root_path(publisher->root));
    for (size_t i = 0; i < batch.count; i++) {
        struct entry *entry = &batch.entries[i];
        if (entry->stage != ENTRY_NAMED)
            continue;
        struct outcome *outcome = &entry->job->outcome;
        entry->stage = ENTRY_PUBLISHED; /* also after a failed sync: the file is there */
        if (result < 0) {
            job_fail(entry->job, failure_of(-result), error->text);
            continue;
        }
        outcome->status = STATUS_DOWNLOADED;
        outcome->failure = FAILURE_NONE;
        free(outcome->path);
        outcome->path = memory_copy_string(entry->name);
    }
    return result == 0 || refuse_all(publisher, batch, -result, error);
}

static bool forget(struct publisher *publisher, const struct entry *entry, struct error *error)
{
    return entry->had_row ? state_put(publisher->state, &entry->row, error)
                          : state_remove(publisher->state, entry->job->key, error);
}

/* What was noted of files that got no name is taken back. */
static bool take_back(struct publisher *publisher, struct batch batch, struct error *error)
{
    bool has_begun = false;
    bool is_fine = true;
    for (size_t i = 0; i < batch.count && is_fine; i++) {
        const struct entry *entry = &batch.entries[i];
        if (entry->stage != ENTRY_REFUSED || !entry->is_noted)
            continue;
        is_fine = has_begun || state_begin(publisher->state, error);
        has_begun = is_fine;
        is_fine = is_fine && forget(publisher, entry, error);
    }
    if (is_fine && has_begun)
        is_fine = state_commit(publisher->state, error);
    if (!is_fine)
        publisher->failure = state_failure(publisher->state);
    return is_fine;
}

static bool has_waiting(struct batch batch)
{
    for (size_t i = 0; i < batch.count; i++)
        if (batch.entries[i].stage == ENTRY_WAITING)
            return true;
    return false;
}

/* One round, but for files whose chosen name was taken at the last moment: they go through all of
 * it again with another, because the state must know a name before it appears. */
static bool publish_batch(struct publisher *publisher, struct batch batch, struct error *error)
{
    bool is_fine = true;
    for (;;) {
        for (size_t i = 0; i < batch.count && publisher->existing == EXISTING_RENAME; i++)
            if (batch.entries[i].stage == ENTRY_WAITING && !batch.entries[i].job->owns_existing)
                choose_name(publisher, &batch.entries[i]);
        if (!has_waiting(batch)) /* in particular after a failure */
            break;
        is_fine = note(publisher, batch, error) && sync_data(publisher, batch, error);
        for (size_t i = 0; i < batch.count && is_fine; i++)
            if (batch.entries[i].stage == ENTRY_WAITING)
                give_name(publisher, &batch.entries[i]);
        is_fine = is_fine && settle(publisher, batch, error);
    }
    struct error second; /* the first one counts */
    return take_back(publisher, batch, is_fine ? error : &second) && is_fine;
}

static bool publish_one_by_one(struct publisher *publisher, struct batch batch, struct error *error)
{
    if (!publisher->syncs_commits && !state_sync_commits(publisher->state, error))
        return refuse_all(publisher, batch, state_failure(publisher->state), error);
    publisher->syncs_commits = true;
    for (size_t i = 0; i < batch.count; i++)
        if (!publish_batch(publisher, (struct batch){&batch.entries[i], 1}, error))
            return refuse_all(publisher, batch, publisher->failure, error);
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
    publisher->has_history = !state_is_empty(state);
    return publisher;
}

void publisher_destroy(struct publisher *publisher)
{
    free(publisher);
}

bool publisher_publish(struct publisher *publisher, struct job *const *jobs, size_t count,
                       struct error *error)
{
    struct error ignored;
    if (error == NULL)
        error = &ignored; /* its text goes into outcomes, too */
    struct batch batch = {.entries = memory_allocate_zeroed(count, sizeof(struct entry))};
    for (size_t i = 0; i < count; i++)
        if (jobs[i]->temporary[0] != '\0')
            add_entry(&batch.entries[batch.count++], jobs[i]);
    bool is_fine = publisher->sync == SYNC_FILE ? publish_one_by_one(publisher, batch, error)
                                                : publish_batch(publisher, batch, error);
    for (size_t i = 0; i < batch.count; i++)
        if (batch.entries[i].had_row)
            free_row(&batch.entries[i].row);
    free(batch.entries);
    return is_fine;
}
