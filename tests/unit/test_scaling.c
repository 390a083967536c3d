#include "model/scaling.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "statistics_fixtures.h"

/* Both solvers work on scaled columns, which lose three or four of sixteen digits; what is exactly
 * 0 comes out as rounding, hence an absolute limit, too. */
#define CLOSE 1e-9
#define ZERO 1e-12

static void assert_close(const char *name, const char *what, double found, double expected)
{
    ck_assert_msg(fabs(found - expected) <= CLOSE * fabs(expected), "%s, %s: %.17g is not %.17g",
                  name, what, found, expected);
}

static void assert_model(const char *name, const struct scaling_model *found,
                         const struct scaling_model *expected)
{
    assert_close(name, "lambda", found->lambda, expected->lambda);
    assert_close(name, "sigma", found->sigma, expected->sigma);
    assert_close(name, "kappa", found->kappa, expected->kappa);
    assert_close(name, "peak", found->peak, expected->peak);
    if (expected->error == 0)
        ck_assert_msg(found->error < ZERO, "%s: error %g", name, found->error);
    else
        assert_close(name, "error", found->error, expected->error);
}

START_TEST(fits_agree_with_scipy)
{
    struct scaling_model usl, amdahl;
    ck_assert(scaling_fit(fit_fixtures[_i].points, fit_fixtures[_i].count, &usl));
    assert_model(fit_fixtures[_i].name, &usl, &fit_fixtures[_i].usl);
    ck_assert(scaling_fit_amdahl(fit_fixtures[_i].points, fit_fixtures[_i].count, &amdahl));
    assert_model(fit_fixtures[_i].name, &amdahl, &fit_fixtures[_i].amdahl);
    ck_assert(amdahl.kappa == 0);
}
END_TEST

START_TEST(only_lambda_depends_on_the_unit)
{
    struct scaling_point points[ARRAY_LENGTH(points_noisy_usl)];
    struct scaling_model expected, found;
    ck_assert(scaling_fit(points_noisy_usl, ARRAY_LENGTH(points), &expected));
    for (int exponent = -1000; exponent <= 1000; exponent += 100) {
        for (size_t i = 0; i < ARRAY_LENGTH(points); i++) {
            points[i] = points_noisy_usl[i];
            points[i].throughput = ldexp(points[i].throughput, exponent);
        }
        ck_assert(scaling_fit(points, ARRAY_LENGTH(points), &found));
        found.lambda = ldexp(found.lambda, -exponent);
        assert_model("scaled", &found, &expected);
    }
}
END_TEST

static const struct {
    bool fits;
    size_t count;
    struct scaling_point points[8];
} count_cases[] = {
    {false, 0, {{0}}},
    {false, 1, {{1, 10}}},
    {false, 4, {{1, 10}, {2, 18}, {4, 30}, {8, 40}}},
    {true, 5, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {16, 50}}},
    {false, 5, {{4, 10}, {4, 11}, {4, 12}, {4, 13}, {4, 14}}},
    {false, 8, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {8, 41}, {1, 9}, {2, 18}, {4, 31}}},
    {true, 6, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {8, 41}, {16, 50}}},
    {false, 5, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {16, 0}}},
    {false, 5, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {16, -50}}},
    {false, 5, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {16, NAN}}},
    {false, 5, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {16, INFINITY}}},
    {false, 5, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {NAN, 50}}},
    {false, 5, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {INFINITY, 50}}},
    {false, 5, {{0.5, 6}, {2, 18}, {4, 30}, {8, 40}, {16, 50}}},
    {false, 5, {{1, 10}, {2, 18}, {4, 30}, {8, 40}, {-16, 50}}},
};

START_TEST(five_different_concurrencies_are_needed)
{
    const struct scaling_model untouched = {1, 2, 3, 4, 5};
    struct scaling_model usl = untouched, amdahl = untouched;
    bool fits = count_cases[_i].fits;
    ck_assert(scaling_fit(count_cases[_i].points, count_cases[_i].count, &usl) == fits);
    ck_assert(scaling_fit_amdahl(count_cases[_i].points, count_cases[_i].count, &amdahl) == fits);
    if (!fits) {
        ck_assert_mem_eq(&usl, &untouched, sizeof(usl));
        ck_assert_mem_eq(&amdahl, &untouched, sizeof(amdahl));
    }
}
END_TEST

START_TEST(unusable_points_change_nothing)
{
    static const struct scaling_point UNUSABLE[] = {
        {3, NAN}, {NAN, 3}, {0, 5}, {3, 0}, {3, -1}, {-3, 1}, {INFINITY, 4}, {3, INFINITY}};
    struct scaling_point points[ARRAY_LENGTH(points_noisy_usl) + ARRAY_LENGTH(UNUSABLE)];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(UNUSABLE); i++) {
        points[count++] = UNUSABLE[i];
        if (i < ARRAY_LENGTH(points_noisy_usl))
            points[count++] = points_noisy_usl[i];
    }
    ck_assert_uint_eq(count, ARRAY_LENGTH(points));
    struct scaling_model expected, found;
    ck_assert(scaling_fit(points_noisy_usl, ARRAY_LENGTH(points_noisy_usl), &expected));
    ck_assert(scaling_fit(points, count, &found));
    ck_assert_mem_eq(&found, &expected, sizeof(found));
}
END_TEST

/* N / X grows with the fourth power of N: the best fit would start below 0. */
START_TEST(no_lambda_no_fit)
{
    struct scaling_point points[5];
    struct scaling_model model = {.lambda = 7};
    for (size_t i = 0; i < ARRAY_LENGTH(points); i++) {
        double concurrency = 100 + 10 * (double)i;
        points[i] = (struct scaling_point){concurrency, pow(concurrency, -3)};
    }
    ck_assert(!scaling_fit(points, ARRAY_LENGTH(points), &model));
    ck_assert(!scaling_fit_amdahl(points, ARRAY_LENGTH(points), &model));
    ck_assert(model.lambda == 7);
}
END_TEST

/* Concurrencies that no measurement could tell apart: more than one term would be made of their
 * last digits. */
START_TEST(points_that_are_nearly_one_have_a_lambda_only)
{
    struct scaling_point points[6];
    for (size_t i = 0; i < ARRAY_LENGTH(points); i++)
        points[i] = (struct scaling_point){8 + (double)i * 1e-13, i < 3 ? 81 : 80};
    struct scaling_model found;
    ck_assert(scaling_fit(points, ARRAY_LENGTH(points), &found));
    ck_assert(found.lambda > 10 && found.lambda < 10.125);
    ck_assert(found.sigma == 0 && found.kappa == 0 && found.peak == 0);
    ck_assert(found.error > 0.006 && found.error < 0.0065);
}
END_TEST

/* Rounding must not make it rise or fall. */
START_TEST(constant_throughput_has_no_peak)
{
    for (int rate = 1; rate < 100; rate++) {
        struct scaling_point points[6];
        for (size_t i = 0; i < ARRAY_LENGTH(points); i++)
            points[i] = (struct scaling_point){1 + (double)(i * i * (size_t)rate), rate / 7.0};
        struct scaling_model usl, amdahl;
        ck_assert(scaling_fit(points, ARRAY_LENGTH(points), &usl));
        ck_assert(scaling_fit_amdahl(points, ARRAY_LENGTH(points), &amdahl));
        ck_assert(usl.peak == 0 && amdahl.peak == 0);
        assert_close("constant", "sigma", usl.sigma, 1);
        assert_close("constant", "sigma of Amdahl", amdahl.sigma, 1);
    }
}
END_TEST

START_TEST(extreme_points_give_finite_models_or_none)
{
    static const double NUMBERS[] = {1, 1 + DBL_EPSILON, 3, 1e5, 1e160, DBL_MAX};
    static const double RATES[] = {DBL_TRUE_MIN, 1e-300, 1, 1e300, DBL_MAX};
    size_t fitted = 0;
    for (unsigned choice = 0; choice < 5 * 5 * 5 * 5 * 5; choice++) {
        struct scaling_point points[ARRAY_LENGTH(NUMBERS)];
        unsigned rest = choice;
        for (size_t i = 0; i < ARRAY_LENGTH(NUMBERS); i++, rest /= 5)
            points[i] = (struct scaling_point){NUMBERS[i], RATES[rest % 5]};
        struct scaling_model found;
        if (!scaling_fit(points, ARRAY_LENGTH(points), &found))
            continue;
        fitted++;
        ck_assert(isfinite(found.lambda) && found.lambda > 0);
        ck_assert(isfinite(found.sigma) && found.sigma >= 0);
        ck_assert(isfinite(found.kappa) && found.kappa >= 0);
        ck_assert(isfinite(found.peak) && (found.peak == 0 || found.peak >= 1));
        ck_assert(isfinite(found.error) && found.error >= 0);
    }
    ck_assert_uint_gt(fitted, 100);
}
END_TEST

/* By hand, from the formula in the header. */
static const struct {
    struct scaling_model model;
    double concurrency;
    double expected;
} throughput_cases[] = {
    {{.lambda = 10, .sigma = 0.5, .kappa = 0.25}, 1, 10},
    {{.lambda = 10, .sigma = 0.5, .kappa = 0.25}, 2, 10},   /* 20 / (1 + 0.5 + 0.5) */
    {{.lambda = 10, .sigma = 0.5, .kappa = 0.25}, 5, 6.25}, /* 50 / (1 + 2 + 5) */
    {{.lambda = 10, .sigma = 0.5}, 5, 50.0 / 3},
    {{.lambda = 10}, 5, 50},
    {{.lambda = 10, .sigma = 0.5}, DBL_MAX, 20},
    {{.lambda = 10, .kappa = 1e-300}, 1e300, 10},
    {{.lambda = 10, .sigma = 0.5}, 0, 0},
    {{.lambda = 10, .sigma = 0.5}, -3, 0},
    {{.lambda = 10, .sigma = 0.5}, NAN, 0},
    {{.lambda = 10}, INFINITY, 0},
    {{.lambda = 1e300}, 1e300, 0},
    {{.lambda = NAN}, 2, 0},
    {{.lambda = 10, .sigma = -1}, 5, 0},
};

START_TEST(throughput_follows_the_law)
{
    double found =
        scaling_throughput(&throughput_cases[_i].model, throughput_cases[_i].concurrency);
    assert_close("model", "throughput", found, throughput_cases[_i].expected);
}
END_TEST

START_TEST(throughput_is_highest_at_the_peak)
{
    const struct scaling_model *model = &fit_fixtures[_i].usl;
    double peak = model->peak;
    if (peak > 0) {
        double highest = scaling_throughput(model, peak);
        ck_assert(highest > scaling_throughput(model, peak * 1.01));
        if (peak > 1)
            ck_assert(highest > scaling_throughput(model, peak * 0.99));
    } else {
        for (double n = 1; n < 1e9; n *= 2)
            ck_assert(scaling_throughput(model, 2 * n) >=
                      scaling_throughput(model, n) * (1 - ZERO));
    }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("scaling");
    tcase_add_loop_test(cases, fits_agree_with_scipy, 0, (int)ARRAY_LENGTH(fit_fixtures));
    tcase_add_test(cases, only_lambda_depends_on_the_unit);
    tcase_add_loop_test(cases, five_different_concurrencies_are_needed, 0,
                        (int)ARRAY_LENGTH(count_cases));
    tcase_add_test(cases, unusable_points_change_nothing);
    tcase_add_test(cases, no_lambda_no_fit);
    tcase_add_test(cases, points_that_are_nearly_one_have_a_lambda_only);
    tcase_add_test(cases, constant_throughput_has_no_peak);
    tcase_add_test(cases, extreme_points_give_finite_models_or_none);
    tcase_add_loop_test(cases, throughput_follows_the_law, 0, (int)ARRAY_LENGTH(throughput_cases));
    tcase_add_loop_test(cases, throughput_is_highest_at_the_peak, 0,
                        (int)ARRAY_LENGTH(fit_fixtures));
    Suite *suite = suite_create("scaling");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
