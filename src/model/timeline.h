/* What a run did when: its time in slots of equal width, each with what ended in it, the bytes that
 * came in it, and how long downloads were in progress in it.
 *
 * When time runs past the last slot, neighbours are merged and slots are twice as wide, so that a
 * run of any length fits. Plain data: copy by assignment. */
#ifndef HAUL_MODEL_TIMELINE_H
#define HAUL_MODEL_TIMELINE_H

#include "base/common.h"

#define TIMELINE_SLOTS 512
#define TIMELINE_FIRST_SLOT_US INT64_C(100000) /* a run of two seconds has a course, too */

struct timeline_slot {
    uint64_t finished;
    uint64_t failed;
    int64_t wire_bytes; /* spread evenly over the time of each download */
    int64_t busy_us;    /* of all downloads in this slot together */
};

struct timeline {
    struct timeline_slot slots[TIMELINE_SLOTS];
    int64_t slot_us;
};

/* One URL that has ended; microseconds after the start of the run. */
struct timeline_event {
    int64_t end_us;
    int64_t duration_us; /* from its first attempt on, pauses included; not positive = none */
    int64_t busy_us;     /* in transfers, at most the duration */
    int64_t wire_bytes;
    bool has_failed;
};

void timeline_init(struct timeline *timeline);
void timeline_add(struct timeline *timeline, const struct timeline_event *event);

/* Makes slots wide enough that this time is in one of them. */
void timeline_reach(struct timeline *timeline, int64_t elapsed_us);

/* The slots up to `elapsed_us`, or to the last one in which something has happened: at least 1. */
size_t timeline_length(const struct timeline *timeline, int64_t elapsed_us);

#endif
