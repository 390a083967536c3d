#include "app/time_limit.h"

#include <stdlib.h>

#include "app/stop_reason.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#define GRACE_US (30 * CLOCK_SECOND_US) /* for running transfers */

struct time_limit {
    struct cancel *cancel;
    int64_t deadline_us;
    struct thread thread;

    struct lock lock; /* guards everything below */
    struct condition changed;
    struct condition started;
    int64_t abort_us; /* CLOCK_NEVER before a stop */
    bool is_armed;    /* from start to stop */
    bool has_thread;  /* or one is being started */
    bool is_starting;
    bool is_stopping;
};

/* Waits for the deadline or the end of the grace; false when told to stop. */
static bool wait_for_time(struct time_limit *limit)
{
    lock_acquire(&limit->lock);
    bool has_come = false;
    while (!limit->is_stopping && !has_come) {
        int64_t until_us =
            limit->abort_us < limit->deadline_us ? limit->abort_us : limit->deadline_us;
        (void)condition_wait_until(&limit->changed, &limit->lock, until_us);
        has_come = clock_monotonic_us() >= until_us;
    }
    bool goes_on = !limit->is_stopping;
    lock_release(&limit->lock);
    return goes_on;
}

static void time_limit_body(void *context)
{
    struct time_limit *limit = context;
    while (wait_for_time(limit)) {
        if (clock_monotonic_us() >= limit->deadline_us) {
            limit->deadline_us = CLOCK_NEVER;
            cancel_raise(limit->cancel, CANCEL_DRAIN, STOP_DEADLINE);
        } else {
            cancel_raise(limit->cancel, CANCEL_ABORT, cancel_reason(limit->cancel));
            return;
        }
    }
}

/* True for the caller that is to start the thread. */
static bool claim_start_locked(struct time_limit *limit)
{
    if (!limit->is_armed || limit->has_thread)
        return false;
    limit->has_thread = limit->is_starting = true;
    return true;
}

static bool start_thread(struct time_limit *limit, struct error *error)
{
    bool is_started = thread_start(&limit->thread, "time-limit", time_limit_body, limit, error);
    lock_acquire(&limit->lock);
    limit->is_starting = false;
    condition_signal(&limit->started);
    lock_release(&limit->lock);
    return is_started;
}

/* Called when the run is told to stop, by whoever tells it. Without a thread to be had, transfers
 * that still run end by their own limits. */
static void on_cancel(void *context)
{
    struct time_limit *limit = context;
    int64_t abort_us = clock_monotonic_us() + GRACE_US;
    lock_acquire(&limit->lock);
    if (limit->abort_us == CLOCK_NEVER)
        limit->abort_us = abort_us;
    bool starts = cancel_level(limit->cancel) < CANCEL_ABORT && claim_start_locked(limit);
    condition_signal(&limit->changed);
    lock_release(&limit->lock);
    if (starts)
        (void)start_thread(limit, NULL);
}

struct time_limit *time_limit_create(struct cancel *cancel, int64_t deadline_us)
{
    struct time_limit *limit = memory_allocate_zeroed(1, sizeof *limit);
    limit->cancel = cancel;
    limit->deadline_us = deadline_us;
    limit->abort_us = CLOCK_NEVER;
    lock_init(&limit->lock, LOCK_RANK_TIME_LIMIT);
    condition_init(&limit->changed);
    condition_init(&limit->started);
    cancel_add_waiter(cancel, (struct hook){on_cancel, limit});
    return limit;
}

bool time_limit_start(struct time_limit *limit, struct error *error)
{
    lock_acquire(&limit->lock);
    limit->is_armed = true;
    bool is_wanted = limit->deadline_us != CLOCK_NEVER || limit->abort_us != CLOCK_NEVER;
    bool starts = is_wanted && claim_start_locked(limit);
    lock_release(&limit->lock);
    return !starts || start_thread(limit, error);
}

void time_limit_stop(struct time_limit *limit)
{
    if (limit == NULL)
        return;
    lock_acquire(&limit->lock);
    limit->is_armed = false;
    limit->is_stopping = true;
    condition_signal(&limit->changed);
    while (limit->is_starting)
        condition_wait(&limit->started, &limit->lock);
    lock_release(&limit->lock);
    thread_join(&limit->thread);
}

void time_limit_destroy(struct time_limit *limit)
{
    if (limit == NULL)
        return;
    condition_clear(&limit->started);
    condition_clear(&limit->changed);
    lock_clear(&limit->lock);
    free(limit);
}
