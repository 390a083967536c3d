/* Distribution of durations in 160 bytes, for what there is one of per host: quarter-octave buckets
 * from 512 microseconds to 9 minutes, and interpolation within one. A percentile is off by a
 * quarter of its value at most, above 9 minutes and below a millisecond by more. Plain data: copy
 * by assignment. */
#ifndef HAUL_MODEL_COARSE_HISTOGRAM_H
#define HAUL_MODEL_COARSE_HISTOGRAM_H

#include "base/common.h"

#define COARSE_BUCKETS 80

struct coarse_histogram {
    uint16_t buckets[COARSE_BUCKETS]; /* all are halved when one is full: the shape stays */
};

void coarse_histogram_add(struct coarse_histogram *histogram, int64_t us); /* not negative */
/* The value below which a share (0 to 1) of the entries lies, at most max_us, which is the largest
 * that was added; -1 when empty. */
int64_t coarse_histogram_percentile(const struct coarse_histogram *histogram, double share,
                                    int64_t max_us);

#endif
