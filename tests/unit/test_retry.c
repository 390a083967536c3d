#include "model/retry.h"

#include <check.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define RANDOM_MAX UINT32_MAX

static const struct {
    enum failure failure;
    int http;
    bool transient;
} failures[] = {
    {FAILURE_DNS_TEMPORARY, 0, true},
    {FAILURE_CONNECT, 0, true},
    {FAILURE_TIMEOUT, 200, true},
    {FAILURE_STALLED, 200, true},
    {FAILURE_RESET, 0, true},
    {FAILURE_TRUNCATED, 200, true},
    {FAILURE_REFUSED, 0, true},
    {FAILURE_CLIENT_ERROR, 408, true},
    {FAILURE_CLIENT_ERROR, 425, true},
    {FAILURE_RATE_LIMITED, 429, true},
    {FAILURE_SERVER_ERROR, 500, true},
    {FAILURE_SERVER_ERROR, 502, true},
    {FAILURE_SERVER_ERROR, 503, true},
    {FAILURE_SERVER_ERROR, 504, true},
    {FAILURE_NONE, 200, false},
    {FAILURE_NONE, 503, false},
    {FAILURE_DNS, 0, false},
    {FAILURE_HOST_DOWN, 0, false},
    {FAILURE_TLS, 0, false},
    {FAILURE_NOT_FOUND, 404, false},
    {FAILURE_GONE, 410, false},
    {FAILURE_FORBIDDEN, 403, false},
    {FAILURE_AUTH, 401, false},
    {FAILURE_CLIENT_ERROR, 400, false},
    {FAILURE_SERVER_ERROR, 501, false},
    {FAILURE_SERVER_ERROR, 505, false},
    {FAILURE_PROTOCOL, 503, false},
    {FAILURE_TOO_LARGE, 503, false},
    {FAILURE_HASH_MISMATCH, 200, false},
    {FAILURE_BLOCKED_ADDRESS, 0, false},
    {FAILURE_CANCELED, 503, false},
    {FAILURE_DISK_FULL, 200, false},
};

START_TEST(only_failures_that_may_pass_are_transient)
{
    const struct retry_policy policy = {0};
    ck_assert_int_eq(retry_is_transient(&policy, failures[_i].failure, failures[_i].http),
                     failures[_i].transient);
}
END_TEST

START_TEST(statuses_of_the_policy_are_transient_too)
{
    struct retry_policy policy = {0};
    ck_assert(status_set_parse("403,520-529", &policy.also));
    ck_assert(retry_is_transient(&policy, FAILURE_FORBIDDEN, 403));
    ck_assert(retry_is_transient(&policy, FAILURE_SERVER_ERROR, 525));
    ck_assert(retry_is_transient(&policy, FAILURE_SERVER_ERROR, 503));
    ck_assert(!retry_is_transient(&policy, FAILURE_NOT_FOUND, 404));
    /* a page that is too large stays so, whatever its status */
    ck_assert(!retry_is_transient(&policy, FAILURE_TOO_LARGE, 403));
    ck_assert(!retry_is_transient(&policy, FAILURE_NONE, 403));
}
END_TEST

static const struct {
    int64_t wait_us;
    int64_t max_wait_us;
    unsigned rests;
    int64_t retry_after_us;
    uint32_t random;
    int64_t expected_us;
} rests[] = {
    /* at least half of the backoff, which doubles */
    {SECOND, 5 * MINUTE, 1, -1, 0, SECOND / 2},
    {SECOND, 5 * MINUTE, 1, -1, RANDOM_MAX, SECOND - 1},
    {SECOND, 5 * MINUTE, 4, -1, 0, 4 * SECOND},
    {SECOND, 5 * MINUTE, 1000, -1, 0, 150 * SECOND},
    /* what the server asks for, but never longer than the longest wait */
    {SECOND, 5 * MINUTE, 1, 2 * SECOND, 0, 2 * SECOND},
    {SECOND, 5 * MINUTE, 5, 2 * SECOND, 0, 2 * SECOND},
    {SECOND, 5 * MINUTE, 5, 0, RANDOM_MAX, 0},
    {SECOND, 5 * MINUTE, 1, 10 * MINUTE, 0, 5 * MINUTE},
    {SECOND, 5 * MINUTE, 1, INT64_MAX, RANDOM_MAX, 5 * MINUTE},
    {0, 5 * MINUTE, 9, -1, RANDOM_MAX, 0},
    {0, 5 * MINUTE, 9, 7, RANDOM_MAX, 7},
};

START_TEST(a_host_rests_as_long_as_it_asks_or_backs_off)
{
    struct retry_policy policy = {.wait_us = rests[_i].wait_us,
                                  .max_wait_us = rests[_i].max_wait_us};
    ck_assert_int_eq(
        retry_rest_us(&policy, rests[_i].rests, rests[_i].retry_after_us, rests[_i].random),
        rests[_i].expected_us);
}
END_TEST

START_TEST(a_silent_host_is_probed_after_the_longest_backoff)
{
    struct retry_policy policy = {.retries = 3, .wait_us = SECOND, .max_wait_us = 5 * MINUTE};
    ck_assert_int_eq(retry_probe_us(&policy), 8 * SECOND);
    policy.retries = 0;
    ck_assert_int_eq(retry_probe_us(&policy), SECOND);
    policy.retries = 1000;
    ck_assert_int_eq(retry_probe_us(&policy), 5 * MINUTE);
}
END_TEST

static const struct {
    struct retry_policy policy;
    unsigned attempts;
    int64_t retry_after_us;
    uint32_t random;
    int64_t expected_us; /* -1: no further attempt */
} delays[] = {
    /* full jitter: from nothing to just below the doubled wait */
    {{3, SECOND, 5 * MINUTE, {{0}}}, 1, -1, 0, 0},
    {{3, SECOND, 5 * MINUTE, {{0}}}, 1, -1, RANDOM_MAX, SECOND - 1},
    {{3, SECOND, 5 * MINUTE, {{0}}}, 1, -1, 1u << 31, SECOND / 2},
    {{3, SECOND, 5 * MINUTE, {{0}}}, 2, -1, 1u << 31, SECOND},
    {{3, SECOND, 5 * MINUTE, {{0}}}, 3, -1, 1u << 31, 2 * SECOND},
    /* the attempts are used up */
    {{3, SECOND, 5 * MINUTE, {{0}}}, 4, -1, 0, -1},
    {{0, SECOND, 5 * MINUTE, {{0}}}, 1, -1, 0, -1},
    /* never above the longest wait, however many attempts */
    {{2000, SECOND, 5 * MINUTE, {{0}}}, 10, -1, 1u << 31, 150 * SECOND},
    {{2000, SECOND, 5 * MINUTE, {{0}}}, 1000, -1, 1u << 31, 150 * SECOND},
    {{2000, 1, INT64_MAX, {{0}}}, 1000, -1, 1u << 31, INT64_MAX / 2},
    {{2000, INT64_MAX, INT64_MAX, {{0}}}, 1000, -1, RANDOM_MAX, INT64_MAX - (1ll << 31)},
    {{2000, 10 * MINUTE, 5 * MINUTE, {{0}}}, 1, -1, 1u << 31, 150 * SECOND},
    {{2000, 1, INT64_MAX, {{0}}}, 63, -1, 1u << 31, 1ll << 61},
    {{2000, 1, INT64_MAX, {{0}}}, 64, -1, 1u << 31, INT64_MAX / 2},
    {{2000, 1, INT64_MAX, {{0}}}, 70, -1, 1u << 31, INT64_MAX / 2},
    /* no wait at all was asked for */
    {{3, 0, 5 * MINUTE, {{0}}}, 2, -1, RANDOM_MAX, 0},
    {{3, SECOND, 0, {{0}}}, 2, -1, RANDOM_MAX, 0},
    /* the server's wish is a minimum, and beyond the longest wait the end */
    {{3, SECOND, 5 * MINUTE, {{0}}}, 1, 10 * SECOND, RANDOM_MAX, 10 * SECOND},
    {{3, 60 * SECOND, 5 * MINUTE, {{0}}}, 1, 10 * SECOND, 1u << 31, 30 * SECOND},
    {{3, SECOND, 5 * MINUTE, {{0}}}, 1, 0, 1u << 31, SECOND / 2},
    {{3, SECOND, 5 * MINUTE, {{0}}}, 1, 5 * MINUTE, 0, 5 * MINUTE},
    {{3, SECOND, 5 * MINUTE, {{0}}}, 1, 5 * MINUTE + 1, 0, -1},
    {{3, SECOND, 5 * MINUTE, {{0}}}, 1, INT64_MAX, 0, -1},
};

START_TEST(the_wait_grows_with_jitter_and_limits)
{
    struct outcome outcome = {.failure = FAILURE_SERVER_ERROR, .http = 503};
    outcome.attempts = delays[_i].attempts;
    int64_t delay_us = -1;
    bool again = retry_delay_us(&delays[_i].policy, &outcome, delays[_i].retry_after_us,
                                delays[_i].random, &delay_us);
    ck_assert_int_eq(again, delays[_i].expected_us >= 0);
    ck_assert_int_eq(delay_us, delays[_i].expected_us);
}
END_TEST

START_TEST(a_final_failure_is_not_tried_again)
{
    struct retry_policy policy = {.retries = 3, .wait_us = SECOND, .max_wait_us = MINUTE};
    struct outcome outcome = {.failure = FAILURE_NOT_FOUND, .http = 404, .attempts = 1};
    int64_t delay_us = 77;
    ck_assert(!retry_delay_us(&policy, &outcome, -1, 0, &delay_us));
    ck_assert_int_eq(delay_us, 77);
}
END_TEST

START_TEST(the_wait_never_leaves_its_range)
{
    uint32_t random = 1;
    struct outcome outcome = {.failure = FAILURE_RESET};
    for (unsigned attempts = 1; attempts <= 1000; attempts++) {
        random = random * 1664525u + 1013904223u;
        struct retry_policy policy = {.retries = 1000, .wait_us = random, .max_wait_us = MINUTE};
        int64_t delay_us;
        outcome.attempts = attempts;
        ck_assert(retry_delay_us(&policy, &outcome, -1, random, &delay_us));
        ck_assert_int_ge(delay_us, 0);
        ck_assert_int_lt(delay_us, MINUTE);
    }
}
END_TEST

#define NOW (INT64_C(1445412480) * SECOND) /* Wed, 21 Oct 2015 07:28:00 GMT */

static const struct {
    const char *value;
    int64_t expected_us; /* -1: malformed */
} values[] = {
    {"0", 0},
    {"120", 120 * SECOND},
    {" 120\t", 120 * SECOND},
    {"0000000000000000000000007", 7 * SECOND},
    {"9223372036854", INT64_C(9223372036854) * SECOND},
    {"9223372036855", INT64_MAX},
    {"18446744073709551616", INT64_MAX},
    {"99999999999999999999", INT64_MAX},
    {"9999999999999999999999999999999999999999", INT64_MAX},
    {"Wed, 21 Oct 2015 07:28:30 GMT", 30 * SECOND},
    {"Wednesday, 21-Oct-15 07:28:30 GMT", 30 * SECOND},
    {"Wed Oct 21 07:28:30 2015", 30 * SECOND},
    {"Wed, 21 Oct 2015 07:28:00 GMT", 0},
    {"Wed, 21 Oct 2015 07:27:00 GMT", 0},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Fri, 31 Dec 9999 23:59:59 GMT", INT64_C(253402300799) * SECOND - NOW},
    {"", -1},
    {"  ", -1},
    {"-5", -1},
    {"+5", -1},
    {"1.5", -1},
    {"1e3", -1},
    {"0x10", -1},
    {"12 34", -1},
    {"120, 120", -1},
    {"120s", -1},
    {"20151021", INT64_C(20151021) * SECOND},
    {"2015-10-21", -1},
    {"soon", -1},
    {"Wed", -1},
    {"Wed, 21 Oct 2015", -1},
    {"Wed, 41 Oct 2015 07:28:30 GMT", -1},
    {"Wed, 21 Oct 2015 27:28:30 GMT", -1},
};

START_TEST(retry_after_is_seconds_or_a_date)
{
    int64_t us = -1;
    ck_assert_int_eq(retry_after_parse(values[_i].value, NOW, &us), values[_i].expected_us >= 0);
    ck_assert_int_eq(us, values[_i].expected_us);
}
END_TEST

START_TEST(a_clock_before_1970_does_not_overflow)
{
    int64_t us = -1;
    ck_assert(retry_after_parse("Fri, 31 Dec 9999 23:59:59 GMT", INT64_MIN, &us));
    ck_assert_int_eq(us, INT64_MAX);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("retry");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, only_failures_that_may_pass_are_transient, 0,
                        ARRAY_LENGTH(failures));
    tcase_add_test(tests, statuses_of_the_policy_are_transient_too);
    tcase_add_loop_test(tests, a_host_rests_as_long_as_it_asks_or_backs_off, 0,
                        ARRAY_LENGTH(rests));
    tcase_add_test(tests, a_silent_host_is_probed_after_the_longest_backoff);
    tcase_add_loop_test(tests, the_wait_grows_with_jitter_and_limits, 0, ARRAY_LENGTH(delays));
    tcase_add_test(tests, a_final_failure_is_not_tried_again);
    tcase_add_test(tests, the_wait_never_leaves_its_range);
    tcase_add_loop_test(tests, retry_after_is_seconds_or_a_date, 0, ARRAY_LENGTH(values));
    tcase_add_test(tests, a_clock_before_1970_does_not_overflow);
    Suite *suite = suite_create("retry");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
