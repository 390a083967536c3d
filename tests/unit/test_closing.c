#include "app/closing.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "app/stop_reason.h"

static struct summary summary;
static struct text text;

static void add(enum status status, enum failure failure, const char *host)
{
    struct job *job = job_create(1, "list", 1, "http://a/x", 10);
    job->outcome.status = status;
    job->outcome.failure = failure;
    job->origin.host = strdup(host);
    job->outcome.us.total = 5000;
    summary_add(&summary, job, 1000);
    job_destroy(job);
}

static void setup(void)
{
    summary_init(&summary);
    text_init(&text, 1 << 16);
    for (int i = 0; i < 6; i++)
        add(STATUS_DOWNLOADED, FAILURE_NONE, "good.org");
    add(STATUS_KEPT, FAILURE_NONE, "good.org");
    add(STATUS_FAILED, FAILURE_DNS, "bad.org");
    for (int i = 0; i < 2; i++)
        add(STATUS_FAILED, FAILURE_NOT_FOUND, "esc\x1b[31m.org");
}

static void teardown(void)
{
    summary_clear(&summary);
    text_clear(&text);
}

static struct closing closing_of(int exit_code)
{
    return (struct closing){.summary = &summary,
                            .elapsed_us = 2000000,
                            .cpu_us = 500000,
                            .run_id = "RUN",
                            .folder = "out/.haul/runs/RUN",
                            .directory = "o\tut",
                            .exit_code = exit_code};
}

static void assert_says(const char *words)
{
    ck_assert_msg(strstr(text.data, words) != NULL, "no \"%s\" in:\n%s", words, text.data);
}

static void assert_is_printable(void)
{
    for (size_t i = 0; i < text.length; i++)
        ck_assert((unsigned char)text.data[i] >= 0x20 || text.data[i] == '\n');
}

START_TEST(the_summary_has_counts_shares_and_classes)
{
    struct closing closing = closing_of(1);
    closing_append_summary(&text, &closing);
    assert_says("10 URLs in 2.00 s");
    assert_says("5.0 url/s");
    assert_says("downloaded         6   60.0%");
    assert_says("kept               1   10.0%   already on disk");
    assert_says("failed             3   30.0%   2 not-found   1 dns");
    assert_says("duty cycle 25%");
    assert_says("  failed URLs:    o\\x09ut/.haul/last/failed.tsv\n");
    assert_says("  retry failures: haul --retry-failed -d $'o\\x09ut'\n");
    assert_says("  look:           o\\x09ut/.haul/last/report.json\n");
    ck_assert_ptr_null(strstr(text.data, "skipped"));
    assert_is_printable();
}
END_TEST

START_TEST(the_page_is_shown_where_there_is_one_and_hints_come_first)
{
    struct hints hints = {.count = 2, .texts = {"try this", "and that"}};
    struct closing closing = closing_of(1);
    closing.directory = "photos/";
    closing.hints = &hints;
    closing.has_page = true;
    closing_append_summary(&text, &closing);
    assert_says(
        "duty cycle 25%\n\n  hint: try this\n  hint: and that\n\n  files:          photos/\n");
    assert_says("  look:           photos/.haul/last/report.html\n");
}
END_TEST

/* Classes that another try may change, or not, and what is said. */
START_TEST(a_retry_is_offered_only_where_it_may_help)
{
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++) {
        summary_clear(&summary);
        summary_init(&summary);
        add(STATUS_FAILED, failure, "a.org");
        add(STATUS_FAILED, FAILURE_NOT_FOUND, "a.org");
        bool may_help = !failure_is_final(failure);
        struct closing closing = closing_of(1);
        text_reset(&text);
        closing_append_summary(&text, &closing);
        ck_assert_int_eq(strstr(text.data, "haul --retry-failed") != NULL, may_help);
        ck_assert_int_eq(strstr(text.data, "another try gives the same") != NULL, !may_help);
        assert_says("failed.tsv");
        text_reset(&text);
        closing_append_failures(&text, &closing);
        ck_assert_int_eq(strstr(text.data, "haul --retry-failed") != NULL, may_help);
        assert_says("failed.tsv");
    }
    ck_assert(failure_is_final(FAILURE_GONE) && !failure_is_final(FAILURE_TIMEOUT));
}
END_TEST

START_TEST(a_run_that_stopped_goes_on_whatever_failed)
{
    summary_clear(&summary);
    summary_init(&summary);
    add(STATUS_FAILED, FAILURE_NOT_FOUND, "a.org");
    struct closing closing = closing_of(130);
    closing_append_summary(&text, &closing);
    ck_assert_ptr_null(strstr(text.data, "the same command"));
    text_reset(&text);
    add(STATUS_NOT_TRIED, FAILURE_NONE, "a.org");
    closing_append_summary(&text, &closing);
    assert_says("  to go on:       the same command\n"
                "  no retry:       another try gives the same (--retry-all tries them anyway)\n");
}
END_TEST

START_TEST(what_stopped_a_run_has_a_name)
{
    static const struct {
        int exit_code;
        int reason;
        const char *words;
    } ends[] = {
        {6, STOP_DEADLINE, "haul: stopped by --deadline, 3 of "},
        {6, STOP_QUOTA, "haul: stopped by --max-total-size, 3 of "},
        {8, STOP_FAILURES, "haul: stopped by --max-failures, 3 of "},
        {8, 0, "haul: more than --max-failures allows, 3 of "},
        {143, 15, "haul: stopped by a signal, 3 of "},
        {1, 0, "haul: 3 of "},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
        struct closing closing = closing_of(ends[i].exit_code);
        closing.reason = ends[i].reason;
        text_reset(&text);
        closing_append_failures(&text, &closing);
        assert_says(ends[i].words);
    }
    summary.counts.by_status[STATUS_NOT_TRIED] = 1;
    struct closing closing = closing_of(6);
    closing.reason = STOP_DEADLINE;
    text_reset(&text);
    closing_append_failures(&text, &closing);
    assert_says("  1 was not tried: the same command goes on\n");
    text_reset(&text);
    closing_append_summary(&text, &closing);
    assert_says("stopped by --deadline: the same command goes on\n");
    assert_says("  to go on:       the same command\n  retry failures: ");
    closing.reason = STOP_OUTPUT;
    text_reset(&text);
    closing_append_summary(&text, &closing);
    assert_says("standard output cannot be written: the same command goes on\n");
    closing.reason = STOP_FAILURES; /* it would stop there again */
    text_reset(&text);
    closing_append_summary(&text, &closing);
    closing_append_failures(&text, &closing);
    assert_says("stopped by --max-failures\n");
    assert_says("  1 was not tried\n");
    ck_assert_ptr_null(strstr(text.data, "the same command"));
    closing.folder = closing.directory = NULL;
    text_reset(&text);
    closing_append_failures(&text, &closing);
    assert_says("  1 was not tried\n");
}
END_TEST

START_TEST(a_quiet_run_says_nothing_on_success)
{
    struct closing closing = closing_of(0);
    closing_append_failures(&text, &closing);
    ck_assert_uint_eq(text.length, 0);
}
END_TEST

START_TEST(a_quiet_run_says_what_failed_in_few_lines)
{
    struct closing closing = closing_of(1);
    closing_append_failures(&text, &closing);
    assert_says("haul: 3 of 10 URLs failed (30.0%), exit 1, run RUN");
    assert_says("not-found");
    assert_says("(bad.org 1)");
    assert_says("retry only these: haul --retry-failed -d $'o\\x09ut'");
    assert_is_printable();
    unsigned lines = 0;
    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n';
    ck_assert_uint_le(lines, 20);
}
END_TEST

START_TEST(large_counts_are_as_easy_to_read_as_in_the_summary)
{
    char host[32];
    struct closing closing = closing_of(1);
    for (int i = 0; i < 1200; i++) {
        snprintf(host, sizeof host, "h%d.org", i);
        add(STATUS_FAILED, FAILURE_REFUSED, host);
        add(STATUS_FAILED, FAILURE_GONE, "gone.org");
        add(STATUS_NOT_TRIED, FAILURE_NONE, "good.org");
    }
    closing_append_failures(&text, &closing);
    assert_says("haul: 2,403 of 3,610 URLs failed (66.6%)");
    assert_says("\n  1,200 were not tried");
    assert_says("\n   1,200 gone                (gone.org 1,200)\n");
    assert_says("\n   1,200 refused          ");
    assert_says(" 1, 1,199 other hosts)\n");
}
END_TEST

static void fill_failed(struct report_records *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char json[200];
        snprintf(json, sizeof json,
                 "{\"class\":\"dns\",\"http\":null,\"url\":\"http://bad.org/%zu\\u001b\","
                 "\"detail\":\"no such host\",\"source\":\"l.txt\",\"line\":7}",
                 i);
        records->failed[records->failed_count] = json_loads(json, 0, NULL);
        ck_assert_ptr_nonnull(records->failed[records->failed_count++]);
    }
}

START_TEST(every_class_at_once_still_fits_twenty_lines)
{
    for (int failure = 1; failure < FAILURE_COUNT; failure++)
        add(STATUS_FAILED, (enum failure)failure, "bad.org");
    summary.counts.by_status[STATUS_NOT_TRIED] = 1;
    static struct report_records records;
    fill_failed(&records, 4);
    struct closing closing = closing_of(1);
    closing.records = &records;
    closing_append_failures(&text, &closing);
    unsigned lines = 0;
    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n';
    ck_assert_uint_le(lines, 18); /* two errors may stand above them */
    assert_says("other classes\n"
                "FAIL dns           --  bad.org/0\\x1b  no such host  (l.txt:7)\n"
                "FAIL dns           --  bad.org/1");
    assert_says("FAIL dns           --  bad.org/2\\x1b  no such host  (l.txt:7)\nretry only these");
    assert_is_printable();
    report_records_clear(&records);
}
END_TEST

START_TEST(a_quiet_run_points_at_the_page_where_there_is_one)
{
    struct closing closing = closing_of(1);
    closing_append_failures(&text, &closing);
    assert_says("full report: out/.haul/runs/RUN/report.json\n");
    text_reset(&text);
    closing.has_page = true;
    closing_append_failures(&text, &closing);
    assert_says("look: out/.haul/runs/RUN/report.html\n");
    ck_assert_ptr_null(strstr(text.data, "report.json"));
}
END_TEST

START_TEST(a_command_can_be_pasted_into_a_shell)
{
    static const struct {
        const char *directory;
        const char *word;
    } words[] = {
        {"/srv/img", "-d /srv/img\n"}, {"my photos", "-d 'my photos'\n"},
        {"it's", "-d 'it'\\''s'\n"},   {"$HOME;x", "-d '$HOME;x'\n"},
        {"'", "-d ''\\'''\n"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        struct closing closing = closing_of(1);
        closing.directory = words[i].directory;
        text_reset(&text);
        closing_append_failures(&text, &closing);
        assert_says(words[i].word);
    }
}
END_TEST

START_TEST(a_check_has_no_files_to_point_at)
{
    struct closing closing = closing_of(1);
    closing.run_id = closing.folder = closing.directory = NULL;
    closing_append_summary(&text, &closing);
    closing_append_failures(&text, &closing);
    closing_append_line(&text, &closing);
    assert_says("10 URLs in 2.00 s");
    assert_says("  ok                 0");
    assert_says("haul: done 10 downloaded 6 kept 1 failed 3 ok 0 in 2.0s");
    ck_assert_ptr_null(strstr(text.data, "retry"));
    ck_assert_ptr_null(strstr(text.data, "report"));
    ck_assert_ptr_null(strstr(text.data, ".haul"));
}
END_TEST

START_TEST(the_log_line_has_counts_and_exit_code)
{
    struct closing closing = closing_of(1);
    closing_append_line(&text, &closing);
    assert_says("haul: done 10 downloaded 6 kept 1 failed 3 in 2.0s exit 1 report "
                "out/.haul/runs/RUN/report.json\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("closing");
    TCase *tests = tcase_create("words");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_summary_has_counts_shares_and_classes);
    tcase_add_test(tests, the_page_is_shown_where_there_is_one_and_hints_come_first);
    tcase_add_test(tests, a_retry_is_offered_only_where_it_may_help);
    tcase_add_test(tests, a_run_that_stopped_goes_on_whatever_failed);
    tcase_add_test(tests, what_stopped_a_run_has_a_name);
    tcase_add_test(tests, a_quiet_run_says_nothing_on_success);
    tcase_add_test(tests, a_quiet_run_says_what_failed_in_few_lines);
    tcase_add_test(tests, large_counts_are_as_easy_to_read_as_in_the_summary);
    tcase_add_test(tests, every_class_at_once_still_fits_twenty_lines);
    tcase_add_test(tests, a_quiet_run_points_at_the_page_where_there_is_one);
    tcase_add_test(tests, a_command_can_be_pasted_into_a_shell);
    tcase_add_test(tests, a_check_has_no_files_to_point_at);
    tcase_add_test(tests, the_log_line_has_counts_and_exit_code);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
