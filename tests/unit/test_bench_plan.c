#include "app/bench_plan.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/machine.h"
#include "io/source.h"

static struct options options;
static struct benchmark benchmark;
static struct error error;
static unsigned left_out;

static void setup(void)
{
    options_init(&options);
    options.command = COMMAND_BENCH;
    error = (struct error){0};
    left_out = 77;
}

static void teardown(void)
{
    benchmark_clear(&benchmark);
    options_clear(&options);
}

/* As the command line gives it; NULL = not given. */
static void give(enum option_id id, const char *text)
{
    if (text == NULL)
        return;
    ck_assert_msg(options_set(&options, id, text, &error), "%s", error.text);
    options_note_origin(&options, id, OPTION_SOURCE_COMMAND_LINE, "command line");
}

static bool plan(const char *threads, const char *jobs)
{
    give(OPTION_ID_threads, threads);
    give(OPTION_ID_jobs, jobs);
    return bench_plan_init(&benchmark, &options, &left_out, &error);
}

/* "1x16 2x16" */
static void assert_settings(const char *expected)
{
    struct text text;
    text_init(&text, 4096);
    for (size_t i = 0; i < benchmark.setting_count; i++)
        text_append_format(&text, "%s%ux%u", i > 0 ? " " : "", benchmark.settings[i].threads,
                           benchmark.settings[i].jobs);
    ck_assert_str_eq(text.data, expected);
    text_clear(&text);
}

static const struct {
    const char *threads;
    const char *jobs;
    const char *settings;
    unsigned left_out;
} plans[] = {
    {NULL, NULL, "1x1 2x2 4x4 8x8 16x16", 0},
    {"1,4,32", NULL, "1x1 4x4 32x32", 0},
    {"6", NULL, "6x6", 0},
    {"8,1,8,2", NULL, "1x1 2x2 8x8", 0},
    {"1,4,16", "16", "1x16 4x16 16x16", 0},
    {"1,4,32", "16", "1x16 4x16", 1},
    {NULL, "4", "1x4 2x4 4x4", 2},
    {NULL, "64", "1x64 2x64 4x64 8x64 16x64", 0},
    {"1,2,3", "2", "1x2 2x2", 1},
    {"1,2", "2,4", "1x2 1x4 2x2 2x4", 0},
    {"1,4,8", "2,4", "1x2 1x4 4x4", 3},
    {"4", "4,8", "4x4 4x8", 0},
    {"1024", "65535", "1024x65535", 0},
};

START_TEST(threads_and_jobs_name_the_settings_together)
{
    ck_assert_msg(plan(plans[_i].threads, plans[_i].jobs), "%s", error.text);
    assert_settings(plans[_i].settings);
    ck_assert_uint_eq(left_out, plans[_i].left_out);
}
END_TEST

START_TEST(jobs_alone_are_carried_by_one_thread_per_cpu)
{
    static const unsigned jobs[] = {1, 2, 3, 5000};
    unsigned cpus = machine_cpus();
    ck_assert_msg(plan(NULL, "5000,1,3,2"), "%s", error.text);
    ck_assert_uint_eq(benchmark.setting_count, ARRAY_LENGTH(jobs));
    for (size_t i = 0; i < ARRAY_LENGTH(jobs); i++) {
        bool is_found = false;
        for (size_t j = 0; j < benchmark.setting_count; j++)
            is_found =
                is_found || (benchmark.settings[j].jobs == jobs[i] &&
                             benchmark.settings[j].threads == (cpus < jobs[i] ? cpus : jobs[i]));
        ck_assert_msg(is_found, "%u jobs", jobs[i]);
    }
    ck_assert_uint_eq(left_out, 0);
}
END_TEST

START_TEST(no_setting_is_left_where_all_have_more_threads_than_downloads)
{
    ck_assert(!plan("4,8", "1,2"));
    ck_assert_int_eq(error.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(error.text, "more threads than downloads"));
    ck_assert_uint_eq(left_out, 77);
}
END_TEST

/* "1,2,...,count" times a factor. */
static const char *numbers(unsigned count, unsigned factor)
{
    static char lists[2][1024];
    static unsigned next;
    char *list = lists[next++ % 2];
    size_t length = 0;
    for (unsigned i = 1; i <= count; i++)
        length += (size_t)snprintf(list + length, sizeof(lists[0]) - length, "%s%u",
                                   i > 1 ? "," : "", i * factor);
    return list;
}

static const struct {
    unsigned threads, jobs;
    bool is_fine;
} sizes[] = {{8, 8, true}, {8, 9, false}, {64, 1, true}, {1, 64, true}, {64, 64, false}};

START_TEST(as_many_settings_as_can_be_compared_are_taken)
{
    bool is_planned = plan(numbers(sizes[_i].threads, 1), numbers(sizes[_i].jobs, 100));
    ck_assert_int_eq(is_planned, sizes[_i].is_fine);
    if (is_planned) {
        ck_assert_uint_eq(benchmark.setting_count, BENCHMARK_SETTINGS_MAX);
        return;
    }
    ck_assert_int_eq(error.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(error.text, "at most 64 settings"));
}
END_TEST

START_TEST(a_run_has_the_options_of_get_with_its_own_list_and_setting)
{
    struct benchmark_setting setting = {4, 32};
    char path[] = "/proc/self/fd/9";
    char directory[] = "bench/1";
    char *list = path;
    give(OPTION_ID_per_host, "11");
    give(OPTION_ID_url_column, "2");
    give(OPTION_ID_format, "csv");
    give(OPTION_ID_dir, "photos");
    give(OPTION_ID_retries, "7");
    options_add_operand(&options, "urls.csv");
    options_add_operand(&options, "more.csv");
    options_set_switch(&options, OPTION_ID_verbose, true);
    struct options run = bench_plan_options(&options, &setting, 9, &list, directory);
    ck_assert_uint_eq(options_jobs(&run), 32);
    ck_assert_uint_eq(options_thread_count(&run), 4);
    ck_assert_uint_eq(run.operands.count, 1);
    ck_assert_str_eq(run.operands.items[0], path);
    ck_assert_int_eq(run.format, SOURCE_FORMAT_TSV);
    ck_assert_ptr_null(run.url_column);
    ck_assert_str_eq(run.dir, directory);
    ck_assert(run.quiet);
    ck_assert(!run.verbose);
    ck_assert_int_eq(run.progress, PROGRESS_NONE);
    ck_assert_int_eq(run.per_host, 11);
    ck_assert_int_eq(run.retries, 7);
    /* What was given is as it was. */
    ck_assert_uint_eq(options.operands.count, 2);
    ck_assert_str_eq(options.dir, "photos");
    ck_assert_str_eq(bench_plan_options(&options, &setting, 9, &list, NULL).dir, "photos");
}
END_TEST

START_TEST(a_seed_that_is_given_is_used_and_another_one_is_drawn)
{
    bool has_changed = false;
    give(OPTION_ID_seed, "0");
    ck_assert_uint_eq(bench_plan_seed(&options), 0);
    give(OPTION_ID_seed, "42");
    ck_assert_uint_eq(bench_plan_seed(&options), 42);
    options_reset(&options, OPTION_ID_seed);
    uint64_t first = bench_plan_seed(&options);
    for (int i = 0; i < 10; i++)
        has_changed = has_changed || bench_plan_seed(&options) != first;
    ck_assert(has_changed);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("bench_plan");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, threads_and_jobs_name_the_settings_together, 0,
                        (int)ARRAY_LENGTH(plans));
    tcase_add_test(cases, jobs_alone_are_carried_by_one_thread_per_cpu);
    tcase_add_test(cases, no_setting_is_left_where_all_have_more_threads_than_downloads);
    tcase_add_loop_test(cases, as_many_settings_as_can_be_compared_are_taken, 0,
                        (int)ARRAY_LENGTH(sizes));
    tcase_add_test(cases, a_run_has_the_options_of_get_with_its_own_list_and_setting);
    tcase_add_test(cases, a_seed_that_is_given_is_used_and_another_one_is_drawn);
    Suite *suite = suite_create("bench_plan");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
