#include "model/benchmark.h"

#include "benchmark_building.h"

static struct benchmark benchmark;

static void teardown(void)
{
    benchmark_clear(&benchmark);
}

#define assert_near(value, expected) ck_assert_double_eq_tol((value), (expected), 1e-9)

START_TEST(settings_are_sorted_and_equal_ones_are_there_once)
{
    static const struct benchmark_setting given[] = {{8, 8}, {2, 16}, {1, 1}, {8, 8},
                                                     {2, 4}, {1, 1},  {8, 8}};
    static const struct benchmark_setting sorted[] = {{1, 1}, {2, 4}, {2, 16}, {8, 8}};
    ck_assert(benchmark_init(&benchmark, given, ARRAY_LENGTH(given)));
    ck_assert_uint_eq(benchmark.setting_count, ARRAY_LENGTH(sorted));
    for (size_t i = 0; i < ARRAY_LENGTH(sorted); i++) {
        ck_assert_uint_eq(benchmark.settings[i].threads, sorted[i].threads);
        ck_assert_uint_eq(benchmark.settings[i].jobs, sorted[i].jobs);
    }
    ck_assert_uint_eq(benchmark.run_count, 0);
}
END_TEST

START_TEST(no_settings_and_too_many_are_refused)
{
    struct benchmark_setting settings[2 * BENCHMARK_SETTINGS_MAX + 2];
    for (unsigned i = 0; i < ARRAY_LENGTH(settings); i++) /* each twice */
        settings[i] = (struct benchmark_setting){i / 2 + 1, i / 2 + 1};
    ck_assert(!benchmark_init(&benchmark, settings, 0));
    ck_assert(!benchmark_init(&benchmark, settings, ARRAY_LENGTH(settings)));
    benchmark_clear(&benchmark); /* fine after a refusal */
    ck_assert(benchmark_init(&benchmark, settings, ARRAY_LENGTH(settings) - 2));
    ck_assert_uint_eq(benchmark.setting_count, BENCHMARK_SETTINGS_MAX);
    ck_assert_uint_eq(benchmark.settings[BENCHMARK_SETTINGS_MAX - 1].threads,
                      BENCHMARK_SETTINGS_MAX);
}
END_TEST

/* 1 thread: 10, 12 and 14 s. 4 threads: 3 and 5 s, with a hundred URLs less in the second. */
static void add_runs_of_two_settings(void)
{
    static const int64_t seconds[] = {10, 12, 14};
    init_threads(&benchmark, (const unsigned[]){1, 4, 0});
    for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++)
        add_run(&benchmark, plain_run(0, seconds[i] * 1000000), 100000);
    struct benchmark_run run = plain_run(1, 3000000);
    run.urls = 200;
    run.attempts = 230;
    run.retries = 30;
    run.failed = 6;
    run.wire_bytes = 9000000;
    run.user_us = 1000000;
    run.system_us = 500000;
    run.machine_busy = 0.8;
    run.connections_opened = 40;
    run.connections_reused = 160;
    run.transfer_us = 11000000;
    run.wait_us = 8000000;
    run.receive_us = 900000;
    add_run(&benchmark, run, 110000);
    run.urls = 100;
    run.attempts = 110;
    run.retries = 10;
    run.failed = 0;
    run.elapsed_us = 5000000;
    run.wire_bytes = 3000000;
    run.user_us = 2000000;
    run.machine_busy = 0.4;
    run.connections_opened = 20;
    run.connections_reused = 80;
    run.transfer_us = 13000000;
    run.wait_us = 1000000;
    run.receive_us = 600000;
    add_run(&benchmark, run, 50000);
}

START_TEST(the_figures_of_a_setting_are_those_of_its_runs)
{
    add_runs_of_two_settings();
    struct benchmark_figures figures = benchmark_figures_of(&benchmark, 1);
    ck_assert_uint_eq(figures.setting.threads, 4);
    ck_assert_uint_eq(figures.setting.jobs, 4);
    ck_assert_uint_eq(figures.elapsed_us.count, 2);
    assert_near(figures.elapsed_us.mean, 4e6);
    ck_assert_double_eq_tol(figures.elapsed_us.deviation, 1414213.562373, 1e-3);
    assert_near(figures.elapsed_us.min, 3e6);
    assert_near(figures.elapsed_us.max, 5e6);
    assert_near(figures.elapsed_us.median, 4e6);
    assert_near(figures.urls_per_s, 300 / 8.0);
    assert_near(figures.bytes_per_s, 12e6 / 8);
    ck_assert_uint_eq(figures.urls, 300);
    ck_assert_uint_eq(figures.failed, 6);
    assert_near(figures.failure_share, 6 / 300.0);
    assert_near(figures.trouble_share, (6 + 40) / 340.0);
    assert_near(figures.cpu_us, (1.5e6 + 2.5e6) / 2);
    assert_near(figures.duty_cycle, 4 / 8.0);
    assert_near(figures.machine_busy, (3 * 0.8 + 5 * 0.4) / 8); /* by time, not by run */
    assert_near(figures.concurrency, 24 / 8.0);
    assert_near(figures.connections_opened, 30);
    assert_near(figures.reused_share, 240 / 300.0);
    assert_near(figures.wait_us, 9e6 / 300);
    assert_near(figures.receive_us, 1.5e6 / 300);
    ck_assert_uint_eq(figures.outliers, 0);
}
END_TEST

START_TEST(speed_up_is_the_time_of_the_smallest_setting_by_that_of_this_one)
{
    add_runs_of_two_settings();
    struct benchmark_figures one = benchmark_figures_of(&benchmark, 0);
    struct benchmark_figures four = benchmark_figures_of(&benchmark, 1);
    assert_near(one.elapsed_us.mean, 12e6);
    assert_near(one.elapsed_us.deviation, 2e6);
    assert_near(one.urls_per_s, 300 / 36.0);
    assert_near(one.speedup.value, 1);
    assert_near(one.speedup.deviation, 0); /* of itself */
    assert_near(one.efficiency, 1);
    assert_near(four.speedup.value, 3);
    assert_near(four.efficiency, 0.75);
    /* 3 x root of (2/12)^2 + (1.4142/4)^2 */
    ck_assert_double_eq_tol(four.speedup.deviation, 1.172603940, 1e-8);
}
END_TEST

static const struct {
    struct benchmark_setting settings[3];
    double efficiency[3]; /* where the times are 12, 4 and 3 s */
} growths[] = {
    {{{1, 1}, {4, 4}, {8, 8}}, {1, 3 / 4.0, 4 / 8.0}},
    {{{2, 2}, {4, 4}, {8, 8}}, {1, 3 / 2.0, 4 / 4.0}},
    {{{1, 16}, {4, 16}, {8, 16}}, {1, 3 / 4.0, 4 / 8.0}}, /* threads */
    {{{2, 4}, {2, 8}, {2, 64}}, {1, 3 / 2.0, 4 / 16.0}},  /* downloads at once */
    {{{1, 4}, {1, 12}, {2, 4}}, {1, 3 / 3.0, 4 / 2.0}},   /* a grid: what has grown */
    {{{1, 4}, {4, 16}, {16, 16}}, {1, 3 / 4.0, 4 / 4.0}},
};

START_TEST(efficiency_is_speed_up_by_how_much_more_may_run_at_once)
{
    static const int64_t seconds[] = {12, 4, 3};
    ck_assert(benchmark_init(&benchmark, growths[_i].settings, 3));
    for (size_t i = 0; i < 3; i++)
        add_run(&benchmark, plain_run(i, seconds[i] * 1000000), 1000);
    for (size_t i = 0; i < 3; i++)
        assert_near(benchmark_figures_of(&benchmark, i).efficiency, growths[_i].efficiency[i]);
}
END_TEST

static const struct {
    bool is_warmup;
    bool is_complete;
} left_out[] = {{true, true}, {false, false}, {true, false}};

START_TEST(warm_ups_and_interrupted_runs_are_kept_but_in_no_figure)
{
    struct benchmark_run run = plain_run(1, 77000000);
    run.is_warmup = left_out[_i].is_warmup;
    run.is_complete = left_out[_i].is_complete;
    run.round = 9;
    run.failed = 50;
    run.machine_busy = -1;
    add_runs_of_two_settings();
    struct benchmark_figures before = benchmark_figures_of(&benchmark, 1);
    add_run(&benchmark, run, 5000000);
    struct benchmark_figures after = benchmark_figures_of(&benchmark, 1);
    ck_assert_mem_eq(&before, &after, sizeof(before));
    ck_assert_uint_eq(benchmark.run_count, 6);
    const struct benchmark_run *kept = &benchmark.runs[5];
    ck_assert_uint_eq(kept->setting, 1);
    ck_assert_uint_eq(kept->round, 9);
    ck_assert_int_eq(kept->is_warmup, run.is_warmup);
    ck_assert_int_eq(kept->is_complete, run.is_complete);
    ck_assert_int_eq(kept->elapsed_us, 77000000);
    ck_assert_int_eq(kept->p50_us, 5000000);
    ck_assert_int_eq(benchmark.runs[0].elapsed_us, 10000000); /* in the order they were made */
}
END_TEST

START_TEST(percentiles_are_of_all_downloads_of_all_runs)
{
    struct benchmark_run run = plain_run(0, 1000000);
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    run.urls = 60;
    add_run(&benchmark, run, 10);
    run.urls = 32;
    add_run(&benchmark, run, 20);
    run.urls = 6;
    add_run(&benchmark, run, 30);
    run.urls = 2;
    add_run(&benchmark, run, 40);
    add_run(&benchmark, plain_run(1, 1000000), 50); /* of another setting */
    struct benchmark_figures figures = benchmark_figures_of(&benchmark, 0);
    ck_assert_int_eq(figures.p50_us, 10);
    ck_assert_int_eq(figures.p95_us, 30);
    ck_assert_int_eq(figures.p99_us, 40);
    ck_assert_int_eq(benchmark.runs[1].p50_us, 20);
    ck_assert_int_eq(benchmark.runs[2].p99_us, 30);
    ck_assert_int_eq(benchmark_figures_of(&benchmark, 1).p50_us, 50);
}
END_TEST

START_TEST(the_load_of_the_machine_is_unknown_when_that_of_one_run_is)
{
    struct benchmark_run run = plain_run(0, 1000000);
    init_threads(&benchmark, (const unsigned[]){1, 0});
    run.machine_busy = 0;
    add_run(&benchmark, run, 10);
    assert_near(benchmark_figures_of(&benchmark, 0).machine_busy, 0);
    run.machine_busy = -1;
    add_run(&benchmark, run, 10);
    assert_near(benchmark_figures_of(&benchmark, 0).machine_busy, -1);
    run.machine_busy = 1;
    add_run(&benchmark, run, 10);
    assert_near(benchmark_figures_of(&benchmark, 0).machine_busy, -1);
}
END_TEST

START_TEST(a_setting_without_a_run_has_no_figures)
{
    init_threads(&benchmark, (const unsigned[]){1, 2, 4, 0});
    add_run(&benchmark, plain_run(1, 5000000), 10);
    struct benchmark_figures none = benchmark_figures_of(&benchmark, 0);
    ck_assert_uint_eq(none.setting.threads, 1);
    ck_assert_uint_eq(none.elapsed_us.count, 0);
    assert_near(none.urls_per_s, 0);
    assert_near(none.failure_share, 0);
    assert_near(none.duty_cycle, 0);
    assert_near(none.machine_busy, -1);
    assert_near(none.speedup.value, 0);
    ck_assert_int_eq(none.p50_us, -1);
    ck_assert_int_eq(none.p99_us, -1);
    /* Nor can anything be compared with it. */
    struct benchmark_figures two = benchmark_figures_of(&benchmark, 1);
    assert_near(two.elapsed_us.mean, 5e6);
    assert_near(two.speedup.value, 0);
    assert_near(two.efficiency, 0);
}
END_TEST

START_TEST(a_run_of_nothing_gives_no_number_that_is_none)
{
    init_threads(&benchmark, (const unsigned[]){1, 0});
    add_run(&benchmark, (struct benchmark_run){.is_complete = true}, 0);
    struct benchmark_figures figures = benchmark_figures_of(&benchmark, 0);
    ck_assert_uint_eq(figures.elapsed_us.count, 1);
    assert_near(figures.urls_per_s, 0);
    assert_near(figures.bytes_per_s, 0);
    assert_near(figures.failure_share, 0);
    assert_near(figures.trouble_share, 0);
    assert_near(figures.duty_cycle, 0);
    assert_near(figures.machine_busy, 0);
    assert_near(figures.concurrency, 0);
    assert_near(figures.reused_share, 0);
    assert_near(figures.wait_us, 0);
    ck_assert_int_eq(benchmark.runs[0].p50_us, -1);
}
END_TEST

START_TEST(a_run_far_off_the_others_is_an_outlier)
{
    static const int64_t seconds[] = {10, 11, 10, 11, 10, 30};
    init_threads(&benchmark, (const unsigned[]){1, 0});
    for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++)
        add_run(&benchmark, plain_run(0, seconds[i] * 1000000), 10);
    ck_assert_uint_eq(benchmark_figures_of(&benchmark, 0).outliers, 1);
}
END_TEST

static const struct {
    struct benchmark_setting settings[4]; /* ends with zeros */
    enum benchmark_axis axis;
    const char *last; /* name of the last setting */
} axes[] = {
    {{{1, 1}, {4, 4}, {16, 16}}, BENCHMARK_THREADS, "16"},
    {{{1, 64}, {4, 64}, {16, 64}}, BENCHMARK_THREADS, "16"},
    {{{4, 64}}, BENCHMARK_THREADS, "4"},
    {{{1, 1}, {1, 2}, {2, 2}}, BENCHMARK_GRID, "2 x 2"},
    {{{2, 4}, {2, 8}, {2, 64}}, BENCHMARK_JOBS, "64"},
    {{{1, 1}, {2, 4}, {2, 65535}}, BENCHMARK_JOBS, "65535"}, /* as many as CPUs and jobs allow */
    {{{1, 4}, {1, 8}, {2, 4}}, BENCHMARK_GRID, "2 x 4"},
    {{{1, 8}, {2, 8}, {1024, 65535}}, BENCHMARK_GRID, "1024 x 65535"},
};

START_TEST(what_is_compared_gives_the_settings_their_names)
{
    char name[BENCHMARK_NAME_SIZE];
    size_t count = 0;
    while (count < 4 && axes[_i].settings[count].threads > 0)
        count++;
    ck_assert(benchmark_init(&benchmark, axes[_i].settings, count));
    enum benchmark_axis axis = benchmark_axis_of(&benchmark);
    ck_assert_int_eq(axis, axes[_i].axis);
    ck_assert_str_eq(benchmark_name(axis, &benchmark.settings[count - 1], name), axes[_i].last);
}
END_TEST

START_TEST(the_longest_name_fits)
{
    char name[BENCHMARK_NAME_SIZE];
    struct benchmark_setting largest = {UINT32_MAX, UINT32_MAX};
    ck_assert_str_eq(benchmark_name(BENCHMARK_GRID, &largest, name), "4294967295 x 4294967295");
}
END_TEST

static void assert_permutation(const size_t *order, size_t count)
{
    bool is_there[BENCHMARK_SETTINGS_MAX] = {false};
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_lt(order[i], count);
        ck_assert(!is_there[order[i]]);
        is_there[order[i]] = true;
    }
}

static const unsigned setting_counts[] = {1, 2, 3, 7, BENCHMARK_SETTINGS_MAX};

START_TEST(the_order_of_a_round_has_each_setting_once_and_is_the_same_each_time)
{
    unsigned threads[BENCHMARK_SETTINGS_MAX + 1] = {0};
    unsigned count = setting_counts[_i];
    for (unsigned i = 0; i < count; i++)
        threads[i] = i + 1;
    init_threads(&benchmark, threads);
    for (unsigned round = 1; round <= 50; round++) {
        size_t order[BENCHMARK_SETTINGS_MAX];
        size_t again[BENCHMARK_SETTINGS_MAX];
        benchmark_shuffle(&benchmark, 42, round, order);
        benchmark_shuffle(&benchmark, 42, round, again);
        assert_permutation(order, count);
        ck_assert_mem_eq(order, again, count * sizeof(*order));
    }
}
END_TEST

START_TEST(rounds_and_seeds_have_orders_of_their_own)
{
    enum { COUNT = 20 };
    unsigned threads[COUNT + 1] = {0};
    size_t first[BENCHMARK_SETTINGS_MAX];
    size_t other[BENCHMARK_SETTINGS_MAX];
    for (unsigned i = 0; i < COUNT; i++)
        threads[i] = i + 1;
    init_threads(&benchmark, threads);
    benchmark_shuffle(&benchmark, 42, 1, first);
    for (unsigned i = 2; i < 20; i++) {
        benchmark_shuffle(&benchmark, 42, i, other);
        ck_assert_mem_ne(first, other, COUNT * sizeof(*first));
        benchmark_shuffle(&benchmark, 42 + i, 1, other);
        ck_assert_mem_ne(first, other, COUNT * sizeof(*first));
    }
}
END_TEST

START_TEST(each_setting_comes_first_about_equally_often)
{
    enum { ROUNDS = 4000 };
    unsigned first[4] = {0};
    unsigned last[4] = {0};
    init_threads(&benchmark, (const unsigned[]){1, 2, 4, 8, 0});
    for (unsigned round = 1; round <= ROUNDS; round++) {
        size_t order[BENCHMARK_SETTINGS_MAX];
        benchmark_shuffle(&benchmark, 7, round, order);
        first[order[0]]++;
        last[order[3]]++;
    }
    for (size_t i = 0; i < 4; i++) { /* 1000, within 5 standard deviations */
        ck_assert_uint_ge(first[i], 863);
        ck_assert_uint_le(first[i], 1137);
        ck_assert_uint_ge(last[i], 863);
        ck_assert_uint_le(last[i], 1137);
    }
}
END_TEST

static TCase *figure_cases(void)
{
    TCase *cases = tcase_create("figures");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, the_figures_of_a_setting_are_those_of_its_runs);
    tcase_add_test(cases, speed_up_is_the_time_of_the_smallest_setting_by_that_of_this_one);
    tcase_add_loop_test(cases, efficiency_is_speed_up_by_how_much_more_may_run_at_once, 0,
                        (int)ARRAY_LENGTH(growths));
    tcase_add_loop_test(cases, warm_ups_and_interrupted_runs_are_kept_but_in_no_figure, 0,
                        (int)ARRAY_LENGTH(left_out));
    tcase_add_test(cases, percentiles_are_of_all_downloads_of_all_runs);
    tcase_add_test(cases, the_load_of_the_machine_is_unknown_when_that_of_one_run_is);
    tcase_add_test(cases, a_setting_without_a_run_has_no_figures);
    tcase_add_test(cases, a_run_of_nothing_gives_no_number_that_is_none);
    tcase_add_test(cases, a_run_far_off_the_others_is_an_outlier);
    return cases;
}

static TCase *setting_cases(void)
{
    TCase *cases = tcase_create("settings");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_test(cases, settings_are_sorted_and_equal_ones_are_there_once);
    tcase_add_test(cases, no_settings_and_too_many_are_refused);
    tcase_add_loop_test(cases, what_is_compared_gives_the_settings_their_names, 0,
                        (int)ARRAY_LENGTH(axes));
    tcase_add_test(cases, the_longest_name_fits);
    tcase_add_loop_test(cases, the_order_of_a_round_has_each_setting_once_and_is_the_same_each_time,
                        0, (int)ARRAY_LENGTH(setting_counts));
    tcase_add_test(cases, rounds_and_seeds_have_orders_of_their_own);
    tcase_add_test(cases, each_setting_comes_first_about_equally_often);
    return cases;
}

int main(void)
{
    Suite *suite = suite_create("benchmark");
    suite_add_tcase(suite, setting_cases());
    suite_add_tcase(suite, figure_cases());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
