#include "app/producer.h"

#include "app/stop_reason.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#include <stdatomic.h>
#include <stdlib.h>

/* How long a run that stops early reads on, to record what it does not try. */
#define READ_ON_US (10 * CLOCK_SECOND_US)

struct producer {
    struct producer_settings settings;
    struct planner *planner;
    struct thread thread;
    int64_t read_on_until_us; /* 0 = not stopping */
    uint64_t pushed;
    uint64_t duplicates;
    uint64_t invalid;
    bool has_told_window;

    struct error error; /* the first one */

    struct lock lock; /* guards input */
    struct report_input input;

    /* written by the producer's thread, read by progress */
    _Atomic uint64_t total;
    atomic_bool is_final;
};

static bool is_stopping(const struct producer *producer)
{
    return cancel_level(producer->settings.cancel) != CANCEL_NONE;
}

static void record(struct producer *producer, struct job *job)
{
    recorder_wait_for_room(producer->settings.recorder);
    recorder_push(producer->settings.recorder, job);
}

static void publish_input(struct producer *producer, bool is_complete)
{
    struct report_input input = lists_input(producer->settings.lists);
    input.duplicates = producer->duplicates;
    input.invalid = producer->invalid;
    input.is_complete = input.is_complete && is_complete;
    lock_acquire(&producer->lock);
    producer->input = input;
    lock_release(&producer->lock);
}

static void note_error(struct producer *producer, const struct error *error)
{
    if (producer->error.kind == ERROR_NONE)
        producer->error = *error;
}

static void tell_window(struct producer *producer, const char *reason)
{
    if (producer->settings.window == 0 || producer->has_told_window)
        return;
    producer->has_told_window = true;
    warnings_add(producer->settings.warnings, "--order is exact only among %llu URLs at a time: %s",
                 (unsigned long long)producer->pushed, reason);
}

/* Workers must not wait for a window that cannot be filled. */
static void take_budget(struct producer *producer, struct job *job)
{
    struct budget *budget = producer->settings.budget;
    job->charged = job_weight(job);
    if (budget_try_acquire(budget, job->charged))
        return;
    queue_let_go(producer->settings.queue);
    tell_window(producer, "more would take too much memory");
    recorder_hurry(producer->settings.recorder, true);
    budget_acquire(budget, job->charged);
    recorder_hurry(producer->settings.recorder, false);
}

static void push(struct producer *producer, struct job *job)
{
    if (producer->pushed == producer->settings.window)
        tell_window(producer, "the list is longer");
    producer->pushed++;
    job->queued_us = clock_monotonic_us();
    int64_t priority = job->entry != NULL ? job->entry->priority : 0;
    if (queue_push(producer->settings.queue, job, priority))
        return;
    job->outcome.status = STATUS_NOT_TRIED;
    job->outcome.failure = FAILURE_NONE;
    record(producer, job);
}

static void take_item(struct producer *producer, const struct source_item *item)
{
    const struct producer_settings *settings = &producer->settings;
    struct error error = {0};
    uint64_t index = atomic_load_explicit(&producer->total, memory_order_relaxed) + 1;
    struct job *job = planner_make_job(producer->planner, index, lists_name(settings->lists), item);
    take_budget(producer, job);
    atomic_store_explicit(&producer->total, index, memory_order_relaxed);
    enum plan plan = planner_decide(producer->planner, job, item, is_stopping(producer));
    if (!lists_judge(settings->lists, planner_is_list_line(job, item), &error))
        note_error(producer, &error);
    producer->duplicates += plan == PLAN_DUPLICATE;
    producer->invalid += plan == PLAN_BAD;
    if (plan == PLAN_DOWNLOAD)
        push(producer, job);
    else
        record(producer, job);
}

/* After a stop: regular files are read on for a while, so that the record is complete. What was
 * given as an argument has been read. */
static bool reads_on(struct producer *producer)
{
    const struct lists *lists = producer->settings.lists;
    if (!is_stopping(producer) || !lists_is_at_list(lists))
        return true;
    int reason = cancel_reason(producer->settings.cancel);
    if (reason < STOP_LOCAL || !lists_is_regular(lists))
        return false;
    int64_t now_us = clock_monotonic_us();
    if (producer->read_on_until_us == 0)
        producer->read_on_until_us = now_us + READ_ON_US;
    return now_us < producer->read_on_until_us;
}

static void producer_body(void *context)
{
    struct producer *producer = context;
    struct lists *lists = producer->settings.lists;
    for (;;) {
        if (!reads_on(producer)) {
            lists_leave_out(lists);
            continue;
        }
        struct source_item item;
        struct error error = {0};
        enum source_answer answer = lists_next(lists, &item, &error);
        if (answer == SOURCE_ITEM)
            take_item(producer, &item);
        else if (answer == SOURCE_ERROR)
            note_error(producer, &error);
        else if (answer == SOURCE_END)
            break;
        publish_input(producer, false);
    }
    publish_input(producer, true);
    atomic_store_explicit(&producer->is_final, true, memory_order_release);
    queue_close(producer->settings.queue);
}

struct producer *producer_create(const struct producer_settings *settings)
{
    struct producer *producer = memory_allocate_zeroed(1, sizeof *producer);
    producer->settings = *settings;
    producer->planner = planner_create(&settings->planner);
    producer->input = lists_input(settings->lists);
    producer->input.is_complete = false;
    lock_init(&producer->lock, LOCK_RANK_PRODUCER);
    if (settings->window > 0)
        queue_hold(settings->queue);
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
    planner_destroy(producer->planner);
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
