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
    bool is_started;

    struct lock lock; /* guards everything below */
    struct condition changed;
    int64_t abort_us; /* CLOCK_NEVER before a stop */
    bool is_stopping;
};

/* Called when the run is told to stop, by whoever tells it. */
static void on_cancel(void *context)
{
    struct time_limit *limit = context;
    int64_t abort_us = clock_monotonic_us() + GRACE_US;
    lock_acquire(&limit->lock);
    if (limit->abort_us == CLOCK_NEVER)
        limit->abort_us = abort_us;
    condition_signal(&limit->changed);
    lock_release(&limit->lock);
}

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

struct time_limit *time_limit_create(struct cancel *cancel, int64_t deadline_us)
{
    struct time_limit *limit = memory_allocate_zeroed(1, sizeof *limit);
    limit->cancel = cancel;
    limit->deadline_us = deadline_us;
    limit->abort_us = CLOCK_NEVER;
    lock_init(&limit->lock, LOCK_RANK_TIME_LIMIT);
    condition_init(&limit->changed);
    cancel_add_waiter(cancel, (struct hook){on_cancel, limit});
    return limit;
}

bool time_limit_start(struct time_limit *limit, struct error *error)
{
    limit->is_started = thread_start(&limit->thread, "time-limit", time_limit_body, limit, error);
    return limit->is_started;
}

void time_limit_stop(struct time_limit *limit)
{
    if (limit == NULL || !limit->is_started)
        return;
    lock_acquire(&limit->lock);
    limit->is_stopping = true;
    condition_signal(&limit->changed);
    lock_release(&limit->lock);
    thread_join(&limit->thread);
    limit->is_started = false;
}

void time_limit_destroy(struct time_limit *limit)
{
    if (limit == NULL)
        return;
    condition_clear(&limit->changed);
    lock_clear(&limit->lock);
    free(limit);
}
