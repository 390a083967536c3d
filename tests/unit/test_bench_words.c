#include "app/bench_words.h"

#include "benchmark_building.h"

static struct benchmark benchmark;
static struct bench_view *view;
static struct text text;

static void setup(void)
{
    text_init(&text, 4096);
}

static void teardown(void)
{
    text_clear(&text);
    bench_view_destroy(view);
    benchmark_clear(&benchmark);
    view = NULL;
}

static void look(unsigned cpus)
{
    struct recommendation_facts facts = {.cpus = cpus, .urls = 100, .host_slots = 12};
    view = bench_view_create(&benchmark, &facts);
}

static const struct {
    struct benchmark_setting settings[2];
    const char *words[2];
} names[] = {
    {{{1, 1}, {16, 16}}, {"1 thread", "16 threads"}},
    {{{1, 1}, {1, 16}}, {"1 download at once", "16 downloads at once"}},
    {{{1, 2}, {2, 2}}, {"1 thread", "2 threads"}},
};

START_TEST(a_setting_is_named_by_what_is_compared)
{
    ck_assert(benchmark_init(&benchmark, names[_i].settings, 2));
    look(4);
    for (size_t i = 0; i < 2; i++) {
        text_reset(&text);
        bench_words_append_setting(&text, view, i);
        ck_assert_str_eq(text.data, names[_i].words[i]);
    }
}
END_TEST

START_TEST(a_setting_of_a_grid_is_named_by_both)
{
    static const struct benchmark_setting grid[] = {{1, 1}, {1, 16}, {4, 16}};
    static const char *const words[] = {"1 thread with 1 download at once",
                                        "1 thread with 16 downloads at once",
                                        "4 threads with 16 downloads at once"};
    ck_assert(benchmark_init(&benchmark, grid, 3));
    look(4);
    for (size_t i = 0; i < 3; i++) {
        text_reset(&text);
        bench_words_append_setting(&text, view, i);
        ck_assert_str_eq(text.data, words[i]);
    }
}
END_TEST

START_TEST(the_sample_is_told_in_these_sentences)
{
    static const struct {
        void (*append)(struct text *text, const struct bench_view *view);
        const char *words;
    } sentences[] = {
        {bench_words_append_choice,
         "4 threads: the fewest within 5% of the best time where no more fail (1 takes 4.0x as "
         "long)"},
        {bench_words_append_beyond,
         "16 is 5% slower (Welch p=0.5), p95 4.0x, failures +0.5 points"},
        {bench_words_append_limit, "failures: beyond 4 more fail or are asked to come back later"},
        {bench_words_append_work,
         "mostly waiting (one thread keeps a CPU busy 10.0% of the time): more threads help"},
        {bench_words_append_reason,
         "4 threads: the fewest within 5% of the best time where no more fail (1 takes 4.0x as "
         "long); limit: failures: beyond 4 more fail or are asked to come back later"},
        {bench_words_append_model, ""},
        {bench_words_append_outliers, ""},
    };
    build_sample(&benchmark);
    look(4);
    for (size_t i = 0; i < ARRAY_LENGTH(sentences); i++) {
        text_reset(&text);
        sentences[i].append(&text, view);
        ck_assert_str_eq(text.data, sentences[i].words);
    }
}
END_TEST

static const struct {
    int64_t smaller_us;
    const char *words;
} choices[] = {
    {5300000, "2 threads: the fewest within 5% of the best time (1 is 6% slower)"},
    {7450000, "2 threads: the fewest within 5% of the best time (1 is 49% slower)"},
    {7500000, "2 threads: the fewest within 5% of the best time (1 takes 1.5x as long)"},
    {10000000, "2 threads: the fewest within 5% of the best time (1 takes 2.0x as long)"},
    {171500000, "2 threads: the fewest within 5% of the best time (1 takes 34.3x as long)"},
};

START_TEST(the_choice_is_compared_with_the_next_smaller_setting)
{
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    add_run(&benchmark, plain_run(0, choices[_i].smaller_us), 1000);
    add_run(&benchmark, plain_run(1, 5000000), 1000);
    look(4);
    bench_words_append_choice(&text, view);
    ck_assert_str_eq(text.data, choices[_i].words);
}
END_TEST

START_TEST(a_smaller_setting_that_was_faster_but_failed_more_is_told)
{
    struct benchmark_run run = plain_run(1, 4000000);
    init_threads(&benchmark, (const unsigned[]){1, 2, 4, 0});
    add_run(&benchmark, plain_run(0, 9000000), 1000);
    run.failed = 1;
    add_run(&benchmark, run, 1000);
    add_run(&benchmark, plain_run(2, 5000000), 1000);
    look(4);
    bench_words_append_choice(&text, view);
    ck_assert_str_eq(text.data, "4 threads: the fewest within 5% of the best time where no more "
                                "fail (2 is 20% faster)");
}
END_TEST

START_TEST(the_choice_is_compared_with_a_setting_that_has_a_run)
{
    init_threads(&benchmark, (const unsigned[]){1, 2, 4, 0});
    add_run(&benchmark, plain_run(2, 5000000), 1000);
    look(4);
    bench_words_append_choice(&text, view);
    ck_assert_str_eq(text.data, "4 threads: the fewest within 5% of the best time");
    bench_view_destroy(view);
    add_run(&benchmark, plain_run(0, 15000000), 1000);
    look(4);
    text_reset(&text);
    bench_words_append_choice(&text, view);
    ck_assert_str_eq(text.data,
                     "4 threads: the fewest within 5% of the best time (1 takes 3.0x as long)");
}
END_TEST

START_TEST(two_larger_settings_are_told_and_those_without_a_run_passed_over)
{
    struct benchmark_run run;
    init_threads(&benchmark, (const unsigned[]){1, 2, 4, 8, 16, 0});
    add_run(&benchmark, plain_run(0, 5000000), 100000);
    add_run(&benchmark, plain_run(2, 5500000), 150000);
    run = plain_run(3, 2500000);
    run.attempts = 150;
    run.retries = 50;
    add_run(&benchmark, run, 300000);
    add_run(&benchmark, plain_run(4, 10000000), 0);
    look(4);
    bench_words_append_beyond(&text, view);
    ck_assert_str_eq(text.data, "4 is 10% slower, p95 1.5x; 8 is 50% faster, p95 3.0x, attempts "
                                "that fail +33.3 points");
}
END_TEST

START_TEST(a_difference_of_less_than_half_a_percent_is_none)
{
    init_threads(&benchmark, (const unsigned[]){1, 2, 4, 0});
    add_run(&benchmark, plain_run(0, 5000000), 0);
    add_run(&benchmark, plain_run(1, 5024000), 0);
    add_run(&benchmark, plain_run(2, 4974000), 0);
    look(4);
    bench_words_append_beyond(&text, view);
    ck_assert_str_eq(text.data, "2 is as fast; 4 is 1% faster");
}
END_TEST

START_TEST(a_difference_that_is_hardly_chance_has_a_small_p)
{
    static const int64_t more_us[] = {0, 1000, 2000, 3000};
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    for (size_t i = 0; i < ARRAY_LENGTH(more_us); i++) {
        add_run(&benchmark, plain_run(0, 5000000 + more_us[i]), 1000);
        add_run(&benchmark, plain_run(1, 6000000 + more_us[i]), 1000);
    }
    look(4);
    bench_words_append_beyond(&text, view);
    ck_assert_str_eq(text.data, "2 is 20% slower (Welch p<0.001), p95 1.0x");
}
END_TEST

static const struct {
    enum recommendation_limit limit;
    const char *words;
} limits[] = {
    {LIMIT_NONE, "none was met: 4 is the largest that was measured, more may help"},
    {LIMIT_CPU, "this machine's CPU: haul keeps 0.1 of 4 busy, all that runs here 1.0"},
    {LIMIT_RATE, "the rate that is set (--rate, --host-rate or --limit-rate)"},
    {LIMIT_PER_HOST, "--per-host: the hosts of the list may have 12 downloads at once together, "
                     "others wait"},
    {LIMIT_JOBS, "--jobs: the 16 downloads that may run at once were busy, more of them may help"},
    {LIMIT_LIST, "the list: with 100 URLs workers are idle (15.2 of 16 were busy)"},
    {LIMIT_FAILURES, "failures: beyond 4 more fail or are asked to come back later"},
    {LIMIT_SERVER,
     "the server: beyond 4 replies begin later (40.0 ms, then 640 ms), while haul uses "
     "2.4% of 4 CPUs"},
    {LIMIT_LINK,
     "the server or the link: beyond 4 nothing is gained, while haul uses 2.4% of 4 CPUs"},
};

/* The sample, judged otherwise: 16 threads did not fail more. */
START_TEST(each_limit_has_its_sentence)
{
    build_sample(&benchmark);
    look(4);
    struct recommendation judged = *view->recommendation;
    struct bench_view judged_view = *view;
    judged.limit = limits[_i].limit;
    judged.rises[2] = false;
    judged.compared = 2;
    judged_view.recommendation = &judged;
    bench_words_append_limit(&text, &judged_view);
    ck_assert_str_eq(text.data, limits[_i].words);
}
END_TEST

START_TEST(an_unknown_load_of_the_machine_is_not_told)
{
    struct benchmark_run run = plain_run(0, 5000000);
    init_threads(&benchmark, (const unsigned[]){1, 0});
    run.user_us = 14000000;
    run.machine_busy = -1;
    add_run(&benchmark, run, 1000);
    look(4);
    bench_words_append_limit(&text, view);
    ck_assert_str_eq(text.data, "this machine's CPU: haul keeps 2.8 of 4 busy");
    text_reset(&text);
    bench_words_append_work(&text, view);
    ck_assert_str_eq(text.data,
                     "mostly computing: what would help is a faster or a second machine");
}
END_TEST

/* Settings without a run and such that fail more say nothing about the server. */
START_TEST(the_limit_is_seen_at_the_largest_setting_that_has_a_run_and_fails_no_more)
{
    struct benchmark_run run = plain_run(2, 5000000);
    init_threads(&benchmark, (const unsigned[]){1, 4, 8, 16, 64, 0});
    add_run(&benchmark, plain_run(0, 20000000), 200000);
    add_run(&benchmark, plain_run(1, 5000000), 200000);
    run.wait_us = 9000000;
    run.transfer_us = 8 * run.elapsed_us;
    add_run(&benchmark, run, 400000);
    run.setting = 4;
    run.failed = 50;
    add_run(&benchmark, run, 400000);
    look(4);
    ck_assert_int_eq(view->recommendation->limit, LIMIT_SERVER);
    bench_words_append_limit(&text, view);
    ck_assert_str_eq(text.data, "the server: beyond 4 replies begin later (40.0 ms, then 90.0 ms), "
                                "while haul uses 2.5% of 4 CPUs");
}
END_TEST

START_TEST(work_of_both_kinds_is_told_and_unknown_work_is_not)
{
    struct benchmark_run run = plain_run(0, 5000000);
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    run.user_us = 2500000;
    run.system_us = 0;
    add_run(&benchmark, run, 1000);
    look(4);
    bench_words_append_work(&text, view);
    ck_assert_str_eq(text.data,
                     "waiting and computing (one thread keeps a CPU busy 50.0% of the time)");
    teardown();
    setup();
    init_threads(&benchmark, (const unsigned[]){2, 0});
    add_run(&benchmark, run, 1000);
    look(4);
    bench_words_append_work(&text, view);
    ck_assert_str_eq(text.data, "");
}
END_TEST

START_TEST(a_model_is_told_where_five_settings_were_measured)
{
    static const unsigned threads[] = {1, 2, 4, 8, 16, 0};
    init_threads(&benchmark, threads);
    for (size_t i = 0; i < 5; i++) { /* time of N = 1 + 0.05 (N - 1) + 0.002 N (N - 1), by N */
        double n = threads[i];
        double seconds = 20 * (1 + 0.05 * (n - 1) + 0.002 * n * (n - 1)) / n;
        add_run(&benchmark, plain_run(i, (int64_t)(seconds * 1e6)), 1000);
    }
    look(4);
    ck_assert_ptr_nonnull(view->scaling);
    bench_words_append_model(&text, view);
    ck_assert_ptr_eq(strstr(text.data, "USL sigma 0.05, kappa 0.002, peak near 22; Amdahl"),
                     text.data);
    ck_assert_ptr_nonnull(strstr(text.data, " (fits within 0.0%; a model, not a measurement)"));
}
END_TEST

START_TEST(runs_far_off_the_others_are_told_for_each_setting)
{
    static const int64_t seconds[] = {10, 11, 10, 11, 10, 30};
    init_threads(&benchmark, (const unsigned[]){1, 2, 4, 0});
    for (size_t i = 0; i < ARRAY_LENGTH(seconds); i++) {
        add_run(&benchmark, plain_run(0, seconds[i] * 1000000), 1000);
        add_run(&benchmark, plain_run(1, 10000000), 1000);
        add_run(&benchmark, plain_run(2, seconds[5 - i] * 1000000), 1000);
    }
    look(4);
    bench_words_append_outliers(&text, view);
    ck_assert_str_eq(text.data,
                     "1 of 6 runs with 1 thread, 1 of 6 runs with 4 threads took much longer or "
                     "shorter than the others: was something else going on?");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("bench_words");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, a_setting_is_named_by_what_is_compared, 0, (int)ARRAY_LENGTH(names));
    tcase_add_test(cases, a_setting_of_a_grid_is_named_by_both);
    tcase_add_test(cases, the_sample_is_told_in_these_sentences);
    tcase_add_loop_test(cases, the_choice_is_compared_with_the_next_smaller_setting, 0,
                        (int)ARRAY_LENGTH(choices));
    tcase_add_test(cases, a_smaller_setting_that_was_faster_but_failed_more_is_told);
    tcase_add_test(cases, the_choice_is_compared_with_a_setting_that_has_a_run);
    tcase_add_test(cases, two_larger_settings_are_told_and_those_without_a_run_passed_over);
    tcase_add_test(cases, a_difference_of_less_than_half_a_percent_is_none);
    tcase_add_test(cases, a_difference_that_is_hardly_chance_has_a_small_p);
    tcase_add_loop_test(cases, each_limit_has_its_sentence, 0, (int)ARRAY_LENGTH(limits));
    tcase_add_test(cases, an_unknown_load_of_the_machine_is_not_told);
    tcase_add_test(cases,
                   the_limit_is_seen_at_the_largest_setting_that_has_a_run_and_fails_no_more);
    tcase_add_test(cases, work_of_both_kinds_is_told_and_unknown_work_is_not);
    tcase_add_test(cases, a_model_is_told_where_five_settings_were_measured);
    tcase_add_test(cases, runs_far_off_the_others_are_told_for_each_setting);
    Suite *suite = suite_create("bench_words");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
