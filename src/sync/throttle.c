#include "sync/throttle.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "sync/pace.h"

struct throttle {
    int64_t bytes_per_second;

    struct lock lock; /* guards everything below */
    struct pace pace;
};

struct throttle *throttle_create(int64_t bytes_per_second)
{
    assert(bytes_per_second > 0);
    struct throttle *throttle = memory_allocate_zeroed(1, sizeof(*throttle));
    throttle->bytes_per_second = bytes_per_second;
    pace_init(&throttle->pace, bytes_per_second, CLOCK_SECOND_US);
    lock_init(&throttle->lock, LOCK_RANK_THROTTLE);
    return throttle;
}

void throttle_destroy(struct throttle *throttle)
{
    if (throttle == NULL)
        return;
    lock_clear(&throttle->lock);
    free(throttle);
}

int64_t throttle_reserve(struct throttle *throttle, int64_t now_us, int64_t bytes)
{
    lock_acquire(&throttle->lock);
    int64_t at_us = pace_reserve(&throttle->pace, now_us, bytes);
    lock_release(&throttle->lock);
    return at_us;
}

int64_t throttle_rate(const struct throttle *throttle)
{
    return throttle->bytes_per_second;
}
