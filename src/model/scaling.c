#include "model/scaling.h"

#include <float.h>
#include <math.h>

/* N / X(N) = 1/lambda + sigma/lambda (N - 1) + kappa/lambda N (N - 1) */
enum { TERM_LAMBDA, TERM_SIGMA, TERM_KAPPA, TERMS };

/* Bit sets of terms. */
#define AMDAHL (1U << TERM_LAMBDA | 1U << TERM_SIGMA)
#define USL (AMDAHL | 1U << TERM_KAPPA)

/* A term that adds less than this share to N / X(N) at any point is rounding: without a limit, data
 * that follows Amdahl's law would get a peak somewhere beyond a million. */
#define ROUNDING 1e-12

/* Equations in upper triangular form, which takes any number of them and is as good as they are:
 * the normal equations would lose half of the digits. */
struct equations {
    double rows[TERMS][TERMS + 1]; /* the last column is what the others should add up to */
    double error;                  /* root of the squares of what is left over at best */
};

/* Turns each row that is there so that the new one gets a 0 in its column (Givens). */
static void equations_add(struct equations *equations, const double equation[TERMS + 1])
{
    double left[TERMS + 1];
    for (size_t i = 0; i <= TERMS; i++)
        left[i] = equation[i];
    for (size_t i = 0; i < TERMS; i++) {
        if (left[i] == 0)
            continue;
        double *row = equations->rows[i];
        double length = hypot(row[i], left[i]);
        double cosine = row[i] / length, sine = left[i] / length;
        for (size_t j = i; j <= TERMS; j++) {
            double turned = cosine * row[j] + sine * left[j];
            left[j] = cosine * left[j] - sine * row[j];
            row[j] = turned;
        }
    }
    equations->error = hypot(equations->error, left[TERMS]);
}

/* Least squares with some of the terms, the others being 0; the error is what that adds to the one
 * of all terms. False when the terms cannot be told apart or one would be negative. */
static bool equations_solve(const struct equations *all, unsigned set, double out[TERMS],
                            double *out_error)
{
    struct equations some = {0};
    for (size_t i = 0; i < TERMS; i++) {
        double equation[TERMS + 1] = {[TERMS] = all->rows[i][TERMS]};
        for (size_t j = i; j < TERMS; j++)
            if (set & 1U << j)
                equation[j] = all->rows[i][j];
        equations_add(&some, equation);
    }
    for (size_t i = TERMS; i-- > 0;) {
        const double *row = some.rows[i];
        out[i] = 0;
        if (!(set & 1U << i))
            continue;
        if (row[i] == 0)
            return false;
        double value = row[TERMS];
        for (size_t j = i + 1; j < TERMS; j++)
            value -= row[j] * out[j];
        value /= row[i];
        if (value < 0)
            return false;
        if (value >= ROUNDING)
            out[i] = value;
    }
    *out_error = some.error;
    return true;
}

/* Non-negative least squares: the best of all sets of terms that need no negative one. The allowed
 * terms are the first ones, so that smaller numbers are their subsets. */
static bool equations_solve_best(const struct equations *equations, unsigned allowed,
                                 double out[TERMS])
{
    double least = INFINITY;
    for (unsigned set = 1; set <= allowed; set++) {
        double values[TERMS], error;
        if (!equations_solve(equations, set, values, &error))
            continue;
        /* Without a throughput of one there is no model, so that rounding must not decide. */
        double margin = set & 1U << TERM_LAMBDA ? 0 : ROUNDING;
        if (error < least - margin) {
            least = error;
            for (size_t i = 0; i < TERMS; i++)
                out[i] = values[i];
        }
    }
    return isfinite(least);
}

static bool is_usable(const struct scaling_point *point)
{
    return isfinite(point->concurrency) && isfinite(point->throughput) && point->concurrency >= 1 &&
           point->throughput > 0;
}

static bool has_enough_points(const struct scaling_point *points, size_t count)
{
    double seen[SCALING_POINTS_LEAST];
    size_t seen_count = 0;
    for (size_t i = 0; i < count && seen_count < SCALING_POINTS_LEAST; i++) {
        size_t j = 0;
        while (j < seen_count && seen[j] != points[i].concurrency)
            j++;
        if (j == seen_count && is_usable(&points[i]))
            seen[seen_count++] = points[i].concurrency;
    }
    return seen_count == SCALING_POINTS_LEAST;
}

/* The terms of a point as shares of its N / X, with throughput in units of the highest. */
static void terms_of(const struct scaling_point *point, double highest, double out[TERMS])
{
    double n = point->concurrency, x = point->throughput / highest;
    out[TERM_LAMBDA] = x / n;
    out[TERM_SIGMA] = x * ((n - 1) / n);
    out[TERM_KAPPA] = x * (n - 1);
}

/* Root mean square of the relative errors. */
static double error_of(const struct scaling_model *model, const struct scaling_point *points,
                       size_t count)
{
    double error = 0, used = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_usable(&points[i]))
            continue;
        double throughput = scaling_throughput(model, points[i].concurrency);
        error = hypot(error, throughput / points[i].throughput - 1);
        used++;
    }
    return error / sqrt(used);
}

static double peak_of(double sigma, double kappa)
{
    if (kappa > 0)
        return fmax(1, sqrt(fmax(0, 1 - sigma) / kappa));
    /* With kappa = 0 throughput only rises, stays (sigma = 1) or only falls. */
    return sigma > 1 + ROUNDING ? 1 : 0;
}

static bool fit(const struct scaling_point *points, size_t count, unsigned allowed,
                struct scaling_model *out)
{
    if (!has_enough_points(points, count))
        return false;
    /* Columns are brought to the same size, so that limits mean the same for each of them. */
    double highest = 0, largest[TERMS] = {DBL_MIN, DBL_MIN, DBL_MIN}, terms[TERMS];
    for (size_t i = 0; i < count; i++)
        if (is_usable(&points[i]))
            highest = fmax(highest, points[i].throughput);
    for (size_t i = 0; i < count; i++) {
        if (!is_usable(&points[i]))
            continue;
        terms_of(&points[i], highest, terms);
        for (size_t j = 0; j < TERMS; j++)
            largest[j] = fmax(largest[j], terms[j]);
    }

    struct equations equations = {0};
    for (size_t i = 0; i < count; i++) {
        if (!is_usable(&points[i]))
            continue;
        double equation[TERMS + 1] = {[TERMS] = 1};
        terms_of(&points[i], highest, terms);
        for (size_t j = 0; j < TERMS; j++)
            equation[j] = terms[j] / largest[j];
        equations_add(&equations, equation);
    }
    double values[TERMS];
    if (!equations_solve_best(&equations, allowed, values) || values[TERM_LAMBDA] == 0)
        return false;

    for (size_t j = 0; j < TERMS; j++)
        values[j] /= largest[j];
    struct scaling_model model = {.lambda = highest / values[TERM_LAMBDA],
                                  .sigma = values[TERM_SIGMA] / values[TERM_LAMBDA],
                                  .kappa = values[TERM_KAPPA] / values[TERM_LAMBDA]};
    model.peak = peak_of(model.sigma, model.kappa);
    model.error = error_of(&model, points, count);
    if (!isfinite(model.lambda) || !isfinite(model.sigma) || !isfinite(model.kappa) ||
        !isfinite(model.peak) || !isfinite(model.error))
        return false;
    *out = model;
    return true;
}

bool scaling_fit(const struct scaling_point *points, size_t count, struct scaling_model *out)
{
    return fit(points, count, USL, out);
}

bool scaling_fit_amdahl(const struct scaling_point *points, size_t count, struct scaling_model *out)
{
    return fit(points, count, AMDAHL, out);
}

double scaling_throughput(const struct scaling_model *model, double concurrency)
{
    if (!(concurrency > 0))
        return 0;
    /* Divided by N, so that N (N - 1) cannot overflow. */
    double share = 1 / concurrency + model->sigma * ((concurrency - 1) / concurrency) +
                   model->kappa * (concurrency - 1);
    double throughput = model->lambda / share;
    return isfinite(throughput) && throughput > 0 ? throughput : 0;
}
