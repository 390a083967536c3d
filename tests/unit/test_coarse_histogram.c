#include "model/coarse_histogram.h"

#include <check.h>
#include <stdlib.h>

static struct coarse_histogram histogram;

static void set_up(void)
{
    histogram = (struct coarse_histogram){{0}};
}

START_TEST(an_empty_one_has_no_percentile)
{
    ck_assert_int_eq(coarse_histogram_percentile(&histogram, 0.95, 0), -1);
}
END_TEST

START_TEST(it_is_small)
{
    ck_assert_uint_le(sizeof histogram, 160);
}
END_TEST

static const int64_t values[] = {0,
                                 1,
                                 511,
                                 512,
                                 640,
                                 1000,
                                 1023,
                                 1024,
                                 81000,
                                 2310000,
                                 536870911,
                                 536870912,
                                 65536,
                                 131071,
                                 1 << 20,
                                 29800000,
                                 INT64_C(3600000000),
                                 INT64_MAX};

/* All alike: within the bucket, and never above the largest. */
START_TEST(a_percentile_of_equal_values_is_a_quarter_off_at_most)
{
    int64_t value = values[_i];
    for (int i = 0; i < 100; i++)
        coarse_histogram_add(&histogram, value);
    int64_t p95_us = coarse_histogram_percentile(&histogram, 0.95, value);
    ck_assert_int_le(p95_us, value);
    if (value >= 1024 && value < 536870912)
        ck_assert_int_ge(p95_us, value - value / 4);
    ck_assert_int_eq(coarse_histogram_percentile(&histogram, 1, value), value);
}
END_TEST

START_TEST(of_few_entries_the_last_is_known)
{
    coarse_histogram_add(&histogram, 10000000);
    ck_assert_int_eq(coarse_histogram_percentile(&histogram, 0.95, 10000000), 10000000);
    for (int i = 2; i < 20; i++) {
        coarse_histogram_add(&histogram, i);
        ck_assert_int_eq(coarse_histogram_percentile(&histogram, 0.95, 10000000), 10000000);
        ck_assert_int_lt(coarse_histogram_percentile(&histogram, 0.4, 10000000), 512);
    }
}
END_TEST

START_TEST(equal_entries_have_no_percentile_below_them)
{
    for (int i = 0; i < 300; i++)
        coarse_histogram_add(&histogram, 10000000);
    ck_assert_int_eq(coarse_histogram_percentile(&histogram, 0.95, 10000000), 10000000);
    ck_assert_int_eq(coarse_histogram_percentile(&histogram, 0.5, 10000000), 10000000);
}
END_TEST

START_TEST(shares_fall_where_they_belong)
{
    for (int64_t us = 1000; us <= 1000000; us += 1000)
        coarse_histogram_add(&histogram, us);
    static const double shares[] = {0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};
    for (size_t i = 0; i < ARRAY_LENGTH(shares); i++) {
        double us = (double)coarse_histogram_percentile(&histogram, shares[i], 1000000);
        ck_assert_double_gt(us, shares[i] * 1e6 * 0.97);
        ck_assert_double_lt(us, shares[i] * 1e6 * 1.03);
    }
}
END_TEST

START_TEST(a_full_bucket_keeps_the_shape)
{
    for (int i = 0; i < 300000; i++) {
        coarse_histogram_add(&histogram, 10000);
        if (i % 10 == 0)
            coarse_histogram_add(&histogram, 1000000);
    }
    int64_t p50_us = coarse_histogram_percentile(&histogram, 0.50, 1000000);
    int64_t p95_us = coarse_histogram_percentile(&histogram, 0.95, 1000000);
    ck_assert_int_gt(p50_us, 7500);
    ck_assert_int_lt(p50_us, 12500);
    ck_assert_int_gt(p95_us, 750000);
    coarse_histogram_add(&histogram, 3);
    for (int i = 0; i < 70000; i++)
        coarse_histogram_add(&histogram, 10000);
    ck_assert_int_lt(coarse_histogram_percentile(&histogram, 0, 1000000), 512); /* rare, not lost */
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("coarse_histogram");
    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_test(cases, an_empty_one_has_no_percentile);
    tcase_add_test(cases, it_is_small);
    tcase_add_loop_test(cases, a_percentile_of_equal_values_is_a_quarter_off_at_most, 0,
                        (int)ARRAY_LENGTH(values));
    tcase_add_test(cases, of_few_entries_the_last_is_known);
    tcase_add_test(cases, equal_entries_have_no_percentile_below_them);
    tcase_add_test(cases, shares_fall_where_they_belong);
    tcase_add_test(cases, a_full_bucket_keeps_the_shape);
    Suite *suite = suite_create("coarse_histogram");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
