#include "app/deadline.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define MINUTE (60 * CLOCK_SECOND_US)
#define HOUR (60 * MINUTE)

static void set_zone(const char *zone)
{
    ck_assert_int_eq(setenv("TZ", zone, 1), 0);
    tzset();
}

/* UTC "2026-11-20T12:00:30" in microseconds. */
static int64_t at(const char *time)
{
    struct tm tm;
    memset(&tm, 0, sizeof(tm));
    ck_assert_ptr_nonnull(strptime(time, "%Y-%m-%dT%H:%M:%S", &tm));
    return (int64_t)timegm(&tm) * CLOCK_SECOND_US;
}

static const struct {
    const char *text;
    int64_t after_us;
} durations[] = {
    {"50m", 50 * MINUTE}, {"1h30m", 90 * MINUTE},    {"90", 90 * CLOCK_SECOND_US},
    {"1ms", 1000},        {"366d", 366 * 24 * HOUR},
};

START_TEST(a_duration_is_what_it_is)
{
    int64_t after_us = -1;
    ck_assert(deadline_parse(durations[_i].text, at("2026-11-20T12:00:30"), &after_us));
    ck_assert_int_eq(after_us, durations[_i].after_us);
}
END_TEST

static const struct {
    const char *zone;
    const char *now; /* UTC */
    const char *text;
    int64_t after_us;
} clocks[] = {
    {"UTC0", "2026-11-20T12:00:30", "13:00", HOUR - 30 * CLOCK_SECOND_US},
    {"UTC0", "2026-11-20T12:00:30", "12:00", 24 * HOUR - 30 * CLOCK_SECOND_US},
    {"UTC0", "2026-11-20T12:00:00", "12:00", 24 * HOUR},
    {"UTC0", "2026-11-20T23:59:59", "0:00", CLOCK_SECOND_US},
    {"UTC0", "2026-11-20T23:59:59", "00:00", CLOCK_SECOND_US},
    {"UTC0", "2026-12-31T22:00:00", "6:30", 8 * HOUR + 30 * MINUTE},
    {"UTC0", "2024-02-28T22:00:00", "21:00", 23 * HOUR},
    {BERLIN, "2026-11-20T12:00:00", "14:00", HOUR},
    {BERLIN, "2026-07-20T12:00:00", "15:00", HOUR},
    /* The night in which 02:00 becomes 03:00, and the one in which 03:00 becomes 02:00. */
    {BERLIN, "2026-03-28T23:00:00", "06:00", 5 * HOUR},
    {BERLIN, "2026-10-24T22:00:00", "06:00", 7 * HOUR},
    {BERLIN, "2026-03-28T05:00:00", "06:00", 23 * HOUR},
};

START_TEST(a_time_of_day_is_the_next_one_on_local_clocks)
{
    int64_t after_us = -1;
    set_zone(clocks[_i].zone);
    ck_assert(deadline_parse(clocks[_i].text, at(clocks[_i].now), &after_us));
    ck_assert_msg(after_us == clocks[_i].after_us, "%s at %s: %jd min", clocks[_i].text,
                  clocks[_i].now, (intmax_t)(after_us / MINUTE));
}
END_TEST

START_TEST(a_time_that_clocks_skip_still_comes)
{
    int64_t after_us = -1;
    set_zone(BERLIN);
    ck_assert(deadline_parse("02:30", at("2026-03-28T23:00:00"), &after_us));
    ck_assert_int_ge(after_us, HOUR);
    ck_assert_int_le(after_us, 3 * HOUR);
}
END_TEST

static const char *const bad[] = {
    "",       "0",       "0s",    "soon",  "24:00", "12:60", "12:5",
    "12:005", "123:00",  ":30",   "12:",   "1:2:3", "-1:00", "12:00 ",
    " 12:00", "12:00pm", "1a:00", "12:0x", "+1h",   "367d",  "99999999999999999999",
};

START_TEST(anything_else_is_refused_and_changes_nothing)
{
    int64_t after_us = -7;
    ck_assert_msg(!deadline_parse(bad[_i], at("2026-11-20T12:00:30"), &after_us), "'%s'", bad[_i]);
    ck_assert_int_eq(after_us, -7);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("deadline");
    tcase_add_loop_test(tests, a_duration_is_what_it_is, 0, ARRAY_LENGTH(durations));
    tcase_add_loop_test(tests, a_time_of_day_is_the_next_one_on_local_clocks, 0,
                        ARRAY_LENGTH(clocks));
    tcase_add_test(tests, a_time_that_clocks_skip_still_comes);
    tcase_add_loop_test(tests, anything_else_is_refused_and_changes_nothing, 0, ARRAY_LENGTH(bad));
    Suite *suite = suite_create("deadline");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
