#include "model/coarse_histogram.h"

#define FIRST_LOG2 9 /* all below 2^9 microseconds share the first bucket */

/* Each doubling is divided into four equal parts: 512, 640, 768, 896, 1024, 1280 ... */
static size_t bucket_of(int64_t us)
{
    uint64_t value = (uint64_t)us;
    if (value >> FIRST_LOG2 == 0)
        return 0;
    unsigned log2 = 63 - (unsigned)__builtin_clzll(value);
    size_t bucket = 1 + 4 * (size_t)(log2 - FIRST_LOG2) + ((value >> (log2 - 2)) & 3);
    return bucket < COARSE_BUCKETS ? bucket : COARSE_BUCKETS - 1;
}

static int64_t bucket_start(size_t bucket)
{
    if (bucket == 0)
        return 0;
    int64_t octave = INT64_C(1) << (FIRST_LOG2 + (bucket - 1) / 4);
    return octave + octave / 4 * (int64_t)((bucket - 1) % 4);
}

void coarse_histogram_add(struct coarse_histogram *histogram, int64_t us)
{
    uint16_t *buckets = histogram->buckets;
    size_t bucket = bucket_of(us);
    for (size_t i = 0; buckets[bucket] == UINT16_MAX && i < COARSE_BUCKETS; i++)
        buckets[i] = (uint16_t)(buckets[i] - buckets[i] / 2); /* a rare value stays at least 1 */
    buckets[bucket]++;
}

int64_t coarse_histogram_percentile(const struct coarse_histogram *histogram, double share,
                                    int64_t max_us)
{
    uint64_t count = 0;
    for (size_t i = 0; i < COARSE_BUCKETS; i++)
        count += histogram->buckets[i];
    if (count == 0)
        return -1;
    double wanted = share * (double)count;
    double seen = 0;
    if (wanted > (double)count - 1)
        return max_us; /* the last one, whose value is known: of few entries most shares are it */
    for (size_t i = 0; i < COARSE_BUCKETS; i++) {
        double here = histogram->buckets[i];
        if (here == (double)count)
            return max_us; /* perhaps all alike: less would be below their mean */
        if (here > 0 && seen + here >= wanted) {
            /* Nothing lies above the largest value, and the last bucket has no other end. */
            int64_t start = bucket_start(i);
            int64_t end = i + 1 < COARSE_BUCKETS ? bucket_start(i + 1) : max_us;
            end = end < max_us ? end : max_us;
            double part = (wanted - seen) / here;
            double value = (double)start + part * (double)(end - start);
            return value < (double)max_us ? (int64_t)value : max_us;
        }
        seen += here;
    }
    return max_us;
}
