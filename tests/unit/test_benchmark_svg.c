#include "io/benchmark_svg.h"

#include <math.h>
#include <stdio.h>

#include "xml_check.h"

#define LEFT 96.0 /* where the x axes of charts start and end */
#define RIGHT 598.0

static const struct benchmark_svg_facts FACTS = {
    .list = "urls.txt",
    .urls = 1200,
    .runs = 5,
    .recommended = SIZE_MAX,
    .origin = "haul 1.2.3, 2030-01-02",
};

/* deviation is a share of the mean; the latencies are ms. */
static struct benchmark_figures figures_of(unsigned threads, unsigned jobs, double urls_per_s,
                                           double deviation, int64_t p50, int64_t p95)
{
    double mean = 1200 / urls_per_s * 1e6;
    return (struct benchmark_figures){
        .setting = {threads, jobs},
        .elapsed_us = {.count = 5, .mean = mean, .deviation = mean * deviation},
        .urls_per_s = urls_per_s,
        .p50_us = p50 < 0 ? -1 : p50 * 1000,
        .p95_us = p95 < 0 ? -1 : p95 * 1000,
    };
}

/* The caller frees it. */
static char *draw(const struct benchmark_figures *figures, size_t count,
                  struct benchmark_svg_facts facts)
{
    struct text text;
    text_init(&text, BENCHMARK_SVG_BYTES_MAX);
    ck_assert(benchmark_svg_append(&text, figures, count, &facts));
    assert_svg(text.data);
    char *svg = text_take(&text);
    text_clear(&text);
    return svg;
}

static char *draw_five(struct benchmark_svg_facts facts)
{
    const struct benchmark_figures five[] = {
        figures_of(1, 16, 25, 0.04, 40, 80), figures_of(2, 16, 52, 0.1, 42, 90),
        figures_of(4, 16, 98, 0.1, 44, 110), figures_of(8, 16, 101, 0.1, 80, 190),
        figures_of(16, 16, 100, 0.1, 150, 410)};
    return draw(five, ARRAY_LENGTH(five), facts);
}

START_TEST(threads_are_compared_by_throughput_and_latency)
{
    char *svg = draw_five(FACTS);
    ck_assert_ptr_nonnull(strstr(svg, ">haul bench: urls.txt</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">1,200 URLs, 5 runs of each setting</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">haul 1.2.3, 2030-01-02</text>"));
    ck_assert_ptr_nonnull(strstr(svg, "threads 2: 52 \xC2\xB1 5.2 URLs/s</title>"));
    ck_assert_ptr_nonnull(strstr(svg, "threads 2: 42 ms</title>"));
    ck_assert_ptr_nonnull(strstr(svg, "threads 16: 410 ms</title>"));
    ck_assert_uint_eq(count_of(svg, "<title>threads "), 15);
    ck_assert_uint_eq(count_of(svg, ">threads</text>"), 2);
    ck_assert_ptr_nonnull(strstr(svg, ">p50</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">p95</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">mean \xC2\xB1 deviation</text>"));
    ck_assert_ptr_nonnull(strstr(svg, " Threads 8, jobs 16: 101 URLs/s, p50 80 ms, p95 190 ms."));
    ck_assert_ptr_null(strstr(svg, "class='ring'"));
    free(svg);
}
END_TEST

START_TEST(the_linear_line_starts_at_the_smallest_setting_and_is_cut_off)
{
    char *svg = draw_five(FACTS);
    const char *line = behind(svg, "<path class='line reference' d='", 1);
    double bottom = number_behind(svg, "<path class='axis' d='M78 ", 0);
    double y25 = number_behind(line, " ", 0);
    ck_assert_double_eq(strtod(line + 1, NULL), LEFT);
    /* 25, 50 and 100; then it leaves below 8 threads, where it would have 200. */
    ck_assert_double_eq_tol(bottom - number_behind(line, " ", 1), 2 * (bottom - y25), 0.2);
    ck_assert_double_eq_tol(bottom - number_behind(line, " ", 2), 4 * (bottom - y25), 0.4);
    ck_assert_double_lt(number_behind(line, "L", 2), LEFT + 0.75 * (RIGHT - LEFT));
    ck_assert_uint_lt(strcspn(line, "'"), strcspn(behind(line, "L", 2), "L") + 60);
    /* The axis ends at 1.25 times the highest mean and deviation, 101 + 10.1. */
    ck_assert_double_eq_tol((bottom - number_behind(line, " ", 3)) / (bottom - y25),
                            1.25 * 111.1 / 25, 0.05);
    free(svg);
}
END_TEST

START_TEST(the_recommended_setting_is_ringed)
{
    for (size_t i = 0; i < 5; i++) {
        struct benchmark_svg_facts facts = FACTS;
        facts.recommended = i;
        char *svg = draw_five(facts);
        char label[64];
        snprintf(label, sizeof(label), ">recommended: %u</text>", 1U << i);
        ck_assert_ptr_nonnull(strstr(svg, label));
        snprintf(label, sizeof(label), " Marked as recommended: %u.</desc>", 1U << i);
        ck_assert_ptr_nonnull(strstr(svg, label));
        ck_assert_uint_eq(count_of(svg, "<circle class='ring'"), 2); /* legend and plot */
        ck_assert_double_eq(number_behind(svg, "<circle class='ring' cx='", 1),
                            LEFT + (double)i * (RIGHT - LEFT) / 4);
        free(svg);
    }
}
END_TEST

START_TEST(settings_without_a_complete_run_are_left_out)
{
    struct benchmark_figures three[] = {figures_of(1, 1, 10, 0, 1, 2),
                                        figures_of(2, 2, 20, 0, 3, 4),
                                        figures_of(4, 4, 40, 0, 5, 6)};
    struct benchmark_svg_facts facts = FACTS;
    three[0].elapsed_us.count = 0;
    three[0].urls_per_s = NAN;
    facts.recommended = 2;
    char *svg = draw(three, 3, facts);
    ck_assert_ptr_null(strstr(svg, "<title>threads 1:"));
    ck_assert_ptr_null(strstr(svg, "Threads 1,"));
    ck_assert_ptr_null(strstr(svg, ">1</text>"));
    ck_assert_ptr_nonnull(strstr(svg, "<title>threads 2: 20 URLs/s</title>"));
    ck_assert_ptr_nonnull(strstr(svg, ">measured</text>")); /* no deviation */
    ck_assert_ptr_nonnull(strstr(svg, ">recommended: 4</text>"));
    /* The figures are linear themselves: both lines are the same. */
    const char *line = behind(svg, "<path class='line reference' d='", 1);
    ck_assert_int_eq(strncmp(line, behind(svg, "<path class='line c0' d='", 1), strcspn(line, "'")),
                     0);
    ck_assert_double_eq(number_behind(svg, "<circle class='ring' cx='", 1), RIGHT);
    free(svg);
    facts.recommended = 0;
    svg = draw(three, 3, facts);
    ck_assert_ptr_null(strstr(svg, "recommended"));
    free(svg);
}
END_TEST

START_TEST(no_figures_at_all_are_said)
{
    struct benchmark_figures one = figures_of(4, 4, 40, 0, 5, 6);
    one.elapsed_us.count = 0;
    for (size_t count = 0; count <= 1; count++) {
        char *svg = draw(&one, count, FACTS);
        ck_assert_ptr_nonnull(strstr(svg, ">no run is complete yet</text>"));
        ck_assert_ptr_nonnull(strstr(svg, "No run is complete yet.</desc>"));
        ck_assert_ptr_null(strstr(svg, "Latency<"));
        free(svg);
    }
}
END_TEST

START_TEST(one_setting_is_a_point_without_a_linear_line)
{
    struct benchmark_figures one = figures_of(4, 4, 40, 0.05, 5, 6);
    char *svg = draw(&one, 1, FACTS);
    ck_assert_uint_eq(count_of(svg, "<title>threads 4: "), 3);
    ck_assert_ptr_null(strstr(svg, "linear"));
    ck_assert_double_eq(number_behind(svg, "</title><path d='M", 0), (LEFT + RIGHT) / 2);
    free(svg);
}
END_TEST

START_TEST(jobs_are_the_axis_where_threads_are_equal)
{
    const struct benchmark_figures three[] = {figures_of(4, 8, 10, 0, 1, 2),
                                              figures_of(4, 16, 20, 0, 3, 4),
                                              figures_of(4, 64, 40, 0, 5, 6)};
    struct benchmark_svg_facts facts = FACTS;
    facts.axis = BENCHMARK_JOBS;
    facts.recommended = 1;
    char *svg = draw(three, 3, facts);
    ck_assert_uint_eq(count_of(svg, ">jobs</text>"), 2);
    ck_assert_ptr_null(strstr(svg, ">threads</text>"));
    ck_assert_ptr_nonnull(strstr(svg, ">recommended: 16</text>"));
    ck_assert_double_eq_tol(number_behind(svg, "<circle class='ring' cx='", 1),
                            LEFT + (RIGHT - LEFT) / 3, 0.1);
    free(svg);
}
END_TEST

START_TEST(jobs_are_the_axis_where_threads_only_follow_them)
{
    const struct benchmark_figures three[] = {figures_of(1, 1, 10, 0, 1, 2),
                                              figures_of(2, 4, 20, 0, 3, 4),
                                              figures_of(2, 16, 40, 0, 5, 6)};
    struct benchmark_svg_facts facts = FACTS;
    facts.axis = BENCHMARK_JOBS;
    facts.recommended = 1;
    char *svg = draw(three, 3, facts);
    ck_assert_uint_eq(count_of(svg, ">jobs</text>"), 2);
    ck_assert_ptr_null(strstr(svg, "thread"));
    ck_assert_ptr_nonnull(strstr(svg, ">recommended: 4</text>"));
    free(svg);
}
END_TEST

START_TEST(a_grid_has_a_line_for_each_number_of_threads)
{
    const struct benchmark_figures grid[] = {
        figures_of(1, 8, 10, 0.2, 1, 2),    figures_of(1, 64, 20, 0.2, 3, 4),
        figures_of(2, 16, 15, 0.2, 1, 2),   figures_of(4, 8, 30, 0.2, 5, 6),
        figures_of(4, 32, 60, 0.2, 70, 90), figures_of(4, 64, 70, 0.2, -1, -1)};
    struct benchmark_svg_facts facts = FACTS;
    facts.axis = BENCHMARK_GRID;
    facts.recommended = 4;
    char *svg = draw(grid, ARRAY_LENGTH(grid), facts);
    ck_assert_uint_eq(count_of(svg, ">1 thread</text>"), 3);
    ck_assert_uint_eq(count_of(svg, ">2 threads</text>"), 3);
    ck_assert_uint_eq(count_of(svg, ">4 threads</text>"), 3);
    ck_assert_uint_eq(count_of(svg, "<title>jobs "), 6 + 5 + 5);
    ck_assert_uint_eq(count_of(svg, "<title>jobs 32: 70 ms</title>"), 1);
    ck_assert_uint_eq(count_of(svg, "<title>jobs 32: 90 ms</title>"), 1);
    ck_assert_uint_eq(count_of(svg, "v5'/>"), 3 * 4);
    ck_assert_ptr_nonnull(strstr(svg, "Latency, p50<"));
    ck_assert_ptr_nonnull(strstr(svg, "Latency, p95<"));
    ck_assert_ptr_nonnull(strstr(svg, ">recommended: 4 threads, 32 jobs</text>"));
    ck_assert_double_eq_tol(number_behind(svg, "<circle class='ring' cx='", 1),
                            LEFT + (RIGHT - LEFT) * 2 / 3, 0.1);
    ck_assert_ptr_null(strstr(svg, "linear"));
    /* In rising order, each once. */
    static const unsigned JOBS[] = {8, 16, 32, 64};
    for (size_t i = 0; i < ARRAY_LENGTH(JOBS); i++) {
        char label[32];
        snprintf(label, sizeof(label), ">%u</text>", JOBS[i]);
        ck_assert_uint_eq(count_of(svg, label), 3);
    }
    free(svg);
}
END_TEST

START_TEST(latency_is_in_seconds_when_it_is_long)
{
    const struct benchmark_figures two[] = {figures_of(1, 1, 10, 0, 2500, 9000),
                                            figures_of(2, 2, 20, 0, 3000, 12500)};
    char *svg = draw(two, 1, FACTS);
    ck_assert_ptr_nonnull(strstr(svg, "<title>threads 1: 9000 ms</title>"));
    free(svg);
    svg = draw(two, 2, FACTS);
    ck_assert_ptr_nonnull(strstr(svg, "<title>threads 2: 12.5 s</title>"));
    ck_assert_ptr_nonnull(strstr(svg, "<title>threads 1: 2.5 s</title>"));
    ck_assert_ptr_nonnull(strstr(svg, ", p95 12.5 s."));
    free(svg);
}
END_TEST

START_TEST(unknown_latency_is_said)
{
    const struct benchmark_figures one = figures_of(1, 1, 10, 0, -1, -1);
    char *svg = draw(&one, 1, FACTS);
    ck_assert_ptr_nonnull(strstr(svg, ">no download has ended</text>"));
    ck_assert_ptr_null(strstr(svg, "p50 "));
    free(svg);
}
END_TEST

START_TEST(a_hostile_list_name_stays_a_name)
{
    struct benchmark_svg_facts facts = FACTS;
    facts.list = "</title><b>\"'&\x01\xFF\xE2\x80\xAE";
    facts.origin = "<i>&";
    char *svg = draw_five(facts);
    ck_assert_uint_ge(count_of(svg, "haul bench: &lt;/title&gt;&lt;b&gt;&quot;&#39;&amp;"
                                    "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD</"),
                      2);
    ck_assert_ptr_nonnull(strstr(svg, ">&lt;i&gt;&amp;</text>"));
    free(svg);
    char name[5000] = {0};
    memset(name, 'w', sizeof(name) - 1);
    facts.list = name;
    svg = draw_five(facts);
    ck_assert_uint_eq(count_of(svg, name), 1); /* whole in the title, cut in the picture */
    free(svg);
    facts.list = NULL;
    facts.origin = NULL;
    svg = draw_five(facts);
    ck_assert_ptr_nonnull(strstr(svg, ">haul bench</text>"));
    free(svg);
}
END_TEST

START_TEST(figures_that_are_no_numbers_are_left_out)
{
    struct benchmark_figures two[] = {figures_of(0, 0, 10, 0, 1, 2), figures_of(2, 2, 20, 0, 3, 4)};
    two[1].urls_per_s = HUGE_VAL;
    two[1].elapsed_us.deviation = NAN;
    char *svg = draw(two, 2, FACTS);
    ck_assert_ptr_nonnull(strstr(svg, ">no run is complete yet</text>"));
    ck_assert_ptr_null(strstr(svg, "Threads 2"));
    free(svg);
    two[1].urls_per_s = 20;
    two[1].elapsed_us.mean = 0;
    two[1].elapsed_us.deviation = 1;
    svg = draw(two, 2, FACTS);
    ck_assert_ptr_nonnull(strstr(svg, "<title>threads 2: 20 URLs/s</title>"));
    ck_assert_ptr_nonnull(strstr(svg, ">measured</text>"));
    free(svg);
}
END_TEST

START_TEST(the_most_settings_fit)
{
    struct benchmark_figures all[BENCHMARK_SETTINGS_MAX];
    for (unsigned i = 0; i < BENCHMARK_SETTINGS_MAX; i++)
        all[i] = figures_of(i + 1, 65535, 1e12 + i, 0.5, i, 3 * i);
    char *svg = draw(all, BENCHMARK_SETTINGS_MAX, FACTS);
    ck_assert_uint_eq(count_of(svg, "<title>threads "), 3 * BENCHMARK_SETTINGS_MAX);
    free(svg);
    for (unsigned i = 0; i < BENCHMARK_SETTINGS_MAX; i++)
        all[i].setting.threads = i / 2 + 1;
    struct benchmark_svg_facts grid = FACTS;
    grid.axis = BENCHMARK_GRID;
    svg = draw(all, BENCHMARK_SETTINGS_MAX, grid);
    ck_assert_uint_eq(count_of(svg, "<title>jobs "), 3 * BENCHMARK_SETTINGS_MAX);
    ck_assert_uint_eq(count_of(svg, ">32 threads</text>"), 3);
    free(svg);
    struct text text;
    text_init(&text, 3000);
    ck_assert(!benchmark_svg_append(&text, all, BENCHMARK_SETTINGS_MAX, &FACTS));
    ck_assert_uint_eq(text.length, 0);
    text_clear(&text);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("benchmark_svg");
    tcase_add_test(cases, threads_are_compared_by_throughput_and_latency);
    tcase_add_test(cases, the_linear_line_starts_at_the_smallest_setting_and_is_cut_off);
    tcase_add_test(cases, the_recommended_setting_is_ringed);
    tcase_add_test(cases, settings_without_a_complete_run_are_left_out);
    tcase_add_test(cases, no_figures_at_all_are_said);
    tcase_add_test(cases, one_setting_is_a_point_without_a_linear_line);
    tcase_add_test(cases, jobs_are_the_axis_where_threads_are_equal);
    tcase_add_test(cases, jobs_are_the_axis_where_threads_only_follow_them);
    tcase_add_test(cases, a_grid_has_a_line_for_each_number_of_threads);
    tcase_add_test(cases, latency_is_in_seconds_when_it_is_long);
    tcase_add_test(cases, unknown_latency_is_said);
    tcase_add_test(cases, a_hostile_list_name_stays_a_name);
    tcase_add_test(cases, figures_that_are_no_numbers_are_left_out);
    tcase_add_test(cases, the_most_settings_fit);
    Suite *suite = suite_create("benchmark_svg");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
