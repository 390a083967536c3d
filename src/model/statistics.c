#include "model/statistics.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* Far above what the fraction needs for a million values; a bound for arguments that are absurd. */
#define FRACTION_STEPS 200000

/* What is too large stays large: 0 in its place would hide an outlier. */
static double held(double value)
{
    if (isnan(value))
        return 0;
    return fmax(-DBL_MAX, fmin(DBL_MAX, value));
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* For the caller to free. */
static double *sorted_numbers(const double *values, size_t count, size_t *out_count)
{
    double *sorted = memory_resize(NULL, count, sizeof(*sorted));
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            sorted[found++] = values[i];
    qsort(sorted, found, sizeof(*sorted), compare);
    *out_count = found;
    return sorted;
}

static double median_of(const double *sorted, size_t count)
{
    double low = sorted[(count - 1) / 2], high = sorted[count / 2];
    double sum = low + high;
    /* Halves first would lose the last bit of the smallest numbers. */
    return isfinite(sum) ? sum / 2 : low / 2 + high / 2;
}

/* Two passes, over distances from the median: they are small when the values are large and close
 * together, and 0 when all are equal. */
static void measure_spread(const double *sorted, struct statistics *result)
{
    double count = (double)result->count;
    /* Powers of two scale without rounding; neither sums nor squares then overflow or vanish. */
    int exponent;
    frexp(fmax(fabs(result->min), fabs(result->max)), &exponent);
    double centre = ldexp(result->median, -exponent);

    double sum = 0;
    for (size_t i = 0; i < result->count; i++)
        sum += ldexp(sorted[i], -exponent) - centre;
    double offset = sum / count;
    result->mean = ldexp(centre + offset, exponent);
    if (result->count < 2)
        return;

    double squares = 0;
    for (size_t i = 0; i < result->count; i++) {
        double distance = ldexp(sorted[i], -exponent) - centre - offset;
        squares += distance * distance;
    }
    result->deviation = held(ldexp(sqrt(squares / (count - 1)), exponent));
}

struct statistics statistics_describe(const double *values, size_t count)
{
    struct statistics result = {0};
    double *sorted = sorted_numbers(values, count, &result.count);
    if (result.count > 0) {
        result.min = sorted[0];
        result.max = sorted[result.count - 1];
        result.median = median_of(sorted, result.count);
        measure_spread(sorted, &result);
    }
    free(sorted);
    return result;
}

/* What z-scores are measured from and in. */
struct scale {
    double median;
    double spread; /* 0 when the values are equal */
    double factor; /* makes the spread of normal values agree with their deviation */
};

static struct scale scale_of(const double *values, size_t count)
{
    struct scale scale = {.factor = 0.6745};
    size_t found;
    double *numbers = sorted_numbers(values, count, &found);
    if (found > 0) {
        scale.median = median_of(numbers, found);
        double mean = 0;
        for (size_t i = 0; i < found; i++) {
            numbers[i] = held(fabs(numbers[i] - scale.median));
            mean += numbers[i] / (double)found; /* the sum itself might overflow */
        }
        qsort(numbers, found, sizeof(*numbers), compare);
        scale.spread = median_of(numbers, found);
        if (scale.spread == 0) {
            scale.spread = held(mean);
            scale.factor = 1 / 1.253314;
        }
    }
    free(numbers);
    return scale;
}

static double z_score(const struct scale *scale, double value)
{
    if (scale->spread == 0 || !isfinite(value))
        return 0;
    return scale->factor * held(held(value - scale->median) / scale->spread);
}

double statistics_modified_z(const double *values, size_t count, size_t index)
{
    if (index >= count)
        return 0;
    struct scale scale = scale_of(values, count);
    return z_score(&scale, values[index]);
}

size_t statistics_outliers(const double *values, size_t count, double share)
{
    struct scale scale = scale_of(values, count);
    size_t outliers = 0;
    for (size_t i = 0; i < count; i++)
        outliers += fabs(z_score(&scale, values[i])) > STATISTICS_OUTLIER &&
                    fabs(values[i] - scale.median) > share * fabs(scale.median);
    return outliers;
}

struct statistics_ratio statistics_divide(const struct statistics *a, const struct statistics *b)
{
    struct statistics_ratio ratio = {.value = a->mean / b->mean};
    if (!isfinite(ratio.value))
        return (struct statistics_ratio){0};
    /* Not relative to the value, so that a mean of 0 may have a deviation. */
    ratio.deviation = held(hypot(a->deviation / b->mean, ratio.value * (b->deviation / b->mean)));
    return ratio;
}

/* For divisors: what rounding made 0 was a small number. */
static double away_from_zero(double value)
{
    return fabs(value) < DBL_MIN ? DBL_MIN : value;
}

/* 1 + d1 / (1 + d2 / (1 + ...)), the reciprocal of DLMF 8.17.22, from the left: a quotient of
 * numerators and one of denominators, each from the one before (Lentz). */
static double beta_fraction(double x, double a, double b)
{
    double numerators = 1, denominators = 0, result = 1;
    for (int step = 1; step <= FRACTION_STEPS; step++) {
        int m = step / 2;
        double before = a + (step - 1), here = a + step;
        double d = step % 2 == 0 ? m / before * ((b - m) / here) * x
                                 : -(a + m) / before * ((a + b + m) / here) * x;
        numerators = away_from_zero(1 + d / numerators);
        denominators = 1 / away_from_zero(1 + d * denominators);
        double change = numerators * denominators;
        result *= change;
        if (fabs(change - 1) <= DBL_EPSILON)
            break;
    }
    return result;
}

/* log |gamma(x)|; lgamma also writes to a variable that threads share. */
static long double log_gamma(long double x)
{
    int sign;
    return lgammal_r(x, &sign);
}

/* log x where y = 1 - x, from the one that has more digits. */
static long double log_share(double x, double y)
{
    return x < 0.5 ? logl(x) : log1pl(-(long double)y);
}

/* I_x(a, b) below x = (a + 1) / (a + b + 2), or a little above; y = 1 - x. */
static double beta_below(double x, double y, double a, double b)
{
    /* Large numbers cancel here: for a = 1000 a double would lose three digits. */
    long double log_front = a * log_share(x, y) + b * log_share(y, x) - logl(a) +
                            log_gamma((long double)a + b) - log_gamma(a) - log_gamma(b);
    double share = (double)(expl(log_front) / beta_fraction(x, a, b));
    return isnan(share) ? 0 : fmax(0, fmin(1, share));
}

/* I_x(a, b) where y = 1 - x is known better than it could be computed from x. */
static double beta_share(double x, double y, double a, double b)
{
    if (x <= 0)
        return 0;
    if (y <= 0)
        return 1;
    return x < (a + 1) / (a + b + 2) ? beta_below(x, y, a, b) : 1 - beta_below(y, x, b, a);
}

/* Two-sided, of Student's distribution: I_x(freedom / 2, 1 / 2), x = freedom / (freedom + t^2). */
static double chance_of(double t, double freedom)
{
    double square = t / sqrt(freedom) * (t / sqrt(freedom));
    return beta_share(1 / (1 + square), 1 / (1 + 1 / square), freedom / 2, 0.5);
}

bool statistics_welch(const struct statistics *a, const struct statistics *b,
                      struct statistics_test *out)
{
    if (a->count < 2 || b->count < 2)
        return false;
    double error_a = a->deviation / sqrt((double)a->count);
    double error_b = b->deviation / sqrt((double)b->count);
    double error = hypot(error_a, error_b);
    if (!(error > 0) || !isfinite(error) || !isfinite(a->mean) || !isfinite(b->mean))
        return false;

    double share_a = error_a / error * (error_a / error);
    double share_b = error_b / error * (error_b / error);
    double t = held(held(a->mean - b->mean) / error);
    double freedom = 1 / (share_a * share_a / (double)(a->count - 1) +
                          share_b * share_b / (double)(b->count - 1));
    *out = (struct statistics_test){.t = t, .freedom = freedom, .p = chance_of(t, freedom)};
    return true;
}

double statistics_incomplete_beta(double x, double a, double b)
{
    if (!(a > 0 && b > 0) || !isfinite(a) || !isfinite(b) || isnan(x))
        return 0;
    return beta_share(x, 1 - x, a, b);
}
