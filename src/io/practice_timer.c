#include "io/practice_timer.h"

#include <stdlib.h>

#include <microhttpd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#define FIRST_CAPACITY 64

struct waiting {
    int64_t due_us;
    struct MHD_Connection *connection;
};

struct practice_timer {
    struct thread thread;

    struct lock lock; /* guards everything below */
    struct condition changed;
    struct waiting *heap; /* binary heap, the earliest on top */
    size_t count;
    size_t capacity;
    bool is_stopping;
};

static void heap_push_locked(struct practice_timer *timer, struct waiting waiting)
{
    if (timer->count == timer->capacity) {
        timer->capacity = timer->capacity == 0 ? FIRST_CAPACITY : timer->capacity * 2;
        timer->heap = memory_resize(timer->heap, timer->capacity, sizeof(*timer->heap));
    }
    size_t at = timer->count++;
    while (at > 0 && timer->heap[(at - 1) / 2].due_us > waiting.due_us) {
        timer->heap[at] = timer->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    timer->heap[at] = waiting;
}

static struct waiting heap_pop_locked(struct practice_timer *timer)
{
    struct waiting top = timer->heap[0];
    struct waiting last = timer->heap[--timer->count];
    size_t at = 0;
    for (size_t child = 1; child < timer->count; child = 2 * at + 1) {
        if (child + 1 < timer->count && timer->heap[child + 1].due_us < timer->heap[child].due_us)
            child++;
        if (timer->heap[child].due_us >= last.due_us)
            break;
        timer->heap[at] = timer->heap[child];
        at = child;
    }
    timer->heap[at] = last;
    return top;
}

static void run(void *context)
{
    struct practice_timer *timer = context;
    lock_acquire(&timer->lock);
    while (!timer->is_stopping || timer->count > 0) {
        int64_t due_us = timer->count > 0 ? timer->heap[0].due_us : CLOCK_NEVER;
        if (!timer->is_stopping && due_us > clock_monotonic_us()) {
            condition_wait_until(&timer->changed, &timer->lock, due_us);
            continue;
        }
        struct waiting waiting = heap_pop_locked(timer);
        lock_release(&timer->lock);
        MHD_resume_connection(waiting.connection); /* has a lock of its own */
        lock_acquire(&timer->lock);
    }
    lock_release(&timer->lock);
}

struct practice_timer *practice_timer_create(struct error *error)
{
    struct practice_timer *timer = memory_allocate_zeroed(1, sizeof(*timer));
    lock_init(&timer->lock, LOCK_RANK_SERVER);
    condition_init(&timer->changed);
    if (!thread_start(&timer->thread, "practice-timer", run, timer, error)) {
        practice_timer_destroy(timer);
        return NULL;
    }
    return timer;
}

void practice_timer_stop(struct practice_timer *timer)
{
    lock_acquire(&timer->lock);
    timer->is_stopping = true;
    condition_signal(&timer->changed);
    lock_release(&timer->lock);
    thread_join(&timer->thread);
}

void practice_timer_destroy(struct practice_timer *timer)
{
    if (timer == NULL)
        return;
    practice_timer_stop(timer);
    condition_clear(&timer->changed);
    lock_clear(&timer->lock);
    free(timer->heap);
    free(timer);
}

void practice_timer_suspend(struct practice_timer *timer, struct MHD_Connection *connection,
                            int64_t due_us)
{
    /* First suspended, then known to the timer: it must not resume what is still running. */
    MHD_suspend_connection(connection);
    lock_acquire(&timer->lock);
    bool is_stopping = timer->is_stopping; /* the timer may be through with the heap */
    if (!is_stopping) {
        heap_push_locked(timer, (struct waiting){.due_us = due_us, .connection = connection});
        if (timer->heap[0].connection == connection)
            condition_signal(&timer->changed);
    }
    lock_release(&timer->lock);
    if (is_stopping)
        MHD_resume_connection(connection);
}
