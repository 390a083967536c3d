#include "sync/barrier.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"

struct barrier {
    struct lock lock; /* guards everything below */
    struct condition opened;
    unsigned missing; /* who has not come yet; 0 = it is open */
};

struct barrier *barrier_create(unsigned expected)
{
    assert(expected > 0);
    struct barrier *barrier = memory_allocate_zeroed(1, sizeof(*barrier));
    lock_init(&barrier->lock, LOCK_RANK_BARRIER);
    condition_init(&barrier->opened);
    barrier->missing = expected;
    return barrier;
}

void barrier_destroy(struct barrier *barrier)
{
    if (barrier == NULL)
        return;
    condition_clear(&barrier->opened);
    lock_clear(&barrier->lock);
    free(barrier);
}

static void count_down_locked(struct barrier *barrier, unsigned count)
{
    if (barrier->missing == 0)
        return;
    barrier->missing -= count < barrier->missing ? count : barrier->missing;
    if (barrier->missing == 0)
        condition_broadcast(&barrier->opened);
}

void barrier_wait(struct barrier *barrier)
{
    lock_acquire(&barrier->lock);
    count_down_locked(barrier, 1);
    while (barrier->missing > 0)
        condition_wait(&barrier->opened, &barrier->lock);
    lock_release(&barrier->lock);
}

void barrier_expect_fewer(struct barrier *barrier, unsigned missing)
{
    lock_acquire(&barrier->lock);
    count_down_locked(barrier, missing);
    lock_release(&barrier->lock);
}
