#include "io/activity.h"

#include "base/memory.h"
#include "base/thread.h"

#include <stdatomic.h>
#include <stdlib.h>

struct activity {
    /* The worker writes, others read. */
    atomic_uint phases[ACTIVITY_PHASES];
    size_t shown; /* the worker's own copy of slow_count: nothing to hide needs no lock */

    struct lock lock; /* guards everything below */
    struct activity_slow slow[ACTIVITY_SLOW_MAX];
    size_t slow_count;
};

struct activity *activity_create(void)
{
    struct activity *activity = memory_allocate_zeroed(1, sizeof *activity);
    lock_init(&activity->lock, LOCK_RANK_ACTIVITY);
    return activity;
}

void activity_destroy(struct activity *activity)
{
    if (activity == NULL)
        return;
    for (size_t i = 0; i < activity->slow_count; i++)
        activity_clear_slow(&activity->slow[i]);
    lock_clear(&activity->lock);
    free(activity);
}

/* One thread writes: no read-modify-write is needed. */
static void add(atomic_uint *counter, unsigned value)
{
    unsigned now = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, now + value, memory_order_relaxed);
}

void activity_enter(struct activity *activity, enum activity_phase phase)
{
    if (activity != NULL)
        add(&activity->phases[phase], 1);
}

void activity_move(struct activity *activity, enum activity_phase from, enum activity_phase to)
{
    activity_enter(activity, to); /* first: a reader must not see one too few */
    activity_leave(activity, from);
}

void activity_leave(struct activity *activity, enum activity_phase phase)
{
    if (activity != NULL)
        add(&activity->phases[phase], -1U);
}

void activity_show_slow(struct activity *activity, const struct activity_slow *slow, size_t count)
{
    if (activity == NULL || (count == 0 && activity->shown == 0))
        return;
    activity->shown = count;
    char *old[ACTIVITY_SLOW_MAX] = {0};
    char *urls[ACTIVITY_SLOW_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        bool is_there = i < activity->slow_count && activity->slow[i].index == slow[i].index;
        urls[i] = is_there ? NULL : memory_copy_string(slow[i].url);
    }
    lock_acquire(&activity->lock);
    for (size_t i = 0; i < ACTIVITY_SLOW_MAX; i++) {
        struct activity_slow *place = &activity->slow[i];
        old[i] = i >= count || urls[i] != NULL ? place->url : NULL;
        char *url = i >= count ? NULL : urls[i] != NULL ? urls[i] : place->url;
        *place = i < count ? slow[i] : (struct activity_slow){0};
        place->url = url;
    }
    activity->slow_count = count;
    lock_release(&activity->lock);
    for (size_t i = 0; i < ACTIVITY_SLOW_MAX; i++)
        free(old[i]);
}

void activity_count(const struct activity *activity, unsigned out[ACTIVITY_PHASES])
{
    for (size_t i = 0; activity != NULL && i < ACTIVITY_PHASES; i++)
        out[i] += atomic_load_explicit(&activity->phases[i], memory_order_relaxed);
}

size_t activity_read_slow(struct activity *activity, struct activity_slow out[ACTIVITY_SLOW_MAX])
{
    if (activity == NULL)
        return 0;
    lock_acquire(&activity->lock);
    size_t count = activity->slow_count;
    for (size_t i = 0; i < count; i++) {
        out[i] = activity->slow[i];
        out[i].url = memory_copy_string(activity->slow[i].url);
    }
    lock_release(&activity->lock);
    return count;
}

void activity_clear_slow(struct activity_slow *slow)
{
    free(slow->url);
    slow->url = NULL;
}
