#include "sync/permits.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/memory.h"
#include "base/thread.h"

struct permits_waiter {
    struct hook wake;
    struct permits_waiter *next; /* of all waiters */

    /* guarded by the lock of the permits */
    bool is_remembered;
    TAILQ_ENTRY(permits_waiter) remembered;
};

struct permits {
    struct permits_waiter *waiters;

    struct lock lock; /* guards everything below */
    unsigned count;
    unsigned in_use; /* more than count for a while after a decrease */
    unsigned peak;
    TAILQ_HEAD(, permits_waiter) refused; /* in the order of refusal */
};

static void forget_locked(struct permits *permits, struct permits_waiter *waiter)
{
    if (!waiter->is_remembered)
        return;
    waiter->is_remembered = false;
    TAILQ_REMOVE(&permits->refused, waiter, remembered);
}

static struct hook wake_one_locked(struct permits *permits)
{
    struct permits_waiter *waiter = TAILQ_FIRST(&permits->refused);
    if (waiter == NULL || permits->in_use >= permits->count)
        return (struct hook){0};
    forget_locked(permits, waiter);
    return waiter->wake;
}

struct permits *permits_create(unsigned count)
{
    struct permits *permits = memory_allocate_zeroed(1, sizeof(*permits));
    permits->count = count;
    TAILQ_INIT(&permits->refused);
    lock_init(&permits->lock, LOCK_RANK_PERMITS);
    return permits;
}

void permits_destroy(struct permits *permits)
{
    if (permits == NULL)
        return;
    while (permits->waiters != NULL) {
        struct permits_waiter *waiter = permits->waiters;
        permits->waiters = waiter->next;
        free(waiter);
    }
    lock_clear(&permits->lock);
    free(permits);
}

struct permits_waiter *permits_add_waiter(struct permits *permits, struct hook wake)
{
    struct permits_waiter *waiter = memory_allocate_zeroed(1, sizeof(*waiter));
    waiter->wake = wake;
    waiter->next = permits->waiters;
    permits->waiters = waiter;
    return waiter;
}

bool permits_try_acquire(struct permits *permits, struct permits_waiter *waiter)
{
    lock_acquire(&permits->lock);
    bool granted = permits->in_use < permits->count;
    if (granted) {
        permits->in_use++;
        if (permits->in_use > permits->peak)
            permits->peak = permits->in_use;
        /* A wake that it no longer needs would be missing to another waiter. */
        forget_locked(permits, waiter);
    } else if (!waiter->is_remembered) {
        waiter->is_remembered = true;
        TAILQ_INSERT_TAIL(&permits->refused, waiter, remembered);
    }
    lock_release(&permits->lock);
    return granted;
}

void permits_release(struct permits *permits)
{
    lock_acquire(&permits->lock);
    if (permits->in_use == 0) {
        fputs("haul: permits: released more often than acquired\n", stderr);
        abort();
    }
    permits->in_use--;
    struct hook wake = wake_one_locked(permits);
    lock_release(&permits->lock);

    hook_call(wake);
}

void permits_resize(struct permits *permits, unsigned count)
{
    lock_acquire(&permits->lock);
    permits->count = count;
    unsigned free_count = count > permits->in_use ? count - permits->in_use : 0;
    lock_release(&permits->lock);

    /* One at a time, because a woken waiter may be refused and remembered again meanwhile. */
    for (unsigned i = 0; i < free_count; i++) {
        lock_acquire(&permits->lock);
        struct hook wake = wake_one_locked(permits);
        lock_release(&permits->lock);
        if (wake.call == NULL)
            break;
        hook_call(wake);
    }
}

unsigned permits_in_use(struct permits *permits)
{
    lock_acquire(&permits->lock);
    unsigned in_use = permits->in_use;
    lock_release(&permits->lock);
    return in_use;
}

unsigned permits_peak(struct permits *permits)
{
    lock_acquire(&permits->lock);
    unsigned peak = permits->peak;
    lock_release(&permits->lock);
    return peak;
}
