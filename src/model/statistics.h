/* Statistics of repeated measurements: description, outliers, ratios with their error, Welch's
 * t-test. Plain functions of arrays; nothing is kept, units are the caller's.
 *
 * Values that are NaN or infinite do not count, and no result is either of them: what has no value
 * is 0, and a deviation or score that is too large is the largest double. */
#ifndef HAUL_MODEL_STATISTICS_H
#define HAUL_MODEL_STATISTICS_H

#include "base/common.h"

struct statistics {
    size_t count; /* of finite values */
    double mean;
    double deviation; /* of a sample (n - 1 below the root); 0 for fewer than two values */
    double min;
    double max;
    double median;
};

/* All zero for no values. Sorts a copy, as the next two do. */
struct statistics statistics_describe(const double *values, size_t count);

/* Above this a value is called an outlier (Iglewicz and Hoaglin, How to Detect and Handle Outliers,
 * 1993, page 12). */
#define STATISTICS_OUTLIER 3.5

/* The modified z-score of one of the values: 0.6745 (x - median) / MAD. Where the median absolute
 * deviation is 0, the mean absolute deviation takes its place: (x - median) / (1.253314 meanAD); 0
 * when that is 0, too, and for an index beyond the last. */
double statistics_modified_z(const double *values, size_t count, size_t index);

/* How many of the values have a modified z-score above STATISTICS_OUTLIER, either way, and differ
 * from the median by more than this share of it: of values that agree within a thousandth some are
 * outliers, too. */
size_t statistics_outliers(const double *values, size_t count, double share);

struct statistics_ratio {
    double value;     /* mean of a / mean of b; 0 when it is no number */
    double deviation; /* of one a / one b, to first order, a and b being independent */
};

struct statistics_ratio statistics_divide(const struct statistics *a, const struct statistics *b);

struct statistics_test {
    double t;       /* positive when a's mean is larger */
    double freedom; /* degrees of freedom (Welch and Satterthwaite) */
    double p;       /* two-sided: how likely equal means differ at least so much by chance */
};

/* Welch's t-test of two means whose variances may differ. False when it says nothing: fewer than
 * two values on a side, or no deviation at all. */
bool statistics_welch(const struct statistics *a, const struct statistics *b,
                      struct statistics_test *out);

/* The regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1 (NIST Digital
 * Library of Mathematical Functions, 8.17): to about 1e-12 for a and b up to a million, where long
 * double has 64 bits. Outside of x it is 0 or 1, for other a or b it is 0. */
double statistics_incomplete_beta(double x, double a, double b);

#endif
