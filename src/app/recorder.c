#include "app/recorder.h"

#include "app/record_order.h"
#include "app/record_writer.h"
#include "app/stop_reason.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/thread.h"
#include "io/state.h"

#include <stdlib.h>

#define BATCH_JOBS 1000
#define FULL_JOBS 2000
#define BATCH_DELAY_US CLOCK_SECOND_US
#define GATHER_DELAY_US 20000 /* without batches: one transaction serves several jobs */
#define CHECKPOINT_US (10 * CLOCK_SECOND_US)
#define SPACE_CHECK_US (CLOCK_SECOND_US / 2)

struct recorder {
    struct recorder_settings settings;
    struct thread thread;
    struct state *state;
    struct publisher *publisher;
    struct naming *naming;      /* NULL when names are given before */
    struct record_order *order; /* NULL too, then */
    struct record_writer *writer;
    struct hook *waiters;
    size_t waiter_count;

    /* touched by the recorder's thread only */
    struct job **batch;
    size_t batch_capacity;
    int64_t checkpoint_us;
    int64_t space_us;
    struct error error; /* the first one */

    struct lock lock; /* guards everything below */
    struct condition pushed;
    struct condition has_room;
    struct job **inbox;
    size_t inbox_count;
    size_t inbox_capacity;
    int64_t oldest_us; /* when the first job of the inbox came */
    bool is_full;
    bool is_hurried;
    bool is_stopping;
};

static void stop_run(struct recorder *recorder, const struct error *error, enum stop_reason reason)
{
    if (recorder->error.kind == ERROR_NONE)
        recorder->error = *error;
    root_free_reserve(recorder->settings.root);
    cancel_raise(recorder->settings.cancel, CANCEL_ABORT, reason);
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

/* What was found to hold of kept files need not be looked at again. A state that cannot be written
 * now costs only that. */
static void confirm_kept(struct recorder *recorder, struct job *const *jobs, size_t count)
{
    struct error ignored;
    bool has_begun = false;
    for (size_t i = 0; i < count; i++) {
        if (jobs[i]->outcome.status != STATUS_KEPT || !jobs[i]->has_new_checks)
            continue;
        has_begun = has_begun || state_begin(recorder->state, &ignored);
        if (!has_begun ||
            !state_confirm(recorder->state, jobs[i]->key, (int64_t)jobs[i]->checks, &ignored))
            return;
    }
    if (has_begun)
        (void)state_commit(recorder->state, &ignored);
}

static void publish(struct recorder *recorder, struct job **jobs, size_t count)
{
    struct job **verified = memory_allocate_zeroed(count, sizeof(struct job *));
    size_t verified_count = 0;
    for (size_t i = 0; i < count; i++) {
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

static void record(struct recorder *recorder, struct job **jobs, size_t count)
{
    const struct recorder_settings *settings = &recorder->settings;
    publish(recorder, jobs, count);
    confirm_kept(recorder, jobs, count);
    results_add(settings->results, jobs, count, clock_monotonic_us() - settings->start_us);
    for (size_t i = 0; i < count; i++) {
        if (!record_writer_add(recorder->writer, jobs[i]))
            write_records(recorder);
    }
    write_records(recorder);
    size_t released = 0;
    for (size_t i = 0; i < count; i++) {
        settings->on_record(settings->context, jobs[i]);
        released += jobs[i]->charged;
        job_destroy(jobs[i]);
    }
    budget_release(settings->budget, released);
}

static void look_after_space(struct recorder *recorder)
{
    const struct recorder_settings *settings = &recorder->settings;
    recorder->space_us = clock_monotonic_us() + SPACE_CHECK_US;
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
static bool take_batch(struct recorder *recorder, size_t *out_count)
{
    bool is_batched = recorder->settings.sync == SYNC_BATCH;
    bool was_full = false;
    lock_acquire(&recorder->lock);
    while (recorder->inbox_count < BATCH_JOBS && !recorder->is_stopping) {
        int64_t until_us = recorder->space_us;
        if (recorder->inbox_count > 0)
            until_us = recorder->oldest_us +
                       (is_batched && !recorder->is_hurried ? BATCH_DELAY_US : GATHER_DELAY_US);
        if (!condition_wait_until(&recorder->pushed, &recorder->lock, until_us))
            break; /* the time has come */
    }
    bool goes_on = recorder->inbox_count > 0 || !recorder->is_stopping;
    size_t count = recorder->inbox_count;
    struct job **empty = recorder->batch;
    size_t empty_capacity = recorder->batch_capacity;
    recorder->batch = recorder->inbox;
    recorder->batch_capacity = recorder->inbox_capacity;
    recorder->inbox = empty;
    recorder->inbox_capacity = empty_capacity;
    recorder->inbox_count = 0;
    was_full = recorder->is_full;
    recorder->is_full = false;
    if (was_full)
        condition_broadcast(&recorder->has_room);
    lock_release(&recorder->lock);

    for (size_t i = 0; was_full && i < recorder->waiter_count; i++)
        hook_call(recorder->waiters[i]);
    *out_count = count;
    return goes_on;
}

/* Keeps back what must wait for earlier lines; the batch becomes what need not, and its length is
 * returned. */
static size_t put_in_order(struct recorder *recorder, size_t count)
{
    if (recorder->order == NULL)
        return count;
    for (size_t i = 0; i < count; i++)
        record_order_push(recorder->order, recorder->batch[i]);
    size_t ready = 0;
    struct job *job;
    while ((job = record_order_next(recorder->order)) != NULL) {
        if (ready == recorder->batch_capacity) {
            recorder->batch_capacity *= 2;
            recorder->batch =
                memory_resize(recorder->batch, recorder->batch_capacity, sizeof(struct job *));
        }
        recorder->batch[ready++] = job;
    }
    return ready;
}

static void recorder_body(void *context)
{
    struct recorder *recorder = context;
    size_t count = 0;
    while (take_batch(recorder, &count)) {
        count = put_in_order(recorder, count);
        if (count > 0)
            record(recorder, recorder->batch, count);
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
    naming.state = state_is_empty(recorder->state) ? NULL : recorder->state;
    naming.existing = settings->existing;
    recorder->naming = naming_create(&naming);
    recorder->settings.naming = NULL; /* lent for the creation only */
    recorder->order = record_order_create();
}

struct recorder *recorder_create(const struct recorder_settings *settings, struct error *error)
{
    struct recorder *recorder = memory_allocate_zeroed(1, sizeof *recorder);
    recorder->settings = *settings;
    recorder->inbox_capacity = recorder->batch_capacity = 2 * FULL_JOBS;
    recorder->inbox = memory_allocate_zeroed(recorder->inbox_capacity, sizeof(struct job *));
    recorder->batch = memory_allocate_zeroed(recorder->inbox_capacity, sizeof(struct job *));
    lock_init(&recorder->lock, LOCK_RANK_RECORDER);
    condition_init(&recorder->pushed);
    condition_init(&recorder->has_room);
    recorder->checkpoint_us = clock_monotonic_us() + CHECKPOINT_US;
    recorder->state = state_open(settings->root, error);
    if (recorder->state != NULL)
        recorder->publisher =
            publisher_create(settings->root, recorder->state, settings->sync, settings->existing);
    if (recorder->publisher != NULL)
        recorder->writer =
            record_writer_create(settings->folder, settings->root, settings->cancel,
                                 settings->json_descriptor, settings->redaction, error);
    if (recorder->writer == NULL) {
        recorder_destroy(recorder);
        return NULL;
    }
    create_naming(recorder);
    return recorder;
}

bool recorder_has_history(struct recorder *recorder)
{
    return !state_is_empty(recorder->state);
}

void recorder_add_waiter(struct recorder *recorder, struct hook wake)
{
    size_t count = recorder->waiter_count + 1;
    recorder->waiters = memory_resize(recorder->waiters, count, sizeof *recorder->waiters);
    recorder->waiters[recorder->waiter_count++] = wake;
}

bool recorder_start(struct recorder *recorder, struct error *error)
{
    look_after_space(recorder); /* before anything is downloaded */
    return thread_start(&recorder->thread, "recorder", recorder_body, recorder, error);
}

void recorder_push(struct recorder *recorder, struct job *job)
{
    lock_acquire(&recorder->lock);
    if (recorder->inbox_count == recorder->inbox_capacity) {
        recorder->inbox_capacity *= 2;
        recorder->inbox =
            memory_resize(recorder->inbox, recorder->inbox_capacity, sizeof(struct job *));
    }
    if (recorder->inbox_count == 0)
        recorder->oldest_us = clock_monotonic_us();
    recorder->inbox[recorder->inbox_count++] = job;
    if (recorder->inbox_count >= FULL_JOBS)
        recorder->is_full = true;
    /* In between, the recorder wakes by its own time limit. */
    if (recorder->inbox_count == 1 || recorder->inbox_count == BATCH_JOBS)
        condition_signal(&recorder->pushed);
    lock_release(&recorder->lock);
}

bool recorder_is_full(struct recorder *recorder)
{
    lock_acquire(&recorder->lock);
    bool is_full = recorder->is_full;
    lock_release(&recorder->lock);
    return is_full;
}

void recorder_wait_for_room(struct recorder *recorder)
{
    lock_acquire(&recorder->lock);
    while (recorder->is_full)
        condition_wait(&recorder->has_room, &recorder->lock);
    lock_release(&recorder->lock);
}

void recorder_hurry(struct recorder *recorder, bool is_hurried)
{
    lock_acquire(&recorder->lock);
    recorder->is_hurried = is_hurried;
    condition_signal(&recorder->pushed);
    lock_release(&recorder->lock);
}

void recorder_stop(struct recorder *recorder)
{
    lock_acquire(&recorder->lock);
    recorder->is_stopping = true;
    condition_signal(&recorder->pushed);
    lock_release(&recorder->lock);
    thread_join(&recorder->thread);
}

void recorder_destroy(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    publisher_destroy(recorder->publisher);
    naming_destroy(recorder->naming);
    record_order_destroy(recorder->order);
    state_close(recorder->state);
    record_writer_destroy(recorder->writer);
    condition_clear(&recorder->pushed);
    condition_clear(&recorder->has_room);
    lock_clear(&recorder->lock);
    free(recorder->waiters);
    free(recorder->inbox);
    free(recorder->batch);
    free(recorder);
}

bool recorder_is_sound(const struct recorder *recorder, struct error *error)
{
    if (recorder->error.kind == ERROR_NONE)
        return true;
    *error = recorder->error;
    return false;
}
