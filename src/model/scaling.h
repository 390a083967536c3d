/* Models of how throughput grows with concurrency: the universal scalability law
 *
 *   X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))
 *
 * (Gunther, Guerrilla Capacity Planning, 2007, chapter 4), and Amdahl's law, which is the same
 * with kappa = 0. Plain functions of arrays. */
#ifndef HAUL_MODEL_SCALING_H
#define HAUL_MODEL_SCALING_H

#include "base/common.h"

#define SCALING_POINTS_LEAST 5 /* fewer would fit anything */

struct scaling_point {
    double concurrency; /* N, at least 1 */
    double throughput;  /* X, above 0 */
};

struct scaling_model {
    double lambda; /* throughput of one */
    double sigma;  /* share that cannot be done side by side; 0 and more */
    double kappa;  /* what each pays for each other one; 0 and more */
    double peak;   /* N, 1 or more, at which throughput is highest; 0 = it never falls */
    double error;  /* root mean square of the relative errors of throughput */
};

/* Least squares of the relative errors of N / X(N), which is linear in 1/lambda, sigma/lambda and
 * kappa/lambda, all held at 0 or more. Points of which a part is out of range, NaN or infinite do
 * not count. False for fewer than SCALING_POINTS_LEAST points of different concurrency, and when no
 * lambda fits. */
bool scaling_fit(const struct scaling_point *points, size_t count, struct scaling_model *out);
/* The same with kappa = 0. */
bool scaling_fit_amdahl(const struct scaling_point *points, size_t count,
                        struct scaling_model *out);

/* 0 where the model says nothing. */
double scaling_throughput(const struct scaling_model *model, double concurrency);

#endif
