#include "app/check_table.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct redaction nothing = {0};

static struct job *make_job(const char *listed, enum status status, enum failure failure, int http)
{
    enum failure unused;
    const char *reason;
    struct job *job = job_create(1, "urls.txt", 12, listed, strlen(listed));
    (void)job_use_mirror(job, 0, &unused, &reason);
    job->outcome.status = status;
    job->outcome.failure = failure;
    job->outcome.http = http;
    job->outcome.us.total = 84000;
    return job;
}

static void expect(const struct job *job, const char *line)
{
    struct text text;
    text_init(&text, 1 << 20);
    check_table_append(&text, job, &nothing);
    ck_assert_str_eq(text.data, line);
    text_clear(&text);
}

START_TEST(an_answer_has_status_time_and_place)
{
    struct job *job = make_job("http://a.example/x", STATUS_OK, FAILURE_NONE, 200);
    expect(job, "200         ok                   84.0 ms  http://a.example/x  (urls.txt:12)\n");
    job_destroy(job);
}
END_TEST

START_TEST(a_redirect_shows_both_statuses_and_where_it_leads)
{
    struct job *job = make_job("http://a.example/x", STATUS_OK, FAILURE_NONE, 200);
    enum failure failure;
    const char *reason;
    const char *target = "https://b.example/y";
    outcome_add_hop(&job->outcome, 301, target);
    ck_assert(url_parse(target, strlen(target), &job->redirected, &failure, &reason));
    job->is_redirected = true;
    expect(job,
           "301 200     ok                   84.0 ms  http://a.example/x -> https://b.example/y"
           "  (urls.txt:12)\n");
    job_destroy(job);
}
END_TEST

START_TEST(what_never_answered_has_no_status)
{
    struct job *job = make_job("http://a.example/x", STATUS_FAILED, FAILURE_CONNECT, 0);
    job->line = 0; /* an argument */
    job->outcome.us.total = -1;
    outcome_set_detail(&job->outcome, "timed\x1bout");
    expect(job, "--          connect                   --  http://a.example/x  timed\\x1bout\n");
    job_destroy(job);
}
END_TEST

START_TEST(credentials_are_masked)
{
    struct job *job =
        make_job("http://me:secret@a.example/x?token=abc", STATUS_FAILED, FAILURE_NOT_FOUND, 404);
    struct text text;
    text_init(&text, 1 << 20);
    check_table_append(&text, job, &nothing);
    ck_assert_ptr_null(strstr(text.data, "secret"));
    ck_assert_ptr_null(strstr(text.data, "abc"));
    ck_assert_ptr_nonnull(strstr(text.data, "404         not-found"));
    text_clear(&text);
    job_destroy(job);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("check_table");
    TCase *tests = tcase_create("lines");
    tcase_add_test(tests, an_answer_has_status_time_and_place);
    tcase_add_test(tests, a_redirect_shows_both_statuses_and_where_it_leads);
    tcase_add_test(tests, what_never_answered_has_no_status);
    tcase_add_test(tests, credentials_are_masked);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
