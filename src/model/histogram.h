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

/* How many entries lie from one time up to, but not including, another. */
struct histogram_range {
    int64_t from_us;
    int64_t to_us;
    uint64_t count;
};

#define HISTOGRAM_RANGES 71

/* The distribution for people: ranges of 1, 1.5, 2, 3, 5 and 7 times a power of 10, from the first
 * that has an entry to the last. Bounds are off by at most half a bucket, and the first range
 * starts at 0. Returns how many there are. */
size_t histogram_ranges(const struct histogram *histogram,
                        struct histogram_range out[HISTOGRAM_RANGES]);

#endif
