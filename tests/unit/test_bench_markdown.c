#include "app/bench_markdown.h"

#include "benchmark_building.h"

static struct benchmark benchmark;
static struct bench_view *view;
static struct text text;

static void setup(void)
{
    text_init(&text, 65536);
}

static void teardown(void)
{
    text_clear(&text);
    bench_view_destroy(view);
    benchmark_clear(&benchmark);
    view = NULL;
}

static void show(const char *title)
{
    struct recommendation_facts facts = {.cpus = 4, .urls = 100};
    view = bench_view_create(&benchmark, &facts);
    bench_markdown_append(&text, view, title);
}

#define HEADING                                                                                    \
    "| Command | Mean [s] | Min [s] | Max [s] | Relative | URLs/s | Speed-up | Efficiency | "      \
    "p50 [ms] | p95 [ms] | Failed |\n"                                                             \
    "|:---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"

START_TEST(the_sample_is_written_like_this)
{
    build_sample(&benchmark);
    show("haul bench `urls.txt`");
    ck_assert_str_eq(
        text.data,
        "haul bench `urls.txt`\n"
        "\n" HEADING "| `haul --threads 1 --jobs 1` | 20.000 ± 1.414 | 19.000 | 21.000 | "
        "4.00 ± 0.28 | 5.0 | 1.00 | 100% | 200.0 | 200.0 | 0.0% |\n"
        "| `haul --threads 4 --jobs 4` | 5.000 ± 0.000 | 5.000 | 5.000 | "
        "1.00 | 20.0 | 4.00 ± 0.28 | 100% | 200.0 | 200.0 | 0.0% |\n"
        "| `haul --threads 16 --jobs 16` | 5.250 ± 0.354 | 5.000 | 5.500 | "
        "1.05 ± 0.07 | 19.0 | 3.81 ± 0.37 | 24% | 800.0 | 800.0 | 0.5% |\n"
        "\n"
        "Recommended: 4 threads: the fewest within 5% of the best time where no more fail (1 takes "
        "4.0x as long); limit: failures: beyond 4 more fail or are asked to come back later.\n");
}
END_TEST

START_TEST(one_run_has_no_deviation)
{
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    add_run(&benchmark, plain_run(0, 8000000), 100000);
    add_run(&benchmark, plain_run(1, 4000000), 150000);
    show("t");
    ck_assert_str_eq(text.data,
                     "t\n\n" HEADING "| `haul --threads 1 --jobs 1` | 8.000 | 8.000 | 8.000 | 2.00 "
                     "| 12.5 | 1.00 | 100% | 100.0 | 100.0 | 0.0% |\n"
                     "| `haul --threads 2 --jobs 2` | 4.000 | 4.000 | 4.000 | 1.00 | 25.0 | 2.00 | "
                     "100% | 150.0 | 150.0 | 0.0% |\n"
                     "\nRecommended: 2 threads: the fewest within 5% of the best time (1 takes "
                     "2.0x as long); limit: none was met: 2 is the largest that was measured, more "
                     "may help.\n");
}
END_TEST

START_TEST(what_cannot_be_compared_with_the_smallest_is_a_dash)
{
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    add_run(&benchmark, plain_run(1, 3000000), 100000);
    add_run(&benchmark, plain_run(1, 5000000), 100000);
    show("t");
    ck_assert_ptr_nonnull(strstr(text.data, "\n| `haul --threads 2 --jobs 2` | 4.000 ± 1.414 | "
                                            "3.000 | 5.000 | 1.00 | 25.0 | - | - | 100.0 | 100.0 "
                                            "| 0.0% |\n\nRecommended"));
    ck_assert_ptr_null(strstr(text.data, "--threads 1"));
}
END_TEST

START_TEST(relative_is_to_the_fastest_of_all_even_if_it_fails_more)
{
    struct benchmark_run run = plain_run(1, 4000000);
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    add_run(&benchmark, plain_run(0, 8000000), 100000);
    run.failed = 100;
    add_run(&benchmark, run, 100000);
    show("t");
    ck_assert_ptr_nonnull(strstr(text.data, "| 8.000 | 8.000 | 8.000 | 2.00 |"));
    ck_assert_ptr_nonnull(strstr(text.data, "| 4.000 | 4.000 | 4.000 | 1.00 |"));
    ck_assert_ptr_nonnull(strstr(text.data, "| 100.0% |\n\nRecommended: 1 thread: "));
}
END_TEST

START_TEST(before_the_first_run_there_is_a_heading_only)
{
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    show("t");
    ck_assert_str_eq(text.data, "t\n\n" HEADING);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("bench_markdown");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, the_sample_is_written_like_this);
    tcase_add_test(cases, one_run_has_no_deviation);
    tcase_add_test(cases, what_cannot_be_compared_with_the_smallest_is_a_dash);
    tcase_add_test(cases, relative_is_to_the_fastest_of_all_even_if_it_fails_more);
    tcase_add_test(cases, before_the_first_run_there_is_a_heading_only);
    Suite *suite = suite_create("bench_markdown");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
