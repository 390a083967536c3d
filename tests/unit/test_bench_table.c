#include "app/bench_table.h"

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

static void look(void)
{
    struct recommendation_facts facts = {.cpus = 4, .urls = 100};
    view = bench_view_create(&benchmark, &facts);
}

static void show(unsigned columns, bool is_unicode, bool has_colour)
{
    struct bench_table_style style = {columns, is_unicode, has_colour};
    text_reset(&text);
    bench_table_append(&text, view, &style);
}

/* Characters, as a screen counts them. */
static size_t columns_of(const char *line, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)line[i] & 0xC0) != 0x80;
    return columns;
}

#define LATENCY                                                                                    \
    "\n"                                                                                           \
    "   latency   p50 ms   p95 ms   p99 ms    CPU s   duty   busy  new conns  reused\n"            \
    "         1    200.0    200.0    200.0     2.00  10.0%    1.0         10     90%\n"            \
    "         4    200.0    200.0    200.0     0.50  10.0%    4.0         40     60%\n"            \
    "        16    800.0    800.0    800.0     0.50   9.5%   15.2        100      0%\n"            \
    "\n"

static const struct {
    unsigned columns;
    bool is_unicode;
    const char *text;
} screens[] = {
    {60, false,
     "\n"
     "   threads time (mean +- s)    url/s         speedup   eff   fail\n"
     "         1  20.00 +- 1.41 s      5.0            1.00  100%   0.0%\n"
     ">        4 5.000 +- 0.000 s     20.0    4.00 +- 0.28  100%   0.0%\n"
     "        16 5.250 +- 0.354 s     19.0    3.81 +- 0.37   24%   0.5% !\n" LATENCY
     "recommend   4 threads: the fewest within 5% of the best time\n"
     "            where no more fail (1 takes 4.0x as long)\n"
     "beyond      16 is 5% slower (Welch p=0.5), p95 4.0x,\n"
     "            failures +0.5 points\n"
     "limit       failures: beyond 4 more fail or are asked to\n"
     "            come back later\n"
     "work        mostly waiting (one thread keeps a CPU busy\n"
     "            10.0% of the time): more threads help\n"},
    {80, false,
     "\n"
     "   threads time (mean +- s)    url/s                      speedup   eff   fail\n"
     "         1  20.00 +- 1.41 s      5.0  |##       |            1.00  100%   0.0%\n"
     ">        4 5.000 +- 0.000 s     20.0  |#########|    4.00 +- 0.28  100%   0.0%\n"
     "        16 5.250 +- 0.354 s     19.0  |#########|    3.81 +- 0.37   24%   0.5% !\n" LATENCY
     "recommend   4 threads: the fewest within 5% of the best time where no more fail\n"
     "            (1 takes 4.0x as long)\n"
     "beyond      16 is 5% slower (Welch p=0.5), p95 4.0x, failures +0.5 points\n"
     "limit       failures: beyond 4 more fail or are asked to come back later\n"
     "work        mostly waiting (one thread keeps a CPU busy 10.0% of the time): more\n"
     "            threads help\n"},
    {80, true,
     "\n"
     "   threads  time (mean ± s)    url/s                    speedup   eff   fail\n"
     "         1   20.00 ± 1.41 s      5.0  ██▎                  1.00  100%   0.0%\n"
     ">        4  5.000 ± 0.000 s     20.0  █████████     4.00 ± 0.28  100%   0.0%\n"
     "        16  5.250 ± 0.354 s     19.0  ████████▋     3.81 ± 0.37   24%   0.5% !\n" LATENCY
     "recommend   4 threads: the fewest within 5% of the best time where no more fail\n"
     "            (1 takes 4.0x as long)\n"
     "beyond      16 is 5% slower (Welch p=0.5), p95 4.0x, failures +0.5 points\n"
     "limit       failures: beyond 4 more fail or are asked to come back later\n"
     "work        mostly waiting (one thread keeps a CPU busy 10.0% of the time): more\n"
     "            threads help\n"},
    {120, true,
     "\n"
     "   threads  time (mean ± s)    url/s                                                   "
     "speedup   eff   fail\n"
     "         1   20.00 ± 1.41 s      5.0  ██████████                                   "
     "       1.00  100%   0.0%\n"
     ">        4  5.000 ± 0.000 s     20.0  ████████████████████████████████████████     "
     "4.00 ± 0.28  100%   0.0%\n"
     "        16  5.250 ± 0.354 s     19.0  ██████████████████████████████████████▏      "
     "3.81 ± 0.37   24%   0.5% !\n" LATENCY
     "recommend   4 threads: the fewest within 5% of the best time where no more fail (1 takes "
     "4.0x as\n"
     "            long)\n"
     "beyond      16 is 5% slower (Welch p=0.5), p95 4.0x, failures +0.5 points\n"
     "limit       failures: beyond 4 more fail or are asked to come back later\n"
     "work        mostly waiting (one thread keeps a CPU busy 10.0% of the time): more threads "
     "help\n"},
};

START_TEST(the_sample_is_shown_like_this)
{
    build_sample(&benchmark);
    look();
    show(screens[_i].columns, screens[_i].is_unicode, false);
    ck_assert_str_eq(text.data, screens[_i].text);
}
END_TEST

START_TEST(a_screen_of_200_columns_shows_what_one_of_120_does)
{
    build_sample(&benchmark);
    look();
    show(200, true, false);
    ck_assert_str_eq(text.data, screens[3].text);
}
END_TEST

START_TEST(only_the_recommended_row_has_colour)
{
    build_sample(&benchmark);
    look();
    show(60, false, true);
    const char *on = strchr(text.data, '\033');
    ck_assert_ptr_eq(on, strstr(text.data, "\033[1m>        4 5.000 +- 0.000 s"));
    const char *off = strchr(on + 1, '\033');
    ck_assert_ptr_eq(off, strstr(text.data, "0.0%\033[0m\n") + 4);
    ck_assert_ptr_null(strchr(off + 1, '\033'));
}
END_TEST

/* Names and numbers that take as much room as any, and such that take little. */
static const struct {
    struct benchmark_setting settings[4];
    const char *heading;
    size_t name_columns; /* with the mark before it */
    unsigned speedup;    /* of the last setting */
} shapes[] = {
    {{{1, 1}, {2, 2}, {3, 3}, {1024, 1024}}, "   threads", 10, 1000},
    {{{1, 1}, {2, 2}, {2, 300}, {2, 65535}}, "      jobs", 10, 100},
    {{{1, 8}, {2, 8}, {2, 9}, {64, 256}}, "thr x jobs", 10, 25},
    {{{1, 8}, {2, 8}, {2, 9}, {1024, 65535}}, "    thr x jobs", 14, 999},
};

static void build_shape(size_t shape)
{
    const int64_t longest_us = INT64_C(12000000000);
    const unsigned speedups[] = {1, 2, 1, shapes[shape].speedup};
    ck_assert(benchmark_init(&benchmark, shapes[shape].settings, 4));
    for (size_t i = 0; i < 4; i++) {
        struct benchmark_run run = plain_run(i, longest_us / speedups[i]);
        run.failed = i == 1 ? 100 : 0;
        add_run(&benchmark, run, 100);
        run.elapsed_us = run.elapsed_us * 21 / 20;
        if (i != 2)
            add_run(&benchmark, run, 100);
    }
}

static const unsigned screen_columns[] = {80, 81, 97, 120, 121, 200};

START_TEST(every_row_is_equally_wide_and_fits_on_the_screen)
{
    build_shape((size_t)_i);
    look();
    for (size_t i = 0; i < 2 * ARRAY_LENGTH(screen_columns); i++) {
        unsigned columns = screen_columns[i / 2];
        size_t wide = 0;
        size_t rows = 0;
        show(columns, i % 2 == 0, false);
        ck_assert_int_eq(strncmp(text.data + 1, shapes[_i].heading, strlen(shapes[_i].heading)), 0);
        ck_assert_int_eq(text.data[1 + shapes[_i].name_columns], ' ');
        ck_assert_int_eq(text.data[0], '\n');
        for (const char *line = text.data + 1; *line != '\n'; line = strchr(line, '\n') + 1) {
            const char *end = strchr(line, '\n');
            size_t length = (size_t)(end - line);
            ck_assert_uint_le(columns_of(line, length), columns);
            if (strncmp(end - 2, " !", 2) == 0)
                length -= 2;
            wide = rows == 0 ? columns_of(line, length) : wide;
            ck_assert_msg(columns_of(line, length) == wide, "%.*s", (int)length, line);
            rows++;
        }
        ck_assert_uint_eq(rows, 5);
    }
}
END_TEST

START_TEST(the_latencies_stand_below_their_headings)
{
    build_shape((size_t)_i);
    look();
    show(80, false, false);
    const char *line = strstr(text.data + 1, "\n\n") + 2;
    size_t wide = strcspn(line, "\n");
    ck_assert_uint_eq(wide, 69 + shapes[_i].name_columns);
    for (size_t rows = 0; rows < 5; rows++, line += wide + 1)
        ck_assert_uint_eq(strcspn(line, "\n"), wide);
    ck_assert_int_eq(*line, '\n');
}
END_TEST

START_TEST(conclusions_are_broken_between_60_and_100_columns)
{
    static const struct {
        unsigned screen, most;
    } widths[] = {{1, 60}, {60, 60}, {73, 73}, {80, 80}, {100, 100}, {200, 100}};
    build_sample(&benchmark);
    look();
    for (size_t i = 0; i < ARRAY_LENGTH(widths); i++) {
        size_t widest = 0;
        show(widths[i].screen, false, false);
        for (const char *line = strstr(text.data, "recommend"); *line != '\0';
             line += strcspn(line, "\n") + 1) {
            size_t length = strcspn(line, "\n");
            widest = length > widest ? length : widest;
            ck_assert_int_ne(line[length - 1], ' ');
        }
        ck_assert_uint_le(widest, widths[i].most);
        ck_assert_uint_gt(widest + 12, widths[i].most); /* no word was so long */
    }
}
END_TEST

START_TEST(one_run_has_no_deviation_and_an_unknown_speed_up_is_a_dash)
{
    init_threads(&benchmark, (const unsigned[]){1, 2, 4, 0});
    add_run(&benchmark, plain_run(1, 123456000), 100);
    add_run(&benchmark, plain_run(2, 61728000), 100);
    look();
    show(60, false, false);
    ck_assert_str_eq(text.data,
                     "\n"
                     "   threads time (mean +- s)    url/s         speedup   eff   fail\n"
                     "         2          123.5 s      0.8               -     -   0.0%\n"
                     ">        4          61.73 s      1.6               -     -   0.0%\n"
                     "\n"
                     "   latency   p50 ms   p95 ms   p99 ms    CPU s   duty   busy  new conns  "
                     "reused\n"
                     "         2      0.1      0.1      0.1    12.35  10.0%    1.0         10     "
                     "90%\n"
                     "         4      0.1      0.1      0.1     6.17  10.0%    1.0         10     "
                     "90%\n"
                     "\n"
                     "recommend   4 threads: the fewest within 5% of the best time\n"
                     "            (2 takes 2.0x as long)\n"
                     "limit       none was met: 4 is the largest that was\n"
                     "            measured, more may help\n");
    teardown();
    setup();
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    add_run(&benchmark, plain_run(0, 8000000), 100);
    add_run(&benchmark, plain_run(1, 4000000), 100);
    look();
    show(60, false, false);
    ck_assert_ptr_nonnull(
        strstr(text.data, "\n>        2          4.000 s     25.0            2.00  100%   0.0%\n"));
}
END_TEST

START_TEST(nothing_is_recommended_where_nothing_succeeded)
{
    struct benchmark_run run = plain_run(0, 8000000);
    init_threads(&benchmark, (const unsigned[]){1, 0});
    run.failed = 100;
    add_run(&benchmark, run, 100);
    look();
    show(80, false, true);
    ck_assert_ptr_null(strchr(text.data, '\033'));
    ck_assert_ptr_null(strchr(text.data, '>'));
    const char *words = "\nrecommend   nothing: no setting has a run in which a URL succeeded\n";
    ck_assert_str_eq(strstr(text.data, "\nrecommend"), words);
}
END_TEST

START_TEST(before_the_first_run_that_counts_there_is_no_table)
{
    struct benchmark_run run = plain_run(0, 8000000);
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    run.is_warmup = true;
    add_run(&benchmark, run, 100);
    look();
    show(80, true, true);
    ck_assert_str_eq(text.data,
                     "\nrecommend   nothing: no setting has a run in which a URL succeeded\n");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("bench_table");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, the_sample_is_shown_like_this, 0, (int)ARRAY_LENGTH(screens));
    tcase_add_test(cases, a_screen_of_200_columns_shows_what_one_of_120_does);
    tcase_add_test(cases, only_the_recommended_row_has_colour);
    tcase_add_loop_test(cases, every_row_is_equally_wide_and_fits_on_the_screen, 0,
                        (int)ARRAY_LENGTH(shapes));
    tcase_add_loop_test(cases, the_latencies_stand_below_their_headings, 0,
                        (int)ARRAY_LENGTH(shapes));
    tcase_add_test(cases, conclusions_are_broken_between_60_and_100_columns);
    tcase_add_test(cases, one_run_has_no_deviation_and_an_unknown_speed_up_is_a_dash);
    tcase_add_test(cases, nothing_is_recommended_where_nothing_succeeded);
    tcase_add_test(cases, before_the_first_run_that_counts_there_is_no_table);
    Suite *suite = suite_create("bench_table");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
