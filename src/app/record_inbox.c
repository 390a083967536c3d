#include "app/record_inbox.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#define BATCH_JOBS 2000
#define FULL_JOBS 8000

struct record_inbox {
    struct hook *waiters;
    size_t waiter_count;

    struct lock lock; /* guards everything below */
    struct condition pushed;
    struct condition has_room;
    struct job_batch jobs;
    int64_t oldest_us; /* when the first of them came */
    bool is_full;
    bool is_hurried;
    bool is_stopping;
};

void job_batch_add(struct job_batch *batch, struct job *job)
{
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity == 0 ? BATCH_JOBS : 2 * batch->capacity;
        batch->jobs = memory_resize(batch->jobs, batch->capacity, sizeof *batch->jobs);
    }
    batch->jobs[batch->count++] = job;
}

struct record_inbox *record_inbox_create(void)
{
    struct record_inbox *inbox = memory_allocate_zeroed(1, sizeof *inbox);
    lock_init(&inbox->lock, LOCK_RANK_RECORDER);
    condition_init(&inbox->pushed);
    condition_init(&inbox->has_room);
    return inbox;
}

void record_inbox_destroy(struct record_inbox *inbox)
{
    if (inbox == NULL)
        return;
    condition_clear(&inbox->pushed);
    condition_clear(&inbox->has_room);
    lock_clear(&inbox->lock);
    free(inbox->waiters);
    free(inbox->jobs.jobs);
    free(inbox);
}

void record_inbox_add_waiter(struct record_inbox *inbox, struct hook wake)
{
    size_t count = inbox->waiter_count + 1;
    inbox->waiters = memory_resize(inbox->waiters, count, sizeof *inbox->waiters);
    inbox->waiters[inbox->waiter_count++] = wake;
}

void record_inbox_push(struct record_inbox *inbox, struct job *job)
{
    lock_acquire(&inbox->lock);
    if (inbox->jobs.count == 0)
        inbox->oldest_us = clock_monotonic_us();
    job_batch_add(&inbox->jobs, job);
    if (inbox->jobs.count >= FULL_JOBS)
        inbox->is_full = true;
    /* In between, the recorder wakes by its own time limit. */
    if (inbox->jobs.count == 1 || inbox->jobs.count == BATCH_JOBS)
        condition_signal(&inbox->pushed);
    lock_release(&inbox->lock);
}

bool record_inbox_is_full(struct record_inbox *inbox)
{
    lock_acquire(&inbox->lock);
    bool is_full = inbox->is_full;
    lock_release(&inbox->lock);
    return is_full;
}

void record_inbox_wait_for_room(struct record_inbox *inbox)
{
    lock_acquire(&inbox->lock);
    while (inbox->is_full)
        condition_wait(&inbox->has_room, &inbox->lock);
    lock_release(&inbox->lock);
}

void record_inbox_hurry(struct record_inbox *inbox, bool is_hurried)
{
    lock_acquire(&inbox->lock);
    inbox->is_hurried = is_hurried;
    condition_signal(&inbox->pushed);
    lock_release(&inbox->lock);
}

void record_inbox_stop(struct record_inbox *inbox)
{
    lock_acquire(&inbox->lock);
    inbox->is_stopping = true;
    condition_signal(&inbox->pushed);
    lock_release(&inbox->lock);
}

/* A batch is due at once. */
static bool is_due_locked(const struct record_inbox *inbox, const struct record_inbox_wait *wait)
{
    bool is_last = inbox->is_stopping && (inbox->jobs.count > 0 || !wait->has_more);
    return is_last || inbox->jobs.count >= BATCH_JOBS;
}

bool record_inbox_take(struct record_inbox *inbox, const struct record_inbox_wait *wait,
                       struct job_batch *batch)
{
    lock_acquire(&inbox->lock);
    while (!is_due_locked(inbox, wait)) {
        int64_t until_us = wait->until_us;
        if (inbox->jobs.count > 0)
            until_us =
                inbox->oldest_us + (inbox->is_hurried ? wait->hurried_delay_us : wait->delay_us);
        if (!condition_wait_until(&inbox->pushed, &inbox->lock, until_us))
            break; /* the time has come */
    }
    bool goes_on = inbox->jobs.count > 0 || !inbox->is_stopping || wait->has_more;
    struct job_batch taken = inbox->jobs;
    inbox->jobs = (struct job_batch){.jobs = batch->jobs, .capacity = batch->capacity};
    *batch = taken;
    bool was_full = inbox->is_full;
    inbox->is_full = false;
    if (was_full)
        condition_broadcast(&inbox->has_room);
    lock_release(&inbox->lock);

    for (size_t i = 0; was_full && i < inbox->waiter_count; i++)
        hook_call(inbox->waiters[i]);
    return goes_on;
}
