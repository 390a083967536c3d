#include "model/mirror.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A job with three mirrors: http://a/1 and the two of the entry. */
static struct job *make_job(const char *urls)
{
    char problem[LIST_PROBLEM_SIZE];
    struct list_entry *entry;
    const struct list_field *unknown;
    const char *url;
    size_t length;
    ck_assert(
        list_entry_build(urls, strlen(urls), NULL, 0, &url, &length, &entry, &unknown, problem));
    struct job *job = job_create(1, "list", 1, url, length);
    job->entry = entry;
    enum failure failure;
    const char *reason;
    ck_assert(job_use_mirror(job, 0, &failure, &reason));
    return job;
}

static const struct retry_policy policy = {.retries = 2, .wait_us = 1000, .max_wait_us = 10000};
static const struct retry_policy no_retry = {0};

#define TIMEOUT_US 1000000

#define MOST_STEPS 12

/* What each attempt in turn ends with, and which mirror each one asks. */
static const struct {
    const char *urls;
    enum failure failures[MOST_STEPS];
    const char *asked; /* digits, from the second attempt on */
} cases[] = {
    {"http://a/0", {FAILURE_NOT_FOUND}, ""},
    {"http://a/0", {FAILURE_RESET, FAILURE_RESET, FAILURE_RESET}, "00"},
    {"http://a/0\thttp://b/1\thttp://c/2",
     {FAILURE_NOT_FOUND, FAILURE_GONE, FAILURE_HASH_MISMATCH},
     "12"},
    {"http://a/0\thttp://b/1\thttp://c/2",
     {FAILURE_RESET, FAILURE_GONE, FAILURE_HASH_MISMATCH, FAILURE_RESET, FAILURE_RESET},
     "1200"},
    {"http://a/0\thttp://b/1\thttp://c/2",
     {FAILURE_NOT_FOUND, FAILURE_RESET, FAILURE_BAD_TYPE, FAILURE_NOT_FOUND},
     "121"},
    {"http://a/0\thttp://b/1",
     {FAILURE_TIMEOUT, FAILURE_TIMEOUT, FAILURE_TIMEOUT, FAILURE_TIMEOUT, FAILURE_TIMEOUT},
     "101"},
};

START_TEST(mirrors_are_asked_in_order_and_again_while_a_retry_is_left)
{
    struct job *job = make_job(cases[_i].urls);
    char asked[MOST_STEPS + 1] = "";
    size_t count = 0;
    for (size_t step = 0; step < MOST_STEPS && cases[_i].failures[step] != FAILURE_NONE; step++) {
        int64_t delay_us = -1;
        job->outcome.attempts++;
        job->outcome.failure = cases[_i].failures[step];
        unsigned before = job->mirror;
        if (!mirror_next(job, &policy, TIMEOUT_US, UINT32_MAX, &delay_us))
            break;
        ck_assert_int_ge(delay_us, 0);
        ck_assert_msg((delay_us == 0) == (job->mirror > before), "waiting for another mirror");
        const char *target = job_target(job)->target;
        asked[count++] = target[strlen(target) - 1];
        ck_assert_int_eq(asked[count - 1], (char)('0' + job->mirror));
    }
    asked[count] = '\0';
    ck_assert_str_eq(asked, cases[_i].asked);
    job_destroy(job);
}
END_TEST

START_TEST(a_mirror_that_used_up_its_time_is_not_asked_again)
{
    struct job *job = make_job("http://a/0\thttp://b/1");
    int64_t delay_us;
    job->outcome.attempts = 1;
    job->outcome.failure = FAILURE_TIMEOUT;
    job->spent_us = TIMEOUT_US;
    ck_assert(mirror_next(job, &policy, TIMEOUT_US, 1, &delay_us));
    ck_assert_uint_eq(job->mirror, 1);
    ck_assert_int_eq(job->spent_us, 0); /* the next one has its own */
    job->outcome.attempts = 2;
    job->spent_us = TIMEOUT_US;
    ck_assert(!mirror_next(job, &policy, TIMEOUT_US, 1, &delay_us));
    job_destroy(job);
}
END_TEST

START_TEST(the_last_url_asked_stays_when_nothing_is_left)
{
    struct job *job = make_job("http://a/0\thttp://b/1");
    int64_t delay_us;
    job->outcome.attempts = 1;
    job->outcome.failure = FAILURE_RESET;
    ck_assert(mirror_next(job, &no_retry, TIMEOUT_US, 1, &delay_us));
    job->outcome.attempts = 2;
    ck_assert(!mirror_next(job, &no_retry, TIMEOUT_US, 1, &delay_us));
    ck_assert_str_eq(job_target(job)->target, "http://b/1");
    job_destroy(job);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mirror");
    TCase *tests = tcase_create("mirror");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, mirrors_are_asked_in_order_and_again_while_a_retry_is_left, 0,
                        (int)ARRAY_LENGTH(cases));
    tcase_add_test(tests, a_mirror_that_used_up_its_time_is_not_asked_again);
    tcase_add_test(tests, the_last_url_asked_stays_when_nothing_is_left);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
