#include "model/moving_rate.h"

#include <check.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000)

static void add_steadily(struct moving_rate *rate, int64_t from_us, int64_t to_us, double before,
                         double per_second)
{
    for (int64_t us = from_us; us <= to_us; us += SECOND / 5)
        moving_rate_add(rate, us, before + per_second * (double)(us - from_us) / SECOND);
}

START_TEST(a_steady_growth_has_the_same_rate_over_every_window)
{
    struct moving_rate rate;
    moving_rate_init(&rate, 7 * SECOND, 100);
    ck_assert_double_eq(moving_rate_per_second(&rate, SECOND), 0); /* nothing is known yet */
    add_steadily(&rate, 7 * SECOND, 100 * SECOND, 100, 40);
    static const int64_t windows[] = {1, SECOND, 5 * SECOND, 15 * SECOND, 1000 * SECOND};
    for (size_t i = 0; i < ARRAY_LENGTH(windows); i++)
        ck_assert_double_eq_tol(moving_rate_per_second(&rate, windows[i]), 40, 1e-6);
}
END_TEST

START_TEST(what_is_older_than_the_window_does_not_count)
{
    struct moving_rate rate;
    moving_rate_init(&rate, 0, 0);
    add_steadily(&rate, 0, 20 * SECOND, 0, 1000);
    add_steadily(&rate, 20 * SECOND, 30 * SECOND, 20000, 10);
    ck_assert_double_eq_tol(moving_rate_per_second(&rate, 5 * SECOND), 10, 1e-6);
    ck_assert_double_eq_tol(moving_rate_per_second(&rate, 9 * SECOND), 10, 1e-6);
    double both = moving_rate_per_second(&rate, 15 * SECOND);
    ck_assert(both > 300 && both < 400); /* a third of the window is of the quick time */
}
END_TEST

START_TEST(a_young_counter_is_judged_by_all_there_is)
{
    struct moving_rate rate;
    moving_rate_init(&rate, 0, 0);
    moving_rate_add(&rate, SECOND / 10, 5); /* sooner than samples are kept */
    ck_assert_double_eq_tol(moving_rate_per_second(&rate, 15 * SECOND), 50, 1e-6);
}
END_TEST

START_TEST(after_a_long_silence_the_rate_is_that_of_the_silence)
{
    struct moving_rate rate;
    moving_rate_init(&rate, 0, 0);
    add_steadily(&rate, 0, 10 * SECOND, 0, 100);
    moving_rate_add(&rate, 110 * SECOND,
                    1100); /* the process was stopped: longer than any window */
    ck_assert_double_eq_tol(moving_rate_per_second(&rate, 5 * SECOND), 1, 0.1);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("moving rate");
    tcase_add_test(cases, a_steady_growth_has_the_same_rate_over_every_window);
    tcase_add_test(cases, what_is_older_than_the_window_does_not_count);
    tcase_add_test(cases, a_young_counter_is_judged_by_all_there_is);
    tcase_add_test(cases, after_a_long_silence_the_rate_is_that_of_the_silence);
    Suite *suite = suite_create("moving rate");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
