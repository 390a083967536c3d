#include "app/producer.h"

#include "app/stop_reason.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "io/source.h"
#include "model/key.h"
#include "model/name_table.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long a run that stops early reads on, to record what it does not try. */
#define READ_ON_US (10 * CLOCK_SECOND_US)

struct producer {
    struct producer_settings settings;
    struct thread thread;
    struct source **sources; /* one per operand; NULL for a URL */
    struct key_set *seen;
    struct name_table *names;
    bool root_is_empty; /* at the start: nothing is in the way, but what comes during the run */
    int64_t read_on_until_us; /* 0 = not stopping */

    struct error error;

    struct lock lock; /* guards input */
    struct report_input input;

    /* written by the producer's thread, read by progress */
    _Atomic uint64_t total;
    atomic_bool is_final;
};

static bool is_url(const char *operand)
{
    return strstr(operand, "://") != NULL;
}

static bool is_stopping(const struct producer *producer)
{
    return cancel_level(producer->settings.cancel) != CANCEL_NONE;
}

static void record(struct producer *producer, struct job *job)
{
    recorder_wait_for_room(producer->settings.recorder);
    recorder_push(producer->settings.recorder, job);
}

static void record_as(struct producer *producer, struct job *job, enum status status)
{
    job->outcome.status = status;
    job->outcome.failure = FAILURE_NONE;
    record(producer, job);
}

static bool is_taken(void *context, const char *name)
{
    struct producer *producer = context;
    struct stat status;
    /* With --if-exists rename, numbers are given here, in list order, and not as files come. */
    if (producer->settings.existing == EXISTING_RENAME && !producer->root_is_empty &&
        root_stat(producer->settings.root, name, &status) == 0 && S_ISREG(status.st_mode))
        return true;
    /* The key is zero: a row of this very URL would have been found before. */
    return producer->settings.state != NULL &&
           state_name_is_taken(producer->settings.state, name, (struct key){0, 0});
}

/* What an earlier run made of this URL. True when the job needs nothing more. */
static bool is_kept(struct producer *producer, struct job *job)
{
    struct state_row row;
    if (producer->settings.state == NULL || !state_find(producer->settings.state, job->key, &row))
        return false;
    if (!name_is_safe(row.name))
        return false; /* whoever wrote that, it was not haul */
    snprintf(job->name, sizeof job->name, "%s", row.name);
    job->has_history = true;
    name_table_add(producer->names, job->name);
    struct stat status;
    int result = root_stat(producer->settings.root, job->name, &status);
    if (result != 0 || !S_ISREG(status.st_mode) || status.st_size != row.size)
        return false;
    job->outcome.path = memory_copy_string(row.name);
    job->outcome.file_bytes = row.size;
    job->outcome.etag = memory_copy_string(row.etag);
    job->outcome.last_modified = row.last_modified;
    return true;
}

static void give_name(struct producer *producer, struct job *job)
{
    if (job->name[0] != '\0')
        return; /* an earlier run gave it */
    size_t length = 0;
    const char *segment = url_last_segment(&job->origin, &length);
    char wanted[NAME_SIZE];
    name_construct(segment, length, wanted);
    name_table_claim(producer->names, wanted, (struct name_owner){is_taken, producer}, job->name);
    job->wants_extension = job->name[name_extension(job->name)] == '\0';
}

/* Something is under the name already. True when that decides the job without a request. */
static bool is_in_the_way(struct producer *producer, struct job *job)
{
    enum existing_policy policy = producer->settings.existing;
    struct stat status;
    if (producer->root_is_empty)
        return false; /* the publisher has the last word in any case */
    if (job->wants_extension)
        return false; /* the name is not complete before the type is known */
    int result = root_stat(producer->settings.root, job->name, &status);
    if (result == -ENOENT)
        return false;
    if (result != 0) {
        job_fail(job, FAILURE_IO, strerror(-result));
        return true;
    }
    if (!S_ISREG(status.st_mode)) {
        job_fail(job, FAILURE_EXISTS, "something that is no regular file has this name");
        return true;
    }
    if (policy == EXISTING_OVERWRITE || policy == EXISTING_RENAME)
        return false;
    job_fail(job, FAILURE_EXISTS,
             job->has_history ? "the file has changed since it was downloaded"
                              : "a file that this URL did not make has this name");
    if (policy == EXISTING_SKIP)
        job->outcome.status = STATUS_SKIPPED;
    return true;
}

static void count_item(struct producer *producer, unsigned duplicates, unsigned invalid)
{
    lock_acquire(&producer->lock);
    producer->input.duplicates += duplicates;
    producer->input.invalid += invalid;
    lock_release(&producer->lock);
}

static void count_lines(struct producer *producer, const struct source_counts *before,
                        const struct source_counts *now)
{
    lock_acquire(&producer->lock);
    producer->input.lines += now->lines - before->lines;
    producer->input.comments += now->comments - before->comments;
    producer->input.blank += now->blank - before->blank;
    lock_release(&producer->lock);
}

/* Parses and identifies; true when there is something to download. */
static bool is_wanted(struct producer *producer, struct job *job, const char *problem)
{
    enum failure failure = FAILURE_BAD_URL;
    if (problem == NULL &&
        url_parse(job->listed, strlen(job->listed), &job->origin, &failure, &problem)) {
        job->key = url_key(&job->origin);
        if (key_set_add(producer->seen, job->key, job->index, &job->outcome.duplicate_of))
            return true;
        count_item(producer, 1, 0);
        record_as(producer, job, STATUS_DUPLICATE);
        return false;
    }
    count_item(producer, 0, 1);
    job_fail(job, failure, problem);
    record(producer, job);
    return false;
}

static void take_item(struct producer *producer, const char *source, const struct source_item *item)
{
    uint64_t index = atomic_load_explicit(&producer->total, memory_order_relaxed) + 1;
    struct job *job = job_create(index, source, item->line, item->url, item->url_length);
    budget_acquire(producer->settings.budget, job_weight(job));
    atomic_store_explicit(&producer->total, index, memory_order_relaxed);
    const char *problem = item->problem;
    if (problem == NULL && memchr(item->url, '\0', item->url_length) != NULL)
        problem = "NUL byte in the URL";
    if (!is_wanted(producer, job, problem))
        return;
    if (is_stopping(producer)) {
        record_as(producer, job, STATUS_NOT_TRIED);
        return;
    }
    if (is_kept(producer, job)) {
        record_as(producer, job, STATUS_KEPT);
        return;
    }
    give_name(producer, job);
    if (is_in_the_way(producer, job)) {
        record(producer, job);
        return;
    }
    job->queued_us = clock_monotonic_us();
    if (!queue_push(producer->settings.queue, job, job->priority))
        record_as(producer, job, STATUS_NOT_TRIED);
}

/* After a stop: regular files are read on for a while, so that the record is complete. */
static bool reads_on(struct producer *producer, const struct source *source)
{
    if (!is_stopping(producer))
        return true;
    int reason = cancel_reason(producer->settings.cancel);
    if (reason < STOP_LOCAL || !source_is_regular(source))
        return false;
    int64_t now_us = clock_monotonic_us();
    if (producer->read_on_until_us == 0)
        producer->read_on_until_us = now_us + READ_ON_US;
    return now_us < producer->read_on_until_us;
}

/* True when the list was read to its end. */
static bool read_list(struct producer *producer, struct source *source)
{
    struct source_item item;
    enum source_answer answer = SOURCE_ITEM;
    struct source_counts before = {0};
    bool goes_on = true;
    while ((goes_on = reads_on(producer, source))) {
        answer = source_next(source, &item, &producer->error);
        struct source_counts now = source_counts(source);
        count_lines(producer, &before, &now);
        before = now;
        if (answer == SOURCE_NOTHING)
            continue;
        if (answer != SOURCE_ITEM)
            break;
        take_item(producer, source_name(source), &item);
    }
    return goes_on && answer == SOURCE_END;
}

static void take_argument(struct producer *producer, const char *url)
{
    struct source_item item = {.url = url, .url_length = strlen(url)};
    count_lines(producer, &(struct source_counts){0}, &(struct source_counts){.lines = 1});
    take_item(producer, "argument", &item);
}

static void producer_body(void *context)
{
    struct producer *producer = context;
    const struct string_list *operands = producer->settings.operands;
    bool is_complete = true;
    producer->root_is_empty = root_is_empty(producer->settings.root);
    for (size_t i = 0; i < operands->count; i++) {
        if (producer->sources[i] == NULL)
            take_argument(producer, operands->items[i]);
        else if (reads_on(producer, producer->sources[i]))
            is_complete = read_list(producer, producer->sources[i]) && is_complete;
        else
            is_complete = false;
    }
    lock_acquire(&producer->lock);
    producer->input.is_complete = is_complete;
    lock_release(&producer->lock);
    atomic_store_explicit(&producer->is_final, true, memory_order_release);
    queue_close(producer->settings.queue);
}

bool producer_check_lists(const struct string_list *operands, struct error *error)
{
    for (size_t i = 0; i < operands->count; i++) {
        if (!is_url(operands->items[i]) && !source_check(operands->items[i], error))
            return false;
    }
    return true;
}

struct producer *producer_create(const struct producer_settings *settings, struct error *error)
{
    const struct string_list *operands = settings->operands;
    struct producer *producer = memory_allocate_zeroed(1, sizeof *producer);
    producer->settings = *settings;
    lock_init(&producer->lock, LOCK_RANK_PRODUCER);
    producer->seen = key_set_create();
    producer->names = name_table_create();
    producer->sources = memory_allocate_zeroed(operands->count + 1, sizeof *producer->sources);
    bool is_ready = true;
    for (size_t i = 0; is_ready && i < operands->count; i++) {
        if (is_url(operands->items[i]))
            continue;
        producer->sources[i] =
            source_open(operands->items[i], cancel_descriptor(settings->cancel), error);
        is_ready = producer->sources[i] != NULL;
        producer->input.files += is_ready;
    }
    if (!is_ready) {
        producer_destroy(producer);
        return NULL;
    }
    return producer;
}

bool producer_start(struct producer *producer, struct error *error)
{
    return thread_start(&producer->thread, "producer", producer_body, producer, error);
}

void producer_join(struct producer *producer)
{
    thread_join(&producer->thread);
}

void producer_destroy(struct producer *producer)
{
    if (producer == NULL)
        return;
    for (size_t i = 0; i < producer->settings.operands->count; i++)
        source_close(producer->sources[i]);
    free(producer->sources);
    key_set_destroy(producer->seen);
    name_table_destroy(producer->names);
    lock_clear(&producer->lock);
    free(producer);
}

struct report_input producer_input(struct producer *producer)
{
    lock_acquire(&producer->lock);
    struct report_input copy = producer->input;
    lock_release(&producer->lock);
    return copy;
}

bool producer_is_sound(const struct producer *producer, struct error *error)
{
    if (producer->error.kind == ERROR_NONE)
        return true;
    *error = producer->error;
    return false;
}

uint64_t producer_total(const struct producer *producer, bool *out_is_final)
{
    *out_is_final = atomic_load_explicit(&producer->is_final, memory_order_acquire);
    return atomic_load_explicit(&producer->total, memory_order_relaxed);
}
