/* How fast a counter grows: its average over the last seconds.
 *
 * Embedded; no clock: times are microseconds on the monotonic one, and never go back. */
#ifndef HAUL_MODEL_MOVING_RATE_H
#define HAUL_MODEL_MOVING_RATE_H

#include "base/common.h"

#define MOVING_RATE_SAMPLES 64
#define MOVING_RATE_STEP_US 250000 /* between samples that are kept; 16 s of them */

struct moving_rate {
    struct {
        int64_t at_us;
        double value;
    } samples[MOVING_RATE_SAMPLES]; /* a ring */
    unsigned count;
    unsigned next;
    int64_t latest_us; /* what was added last, kept or not */
    double latest;
};

void moving_rate_init(struct moving_rate *rate, int64_t now_us, double value);
void moving_rate_add(struct moving_rate *rate, int64_t now_us, double value);

/* Per second, over the last window_us (at most 15 s of it) or what there is of it. */
double moving_rate_per_second(const struct moving_rate *rate, int64_t window_us);

#endif
