#include "app/recorder.h"

#include "app/record_inbox.h"
#include "app/record_order.h"
#include "app/record_writer.h"
#include "app/stop_reason.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/thread.h"
#include "io/state.h"

#include <stdatomic.h>
#include <stdlib.h>

#define BATCH_DELAY_US CLOCK_SECOND_US
#define GATHER_DELAY_US 100000 /* without batches: one transaction serves several jobs */
#define HURRIED_DELAY_US 20000 /* the producer waits for what these jobs hold */
#define CHECKPOINT_US (10 * CLOCK_SECOND_US)
#define SPACE_CHECK_US (CLOCK_SECOND_US / 2)
#define SHARE_LEAST 100 /* a share of fewer URLs says little while the run goes on */

struct recorder {
    struct recorder_settings settings;
    struct thread thread;
    struct record_inbox *inbox;
    struct publisher *publisher;
    struct naming *naming;      /* NULL when names are given before */
    struct record_order *order; /* NULL too, then */
    struct record_writer *writer;
    /* touched by the recorder's thread only */
    struct job_batch batch;
    int64_t checkpoint_us;
    int64_t space_us;
    size_t in_exec;     /* published, with the pool of --exec */
    struct error error; /* the first one */
    /* what was pushed and counts for --max-failures: a batch may wait long for its turn */
    _Atomic uint64_t failed;
};

static void stop_run(struct recorder *recorder, const struct error *error, enum stop_reason reason)
{
    if (recorder->error.kind == ERROR_NONE)
        recorder->error = *error;
    /* In this order: what is freed is for the records, not for what workers still write. */
    cancel_raise(recorder->settings.cancel, CANCEL_ABORT, reason);
    root_free_reserve(recorder->settings.root);
}

static void write_records(struct recorder *recorder)
{
    struct error error;
    switch (record_writer_flush(recorder->writer, &error)) {
    case RECORD_WRITER_FINE:
        break;
    case RECORD_WRITER_NO_READER:
        if (recorder->error.kind == ERROR_NONE)
            recorder->error = error;
        cancel_raise(recorder->settings.cancel, CANCEL_DRAIN, STOP_OUTPUT);
        break;
    case RECORD_WRITER_BROKEN:
        stop_run(recorder, &error, STOP_LOCAL);
        break;
    }
}

/* Names in the order of the list, with what earlier runs and servers say. */
static void give_name(struct recorder *recorder, struct job *job)
{
    if (recorder->naming == NULL)
        return;
    if (job->has_history) {
        naming_keep(recorder->naming, job->name);
    } else if (job->name != NULL) {
        naming_use_server_name(job);
        naming_claim(recorder->naming, job);
    }
}

/* What is now known of a file that is there: 0 = nothing new. */
static int64_t new_checks(const struct job *job)
{
    if (job->outcome.status == STATUS_KEPT && job->has_new_checks)
        return (int64_t)job->checks;
    if (job->outcome.status == STATUS_FAILED && job->is_published)
        return STATE_CHECKS_REFUSED;
    return 0;
}

/* What was found to hold of kept files need not be looked at again, and what a program refused is
 * not kept. A state that cannot be written now costs only that. */
static void note_checks(struct recorder *recorder, struct job *const *jobs, size_t count)
{
    struct state *state = recorder->settings.state;
    struct error ignored;
    bool has_begun = false;
    for (size_t i = 0; i < count && state != NULL; i++) {
        int64_t checks = new_checks(jobs[i]);
        if (checks == 0)
            continue;
        has_begun = has_begun || state_begin(state, &ignored);
        if (!has_begun || !state_confirm(state, jobs[i]->key, checks, &ignored))
            return;
    }
    if (has_begun)
        (void)state_commit(state, &ignored);
}

static void publish(struct recorder *recorder, struct job **jobs, size_t count)
{
    struct job **verified = memory_allocate_zeroed(count, sizeof(struct job *));
    size_t verified_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!jobs[i]->is_published)
            give_name(recorder, jobs[i]);
        if (jobs[i]->temporary[0] != '\0')
            verified[verified_count++] = jobs[i];
    }
    struct error error;
    if (verified_count > 0 &&
        !publisher_publish(recorder->publisher, verified, verified_count, &error))
        stop_run(recorder, &error, STOP_LOCAL);
    for (size_t i = 0; i < count; i++) {
        if (jobs[i]->outcome.failure == FAILURE_DISK_FULL) {
            error_set(&error, ERROR_LOCAL, "the disk is full: %s",
                      root_path(recorder->settings.root));
            stop_run(recorder, &error, STOP_LOCAL);
        }
    }
    free(verified);
}

/* Published files go to the programs of --exec first, and come back as what is only to be recorded.
 * The batch becomes the others, and their number is returned. */
static size_t give_to_programs(struct recorder *recorder, struct job **jobs, size_t count)
{
    struct exec_pool *exec = recorder->settings.exec;
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        struct job *job = jobs[i];
        recorder->in_exec -= job->is_published;
        if (exec == NULL || job->is_published || job->outcome.status != STATUS_DOWNLOADED) {
            jobs[left++] = job;
            continue;
        }
        job->is_published = true;
        recorder->in_exec++;
        exec_pool_push(exec, job);
    }
    return left;
}

/* --ok-status and --max-failures. */
static void judge_failures(struct recorder *recorder, struct job *const *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        jobs[i]->is_accepted = status_set_has(&recorder->settings.accepted, jobs[i]->outcome.http);
}

static void look_after_failures(struct recorder *recorder)
{
    const struct failure_limit *limit = &recorder->settings.failure_limit;
    if (!limit->is_set)
        return;
    struct counts counts = results_counts(recorder->settings.results);
    uint64_t failed = counts.by_status[STATUS_FAILED] - counts.accepted;
    bool is_early = limit->is_share && counts.total < SHARE_LEAST;
    if (!is_early && failure_limit_is_exceeded(limit, failed, counts.total))
        cancel_raise(recorder->settings.cancel, CANCEL_DRAIN, STOP_FAILURES);
}

static void record(struct recorder *recorder, struct job **jobs, size_t count)
{
    const struct recorder_settings *settings = &recorder->settings;
    publish(recorder, jobs, count);
    note_checks(recorder, jobs, count);
    count = give_to_programs(recorder, jobs, count);
    judge_failures(recorder, jobs, count);
    for (size_t i = 0; i < count; i++) {
        if (!record_writer_add(recorder->writer, jobs[i]))
            write_records(recorder);
    }
    write_records(recorder);
    /* After the lines: whoever sees a count finds at least as many of them. */
    results_add(settings->results, jobs, count, settings->start_us);
    size_t released = 0;
    for (size_t i = 0; i < count; i++) {
        settings->on_record(settings->context, jobs[i]);
        released += jobs[i]->charged;
        job_destroy(jobs[i]);
    }
    budget_release(settings->budget, released);
    look_after_failures(recorder);
}

static void look_after_space(struct recorder *recorder)
{
    const struct recorder_settings *settings = &recorder->settings;
    recorder->space_us = clock_monotonic_us() + SPACE_CHECK_US;
    if (settings->root == NULL)
        return;
    int64_t free_bytes = root_free_bytes(settings->root);
    bool is_enough = free_bytes < 0 || free_bytes >= settings->min_free_bytes;
    if (is_enough || recorder->error.kind != ERROR_NONE)
        return;
    char left[NUMBER_SIZE];
    char wanted[NUMBER_SIZE];
    struct error error;
    error_set(&error, ERROR_LOCAL,
              "not enough disk space: %s free under %s, --min-free asks for %s",
              number_format_bytes(left, free_bytes), root_path(settings->root),
              number_format_bytes(wanted, settings->min_free_bytes));
    stop_run(recorder, &error, STOP_LOCAL);
}

static void look_after_run(struct recorder *recorder)
{
    const struct recorder_settings *settings = &recorder->settings;
    int64_t now_us = clock_monotonic_us();
    if (now_us >= recorder->checkpoint_us) {
        recorder->checkpoint_us = now_us + CHECKPOINT_US;
        settings->on_checkpoint(settings->context);
    }
    if (now_us >= recorder->space_us)
        look_after_space(recorder);
}

/* Waits until a batch is due. False when stopping and nothing is left. */
static bool take_batch(struct recorder *recorder)
{
    const struct recorder_settings *settings = &recorder->settings;
    bool is_batched = settings->sync == SYNC_BATCH && settings->root != NULL;
    struct record_inbox_wait wait = {
        .delay_us = is_batched ? BATCH_DELAY_US : GATHER_DELAY_US,
        .hurried_delay_us = HURRIED_DELAY_US,
        .until_us = recorder->space_us,
        .has_more = recorder->in_exec > 0,
    };
    return record_inbox_take(recorder->inbox, &wait, &recorder->batch);
}

/* Keeps back what must wait for earlier lines; the batch becomes what need not. */
static void put_in_order(struct recorder *recorder)
{
    struct job_batch *batch = &recorder->batch;
    if (recorder->order == NULL)
        return;
    size_t count = batch->count;
    batch->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (batch->jobs[i]->is_published) /* it had its turn */
            batch->jobs[batch->count++] = batch->jobs[i];
        else
            record_order_push(recorder->order, batch->jobs[i]);
    }
    struct job *job;
    while ((job = record_order_next(recorder->order)) != NULL)
        job_batch_add(batch, job);
}

static void recorder_body(void *context)
{
    struct recorder *recorder = context;
    while (take_batch(recorder)) {
        put_in_order(recorder);
        if (recorder->batch.count > 0)
            record(recorder, recorder->batch.jobs, recorder->batch.count);
        look_after_run(recorder);
    }
}

/* Names that wait for files are given with the recorder's own view of what is there. */
static void create_naming(struct recorder *recorder)
{
    const struct recorder_settings *settings = &recorder->settings;
    if (settings->naming == NULL)
        return;
    struct naming_settings naming = *settings->naming;
    naming.root = settings->root;
    naming.state = state_is_empty(recorder->settings.state) ? NULL : recorder->settings.state;
    naming.existing = settings->existing;
    recorder->naming = naming_create(&naming);
    recorder->settings.naming = NULL; /* lent for the creation only */
    recorder->order = record_order_create();
}

struct recorder *recorder_create(const struct recorder_settings *settings, struct error *error)
{
    struct recorder *recorder = memory_allocate_zeroed(1, sizeof *recorder);
    recorder->settings = *settings;
    recorder->inbox = record_inbox_create();
    recorder->checkpoint_us = clock_monotonic_us() + CHECKPOINT_US;
    if (settings->root != NULL)
        recorder->publisher =
            publisher_create(settings->root, settings->state, settings->sync, settings->existing);
    recorder->writer = record_writer_create(settings->folder, settings->root, settings->cancel,
                                            settings->json_descriptor, settings->redaction, error);
    if (recorder->writer == NULL) {
        recorder_destroy(recorder);
        return NULL;
    }
    create_naming(recorder);
    return recorder;
}

void recorder_add_waiter(struct recorder *recorder, struct hook wake)
{
    record_inbox_add_waiter(recorder->inbox, wake);
}

bool recorder_start(struct recorder *recorder, struct error *error)
{
    look_after_space(recorder); /* before anything is downloaded */
    return thread_start(&recorder->thread, "recorder", recorder_body, recorder, error);
}

/* One failure too many stops the run at once; a share is looked at with each batch. */
static void count_failure(struct recorder *recorder, const struct job *job)
{
    const struct recorder_settings *settings = &recorder->settings;
    const struct failure_limit *limit = &settings->failure_limit;
    bool has_failed = job->outcome.status == STATUS_FAILED && job->outcome.failure != FAILURE_NONE;
    if (!limit->is_set || limit->is_share || !has_failed ||
        status_set_has(&settings->accepted, job->outcome.http))
        return;
    if (failure_limit_is_exceeded(limit, atomic_fetch_add(&recorder->failed, 1) + 1, 0))
        cancel_raise(settings->cancel, CANCEL_DRAIN, STOP_FAILURES);
}

void recorder_push(struct recorder *recorder, struct job *job)
{
    count_failure(recorder, job);
    record_inbox_push(recorder->inbox, job);
}

bool recorder_is_full(struct recorder *recorder)
{
    return record_inbox_is_full(recorder->inbox);
}

void recorder_wait_for_room(struct recorder *recorder)
{
    record_inbox_wait_for_room(recorder->inbox);
}

void recorder_hurry(struct recorder *recorder, bool is_hurried)
{
    record_inbox_hurry(recorder->inbox, is_hurried);
}

void recorder_stop(struct recorder *recorder)
{
    record_inbox_stop(recorder->inbox);
    thread_join(&recorder->thread);
}

void recorder_destroy(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    publisher_destroy(recorder->publisher);
    naming_destroy(recorder->naming);
    record_order_destroy(recorder->order);
    record_writer_destroy(recorder->writer);
    record_inbox_destroy(recorder->inbox);
    free(recorder->batch.jobs);
    free(recorder);
}

const struct highlights *recorder_highlights(const struct recorder *recorder)
{
    return record_writer_highlights(recorder->writer);
}

bool recorder_is_sound(const struct recorder *recorder, struct error *error)
{
    if (recorder->error.kind == ERROR_NONE)
        return true;
    *error = recorder->error;
    return false;
}
