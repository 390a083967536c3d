#include "io/report_reader.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/common.h"
#include "io/root.h"
#include "json_check.h"
#include "scratch.h"

#define ID "20261120T120000Z-4f1c"
#define RUN "out/.haul/runs/" ID
#define REPORT "{\"schema\":\"haul.report/1\",\"counts\":{\"total\":1}}"

static struct report_reader reader;
static struct error error;

static void make_folder(const char *name)
{
    ck_assert_int_eq(mkdir(in_scratch(name), 0700), 0);
}

static void link_to(const char *target, const char *name)
{
    unlink(in_scratch(name));
    ck_assert_int_eq(symlink(target, in_scratch(name)), 0);
}

/* An output directory with one run. */
static void set_up(void)
{
    scratch_setup();
    error = (struct error){0};
    make_folder("out");
    make_folder("out/.haul");
    make_folder("out/.haul/runs");
    make_folder(RUN);
    scratch_write(RUN "/report.json", REPORT);
    scratch_write(RUN "/results.jsonl", "records\n");
    link_to("runs/" ID, "out/.haul/last");
}

static void refuse(const char *name, enum error_kind kind, const char *words)
{
    ck_assert(!report_reader_open(&reader, in_scratch(name), &error));
    ck_assert_msg(error.kind == kind, "%s: kind %d: %s", name, (int)error.kind, error.text);
    ck_assert_msg(strstr(error.text, words) != NULL, "%s: %s", name, error.text);
    ck_assert_ptr_null(reader.report);
    ck_assert_int_eq(reader.results, -1);
}

static void accept(const char *name, bool has_records)
{
    ck_assert_msg(report_reader_open(&reader, in_scratch(name), &error), "%s", error.text);
    assert_integer(reader.report, "counts.total", 1);
    ck_assert_int_eq(reader.results >= 0, has_records);
    ck_assert_int_eq(reader.results_path != NULL, has_records);
}

static const struct {
    const char *path;
    bool is_directory; /* the output directory is known */
} places[] = {
    {"out", true},
    {"out/", true},
    {RUN, false},
    {"out/.haul/last", false},
    {"out/.haul/last/report.json", false},
    {RUN "/report.json", false},
};

START_TEST(a_run_is_found_in_several_ways)
{
    accept(places[_i].path, true);
    ck_assert_int_eq(reader.directory != NULL, places[_i].is_directory);
    int results = report_reader_take_results(&reader);
    char content[16] = "";
    ck_assert_int_eq(read(results, content, sizeof(content) - 1), 8);
    ck_assert_str_eq(content, "records\n");
    close(results);
    ck_assert_int_eq(reader.results, -1);
    report_reader_close(&reader);
}
END_TEST

START_TEST(the_path_that_is_shown_leads_to_the_report)
{
    accept("out", true);
    ck_assert_str_eq(reader.path, in_scratch(RUN "/report.json"));
    ck_assert_str_eq(reader.results_path, in_scratch(RUN "/results.jsonl"));
    report_reader_close(&reader);
}
END_TEST

START_TEST(a_copied_tree_may_have_a_folder_for_the_link)
{
    unlink(in_scratch("out/.haul/last"));
    ck_assert_int_eq(rename(in_scratch(RUN), in_scratch("out/.haul/last")), 0);
    accept("out", true);
    report_reader_close(&reader);
}
END_TEST

static const char *const bad_targets[] = {
    "/etc",  "runs/../../elsewhere", "../elsewhere", "runs",
    "runs/", "runs/" ID "/x",        "runs/..",      "elsewhere",
};

START_TEST(last_leads_only_to_a_run)
{
    make_folder("elsewhere");
    scratch_write("elsewhere/report.json", REPORT);
    link_to(bad_targets[_i], "out/.haul/last");
    refuse("out", ERROR_INPUT, "does not lead to a run");
}
END_TEST

START_TEST(no_other_link_is_followed)
{
    ck_assert_int_eq(rename(in_scratch(RUN), in_scratch("elsewhere")), 0);
    link_to(in_scratch("elsewhere"), RUN);
    refuse("out", ERROR_INPUT, "cannot open the last run");
    unlink(in_scratch(RUN));
    make_folder(RUN);
    link_to(in_scratch("elsewhere/report.json"), RUN "/report.json");
    refuse("out", ERROR_INPUT, "cannot read the run's report");
    unlink(in_scratch(RUN "/report.json"));
    scratch_write(RUN "/report.json", REPORT);
    link_to(in_scratch("elsewhere/results.jsonl"), RUN "/results.jsonl");
    accept("out", false);
    report_reader_close(&reader);
    ck_assert_int_eq(rename(in_scratch("out/.haul"), in_scratch("private")), 0);
    link_to(in_scratch("private"), "out/.haul");
    refuse("out", ERROR_INPUT, ".haul");
}
END_TEST

START_TEST(a_pipe_in_the_folder_keeps_nobody_waiting)
{
    unlink(in_scratch(RUN "/report.json"));
    ck_assert_int_eq(mkfifo(in_scratch(RUN "/report.json"), 0600), 0);
    refuse("out", ERROR_INPUT, "report.json");
}
END_TEST

START_TEST(a_run_without_a_report_says_so)
{
    unlink(in_scratch(RUN "/report.json"));
    refuse("out", ERROR_INPUT, "was killed before it had a report");
    refuse(RUN, ERROR_INPUT, "was killed before it had a report");
    unlink(in_scratch("out/.haul/last"));
    refuse("out", ERROR_INPUT, "no run of haul yet");
    refuse("out/.haul", ERROR_INPUT, "holds no run");
    refuse("nothing", ERROR_INPUT, "nothing");
}
END_TEST

START_TEST(a_run_that_has_just_begun_was_not_killed)
{
    unlink(in_scratch(RUN "/report.json"));
    make_folder("out/.haul/runs/20261119T120000Z-4f1c");
    scratch_write("out/.haul/runs/20261119T120000Z-4f1c/results.jsonl", "");
    struct root *root = root_open(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    refuse("out", ERROR_INPUT, "has begun and has no figures yet");
    refuse(RUN, ERROR_INPUT, "has begun and has no figures yet");
    refuse("out/.haul/runs/20261119T120000Z-4f1c", ERROR_INPUT, "was killed before");
    root_close(root);
    refuse("out", ERROR_INPUT, "was killed before");
}
END_TEST

static const struct {
    const char *content;
    const char *words;
} no_reports[] = {
    {"", "is no report of haul"},
    {"http://h/a\n", "is no report of haul"},
    {"[]", "is no report of haul"},
    {"{\"counts\":{\"total\":1}}", "is no report of haul"},
    {"{\"schema\":\"haul.result/1\"}", "is no report of haul"},
    {"{\"schema\":7}", "is no report of haul"},
    {REPORT "x", "is no report of haul"},
    {"{\"schema\":\"haul.report/2\",\"counts\":{\"total\":1}}", "another version"},
    {"{\"schema\":\"haul.report/\\u001b[31m\"}",
     "another version of haul (schema haul.report/\\x1b"},
    {"{\"schema\":\"haul.report/1\"}", "no counts"},
    {"{\"schema\":\"haul.report/1\",\"counts\":{\"total\":-1}}", "no counts"},
    {"{\"schema\":\"haul.report/1\",\"counts\":{\"total\":\"1\"}}", "no counts"},
};

START_TEST(what_is_no_report_is_refused)
{
    scratch_write("file", no_reports[_i].content);
    refuse("file", ERROR_INPUT, no_reports[_i].words);
}
END_TEST

START_TEST(a_report_is_at_most_64_mib)
{
    scratch_write("file", REPORT);
    ck_assert_int_eq(truncate(in_scratch("file"), (off_t)REPORT_READER_MAX_BYTES + 1), 0);
    refuse("file", ERROR_INPUT, "too large");
}
END_TEST

/* Writes a copy that names its records. */
static void write_copy(const char *run_id, const char *results)
{
    char content[2 * PATH_MAX];
    snprintf(content, sizeof(content),
             "{\"schema\":\"haul.report/1\",\"run_id\":\"%s\",\"counts\":{\"total\":1},"
             "\"files\":{\"results\":\"%s\"}}",
             run_id, results);
    scratch_write("copy.json", content);
}

START_TEST(a_copy_finds_its_records)
{
    write_copy(ID, in_scratch(RUN "/results.jsonl"));
    accept("copy.json", true);
    report_reader_close(&reader);
    write_copy(ID, RUN "/results.jsonl"); /* seen from the copy */
    accept("copy.json", true);
    report_reader_close(&reader);
}
END_TEST

static const struct {
    const char *run_id;
    const char *results;
} strange_copies[] = {
    {"20261120T120000Z-0000", RUN "/results.jsonl"},
    {ID, "nowhere/.haul/runs/" ID "/results.jsonl"},
    {ID, ".haul/runs/" ID "/results.jsonl"},
    {ID, "out/secret"},
    {ID, "/etc/passwd"},
    {ID, ""},
    {"", "out/.haul/runs//results.jsonl"},
    {"..", "out/.haul/runs/../results.jsonl"},
    {"../../x", "out/.haul/runs/../../x/results.jsonl"},
};

START_TEST(a_copy_reads_nothing_but_records_of_its_run)
{
    scratch_write("out/.haul/results.jsonl", "other\n");
    scratch_write("out/secret", "secret\n");
    write_copy(strange_copies[_i].run_id, strange_copies[_i].results);
    accept("copy.json", false);
    report_reader_close(&reader);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("report_reader");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, scratch_teardown);
    tcase_add_loop_test(tests, a_run_is_found_in_several_ways, 0, (int)ARRAY_LENGTH(places));
    tcase_add_test(tests, the_path_that_is_shown_leads_to_the_report);
    tcase_add_test(tests, a_copied_tree_may_have_a_folder_for_the_link);
    tcase_add_loop_test(tests, last_leads_only_to_a_run, 0, (int)ARRAY_LENGTH(bad_targets));
    tcase_add_test(tests, no_other_link_is_followed);
    tcase_add_test(tests, a_pipe_in_the_folder_keeps_nobody_waiting);
    tcase_add_test(tests, a_run_without_a_report_says_so);
    tcase_add_test(tests, a_run_that_has_just_begun_was_not_killed);
    tcase_add_loop_test(tests, what_is_no_report_is_refused, 0, (int)ARRAY_LENGTH(no_reports));
    tcase_add_test(tests, a_report_is_at_most_64_mib);
    tcase_add_test(tests, a_copy_finds_its_records);
    tcase_add_loop_test(tests, a_copy_reads_nothing_but_records_of_its_run, 0,
                        (int)ARRAY_LENGTH(strange_copies));
    Suite *suite = suite_create("report_reader");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
