#include "model/statistics.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "statistics_fixtures.h"

/* What is computed from well-conditioned values in a few hundred operations keeps 13 digits. */
#define CLOSE 1e-12
/* t and the degrees of freedom have means subtracted, in scipy too; p multiplies what that costs
 * by t squared, and scipy's beta function is itself good to 1e-11 or so. */
#define CLOSE_TEST 1e-9
#define CLOSE_BETA 1e-10

static void assert_close(const char *name, double found, double expected, double relative)
{
    ck_assert_msg(fabs(found - expected) <= relative * fabs(expected), "%s: %.17g is not %.17g",
                  name, found, expected);
}

static void assert_all_finite(struct statistics found)
{
    ck_assert(isfinite(found.mean));
    ck_assert(isfinite(found.deviation));
    ck_assert(isfinite(found.min));
    ck_assert(isfinite(found.max));
    ck_assert(isfinite(found.median));
}

START_TEST(samples_are_described_as_exact_fractions_are)
{
    const char *name = sample_fixtures[_i].name;
    struct statistics expected = sample_fixtures[_i].expected;
    struct statistics found = statistics_describe(sample_fixtures[_i].values, expected.count);
    ck_assert_uint_eq(found.count, expected.count);
    assert_close(name, found.mean, expected.mean, CLOSE);
    assert_close(name, found.deviation, expected.deviation, CLOSE);
    assert_close(name, found.median, expected.median, DBL_EPSILON);
    assert_close(name, found.min, expected.min, 0);
    assert_close(name, found.max, expected.max, 0);
}
END_TEST

START_TEST(modified_z_scores_and_outliers_are_those_of_exact_fractions)
{
    const char *name = sample_fixtures[_i].name;
    const double *values = sample_fixtures[_i].values;
    size_t count = sample_fixtures[_i].expected.count;
    for (size_t i = 0; i < count; i++)
        assert_close(name, statistics_modified_z(values, count, i), sample_fixtures[_i].z[i],
                     CLOSE);
    ck_assert_msg(statistics_outliers(values, count, 0) == sample_fixtures[_i].outliers, "%s",
                  name);
}
END_TEST

START_TEST(no_values_are_all_zero)
{
    struct statistics found = statistics_describe(NULL, 0);
    ck_assert_uint_eq(found.count, 0);
    ck_assert(found.mean == 0 && found.deviation == 0 && found.median == 0);
    ck_assert(found.min == 0 && found.max == 0);
    ck_assert(statistics_modified_z(NULL, 0, 0) == 0);
    ck_assert_uint_eq(statistics_outliers(NULL, 0, 0), 0);
}
END_TEST

START_TEST(what_is_not_finite_does_not_count)
{
    static const double FINITE[] = {1, 2, 4, 60};
    static const double MIXED[] = {NAN, 1, INFINITY, 2, 4, -INFINITY, 60, -NAN};
    struct statistics expected = statistics_describe(FINITE, ARRAY_LENGTH(FINITE));
    struct statistics found = statistics_describe(MIXED, ARRAY_LENGTH(MIXED));
    ck_assert_mem_eq(&found, &expected, sizeof(found));
    ck_assert_uint_eq(statistics_outliers(MIXED, ARRAY_LENGTH(MIXED), 0), 1);
    ck_assert_uint_eq(statistics_outliers(FINITE, ARRAY_LENGTH(FINITE), 0), 1);
    ck_assert(statistics_modified_z(MIXED, ARRAY_LENGTH(MIXED), 6) ==
              statistics_modified_z(FINITE, ARRAY_LENGTH(FINITE), 3));
    for (size_t i = 0; i < ARRAY_LENGTH(MIXED); i++)
        if (!isfinite(MIXED[i]))
            ck_assert(statistics_modified_z(MIXED, ARRAY_LENGTH(MIXED), i) == 0);
    ck_assert(statistics_modified_z(FINITE, ARRAY_LENGTH(FINITE), ARRAY_LENGTH(FINITE)) == 0);

    ck_assert_uint_eq(statistics_describe(&MIXED[0], 1).count, 0);
    assert_all_finite(statistics_describe(&MIXED[0], 1));
}
END_TEST

static const double equal_cases[] = {0.1, 1.0 / 3, -12345.678, 1e9 + 0.1, DBL_MAX, DBL_TRUE_MIN};

START_TEST(equal_values_have_no_deviation_however_many)
{
    double values[500];
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
        values[i] = equal_cases[_i];
    for (size_t count = 1; count <= ARRAY_LENGTH(values); count++) {
        struct statistics found = statistics_describe(values, count);
        ck_assert(found.mean == equal_cases[_i]);
        ck_assert(found.deviation == 0);
        ck_assert(found.median == equal_cases[_i]);
        ck_assert(statistics_modified_z(values, count, 0) == 0);
    }
}
END_TEST

START_TEST(the_largest_and_the_smallest_numbers_neither_overflow_nor_vanish)
{
    static const double LARGEST[] = {-DBL_MAX, DBL_MAX};
    struct statistics found = statistics_describe(LARGEST, 2);
    ck_assert(found.mean == 0);
    ck_assert(found.median == 0);
    ck_assert(found.deviation == DBL_MAX); /* it is larger than that by the root of 2 */
    ck_assert(statistics_modified_z(LARGEST, 2, 1) == 0.6745);

    static const double OPPOSITE[] = {DBL_MAX, DBL_MAX, -DBL_MAX};
    double z = statistics_modified_z(OPPOSITE, 3, 2); /* -3 / 1.253314, were distances exact */
    ck_assert(z < -2 && z > -3);

    static const double SMALLEST[] = {0, 4 * DBL_TRUE_MIN};
    found = statistics_describe(SMALLEST, 2);
    ck_assert(found.mean == 2 * DBL_TRUE_MIN);
    ck_assert(found.median == 2 * DBL_TRUE_MIN);
    ck_assert(found.deviation == 3 * DBL_TRUE_MIN); /* 2.83 */

    static const double FAR[] = {DBL_MAX, DBL_TRUE_MIN, 0, 2 * DBL_TRUE_MIN, -DBL_MAX};
    ck_assert(statistics_modified_z(FAR, 5, 0) > 1e300);
    ck_assert(isfinite(statistics_modified_z(FAR, 5, 0)));
    ck_assert(statistics_modified_z(FAR, 5, 4) < -1e300);
    ck_assert_uint_eq(statistics_outliers(FAR, 5, 0), 2);
    static const double close[] = {100, 100.1, 100.2, 100.1, 103};
    ck_assert_uint_eq(statistics_outliers(close, 5, 0), 1);
    ck_assert_uint_eq(statistics_outliers(close, 5, 0.02), 1);
    ck_assert_uint_eq(statistics_outliers(close, 5, 0.05), 0);
}
END_TEST

static struct statistics described(double mean, double deviation, size_t count)
{
    return (struct statistics){.count = count, .mean = mean, .deviation = deviation};
}

/* By hand: of means 6 and 3 with relative deviations 3/6 and 2/3, the ratio 2 has the relative
 * deviation 5/6. */
static const struct {
    double mean_a, deviation_a, mean_b, deviation_b;
    double value, deviation;
} ratio_cases[] = {
    {6, 3, 3, 2, 2, 5.0 / 3},
    {6, 3, -3, 2, -2, 5.0 / 3},
    {6, 0, 3, 0, 2, 0},
    {0, 3, 3, 2, 0, 1},
    {3, 2, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 0},
    {6e300, 3e300, 3e300, 2e300, 2, 5.0 / 3},
    {6e-300, 3e-300, 3e-300, 2e-300, 2, 5.0 / 3},
    {1e300, 1, 1e-300, 1, 0, 0},
    {1, 1e300, 1e-300, 1, 1e300, DBL_MAX},
    {NAN, 1, 1, 1, 0, 0},
    {1, NAN, 1, 1, 1, 0},
    {1, 1, INFINITY, 1, 0, 0},
};

START_TEST(ratios_carry_the_deviations_of_both_sides)
{
    struct statistics a = described(ratio_cases[_i].mean_a, ratio_cases[_i].deviation_a, 5);
    struct statistics b = described(ratio_cases[_i].mean_b, ratio_cases[_i].deviation_b, 5);
    struct statistics_ratio found = statistics_divide(&a, &b);
    assert_close("value", found.value, ratio_cases[_i].value, CLOSE);
    assert_close("deviation", found.deviation, ratio_cases[_i].deviation, CLOSE);
}
END_TEST

START_TEST(welch_agrees_with_scipy)
{
    const char *name = pair_fixtures[_i].name;
    struct statistics a = statistics_describe(pair_fixtures[_i].a, pair_fixtures[_i].a_count);
    struct statistics b = statistics_describe(pair_fixtures[_i].b, pair_fixtures[_i].b_count);
    struct statistics_test expected = pair_fixtures[_i].expected, found, swapped;
    ck_assert(statistics_welch(&a, &b, &found));
    assert_close(name, found.t, expected.t, CLOSE_TEST);
    assert_close(name, found.freedom, expected.freedom, CLOSE_TEST);
    assert_close(name, found.p, expected.p, CLOSE_TEST);

    ck_assert(statistics_welch(&b, &a, &swapped));
    ck_assert(swapped.t == -found.t);
    assert_close(name, swapped.freedom, found.freedom, CLOSE);
    assert_close(name, swapped.p, found.p, CLOSE_TEST);
}
END_TEST

START_TEST(welch_does_not_depend_on_the_unit)
{
    struct statistics a = described(10, 1.5, 8), b = described(12, 2.5, 6);
    struct statistics_test expected, found;
    ck_assert(statistics_welch(&a, &b, &expected));
    for (int exponent = -1000; exponent <= 1000; exponent += 200) {
        struct statistics c = described(ldexp(10, exponent), ldexp(1.5, exponent), 8);
        struct statistics d = described(ldexp(12, exponent), ldexp(2.5, exponent), 6);
        ck_assert(statistics_welch(&c, &d, &found));
        assert_close("t", found.t, expected.t, CLOSE);
        assert_close("freedom", found.freedom, expected.freedom, CLOSE);
        assert_close("p", found.p, expected.p, CLOSE);
    }
}
END_TEST

static const struct {
    struct statistics a, b;
} mute_cases[] = {
    {{.count = 0}, {.count = 5, .mean = 1, .deviation = 1}},
    {{.count = 1, .mean = 3}, {.count = 5, .mean = 1, .deviation = 1}},
    {{.count = 5, .mean = 1, .deviation = 1}, {.count = 1, .mean = 3}},
    {{.count = 5, .mean = 1}, {.count = 5, .mean = 2}},
    {{.count = 5, .mean = NAN, .deviation = 1}, {.count = 5, .mean = 1, .deviation = 1}},
    {{.count = 5, .mean = 1, .deviation = 1}, {.count = 5, .mean = INFINITY, .deviation = 1}},
    {{.count = 5, .mean = 1, .deviation = NAN}, {.count = 5, .mean = 2, .deviation = 1}},
    {{.count = 5, .mean = 1, .deviation = 1}, {.count = 5, .mean = 2, .deviation = INFINITY}},
};

START_TEST(welch_says_nothing_without_two_values_and_a_deviation)
{
    struct statistics_test out = {.t = 7, .freedom = 8, .p = 9};
    ck_assert(!statistics_welch(&mute_cases[_i].a, &mute_cases[_i].b, &out));
    ck_assert(out.t == 7 && out.freedom == 8 && out.p == 9);
}
END_TEST

START_TEST(a_difference_beyond_all_chance_has_no_infinite_t)
{
    struct statistics a = described(DBL_MAX, DBL_TRUE_MIN * 4, 2), b = described(-DBL_MAX, 0, 2);
    struct statistics_test found;
    ck_assert(statistics_welch(&a, &b, &found));
    ck_assert(found.t == DBL_MAX);
    ck_assert(found.freedom == 1);
    ck_assert(found.p == 0);
    a = described(DBL_MAX, DBL_MAX, 2);
    b = described(-DBL_MAX, DBL_MAX, 2);
    ck_assert(statistics_welch(&a, &b, &found));
    ck_assert(found.t >= 0.99 && found.t <= 2.01); /* 2, were the difference a double */
    a = described(1, 1e-100, SIZE_MAX);
    b = described(1, 1e-100, SIZE_MAX);
    ck_assert(statistics_welch(&a, &b, &found));
    ck_assert(found.t == 0);
    ck_assert(found.p == 1);
}
END_TEST

START_TEST(the_incomplete_beta_function_agrees_with_scipy)
{
    for (size_t i = 0; i < ARRAY_LENGTH(beta_fixtures); i++) {
        double x = beta_fixtures[i].x, a = beta_fixtures[i].a, b = beta_fixtures[i].b;
        char name[100];
        snprintf(name, sizeof(name), "I(%g; %g, %g)", x, a, b);
        assert_close(name, statistics_incomplete_beta(x, a, b), beta_fixtures[i].expected,
                     CLOSE_BETA);
    }
}
END_TEST

/* I_x(a, 1) = x^a and I_x(1, b) = 1 - (1 - x)^b. */
START_TEST(the_incomplete_beta_function_keeps_its_digits_where_it_is_a_power)
{
    for (double power = 1e-3; power <= 1e6; power *= 10) {
        double x = exp(-2 / power);
        assert_close("x^a", statistics_incomplete_beta(x, power, 1), (double)expl(power * logl(x)),
                     1e-12);
        double small = 1e-3 / power;
        if (small < 1)
            assert_close("1 - (1 - x)^b", statistics_incomplete_beta(small, 1, power),
                         (double)-expm1l(power * log1pl(-small)), 1e-12);
    }
    /* By symmetry. Millions are where plain double has lost seven digits. */
    assert_close("half", statistics_incomplete_beta(0.5, 1e6, 1e6), 0.5, 1e-11);
}
END_TEST

START_TEST(the_incomplete_beta_function_is_a_share_for_any_argument)
{
    static const double SHAPES[] = {DBL_TRUE_MIN, 1e-20, 0.5, 1, 1e5, 1e12, DBL_MAX};
    static const double PLACES[] = {0, DBL_TRUE_MIN, 1e-9, 0.5, 0.999, 1 - DBL_EPSILON / 2, 1};
    for (size_t i = 0; i < ARRAY_LENGTH(SHAPES); i++) {
        for (size_t j = 0; j < ARRAY_LENGTH(SHAPES); j++) {
            for (size_t k = 0; k < ARRAY_LENGTH(PLACES); k++) {
                double found = statistics_incomplete_beta(PLACES[k], SHAPES[i], SHAPES[j]);
                ck_assert(found >= 0 && found <= 1);
            }
            ck_assert(statistics_incomplete_beta(0, SHAPES[i], SHAPES[j]) == 0);
            ck_assert(statistics_incomplete_beta(1, SHAPES[i], SHAPES[j]) == 1);
        }
    }
    static const double WRONG[] = {0, -1, NAN, INFINITY};
    for (size_t i = 0; i < ARRAY_LENGTH(WRONG); i++) {
        ck_assert(statistics_incomplete_beta(0.5, WRONG[i], 1) == 0);
        ck_assert(statistics_incomplete_beta(0.5, 1, WRONG[i]) == 0);
        ck_assert(statistics_incomplete_beta(2, WRONG[i], 1) == 0);
    }
    ck_assert(statistics_incomplete_beta(NAN, 1, 1) == 0);
    ck_assert(statistics_incomplete_beta(-0.5, 1, 1) == 0);
    ck_assert(statistics_incomplete_beta(1.5, 1, 1) == 1);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("statistics");
    tcase_add_loop_test(cases, samples_are_described_as_exact_fractions_are, 0,
                        (int)ARRAY_LENGTH(sample_fixtures));
    tcase_add_loop_test(cases, modified_z_scores_and_outliers_are_those_of_exact_fractions, 0,
                        (int)ARRAY_LENGTH(sample_fixtures));
    tcase_add_test(cases, no_values_are_all_zero);
    tcase_add_test(cases, what_is_not_finite_does_not_count);
    tcase_add_loop_test(cases, equal_values_have_no_deviation_however_many, 0,
                        (int)ARRAY_LENGTH(equal_cases));
    tcase_add_test(cases, the_largest_and_the_smallest_numbers_neither_overflow_nor_vanish);
    tcase_add_loop_test(cases, ratios_carry_the_deviations_of_both_sides, 0,
                        (int)ARRAY_LENGTH(ratio_cases));
    tcase_add_loop_test(cases, welch_agrees_with_scipy, 0, (int)ARRAY_LENGTH(pair_fixtures));
    tcase_add_test(cases, welch_does_not_depend_on_the_unit);
    tcase_add_loop_test(cases, welch_says_nothing_without_two_values_and_a_deviation, 0,
                        (int)ARRAY_LENGTH(mute_cases));
    tcase_add_test(cases, a_difference_beyond_all_chance_has_no_infinite_t);
    tcase_add_test(cases, the_incomplete_beta_function_agrees_with_scipy);
    tcase_add_test(cases, the_incomplete_beta_function_keeps_its_digits_where_it_is_a_power);
    tcase_add_test(cases, the_incomplete_beta_function_is_a_share_for_any_argument);
    Suite *suite = suite_create("statistics");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
