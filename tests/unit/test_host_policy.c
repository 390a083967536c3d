#include "app/host_policy.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static const struct {
    enum failure failure;
    enum host_gate_result direct;
    enum host_gate_result proxied;
} verdicts[] = {
    {FAILURE_DNS, HOST_GATE_UNREACHED, HOST_GATE_UNKNOWN},
    {FAILURE_DNS_TEMPORARY, HOST_GATE_UNREACHED, HOST_GATE_UNKNOWN},
    {FAILURE_CONNECT, HOST_GATE_UNREACHED, HOST_GATE_UNKNOWN},
    {FAILURE_REFUSED, HOST_GATE_UNREACHED, HOST_GATE_UNKNOWN},
    {FAILURE_TLS, HOST_GATE_UNREACHED, HOST_GATE_UNKNOWN},
    {FAILURE_RESET, HOST_GATE_REACHED, HOST_GATE_REACHED},
    {FAILURE_SERVER_ERROR, HOST_GATE_REACHED, HOST_GATE_REACHED},
    {FAILURE_RATE_LIMITED, HOST_GATE_REACHED, HOST_GATE_REACHED},
    {FAILURE_NOT_FOUND, HOST_GATE_SUCCESS, HOST_GATE_SUCCESS},
    {FAILURE_BAD_TYPE, HOST_GATE_SUCCESS, HOST_GATE_SUCCESS},
    {FAILURE_CANCELED, HOST_GATE_UNKNOWN, HOST_GATE_UNKNOWN},
    {FAILURE_BLOCKED_ADDRESS, HOST_GATE_UNKNOWN, HOST_GATE_UNKNOWN},
};

static struct job *make_job(void)
{
    const char *listed = "http://host.example/x";
    enum failure failure;
    const char *reason;
    struct job *job = job_create(1, "list", 1, listed, strlen(listed));
    ck_assert(job_use_mirror(job, 0, &failure, &reason));
    return job;
}

START_TEST(only_what_was_never_reached_counts_against_a_host)
{
    struct job *job = make_job();
    job_fail(job, verdicts[_i].failure, NULL);
    struct proxy_settings direct = {0};
    struct proxy_settings proxied = {.http = "http://proxy:3128"};
    ck_assert_int_eq(host_policy_judge(job, &direct), verdicts[_i].direct);
    ck_assert_int_eq(host_policy_judge(job, &proxied), verdicts[_i].proxied);
    job_destroy(job);
}
END_TEST

static const struct {
    const char *url;
    unsigned attempts;
    bool has_connected;
    enum host_gate_result result;
} timeouts[] = {
    {"http://host.example/x", 1, false, HOST_GATE_UNREACHED},
    {"http://host.example/x", 2, false, HOST_GATE_UNKNOWN}, /* in what was left of it */
    {"http://host.example/x", 1, true, HOST_GATE_REACHED},
    {"https://host.example/x", 1, false, HOST_GATE_UNREACHED},
    {"https://host.example/x", 1, true, HOST_GATE_REACHED},
};

START_TEST(a_timeout_counts_against_a_host_that_gave_no_connection)
{
    enum failure failure;
    const char *reason;
    struct proxy_settings direct = {0};
    struct proxy_settings proxied = {.http = "http://proxy:3128", .https = "http://proxy:3128"};
    struct job *job = job_create(1, "list", 1, timeouts[_i].url, strlen(timeouts[_i].url));
    ck_assert(job_use_mirror(job, 0, &failure, &reason));
    job_fail(job, FAILURE_TIMEOUT, NULL);
    job->outcome.attempts = timeouts[_i].attempts;
    job->outcome.us = (struct phases){.dns = 5, .connect = 20, .tls = 30}; /* also of a failure */
    job->outcome.has_connected = timeouts[_i].has_connected;
    ck_assert_int_eq(host_policy_judge(job, &direct), timeouts[_i].result);
    ck_assert_int_eq(host_policy_judge(job, &proxied), HOST_GATE_REACHED);
    job_destroy(job);
}
END_TEST

static const struct {
    enum failure failure;
    int http;
    bool rests;
} replies[] = {
    {FAILURE_RATE_LIMITED, 429, true},  {FAILURE_SERVER_ERROR, 503, true},
    {FAILURE_SERVER_ERROR, 500, false}, {FAILURE_NOT_FOUND, 404, false},
    {FAILURE_STALLED, 503, false}, /* what came was no answer */
    {FAILURE_NONE, 200, false},
};

START_TEST(a_host_that_asks_for_it_is_left_alone)
{
    struct host_gate_settings settings = {.limits = {.at_once = 4}, .park_limit = 10};
    struct retry_policy policy = {
        .retries = 3, .wait_us = CLOCK_SECOND_US, .max_wait_us = 300 * CLOCK_SECOND_US};
    struct host_gate *gate = host_gate_create(&settings);
    struct job *job = make_job();
    job_fail(job, replies[_i].failure, NULL);
    job->outcome.http = replies[_i].http;
    job->retry_after_us = 60 * CLOCK_SECOND_US;
    int64_t now_us = clock_monotonic_us();
    ck_assert_int_eq(host_gate_enter(gate, "host.example", job, 0, now_us), HOST_GATE_ADMITTED);
    host_policy_let_rest(gate, &policy, job, "host.example", 0);
    ck_assert_ptr_null(host_gate_leave(gate, "host.example", HOST_GATE_REACHED, now_us));
    ck_assert_int_eq(host_gate_enter(gate, "host.example", job, 1, now_us + CLOCK_SECOND_US),
                     replies[_i].rests ? HOST_GATE_PARKED : HOST_GATE_ADMITTED);
    if (replies[_i].rests)
        ck_assert_ptr_eq(host_gate_take_parked(gate), job);
    else
        host_gate_leave(gate, "host.example", HOST_GATE_REACHED, now_us);
    job_destroy(job);
    host_gate_destroy(gate);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("host_policy");
    TCase *tests = tcase_create("verdicts");
    tcase_add_loop_test(tests, only_what_was_never_reached_counts_against_a_host, 0,
                        ARRAY_LENGTH(verdicts));
    tcase_add_loop_test(tests, a_timeout_counts_against_a_host_that_gave_no_connection, 0,
                        ARRAY_LENGTH(timeouts));
    tcase_add_loop_test(tests, a_host_that_asks_for_it_is_left_alone, 0, ARRAY_LENGTH(replies));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
