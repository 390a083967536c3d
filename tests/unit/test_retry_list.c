#include "app/retry_list.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "io/source.h"
#include "scratch.h"

START_TEST(the_last_run_of_the_directory_is_the_list)
{
    struct options options;
    struct error error = {0};
    scratch_setup();
    options_init(&options);
    options.retry_failed = true;
    ck_assert(options_set(&options, OPTION_ID_dir, in_scratch("out"), &error));
    ck_assert(!retry_list_prepare(&options, &error));
    ck_assert_int_eq(error.kind, ERROR_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "no run has left"));

    ck_assert_int_eq(mkdir(in_scratch("out"), 0777), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul"), 0777), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul/last"), 0777), 0);
    scratch_write("out/.haul/last/failed.tsv", "url\n");
    ck_assert_msg(retry_list_prepare(&options, &error), "%s", error.text);
    ck_assert_uint_eq(options.operands.count, 1);
    ck_assert_str_eq(options.operands.items[0], in_scratch("out/.haul/last/failed.tsv"));
    ck_assert_int_eq(options.format, SOURCE_FORMAT_TSV);
    options_clear(&options);
    scratch_teardown();
}
END_TEST

/* A run in scratch that `last` leads to, with these texts in its report. */
static void write_run(const char *outcome, const char *is_complete, int not_tried)
{
    char report[256];
    snprintf(report, sizeof(report),
             "{\"schema\":\"haul.report/1\",\"outcome\":\"%s\",\"input\":{\"complete\":%s},"
             "\"counts\":{\"total\":9,\"not_tried\":%d}}",
             outcome, is_complete, not_tried);
    scratch_write("out/.haul/runs/20261120T120000Z-4f1c/report.json", report);
}

static const struct {
    const char *outcome;
    const char *is_complete;
    int not_tried;
    bool retry_all;
    const char *name;
} ends[] = {
    {"failed", "true", 0, false, "failed.tsv"},   {"failed", "true", 0, true, "failed.tsv"},
    {"running", "true", 0, false, "retried.tsv"}, {"deadline", "true", 3, false, "retried.tsv"},
    {"signal", "false", 0, false, "retried.tsv"},
};

START_TEST(a_retry_that_has_not_tried_all_goes_on_with_its_list)
{
    struct options options;
    struct error error = {0};
    scratch_setup();
    options_init(&options);
    options.retry_failed = true;
    options.retry_all = ends[_i].retry_all;
    ck_assert(options_set(&options, OPTION_ID_dir, in_scratch("out"), &error));
    ck_assert_int_eq(mkdir(in_scratch("out"), 0777), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul"), 0777), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul/runs"), 0777), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul/runs/20261120T120000Z-4f1c"), 0777), 0);
    ck_assert_int_eq(symlink("runs/20261120T120000Z-4f1c", in_scratch("out/.haul/last")), 0);
    scratch_write("out/.haul/runs/20261120T120000Z-4f1c/failed.tsv", "url\n");
    scratch_write("out/.haul/runs/20261120T120000Z-4f1c/retried.tsv", "url\n");
    write_run(ends[_i].outcome, ends[_i].is_complete, ends[_i].not_tried);
    ck_assert_msg(retry_list_prepare(&options, &error), "%s", error.text);
    char expected[64];
    snprintf(expected, sizeof(expected), "out/.haul/runs/20261120T120000Z-4f1c/%s", ends[_i].name);
    ck_assert_str_eq(options.operands.items[0], in_scratch(expected));
    options_clear(&options);
    scratch_teardown();
}
END_TEST

START_TEST(any_failed_tsv_can_be_the_list)
{
    struct options options;
    struct error error = {0};
    options_init(&options);
    ck_assert(options_set(&options, OPTION_ID_retry_from, "kept/failed.txt", &error));
    ck_assert(retry_list_prepare(&options, &error));
    ck_assert_str_eq(options.operands.items[0], "kept/failed.txt");
    ck_assert_int_eq(options.format, SOURCE_FORMAT_TSV);
    options_clear(&options);
}
END_TEST

START_TEST(without_the_option_the_lists_stay_as_they_are)
{
    struct options options;
    struct error error = {0};
    options_init(&options);
    options_add_operand(&options, "urls.txt");
    ck_assert(retry_list_prepare(&options, &error));
    ck_assert_uint_eq(options.operands.count, 1);
    ck_assert_int_eq(options.format, SOURCE_FORMAT_AUTO);
    options_clear(&options);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("retry_list");
    TCase *tests = tcase_create("lists");
    tcase_add_test(tests, the_last_run_of_the_directory_is_the_list);
    tcase_add_test(tests, any_failed_tsv_can_be_the_list);
    tcase_add_loop_test(tests, a_retry_that_has_not_tried_all_goes_on_with_its_list, 0,
                        ARRAY_LENGTH(ends));
    tcase_add_test(tests, without_the_option_the_lists_stay_as_they_are);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
