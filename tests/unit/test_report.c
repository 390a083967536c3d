#include "io/report.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_check.h"

#define HOSTILE "\"\\\x1B[31m\x7F\xFF\xC2\x9B\n\xE2\x80\xA8"
#define HOSTILE_PARSED "\"\\\x1B[31m\x7F\xEF\xBF\xBD\xC2\x9B\n\xE2\x80\xA8"

static struct summary summary;
static struct report_facts facts;

static void set_up(void)
{
    summary_init(&summary);
    facts = (struct report_facts){
        .run_id = "20261120T120000Z-4f1c",
        .command = "get",
        .start_wall_us = INT64_C(1795176030123456),
        .elapsed_us = 2000000,
        .outcome = "running",
        .exit_code = -1,
        .input = {1, 10, 2, 3, 1, 1, true},
        .workers = {2, 16, 12, 6},
        .user_us = 300000,
        .system_us = 100000,
        .directory = "photos",
        .folder = "photos/.haul/runs/20261120T120000Z-4f1c",
    };
}

static void tear_down(void)
{
    summary_clear(&summary);
}

/* Adds a job of one host; failed, unless the class is FAILURE_NONE. */
static void add(enum failure failure, const char *host, uint64_t line)
{
    struct job job = {.index = line, .source = "urls.txt", .line = line};
    outcome_init(&job.outcome);
    job.outcome.status = failure == FAILURE_NONE ? STATUS_DOWNLOADED : STATUS_FAILED;
    job.outcome.failure = failure;
    job.outcome.attempts = 2;
    job.outcome.connections = 1;
    job.outcome.wire_bytes = 500;
    job.outcome.file_bytes = 400;
    job.outcome.us = (struct phases){7, 100, 200, -1, 300, 150, 250, 60};
    job.origin.host = (char *)(uintptr_t)host;
    summary_add(&summary, &job, (int64_t)line * 1000000);
}

static json_t *parse(void)
{
    char *text = report_format(&facts, &summary, true);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(text[strlen(text) - 1], '\n');
    json_error_t error;
    json_t *report = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(report != NULL, "%s in %s", error.text, text);
    free(text);
    return report;
}

START_TEST(a_report_of_nothing_is_whole_and_says_null_where_nothing_is_known)
{
    static const char *const NULLS[] = {
        "run_id",         "end",           "exit_code",       "latency_us.total",
        "phases_share",   "proxy",         "latency_us.ttfb", "rate.urls_per_s",
        "cpu.duty_cycle", "files.results", "slowest_host"};
    static const char *const COUNTS[] = {"total",   "downloaded", "kept",      "duplicate",
                                         "skipped", "failed",     "not_tried", "ok"};
    facts.run_id = NULL;
    facts.folder = NULL;
    facts.elapsed_us = 0;
    json_t *report = parse();
    assert_string(report, "schema", "haul.report/1");
    assert_string(report, "tool.name", "haul");
    ck_assert_uint_gt(json_string_length(at(report, "tool.version")), 0);
    ck_assert_uint_gt(json_string_length(at(report, "tool.libcurl")), 0);
    ck_assert_uint_gt(json_string_length(at(report, "host")), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(NULLS); i++)
        assert_null(report, NULLS[i]);
    for (size_t i = 0; i < ARRAY_LENGTH(COUNTS); i++)
        assert_integer(at(report, "counts"), COUNTS[i], 0);
    ck_assert_uint_eq(json_object_size(at(report, "counts")), ARRAY_LENGTH(COUNTS));
    ck_assert_uint_eq(json_array_size(at(report, "failures")), 0);
    ck_assert_uint_eq(json_array_size(at(report, "hosts")), 0);
    ck_assert_uint_eq(json_array_size(at(report, "hints")), 0);
    ck_assert_uint_eq(json_array_size(at(report, "timeline.slots")), 1);
    ck_assert_uint_eq(json_object_size(report), 31);
    json_decref(report);
}
END_TEST

START_TEST(facts_are_told_as_they_are)
{
    static const char *const WARNINGS[] = {"one", "two"};
    facts.end_wall_us = INT64_C(1795176032123456);
    facts.exit_code = 1;
    facts.outcome = "failed";
    facts.warnings = WARNINGS;
    facts.warning_count = 2;
    json_t *report = parse();
    assert_string(report, "run_id", "20261120T120000Z-4f1c");
    assert_string(report, "command", "get");
    assert_string(report, "start", "2026-11-20T12:00:30.123456Z");
    assert_string(report, "end", "2026-11-20T12:00:32.123456Z");
    assert_integer(report, "elapsed_us", 2000000);
    assert_string(report, "outcome", "failed");
    assert_integer(report, "exit_code", 1);
    assert_integer(report, "input.lines", 10);
    assert_integer(report, "input.comments", 2);
    assert_integer(report, "input.blank", 3);
    assert_integer(report, "input.invalid", 1);
    ck_assert(json_is_true(at(report, "input.complete")));
    assert_integer(report, "workers.threads", 2);
    assert_integer(report, "workers.jobs", 16);
    assert_integer(report, "workers.peak_jobs", 12);
    assert_integer(report, "workers.peak_per_host", 6);
    assert_integer(report, "cpu.sys_us", 100000);
    assert_real(report, "cpu.duty_cycle", 0.2);
    assert_string(report, "warnings.1", "two");
    assert_string(report, "files.directory", "photos");
    assert_string(report, "files.failed", "photos/.haul/runs/20261120T120000Z-4f1c/failed.tsv");
    json_decref(report);
}
END_TEST

START_TEST(the_slowest_host_and_the_hints_are_in_the_report)
{
    static const char *const HINTS[] = {"do this", "do that"};
    for (uint64_t i = 0; i < SUMMARY_SLOWEST_URLS; i++) {
        add(FAILURE_NONE, "a.example", 1);
        add(FAILURE_NONE, "b.example", 1);
    }
    facts.hints = HINTS;
    facts.hint_count = 2;
    json_t *report = parse();
    assert_string(report, "slowest_host.host", "a.example"); /* of equals the first by name */
    assert_integer(report, "slowest_host.urls", SUMMARY_SLOWEST_URLS);
    json_int_t p95_us = json_integer_value(at(report, "slowest_host.p95_us"));
    ck_assert_int_gt(p95_us, 0);
    ck_assert_int_le(p95_us, 60);
    assert_integer(report, "hosts.0.p95_us", p95_us);
    ck_assert_uint_eq(json_array_size(at(report, "hints")), 2);
    assert_string(report, "hints.1", "do that");
    json_decref(report);
    facts.hint_count = 0;
}
END_TEST

START_TEST(the_summary_is_in_the_report)
{
    add(FAILURE_NONE, "a.example", 0);
    add(FAILURE_NONE, "a.example", 1);
    add(FAILURE_TLS, "b.example", 1);
    for (uint64_t line = 1; line <= 7; line++) {
        char host[] = "0.example";
        host[0] = (char)('0' + line);
        add(FAILURE_GONE, host, line);
    }
    add(FAILURE_GONE, "7.example", 9);
    json_t *report = parse();
    assert_integer(report, "counts.total", 11);
    assert_integer(report, "counts.failed", 9);
    assert_integer(report, "bytes.wire", 5500);
    assert_integer(report, "bytes.file", 800);
    assert_real(report, "rate.urls_per_s", 5.5);
    assert_real(report, "rate.bytes_per_s", 2750);
    assert_string(report, "failures.0.class", "gone");
    assert_integer(report, "failures.0.count", 8);
    assert_string(report, "failures.0.hosts.0.host", "7.example");
    assert_integer(report, "failures.0.hosts.0.count", 2);
    ck_assert_uint_eq(json_array_size(at(report, "failures.0.hosts")), 5);
    assert_integer(report, "failures.0.other_hosts", 2);
    assert_string(report, "failures.0.example", "urls.txt:1");
    assert_string(report, "failures.1.class", "tls");
    assert_integer(report, "failures.1.other_hosts", 0);
    assert_integer(report, "latency_us.total.p50", 60);
    assert_integer(report, "latency_us.ttfb.max", 300);
    assert_real(report, "phases_share.dns", 0.1);
    assert_real(report, "phases_share.tls", 0);
    assert_real(report, "phases_share.receive", 0.15);
    assert_real(report, "phases_share.write", 0.25);
    assert_integer(report, "connections.opened", 11);
    assert_integer(report, "retries.attempts", 11);
    assert_integer(report, "retries.recovered", 2);
    assert_string(report, "hosts.0.host", "7.example");
    assert_integer(report, "hosts.1.urls", 2);
    assert_integer(report, "hosts.1.bytes", 800);
    assert_integer(report, "hosts.1.mean_us", 60);
    ck_assert_uint_eq(json_array_size(at(report, "hosts")), 9);
    json_decref(report);
}
END_TEST

START_TEST(the_timeline_ends_now_or_with_the_last_job)
{
    add(FAILURE_NONE, "a.example", 1);
    facts.elapsed_us = 3500000;
    json_t *report = parse();
    assert_integer(report, "timeline.slot_us", 100000);
    ck_assert_uint_eq(json_array_size(at(report, "timeline.slots")), 36);
    assert_integer(report, "timeline.slots.10.t_us", 1000000);
    assert_integer(report, "timeline.slots.10.finished", 1);
    assert_integer(report, "timeline.slots.9.wire_bytes", 500);
    json_decref(report);
    add(FAILURE_GONE, "a.example", 5); /* counted after the time was read */
    report = parse();
    ck_assert_uint_eq(json_array_size(at(report, "timeline.slots")), 51);
    assert_integer(report, "timeline.slots.50.failed", 1);
    json_decref(report);
    facts.elapsed_us = 100000000; /* nothing has ended for a long time */
    report = parse();
    assert_integer(report, "timeline.slot_us", 200000);
    ck_assert_uint_eq(json_array_size(at(report, "timeline.slots")), 501);
    assert_integer(report, "timeline.slots.25.failed", 1);
    json_decref(report);
}
END_TEST

/* Of what has passed of it: a slot that has just begun is not idle. */
START_TEST(a_slot_tells_how_many_downloads_were_in_progress)
{
    struct job job = {.index = 1, .source = "urls.txt", .line = 1};
    outcome_init(&job.outcome);
    job.outcome.attempts = 1;
    job.outcome.us.total = 150000;
    facts.elapsed_us = 150000;
    facts.workers.peak_jobs = 0;
    summary_add(&summary, &job, 150000);
    summary_add(&summary, &job, 150000);
    json_t *report = parse();
    ck_assert_uint_eq(json_array_size(at(report, "timeline.slots")), 2);
    ck_assert_double_eq_tol(json_number_value(at(report, "timeline.slots.0.busy")), 2, 1e-9);
    ck_assert_double_eq_tol(json_number_value(at(report, "timeline.slots.1.busy")), 2, 1e-9);
    json_decref(report);
    facts.workers.peak_jobs = 1;
    report = parse();
    ck_assert_double_eq_tol(json_number_value(at(report, "timeline.slots.0.busy")), 1, 1e-9);
    json_decref(report);
}
END_TEST

START_TEST(the_distribution_is_told_and_the_page_when_the_run_has_ended)
{
    json_t *report = parse();
    ck_assert_uint_eq(json_array_size(at(report, "latency_us.distribution")), 0);
    json_decref(report);
    add(FAILURE_NONE, "a.example", 1); /* 60 us */
    facts.end_wall_us = 0;
    report = parse();
    ck_assert_uint_eq(json_array_size(at(report, "latency_us.distribution")), 1);
    assert_integer(report, "latency_us.distribution.0.from_us", 50);
    assert_integer(report, "latency_us.distribution.0.to_us", 70);
    assert_integer(report, "latency_us.distribution.0.count", 1);
    assert_null(report, "files.html");
    json_decref(report);
    facts.end_wall_us = 1;
    report = parse();
    ck_assert_ptr_nonnull(strstr(json_string_value(at(report, "files.html")), "/report.html"));
    json_decref(report);
}
END_TEST

START_TEST(only_the_first_50_hosts_are_listed)
{
    char host[32];
    for (unsigned i = 0; i < 60; i++) {
        snprintf(host, sizeof(host), "h%u.example", i);
        add(FAILURE_NONE, host, 1);
    }
    json_t *report = parse();
    ck_assert_uint_eq(json_array_size(at(report, "hosts")), 50);
    assert_integer(report, "other_hosts", 10);
    json_decref(report);
}
END_TEST

START_TEST(settings_keep_their_types)
{
    static const struct report_setting SETTINGS[] = {
        {"jobs", REPORT_SETTING_NUMBER, NULL, 16},
        {"mtime", REPORT_SETTING_BOOL, NULL, 1},
        {"json", REPORT_SETTING_BOOL, NULL, 0},
        {"dir", REPORT_SETTING_TEXT, "photos@home", 0},
        {"referer", REPORT_SETTING_TEXT, NULL, 0},
        {"max-size", REPORT_SETTING_NUMBER, NULL, INT64_MAX},
        {"proxy", REPORT_SETTING_TEXT, "http://me:pw@proxy.example:3128", 0},
        {"header", REPORT_SETTING_TEXT, "Authorization: Bearer abc", 0},
        {"odd" HOSTILE, REPORT_SETTING_TEXT, HOSTILE, 0},
    };
    facts.settings = SETTINGS;
    facts.setting_count = ARRAY_LENGTH(SETTINGS);
    json_t *report = parse();
    assert_integer(report, "settings.jobs", 16);
    ck_assert(json_is_true(at(report, "settings.mtime")));
    ck_assert(json_is_false(at(report, "settings.json")));
    assert_string(report, "settings.dir", "photos@home");
    assert_null(report, "settings.referer");
    assert_integer(report, "settings.max-size", INT64_MAX);
    assert_string(report, "settings.proxy", "http://proxy.example:3128");
    assert_string(report, "settings.header", "Authorization: ***");
    assert_string(report, "settings.odd" HOSTILE_PARSED, HOSTILE_PARSED);
    json_decref(report);
}
END_TEST

static const struct {
    const char *before;
    const char *argument;
    const char *shown;
} argument_cases[] = {
    {"-j8", "urls.txt", "urls.txt"},
    {"-j8", "https://me:pw@a.example/?token=abc&w=1", "https://a.example/?token=***&w=1"},
    {"-j8", "https://a.example/?sku=abc", "https://a.example/?sku=***"},
    {"-j8", "--proxy=http://me:pw@p.example/", "--proxy=http://p.example/"},
    {"--proxy", "http://me:pw@p.example/", "http://p.example/"},
    {"--header", "Authorization: Bearer abc", "Authorization: ***"},
    {"--head", "X-Key:abc", "X-Key: ***"},
    {"--header=A: b", "urls.txt", "urls.txt"},
    {"-j8", "--header=Authorization: Bearer abc", "--header=Authorization: ***"},
    {"-j8", "--hea=Cookie: a=b", "--hea=Cookie: ***"},
    {"-j8", HOSTILE, HOSTILE_PARSED},
    {"-j8", "", ""},
};

START_TEST(arguments_show_no_secret)
{
    static const char *const KEYS[] = {"sku"};
    const struct redaction redaction = {KEYS, 1};
    const char *arguments[] = {argument_cases[_i].before, argument_cases[_i].argument};
    facts.arguments = arguments;
    facts.argument_count = 2;
    facts.redaction = &redaction;
    json_t *report = parse();
    ck_assert_uint_eq(json_array_size(at(report, "arguments")), 2);
    assert_string(report, "arguments.1", argument_cases[_i].shown);
    json_decref(report);
}
END_TEST

/* Hostile bytes in every text, and numbers at their ends. */
static void make_hostile(void)
{
    static const char *const TEXTS[] = {HOSTILE, HOSTILE};
    struct job job = {.index = 1, .source = HOSTILE, .line = UINT64_MAX};
    outcome_init(&job.outcome);
    job.outcome.failure = FAILURE_IO;
    job.outcome.wire_bytes = INT64_MAX;
    job.outcome.us = (struct phases){INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX,
                                     INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    job.origin.host = (char *)(uintptr_t)HOSTILE;
    summary_add(&summary, &job, INT64_MAX);
    summary_add(&summary, &job, INT64_MAX);
    facts.command = HOSTILE;
    facts.arguments = TEXTS;
    facts.argument_count = 2;
    facts.warnings = TEXTS;
    facts.warning_count = 2;
    facts.directory = HOSTILE;
    facts.folder = HOSTILE;
    facts.proxy = "http://" HOSTILE;
    facts.elapsed_us = INT64_MAX;
    facts.input = (struct report_input){UINT64_MAX, UINT64_MAX, 0, 0, 0, 0, false};
}

START_TEST(hostile_bytes_and_extreme_numbers_lose_nothing)
{
    make_hostile();
    json_t *report = parse();
    assert_string(report, "command", HOSTILE_PARSED);
    assert_string(report, "warnings.1", HOSTILE_PARSED);
    assert_string(report, "files.directory", HOSTILE_PARSED);
    assert_string(report, "files.report", HOSTILE_PARSED "/report.json");
    assert_string(report, "proxy", "http://" HOSTILE_PARSED);
    assert_string(report, "hosts.0.host", HOSTILE_PARSED);
    assert_string(report, "failures.0.example", HOSTILE_PARSED ":18446744073709551615");
    assert_integer(report, "input.lines", INT64_MAX);
    assert_integer(report, "bytes.wire", INT64_MAX);
    assert_integer(report, "hosts.0.max_us", INT64_MAX);
    assert_real(report, "phases_share.dns", 1.0 / 6);
    json_decref(report);
}
END_TEST

START_TEST(nothing_in_a_report_steers_a_terminal)
{
    make_hostile();
    for (int is_indented = 0; is_indented < 2; is_indented++) {
        char *text = report_format(&facts, &summary, is_indented);
        size_t lines = 0;
        for (const char *byte = text; *byte != '\0'; byte++) {
            lines += *byte == '\n';
            ck_assert(*byte == '\n' || (unsigned char)*byte >= 0x20);
            ck_assert_int_ne(*byte, 0x7F);
            ck_assert(strncmp(byte, "\xC2\x9B", 2) != 0);
            ck_assert(strncmp(byte, "\xE2\x80\xA8", 3) != 0);
        }
        ck_assert(is_indented ? lines > 100 : lines == 1);
        free(text);
    }
}
END_TEST

/* Samples for the schema test: an empty report, a usual one, and a hostile one. */
static void write_sample(const char *path, const char *kind)
{
    set_up();
    if (strcmp(kind, "hostile") == 0)
        make_hostile();
    for (uint64_t line = 0; line < 20 && strcmp(kind, "usual") == 0; line++)
        add(line % 3 == 0   ? FAILURE_NONE
            : line % 3 == 1 ? FAILURE_DNS
                            : FAILURE_IO,
            line % 2 ? "a.example" : "b.example", line);
    char *text = report_format(&facts, &summary, true);
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    free(text);
    tear_down();
}

/* With the arguments FILE and empty, usual or hostile: writes a sample instead of testing. */
int main(int argument_count, char **arguments)
{
    if (argument_count == 3) {
        write_sample(arguments[1], arguments[2]);
        return EXIT_SUCCESS;
    }
    TCase *cases = tcase_create("report");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_report_of_nothing_is_whole_and_says_null_where_nothing_is_known);
    tcase_add_test(cases, facts_are_told_as_they_are);
    tcase_add_test(cases, the_slowest_host_and_the_hints_are_in_the_report);
    tcase_add_test(cases, the_summary_is_in_the_report);
    tcase_add_test(cases, the_timeline_ends_now_or_with_the_last_job);
    tcase_add_test(cases, a_slot_tells_how_many_downloads_were_in_progress);
    tcase_add_test(cases, the_distribution_is_told_and_the_page_when_the_run_has_ended);
    tcase_add_test(cases, only_the_first_50_hosts_are_listed);
    tcase_add_test(cases, settings_keep_their_types);
    tcase_add_loop_test(cases, arguments_show_no_secret, 0, (int)ARRAY_LENGTH(argument_cases));
    tcase_add_test(cases, hostile_bytes_and_extreme_numbers_lose_nothing);
    tcase_add_test(cases, nothing_in_a_report_steers_a_terminal);
    Suite *suite = suite_create("report");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
