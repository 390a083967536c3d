#include "base/clock.h"

#include <check.h>
#include <stdlib.h>
#include <time.h>

START_TEST(the_monotonic_clock_goes_forward)
{
    int64_t start = clock_monotonic_us();
    int64_t last = start;
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_monotonic_us();
        ck_assert_int_ge(now, last);
        last = now;
    }
    ck_assert_int_gt(last, start);
    /* In microseconds: 10,000 readings take more than one and less than a minute. */
    ck_assert_int_lt(last - start, 60 * CLOCK_SECOND_US);
}
END_TEST

START_TEST(the_wall_clock_is_that_of_the_system)
{
    int64_t before = time(NULL);
    int64_t now = clock_wall_us() / CLOCK_SECOND_US;
    /* time() may lag by a tick. */
    ck_assert_int_ge(now, before);
    ck_assert_int_le(now, time(NULL) + 1);
}
END_TEST

START_TEST(cpu_time_grows_with_work)
{
    int64_t user;
    int64_t system;
    clock_cpu_us(&user, &system);
    ck_assert_int_ge(user, 0);
    ck_assert_int_ge(system, 0);
    int64_t first = user + system;
    int64_t start = clock_monotonic_us();
    do {
        clock_cpu_us(&user, &system);
    } while (user + system < first + 20000 && clock_monotonic_us() < start + 20 * CLOCK_SECOND_US);
    ck_assert_int_ge(user + system, first + 20000);
}
END_TEST

static const struct {
    int64_t wall_us;
    const char *expected;
    const char *expected_seconds;
} formats[] = {
    {0, "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00Z"},
    {INT64_C(1795176030123456), "2026-11-20T12:00:30.123456Z", "2026-11-20T12:00:30Z"},
    {INT64_C(951782399999999), "2000-02-28T23:59:59.999999Z", "2000-02-28T23:59:59Z"},
    {INT64_C(951782400000001), "2000-02-29T00:00:00.000001Z", "2000-02-29T00:00:00Z"},
    {-1, "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59Z"},
    {-1000000, "1969-12-31T23:59:59.000000Z", "1969-12-31T23:59:59Z"},
    {INT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z"},
    {INT64_C(253402300800000000), "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z"},
    {INT64_C(-62167219200000000), "0000-01-01T00:00:00.000000Z", "0000-01-01T00:00:00Z"},
    {INT64_C(-62167219200000001), "0000-01-01T00:00:00.000000Z", "0000-01-01T00:00:00Z"},
    {INT64_MAX, "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z"},
    {INT64_MIN, "0000-01-01T00:00:00.000000Z", "0000-01-01T00:00:00Z"},
};

START_TEST(times_are_written_as_rfc_3339)
{
    char out[CLOCK_TEXT_SIZE];
    ck_assert_ptr_eq(clock_format(out, formats[_i].wall_us), out);
    ck_assert_str_eq(out, formats[_i].expected);
    ck_assert_ptr_eq(clock_format_seconds(out, formats[_i].wall_us), out);
    ck_assert_str_eq(out, formats[_i].expected_seconds);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("clock");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_monotonic_clock_goes_forward);
    tcase_add_test(tests, the_wall_clock_is_that_of_the_system);
    tcase_add_test(tests, cpu_time_grows_with_work);
    tcase_add_loop_test(tests, times_are_written_as_rfc_3339, 0, ARRAY_LENGTH(formats));
    Suite *suite = suite_create("clock");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
