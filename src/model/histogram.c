#include "model/histogram.h"

/* Up to EXACT microseconds every value has its own bucket; above, each doubling is divided into
 * STEPS equal parts, so that a bucket is at most 1/34 = 2.9 % wide. The last doubling ends at
 * 2^39 microseconds, 152 hours; longer times share the last bucket. */
#define EXACT 64
#define EXACT_LOG2 6
#define LAST_LOG2 38
#define STEPS 34
#define USED_BUCKETS (EXACT + (LAST_LOG2 - EXACT_LOG2 + 1) * STEPS)

_Static_assert(USED_BUCKETS <= HISTOGRAM_BUCKETS, "the buckets cover 100 hours");

static size_t bucket_of(int64_t us)
{
    uint64_t value = (uint64_t)us;
    if (value < EXACT)
        return (size_t)value;
    unsigned log2 = 63 - (unsigned)__builtin_clzll(value);
    if (log2 > LAST_LOG2)
        return USED_BUCKETS - 1;
    uint64_t step = ((value - (UINT64_C(1) << log2)) * STEPS) >> log2;
    return EXACT + (size_t)(log2 - EXACT_LOG2) * STEPS + (size_t)step;
}

/* The largest value that falls into the bucket. */
static int64_t bucket_end(size_t bucket)
{
    if (bucket < EXACT)
        return (int64_t)bucket;
    unsigned log2 = EXACT_LOG2 + (unsigned)((bucket - EXACT) / STEPS);
    uint64_t step = (bucket - EXACT) % STEPS;
    uint64_t base = UINT64_C(1) << log2;
    return (int64_t)(base + ((step + 1) * base + STEPS - 1) / STEPS - 1);
}

/* Sums stop at their maximum: a clock that went mad must not take the run with it. */
static int64_t sum_of(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static void bucket_add(uint32_t *bucket, uint32_t count)
{
    if (__builtin_add_overflow(*bucket, count, bucket))
        *bucket = UINT32_MAX;
}

void histogram_add(struct histogram *histogram, int64_t us)
{
    if (us < 0)
        return;
    histogram->count++;
    histogram->sum_us = sum_of(histogram->sum_us, us);
    if (us > histogram->max_us)
        histogram->max_us = us;
    bucket_add(&histogram->buckets[bucket_of(us)], 1);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    into->count += from->count;
    into->sum_us = sum_of(into->sum_us, from->sum_us);
    if (from->max_us > into->max_us)
        into->max_us = from->max_us;
    for (size_t i = 0; i < USED_BUCKETS; i++)
        bucket_add(&into->buckets[i], from->buckets[i]);
}

int64_t histogram_percentile(const struct histogram *histogram, double share)
{
    if (histogram->count == 0)
        return -1;
    double wanted = share * (double)histogram->count;
    uint64_t seen = 0;
    for (size_t i = 0; i < USED_BUCKETS - 1; i++) {
        seen += histogram->buckets[i];
        /* At least one entry, so that the share 0 is the smallest value and not an empty bucket. */
        if (seen > 0 && (double)seen >= wanted) {
            int64_t end = bucket_end(i);
            return end < histogram->max_us ? end : histogram->max_us;
        }
    }
    return histogram->max_us;
}

/* 0, 1, 2, 3, 5, 7, 10, 15, 20 ...: below 10, a half is no whole microsecond. */
static int64_t next_bound(int64_t bound)
{
    static const int64_t TENTHS[] = {10, 15, 20, 30, 50, 70, 100};
    int64_t power = 1;
    while (bound >= power * 10)
        power *= 10;
    for (size_t i = 0; i < ARRAY_LENGTH(TENTHS); i++)
        if (power * TENTHS[i] / 10 > bound)
            return power * TENTHS[i] / 10;
    return power * 10;
}

size_t histogram_ranges(const struct histogram *histogram,
                        struct histogram_range out[HISTOGRAM_RANGES])
{
    size_t count = 0;
    struct histogram_range range = {.to_us = next_bound(0)};
    uint64_t left = histogram->count;
    for (size_t i = 0; i < USED_BUCKETS && left > 0;) {
        int64_t start = i > 0 ? bucket_end(i - 1) + 1 : 0;
        int64_t middle = start + (bucket_end(i) - start) / 2;
        if (middle < range.to_us) {
            range.count += histogram->buckets[i];
            left -= histogram->buckets[i] < left ? histogram->buckets[i] : left;
            i++;
        }
        bool is_passed = middle >= range.to_us || i == USED_BUCKETS || left == 0;
        if (!is_passed)
            continue;
        if ((range.count > 0 || count > 0) && count < HISTOGRAM_RANGES)
            out[count++] = range;
        range = (struct histogram_range){.from_us = range.to_us, .to_us = next_bound(range.to_us)};
    }
    return count;
}
