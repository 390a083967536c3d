#include "sync/pace.h"

#include <check.h>
#include <stdlib.h>

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define YEAR_US (8766 * HOUR_US)

/* SplitMix64, so that every run is the same. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static const struct {
    int64_t amount;
    int64_t span_us;
    int64_t events; /* after the first one */
    int64_t takes_us;
} exact_cases[] = {
    {50, SECOND_US, 500, 10 * SECOND_US},
    {100000, SECOND_US, 1000000, 10 * SECOND_US},
    {3, SECOND_US, 3000, 1000 * SECOND_US},
    {7, SECOND_US, 7000, 1000 * SECOND_US},
    {999983, SECOND_US, 999983, SECOND_US},
    {3000000, SECOND_US, 3000000, SECOND_US},
    {1, HOUR_US, 48, 48 * HOUR_US},
    {INT64_C(3600000000), HOUR_US, 2000000, 2 * SECOND_US},
    {1, 1, 1000, 1000},
};

START_TEST(who_always_comes_in_time_gets_the_exact_rate)
{
    struct pace pace;
    pace_init(&pace, exact_cases[_i].amount, exact_cases[_i].span_us);
    int64_t begin_us = 12345;
    int64_t now_us = begin_us;
    ck_assert(pace_take(&pace, now_us, &now_us));
    for (int64_t i = 0; i < exact_cases[_i].events; i++) {
        while (!pace_take(&pace, now_us, &now_us))
            continue;
    }
    ck_assert_int_eq(now_us - begin_us, exact_cases[_i].takes_us);
}
END_TEST

static const int64_t first_times[] = {0, 1, -5, 7 * SECOND_US, 300 * YEAR_US, -300 * YEAR_US};

START_TEST(the_first_one_passes_at_once_and_the_second_in_its_time)
{
    int64_t now_us = first_times[_i];
    int64_t due_us = -1;
    struct pace pace;
    pace_init(&pace, 50, SECOND_US);
    ck_assert(pace_is_ready(&pace, now_us, &due_us));
    ck_assert(pace_take(&pace, now_us, &due_us));
    ck_assert_int_eq(due_us, -1);
    ck_assert(!pace_is_ready(&pace, now_us, &due_us));
    ck_assert_int_eq(due_us, now_us + 20000);
    ck_assert(!pace_take(&pace, now_us + 19999, &due_us));
    ck_assert_int_eq(due_us, now_us + 20000);
    ck_assert(pace_take(&pace, due_us, &due_us));
}
END_TEST

START_TEST(without_a_limit_all_pass)
{
    struct pace pace;
    int64_t due_us = -1;
    pace_init(&pace, 0, 0);
    for (int i = 0; i < 1000; i++)
        ck_assert(pace_take(&pace, 5, &due_us));
    ck_assert_int_eq(pace_reserve(&pace, 5, INT64_MAX), 5);
    ck_assert_int_eq(pace_reserve(&pace, 4, 1), 4);
    ck_assert(pace_is_ready(&pace, 0, &due_us));
    ck_assert_int_eq(due_us, -1);
}
END_TEST

/* How many pass at that time. */
static unsigned take_all(struct pace *pace, int64_t now_us)
{
    unsigned count = 0;
    int64_t due_us;
    while (pace_take(pace, now_us, &due_us))
        count++;
    ck_assert_int_gt(due_us, now_us);
    return count;
}

static const struct {
    int64_t late_us;
    unsigned passes; /* at 1,000 a second */
} late_cases[] = {
    {0, 1},      {999, 1},        {1000, 2},     {5500, 6},     {10000, 11},         {10001, 11},
    {20000, 11}, {SECOND_US, 11}, {HOUR_US, 11}, {YEAR_US, 11}, {250 * YEAR_US, 11},
};

START_TEST(who_comes_late_makes_up_ten_milliseconds_of_it)
{
    struct pace pace;
    pace_init(&pace, 1000, SECOND_US);
    ck_assert_uint_eq(take_all(&pace, 0), 1);
    ck_assert_uint_eq(take_all(&pace, 1000 + late_cases[_i].late_us), late_cases[_i].passes);
}
END_TEST

START_TEST(lateness_within_the_limit_costs_nothing_of_the_mean)
{
    struct pace pace;
    uint64_t random = 7;
    pace_init(&pace, 1000, SECOND_US);
    int64_t now_us = 0;
    unsigned count = take_all(&pace, now_us);
    while (now_us < 100 * SECOND_US) {
        now_us += 1 + (int64_t)(next_random(&random) % 9000);
        count += take_all(&pace, now_us);
    }
    ck_assert_int_eq(count, now_us / 1000 + 1);
}
END_TEST

static const struct {
    int64_t amount; /* per second */
    int64_t step_us;
} window_cases[] = {
    {1, 400000}, {3, 300000},   {50, 100},   {50, 9000},    {50, 50000},
    {997, 1500}, {1000, 30000}, {20000, 40}, {20000, 2000},
};

START_TEST(no_second_has_more_events_than_its_share_whenever_one_asks)
{
    enum { EVENTS = 60000 };
    int64_t amount = window_cases[_i].amount;
    size_t most = (size_t)(amount + amount / 100 + 1);
    int64_t *passed_us = malloc(EVENTS * sizeof(*passed_us));
    struct pace pace;
    uint64_t random = (uint64_t)_i;
    pace_init(&pace, amount, SECOND_US);

    int64_t now_us = (int64_t)(next_random(&random) % 1000000);
    size_t count = 0;
    for (unsigned polls = 0; count < EVENTS && polls < 400000; polls++) {
        int64_t due_us;
        while (count < EVENTS && pace_take(&pace, now_us, &due_us))
            passed_us[count++] = now_us;
        uint64_t step = next_random(&random);
        now_us += (int64_t)(step % (uint64_t)window_cases[_i].step_us);
        if (step >> 54 == 0) /* one in a thousand sleeps */
            now_us += (int64_t)(next_random(&random) % (3 * SECOND_US));
    }
    ck_assert_uint_gt(count, most);
    for (size_t i = most; i < count; i++)
        ck_assert_int_ge(passed_us[i] - passed_us[i - most], SECOND_US);
    free(passed_us);
}
END_TEST

START_TEST(reserved_amounts_follow_each_other_in_the_order_of_asking)
{
    struct pace pace;
    pace_init(&pace, 1000, SECOND_US);
    ck_assert_int_eq(pace_reserve(&pace, 100, 500), 100);
    ck_assert_int_eq(pace_reserve(&pace, 100, 0), 500100);
    ck_assert_int_eq(pace_reserve(&pace, 100, 5000), 500100); /* five seconds' worth */
    ck_assert_int_eq(pace_reserve(&pace, 200, 1), 5500100);
    ck_assert_int_eq(pace_reserve(&pace, 5500000, 1), 5501100);
    int64_t due_us;
    ck_assert(!pace_is_ready(&pace, 5502099, &due_us));
    ck_assert_int_eq(due_us, 5502100);
    /* After an idle time at once; ten milliseconds' worth more follow at once, too. */
    int64_t late_us = YEAR_US;
    ck_assert_int_le(pace_reserve(&pace, late_us, 10), late_us);
    ck_assert_int_le(pace_reserve(&pace, late_us, 1), late_us);
    ck_assert_int_eq(pace_reserve(&pace, late_us, 1), late_us + 1000);
}
END_TEST

START_TEST(fractions_of_a_microsecond_are_kept_and_never_early)
{
    struct pace pace;
    pace_init(&pace, 3, SECOND_US);
    ck_assert_int_eq(pace_reserve(&pace, 0, 1), 0);
    ck_assert_int_eq(pace_reserve(&pace, 0, 1), 333334);
    ck_assert_int_eq(pace_reserve(&pace, 0, 1), 666667);
    ck_assert_int_eq(pace_reserve(&pace, 0, 1), 1000000);
}
END_TEST

START_TEST(huge_amounts_and_times_do_not_overflow)
{
    struct pace pace;
    pace_init(&pace, 1, HOUR_US);
    ck_assert_int_eq(pace_reserve(&pace, 0, INT64_C(1) << 40), 0);
    ck_assert_int_eq(pace_reserve(&pace, 0, 1), INT64_MAX); /* 2^40 hours from now */
    ck_assert_int_eq(pace_reserve(&pace, YEAR_US, INT64_MAX), INT64_MAX);
    int64_t due_us;
    ck_assert(!pace_take(&pace, YEAR_US, &due_us));
    ck_assert_int_eq(due_us, INT64_MAX);

    pace_init(&pace, INT64_C(1) << 40, SECOND_US);
    ck_assert_int_eq(pace_reserve(&pace, 200 * YEAR_US, INT64_C(1) << 40), 200 * YEAR_US);
    ck_assert_int_eq(pace_reserve(&pace, 200 * YEAR_US, 1), 200 * YEAR_US + SECOND_US);

    pace_init(&pace, INT64_MAX, HOUR_US);
    ck_assert_int_eq(pace_reserve(&pace, 9, INT64_MAX), 9);
    ck_assert_int_eq(pace_reserve(&pace, 9, INT64_MAX), 9 + HOUR_US);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("pace");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, who_always_comes_in_time_gets_the_exact_rate, 0,
                        (int)ARRAY_LENGTH(exact_cases));
    tcase_add_loop_test(cases, the_first_one_passes_at_once_and_the_second_in_its_time, 0,
                        (int)ARRAY_LENGTH(first_times));
    tcase_add_test(cases, without_a_limit_all_pass);
    tcase_add_loop_test(cases, who_comes_late_makes_up_ten_milliseconds_of_it, 0,
                        (int)ARRAY_LENGTH(late_cases));
    tcase_add_test(cases, lateness_within_the_limit_costs_nothing_of_the_mean);
    tcase_add_loop_test(cases, no_second_has_more_events_than_its_share_whenever_one_asks, 0,
                        (int)ARRAY_LENGTH(window_cases));
    tcase_add_test(cases, reserved_amounts_follow_each_other_in_the_order_of_asking);
    tcase_add_test(cases, fractions_of_a_microsecond_are_kept_and_never_early);
    tcase_add_test(cases, huge_amounts_and_times_do_not_overflow);
    Suite *suite = suite_create("pace");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
