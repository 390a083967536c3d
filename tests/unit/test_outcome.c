#include "model/outcome.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/job.h"

/* The product's contract, in its own words and order. */
static const char *const STATUSES[] = {"downloaded", "kept",      "duplicate", "skipped",
                                       "failed",     "not_tried", "ok"};
static const char *const CLASSES[] = {
    "bad-url",
    "unsupported-scheme",
    "blocked-address",
    "robots",
    "dns",
    "dns-temporary",
    "connect",
    "host-down",
    "refused",
    "tls",
    "timeout",
    "stalled",
    "reset",
    "too-many-redirects",
    "bad-redirect",
    "not-found",
    "gone",
    "forbidden",
    "auth",
    "rate-limited",
    "client-error",
    "server-error",
    "protocol",
    "headers-too-large",
    "too-large",
    "truncated",
    "no-content",
    "bad-type",
    "bad-image",
    "hash-mismatch",
    "exists",
    "disk-full",
    "io",
    "canceled",
    "internal",
};

START_TEST(statuses_have_the_names_of_the_contract)
{
    ck_assert_uint_eq(ARRAY_LENGTH(STATUSES), STATUS_COUNT);
    for (size_t i = 0; i < STATUS_COUNT; i++)
        ck_assert_str_eq(status_name((enum status)i), STATUSES[i]);
}
END_TEST

START_TEST(failure_classes_have_the_names_of_the_contract)
{
    ck_assert_uint_eq(ARRAY_LENGTH(CLASSES), FAILURE_COUNT - 1);
    ck_assert_ptr_null(failure_name(FAILURE_NONE));
    for (size_t i = 1; i < FAILURE_COUNT; i++)
        ck_assert_str_eq(failure_name((enum failure)i), CLASSES[i - 1]);
}
END_TEST

START_TEST(a_new_outcome_knows_nothing_and_is_an_internal_failure)
{
    struct outcome outcome;
    memset(&outcome, 0x5A, sizeof(outcome));
    outcome_init(&outcome);
    ck_assert_int_eq(outcome.status, STATUS_FAILED);
    ck_assert_int_eq(outcome.failure, FAILURE_INTERNAL);
    ck_assert_int_eq(outcome.curl, -1);
    ck_assert_int_eq(outcome.http, 0);
    ck_assert_str_eq(outcome_detail(&outcome), "");
    ck_assert_str_eq(outcome.ip, "");
    ck_assert_uint_eq(outcome.attempts, 0);
    ck_assert_int_eq(outcome.us.queue, -1);
    ck_assert_int_eq(outcome.us.ttfb, -1);
    ck_assert_int_eq(outcome.us.total, -1);
    ck_assert_int_eq(outcome.wire_bytes, 0);
    ck_assert_int_eq(outcome.file_bytes, -1);
    ck_assert_int_eq(outcome.expected_bytes, -1);
    ck_assert_int_eq(outcome.last_modified, -1);
    ck_assert_ptr_null(outcome.path);
    ck_assert_ptr_null(outcome.hops);
    outcome_clear(&outcome);
}
END_TEST

START_TEST(hops_are_kept_in_order_and_copied)
{
    struct outcome outcome;
    outcome_init(&outcome);
    char url[] = "http://a.example/0";
    for (int i = 0; i < 10; i++) {
        url[strlen(url) - 1] = (char)('0' + i);
        outcome_add_hop(&outcome, 300 + i, url);
    }
    ck_assert_uint_eq(outcome.hop_count, 10);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(outcome.hops[i].http, 300 + i);
        ck_assert_int_eq(outcome.hops[i].url[strlen(url) - 1], '0' + i);
    }
    outcome_clear(&outcome);
    ck_assert_uint_eq(outcome.hop_count, 0);
    outcome_clear(&outcome); /* twice is fine */
}
END_TEST

/* A detail of `ascii` letters and one more character, which fits whole or is left out. */
static const struct {
    size_t ascii;
    const char *character;
    size_t expected;
} detail_cases[] = {
    {198, "x", 199},
    {199, "x", 199},
    {198, "\xC3\xA9", 198},
    {197, "\xC3\xA9", 199},
    {197, "\xE2\x82\xAC", 197},
    {196, "\xE2\x82\xAC", 199},
    {198, "\xE2\x82\xAC", 198},
    {196, "\xF0\x9F\x98\x80", 196},
    {195, "\xF0\x9F\x98\x80", 199},
    {198, "\xF0\x9F\x98\x80", 198},
    {400, "", 199},
};

START_TEST(a_long_detail_is_cut_between_characters)
{
    char text[512];
    memset(text, 'a', detail_cases[_i].ascii);
    strcpy(text + detail_cases[_i].ascii, detail_cases[_i].character);
    struct outcome outcome;
    outcome_init(&outcome);
    outcome_set_detail(&outcome, "%s", text);
    ck_assert_uint_eq(strlen(outcome.detail), detail_cases[_i].expected);
    ck_assert_int_eq(strncmp(outcome.detail, text, strlen(outcome.detail)), 0);
    outcome_clear(&outcome);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_cut_without_harm)
{
    char text[512];
    memset(text, 0x80, sizeof(text) - 1); /* continuation bytes without a lead */
    text[sizeof(text) - 1] = '\0';
    struct outcome outcome;
    outcome_init(&outcome);
    outcome_set_detail(&outcome, "%s", text);
    ck_assert_uint_ge(strlen(outcome.detail), 196);
    ck_assert_uint_le(strlen(outcome.detail), 199);
    outcome_clear(&outcome);
}
END_TEST

START_TEST(a_detail_may_be_made_of_the_old_one)
{
    struct outcome outcome;
    outcome_init(&outcome);
    outcome_set_detail(&outcome, "%s", "connection reset");
    outcome_set_detail(&outcome, "%s, %d times", outcome.detail, 3);
    ck_assert_str_eq(outcome.detail, "connection reset, 3 times");
    outcome_clear(&outcome);
}
END_TEST

START_TEST(a_failure_replaces_status_class_and_detail)
{
    struct job *job = job_create(7, "urls.txt", 12, "http://a.example/xyz", 18);
    ck_assert_uint_eq(job->index, 7);
    ck_assert_uint_eq(job->line, 12);
    ck_assert_str_eq(job->source, "urls.txt");
    ck_assert_str_eq(job->listed, "http://a.example/x");
    ck_assert_int_eq(job->retry_after_us, -1);
    ck_assert_ptr_null(job->origin.host);
    job->outcome.status = STATUS_DOWNLOADED;
    job_fail(job, FAILURE_TIMEOUT, "after 15 min");
    ck_assert_int_eq(job->outcome.status, STATUS_FAILED);
    ck_assert_int_eq(job->outcome.failure, FAILURE_TIMEOUT);
    ck_assert_str_eq(job->outcome.detail, "after 15 min");
    job_fail(job, FAILURE_RESET, job->outcome.detail);
    ck_assert_str_eq(job->outcome.detail, "after 15 min");
    job_fail(job, FAILURE_NOT_FOUND, NULL);
    ck_assert_int_eq(job->outcome.failure, FAILURE_NOT_FOUND);
    ck_assert_str_eq(outcome_detail(&job->outcome), "");
    job_destroy(job);
    job_destroy(NULL);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("outcome");
    tcase_add_test(cases, statuses_have_the_names_of_the_contract);
    tcase_add_test(cases, failure_classes_have_the_names_of_the_contract);
    tcase_add_test(cases, a_new_outcome_knows_nothing_and_is_an_internal_failure);
    tcase_add_test(cases, hops_are_kept_in_order_and_copied);
    tcase_add_loop_test(cases, a_long_detail_is_cut_between_characters, 0,
                        (int)ARRAY_LENGTH(detail_cases));
    tcase_add_test(cases, bytes_that_are_no_text_are_cut_without_harm);
    tcase_add_test(cases, a_detail_may_be_made_of_the_old_one);
    tcase_add_test(cases, a_failure_replaces_status_class_and_detail);
    Suite *suite = suite_create("outcome");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
