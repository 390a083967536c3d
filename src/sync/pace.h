/* Evenly spaced permission: so many events, or bytes, in a time, with a bucket of depth one.
 *
 * A plain value without a lock: whoever owns it guards it. Times are microseconds of the monotonic
 * clock; fractions of one are kept, so that high rates are exact. A caller that comes late may make
 * up at most PACE_LATE_US of it: the mean holds although threads wake late, and no burst follows an
 * idle time. */
#ifndef HAUL_SYNC_PACE_H
#define HAUL_SYNC_PACE_H

#include "base/common.h"

#define PACE_LATE_US 10000

struct pace {
    int64_t amount;  /* per `span_us`; 0 = no limit */
    int64_t span_us; /* above 0 */
    int64_t next_us; /* when the next one may pass */
    int64_t rest;    /* what is left of a microsecond, in 1/amount of it */
};

/* amount: events or bytes per span_us, 0 = no limit. The first one may pass at once. */
void pace_init(struct pace *pace, int64_t amount, int64_t span_us);

/* One event: true when it may pass now, and is counted. Else *out_due_us is when to ask again. */
bool pace_take(struct pace *pace, int64_t now_us, int64_t *out_due_us);
/* The same without counting. */
bool pace_is_ready(const struct pace *pace, int64_t now_us, int64_t *out_due_us);

/* Counts an amount that will pass in any case, and returns when it may: callers are served in the
 * order in which they ask. */
int64_t pace_reserve(struct pace *pace, int64_t now_us, int64_t amount);

#endif
