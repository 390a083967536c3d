/* Distribution of durations with bounded error: logarithmic buckets of at most 3 % width, from 1
 * microsecond to 100 hours, in fixed memory. Plain data: copy by assignment, merge by adding. */
#ifndef HAUL_MODEL_HISTOGRAM_H
#define HAUL_MODEL_HISTOGRAM_H

#include "base/common.h"

#define HISTOGRAM_BUCKETS 1216

struct histogram {
    uint64_t count;
    int64_t max_us;
    int64_t sum_us;
    uint32_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, int64_t us); /* negative values do not count */
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The value below or at which a share (0 to 1) of the entries lies; -1 when empty. */
int64_t histogram_percentile(const struct histogram *histogram, double share);

#endif
