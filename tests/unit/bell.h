/* What a thread of a test waits for: a bell that counts its rings, fit to be a hook.
 *
 * A waiter reads bell_rings before it looks for news, then waits for one ring more. */
#ifndef HAUL_TESTS_BELL_H
#define HAUL_TESTS_BELL_H

#include "base/clock.h"
#include "base/thread.h"

#define BELL_DEADLINE_US (20 * CLOCK_SECOND_US) /* a test that takes as long has failed */

struct bell {
    struct lock lock;
    struct condition rung;
    unsigned rings;
};

static inline void bell_init(struct bell *bell)
{
    lock_init(&bell->lock, LOCK_RANK_SERVER);
    condition_init(&bell->rung);
    bell->rings = 0;
}

static inline void bell_clear(struct bell *bell)
{
    condition_clear(&bell->rung);
    lock_clear(&bell->lock);
}

static inline void bell_ring(void *context)
{
    struct bell *bell = context;
    lock_acquire(&bell->lock);
    bell->rings++;
    lock_release(&bell->lock);
    condition_signal(&bell->rung);
}

static inline unsigned bell_rings(struct bell *bell)
{
    lock_acquire(&bell->lock);
    unsigned rings = bell->rings;
    lock_release(&bell->lock);
    return rings;
}

/* Waits for the ring of that number; false when the time has come before. */
static inline bool bell_wait(struct bell *bell, unsigned rings, int64_t until_us)
{
    lock_acquire(&bell->lock);
    while (bell->rings < rings && condition_wait_until(&bell->rung, &bell->lock, until_us))
        continue;
    bool reached = bell->rings >= rings;
    lock_release(&bell->lock);
    return reached;
}

#endif
