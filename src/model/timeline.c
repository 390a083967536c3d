#include "model/timeline.h"

#include <string.h>

/* A sum stops at its maximum instead of overflowing. */
static void add_to(int64_t *sum, int64_t value)
{
    if (value > 0 && __builtin_add_overflow(*sum, value, sum))
        *sum = INT64_MAX;
}

static void widen(struct timeline *timeline)
{
    struct timeline_slot *slots = timeline->slots;
    for (size_t i = 0; i < TIMELINE_SLOTS / 2; i++) {
        const struct timeline_slot *second = &slots[2 * i + 1];
        struct timeline_slot merged = slots[2 * i];
        merged.finished += second->finished;
        merged.failed += second->failed;
        add_to(&merged.wire_bytes, second->wire_bytes);
        add_to(&merged.busy_us, second->busy_us);
        slots[i] = merged;
    }
    memset(slots + TIMELINE_SLOTS / 2, 0, TIMELINE_SLOTS / 2 * sizeof(*slots));
    timeline->slot_us *= 2;
}

/* What part of a whole falls into the first `passed` of so many microseconds. */
static int64_t part_of(int64_t whole, int64_t passed, int64_t duration_us)
{
    double part = (double)whole * ((double)passed / (double)duration_us);
    return part < (double)whole ? (int64_t)part : whole;
}

/* Each slot gets the difference of two parts that begin at the start, so that the sum is exact. */
static void spread(struct timeline *timeline, int64_t start_us, const struct timeline_event *event)
{
    int64_t duration_us = event->end_us - start_us;
    int64_t busy_given = 0;
    int64_t bytes_given = 0;
    int64_t last = event->end_us / timeline->slot_us;
    for (int64_t i = start_us / timeline->slot_us; i < last; i++) {
        int64_t passed = (i + 1) * timeline->slot_us - start_us;
        int64_t busy = part_of(event->busy_us, passed, duration_us);
        int64_t bytes = part_of(event->wire_bytes, passed, duration_us);
        add_to(&timeline->slots[i].busy_us, busy - busy_given);
        add_to(&timeline->slots[i].wire_bytes, bytes - bytes_given);
        busy_given = busy;
        bytes_given = bytes;
    }
    add_to(&timeline->slots[last].busy_us, event->busy_us - busy_given);
    add_to(&timeline->slots[last].wire_bytes, event->wire_bytes - bytes_given);
}

void timeline_init(struct timeline *timeline)
{
    *timeline = (struct timeline){.slot_us = TIMELINE_FIRST_SLOT_US};
}

void timeline_reach(struct timeline *timeline, int64_t elapsed_us)
{
    while (elapsed_us / timeline->slot_us >= TIMELINE_SLOTS)
        widen(timeline);
}

void timeline_add(struct timeline *timeline, const struct timeline_event *event)
{
    struct timeline_event known = *event;
    if (known.end_us < 0)
        known.end_us = 0;
    if (known.duration_us < 0)
        known.duration_us = 0;
    timeline_reach(timeline, known.end_us);
    struct timeline_slot *slot = &timeline->slots[known.end_us / timeline->slot_us];
    slot->finished++;
    if (known.has_failed)
        slot->failed++;
    /* What began before the run, as a clock may claim, began with it. */
    int64_t start_us = known.duration_us < known.end_us ? known.end_us - known.duration_us : 0;
    spread(timeline, start_us, &known);
}

size_t timeline_length(const struct timeline *timeline, int64_t elapsed_us)
{
    /* A job may have been counted just after elapsed_us was read. */
    int64_t now = (elapsed_us > 0 ? elapsed_us : 0) / timeline->slot_us;
    int64_t last = TIMELINE_SLOTS - 1;
    while (last > now && timeline->slots[last].finished == 0)
        last--;
    return (size_t)last + 1;
}
