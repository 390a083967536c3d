#include "model/summary.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000)

static struct summary summary;

static void set_up(void)
{
    summary_init(&summary);
}

static void tear_down(void)
{
    summary_clear(&summary);
}

/* Adds a job of a host (NULL: the line was bad) and returns nothing of it. */
static void add(enum status status, enum failure failure, const char *host, uint64_t line)
{
    struct job job = {.index = line, .source = "urls.txt", .line = line};
    outcome_init(&job.outcome);
    job.outcome.status = status;
    job.outcome.failure = failure;
    job.origin.host = (char *)(uintptr_t)host;
    summary_add(&summary, &job, 0);
}

/* Of a class, "" when there is none. */
static void assert_example(enum failure failure, const char *expected)
{
    char *example = summary_example(&summary, failure);
    ck_assert_str_eq(example != NULL ? example : "", expected);
    free(example);
}

START_TEST(statuses_add_up_to_the_total)
{
    static const uint64_t TIMES[STATUS_COUNT] = {5, 4, 3, 2, 6, 1, 2};
    for (size_t status = 0; status < STATUS_COUNT; status++) {
        for (uint64_t i = 0; i < TIMES[status]; i++)
            add((enum status)status,
                status == STATUS_SKIPPED           ? FAILURE_EXISTS
                : status == STATUS_FAILED && i < 4 ? FAILURE_TLS
                : status == STATUS_FAILED          ? FAILURE_GONE
                                                   : FAILURE_NONE,
                "a.example", 1 + i);
    }
    uint64_t sum = 0;
    for (size_t status = 0; status < STATUS_COUNT; status++) {
        ck_assert_uint_eq(summary.counts.by_status[status], TIMES[status]);
        sum += summary.counts.by_status[status];
    }
    ck_assert_uint_eq(summary.counts.total, sum);
    ck_assert_uint_eq(summary.counts.by_failure[FAILURE_TLS], 4);
    ck_assert_uint_eq(summary.counts.by_failure[FAILURE_GONE], 2);
    ck_assert_uint_eq(summary.counts.by_failure[FAILURE_EXISTS], 0); /* skipped is no failure */
    assert_example(FAILURE_EXISTS, "");
}
END_TEST

START_TEST(the_first_failure_of_a_class_is_its_example)
{
    add(STATUS_FAILED, FAILURE_TLS, "a.example", 9); /* ended first, and stands behind the others */
    add(STATUS_FAILED, FAILURE_TLS, "a.example", 7);
    add(STATUS_FAILED, FAILURE_TLS, "a.example", 8);
    add(STATUS_FAILED, FAILURE_BAD_URL, NULL, 0);
    assert_example(FAILURE_TLS, "urls.txt:7");
    assert_example(FAILURE_BAD_URL, "urls.txt"); /* no line: an argument */
    assert_example(FAILURE_GONE, "");
}
END_TEST

START_TEST(one_download_is_counted_in_every_sum)
{
    struct job job = {.source = "urls.txt", .line = 1};
    outcome_init(&job.outcome);
    job.origin.host = (char[]){"a.example"};
    job.outcome.status = STATUS_DOWNLOADED;
    job.outcome.failure = FAILURE_NONE;
    job.outcome.attempts = 3;
    job.outcome.connections = 2;
    job.outcome.reused = true;
    job.outcome.wire_bytes = 1200;
    job.outcome.file_bytes = 1000;
    job.outcome.us = (struct phases){10, 20, 30, -1, 50, 60, 70, 500};
    job.spent_us = 200;
    summary_add(&summary, &job, 3 * SECOND + 1);
    job.outcome.us.total = 700;
    job.outcome.attempts = 1;
    job.outcome.connections = 0;
    summary_add(&summary, &job, 3 * SECOND + 2);

    const struct counts *counts = &summary.counts;
    ck_assert_uint_eq(counts->attempts, 4);
    ck_assert_uint_eq(counts->retries, 2);
    ck_assert_uint_eq(counts->recovered, 1);
    ck_assert_uint_eq(counts->connections_opened, 2);
    ck_assert_uint_eq(counts->connections_reused, 2);
    ck_assert_int_eq(counts->wire_bytes, 2400);
    ck_assert_int_eq(counts->file_bytes, 2000);
    ck_assert_int_eq(counts->phases.queue, 20);
    ck_assert_int_eq(counts->phases.dns, 40);
    ck_assert_int_eq(counts->phases.tls, 0);
    ck_assert_int_eq(counts->phases.receive, 120);
    ck_assert_int_eq(counts->phases.write, 140);
    ck_assert_int_eq(counts->phases.total, 1200);
    ck_assert_uint_eq(summary.total_us.count, 2);
    ck_assert_int_eq(summary.total_us.max_us, 700);
    ck_assert_uint_eq(summary.ttfb_us.count, 2);
    ck_assert_uint_eq(summary.timeline.slots[30].finished, 2);
    ck_assert_int_eq(summary.timeline.slots[30].wire_bytes + summary.timeline.slots[29].wire_bytes,
                     2400);
    /* The first was tried three times and was nowhere for a while. */
    ck_assert_int_eq(summary.timeline.slots[30].busy_us + summary.timeline.slots[29].busy_us,
                     200 + 700);

    size_t count;
    size_t total;
    const struct host_summary **hosts = summary_hosts(&summary, 10, &count, &total);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(hosts[0]->urls, 2);
    ck_assert_uint_eq(hosts[0]->timed, 2);
    ck_assert_int_eq(hosts[0]->total_us, 1200);
    ck_assert_int_eq(hosts[0]->max_us, 700);
    ck_assert_int_eq(hosts[0]->file_bytes, 2000);
    free(hosts);
}
END_TEST

START_TEST(a_failed_job_gives_no_file_bytes_and_recovers_nothing)
{
    struct job job = {.source = "urls.txt", .line = 1};
    outcome_init(&job.outcome);
    job.outcome.attempts = 4;
    job.outcome.wire_bytes = 90;
    job.outcome.file_bytes = 70;
    summary_add(&summary, &job, -5);
    ck_assert_uint_eq(summary.counts.retries, 3);
    ck_assert_uint_eq(summary.counts.recovered, 0);
    ck_assert_int_eq(summary.counts.wire_bytes, 90);
    ck_assert_int_eq(summary.counts.file_bytes, 0);
    ck_assert_uint_eq(summary.total_us.count, 0);
    ck_assert_uint_eq(summary.timeline.slots[0].failed, 1);
}
END_TEST

START_TEST(hosts_are_ranked_by_urls_then_by_name)
{
    static const char *const HOSTS[] = {"c.example", "b.example", "a.example", "b.example",
                                        "d.example", "c.example", "c.example", "a.example"};
    for (size_t i = 0; i < ARRAY_LENGTH(HOSTS); i++)
        add(STATUS_DOWNLOADED, FAILURE_NONE, HOSTS[i], i + 1);
    add(STATUS_FAILED, FAILURE_BAD_URL, NULL, 9);
    size_t count;
    size_t total;
    const struct host_summary **hosts = summary_hosts(&summary, 3, &count, &total);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(total, 4);
    ck_assert_str_eq(hosts[0]->host, "c.example");
    ck_assert_str_eq(hosts[1]->host, "a.example");
    ck_assert_str_eq(hosts[2]->host, "b.example");
    free(hosts);
}
END_TEST

START_TEST(failing_hosts_are_ranked_by_the_failures_of_one_class)
{
    add(STATUS_FAILED, FAILURE_TLS, "a.example", 1);
    for (uint64_t i = 0; i < 3; i++)
        add(STATUS_FAILED, FAILURE_GONE, "a.example", 2);
    for (uint64_t i = 0; i < 2; i++)
        add(STATUS_FAILED, FAILURE_TLS, "b.example", 3);
    add(STATUS_DOWNLOADED, FAILURE_NONE, "c.example", 4);
    size_t count;
    size_t total;
    const struct host_summary **hosts =
        summary_failing_hosts(&summary, FAILURE_TLS, 5, &count, &total);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(total, 2);
    ck_assert_str_eq(hosts[0]->host, "b.example");
    ck_assert_uint_eq(host_summary_failures(hosts[0], FAILURE_TLS), 2);
    ck_assert_str_eq(hosts[1]->host, "a.example");
    free(hosts);
    hosts = summary_failing_hosts(&summary, FAILURE_DNS, 5, &count, &total);
    ck_assert_uint_eq(count + total, 0);
    free(hosts);
}
END_TEST

START_TEST(hosts_beyond_the_limit_are_counted_together)
{
    char host[32];
    for (unsigned i = 0; i < SUMMARY_HOST_LIMIT + 5; i++) {
        snprintf(host, sizeof(host), "h%u.example", i);
        add(STATUS_FAILED, FAILURE_DNS, host, i + 1);
    }
    add(STATUS_FAILED, FAILURE_DNS, "h3.example", 1); /* one that is in is still told apart */
    size_t count;
    size_t total;
    const struct host_summary **hosts =
        summary_failing_hosts(&summary, FAILURE_DNS, 2, &count, &total);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(total, SUMMARY_HOST_LIMIT + 1);
    ck_assert_str_eq(hosts[0]->host, "other hosts");
    ck_assert_uint_eq(hosts[0]->urls, 5);
    ck_assert_str_eq(hosts[1]->host, "h3.example");
    ck_assert_uint_eq(hosts[1]->urls, 2);
    free(hosts);
    hosts = summary_hosts(&summary, SIZE_MAX, &count, &total);
    uint64_t urls = 0;
    for (size_t i = 0; i < count; i++)
        urls += hosts[i]->urls;
    ck_assert_uint_eq(urls, SUMMARY_HOST_LIMIT + 6);
    free(hosts);
}
END_TEST

START_TEST(a_copy_does_not_change_with_the_original_and_can_go_on)
{
    add(STATUS_FAILED, FAILURE_TLS, "a.example", 1);
    add(STATUS_DOWNLOADED, FAILURE_NONE, "b.example", 2);
    struct summary copy;
    summary_copy(&summary, &copy);
    for (uint64_t i = 0; i < 100; i++)
        add(STATUS_FAILED, FAILURE_GONE, "a.example", 3);
    summary_clear(&summary);
    summary = copy;
    ck_assert_uint_eq(summary.counts.total, 2);
    assert_example(FAILURE_TLS, "urls.txt:1");
    assert_example(FAILURE_GONE, "");
    add(STATUS_DOWNLOADED, FAILURE_NONE, "b.example", 3); /* found by its hash in the copy too */
    size_t count;
    size_t total;
    const struct host_summary **hosts = summary_hosts(&summary, 5, &count, &total);
    ck_assert_uint_eq(total, 2);
    ck_assert_str_eq(hosts[0]->host, "b.example");
    ck_assert_uint_eq(hosts[0]->urls, 2);
    ck_assert_uint_eq(hosts[1]->urls, 1);
    ck_assert_uint_eq(host_summary_failures(hosts[1], FAILURE_TLS), 1);
    ck_assert_uint_eq(host_summary_failures(hosts[1], FAILURE_GONE), 0);
    free(hosts);
}
END_TEST

START_TEST(failures_of_a_host_are_counted_by_their_class)
{
    for (int round = 0; round < 2; round++)
        for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++)
            add(STATUS_FAILED, failure, "a.example", 1);
    add(STATUS_DOWNLOADED, FAILURE_NONE, "a.example", 2);
    size_t count;
    size_t total;
    const struct host_summary **hosts = summary_hosts(&summary, 5, &count, &total);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(host_summary_failures(hosts[0], FAILURE_NONE), 0);
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++)
        ck_assert_uint_eq(host_summary_failures(hosts[0], failure), 2);
    free(hosts);
}
END_TEST

static void add_timed(const char *host, int count, int64_t total_us)
{
    struct job job = {.source = "urls.txt", .line = 1};
    outcome_init(&job.outcome);
    job.origin.host = (char *)(uintptr_t)host;
    job.outcome.us.total = total_us;
    for (int i = 0; i < count; i++)
        summary_add(&summary, &job, 0);
}

START_TEST(the_slowest_host_is_one_of_several_with_enough_urls)
{
    ck_assert_ptr_null(summary_slowest_host(&summary));
    add_timed("few.example", SUMMARY_SLOWEST_URLS - 1, 60 * SECOND);
    add_timed("b.example", 100, 2 * SECOND);
    ck_assert_ptr_null(summary_slowest_host(&summary)); /* slower than whom? */
    add_timed("a.example", 94, SECOND / 10);
    add_timed("a.example", 6, 20 * SECOND);
    ck_assert_str_eq(summary_slowest_host(&summary)->host, "a.example");
    add_timed("a.example", 20, SECOND / 10); /* now its p95 is a fast one */
    ck_assert_str_eq(summary_slowest_host(&summary)->host, "b.example");
    add_timed("untimed.example", 50, -1);
    struct summary copy;
    summary_copy(&summary, &copy);
    int64_t p95_us = host_summary_p95_us(summary_slowest_host(&copy));
    ck_assert_int_le(p95_us, 2 * SECOND);
    ck_assert_int_ge(p95_us, 3 * SECOND / 2);
    summary_clear(&copy);
}
END_TEST

START_TEST(what_hints_ask_for_is_counted)
{
    struct job job = {.source = "urls.txt", .line = 1};
    outcome_init(&job.outcome);
    job.outcome.failure = FAILURE_BAD_TYPE;
    summary_add(&summary, &job, 0);
    job.outcome.detected_type = "image/png";
    summary_add(&summary, &job, 0);
    job.outcome.detected_type = "text/html";
    summary_add(&summary, &job, 0);
    job.outcome.failure = FAILURE_FORBIDDEN;
    summary_add(&summary, &job, 0);
    job.was_throttled = true;
    job.outcome.status = STATUS_DOWNLOADED; /* in the end */
    job.outcome.failure = FAILURE_NONE;
    summary_add(&summary, &job, 0);
    ck_assert_uint_eq(summary.counts.html_instead, 1);
    ck_assert_uint_eq(summary.counts.throttled, 1);
}
END_TEST

START_TEST(sums_stop_at_their_maximum)
{
    struct job job = {.source = "urls.txt", .line = 1};
    outcome_init(&job.outcome);
    job.origin.host = (char[]){"a.example"};
    job.outcome.status = STATUS_DOWNLOADED;
    job.outcome.failure = FAILURE_NONE;
    job.outcome.wire_bytes = INT64_MAX;
    job.outcome.file_bytes = INT64_MAX;
    job.outcome.us = (struct phases){INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX,
                                     INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    for (int i = 0; i < 3; i++)
        summary_add(&summary, &job, INT64_MAX);
    ck_assert_int_eq(summary.counts.wire_bytes, INT64_MAX);
    ck_assert_int_eq(summary.counts.file_bytes, INT64_MAX);
    ck_assert_int_eq(summary.counts.phases.receive, INT64_MAX);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("summary");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, statuses_add_up_to_the_total);
    tcase_add_test(cases, the_first_failure_of_a_class_is_its_example);
    tcase_add_test(cases, one_download_is_counted_in_every_sum);
    tcase_add_test(cases, a_failed_job_gives_no_file_bytes_and_recovers_nothing);
    tcase_add_test(cases, hosts_are_ranked_by_urls_then_by_name);
    tcase_add_test(cases, failing_hosts_are_ranked_by_the_failures_of_one_class);
    tcase_add_test(cases, hosts_beyond_the_limit_are_counted_together);
    tcase_add_test(cases, a_copy_does_not_change_with_the_original_and_can_go_on);
    tcase_add_test(cases, failures_of_a_host_are_counted_by_their_class);
    tcase_add_test(cases, the_slowest_host_is_one_of_several_with_enough_urls);
    tcase_add_test(cases, what_hints_ask_for_is_counted);
    tcase_add_test(cases, sums_stop_at_their_maximum);
    Suite *suite = suite_create("summary");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
