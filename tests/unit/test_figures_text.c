#include "app/figures_text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct text text;
static struct run_figures figures;

static void set_up(void)
{
    text_init(&text, 1 << 16);
    run_figures_init(&figures);
}

static void tear_down(void)
{
    text_clear(&text);
}

static void assert_fits(void)
{
    size_t width = 0;
    for (size_t i = 0; i < text.length; i++) {
        width = text.data[i] == '\n' ? 0 : width + 1;
        ck_assert_msg(width <= 80, "too wide:\n%s", text.data);
    }
}

/* The run of ten thousand: as it is shown. */
static void fill(void)
{
    static const struct run_class classes[] = {{FAILURE_NOT_FOUND, "not-found", 121},
                                               {FAILURE_TIMEOUT, "timeout", 23},
                                               {FAILURE_DNS_TEMPORARY, "dns-temporary", 18}};
    figures.elapsed_us = 87200000;
    figures.total = 10000;
    figures.by_status[STATUS_DOWNLOADED] = 9710;
    figures.by_status[STATUS_KEPT] = 128;
    figures.by_status[STATUS_FAILED] = 162;
    memcpy(figures.classes, classes, sizeof classes);
    figures.class_count = ARRAY_LENGTH(classes);
    figures.wire_bytes = 851024281;
    figures.latency_us.p50 = 142000;
    figures.latency_us.p95 = 610000;
    figures.latency_us.p99 = 2310000;
    figures.latency_us.max = 29800000;
    static const double shares[RUN_PHASE_COUNT] = {0.02, 0.06, 0.11, 0.58, 0.22, 0.01};
    memcpy(figures.phases_share, shares, sizeof shares);
    figures.opened = 1204;
    figures.reused = 9137;
    figures.retries = 341;
    figures.recovered = 296;
    figures.slowest_host = "img7.example.org";
    figures.slowest_urls = 412;
    figures.slowest_p95_us = 2900000;
    figures.cpu_us = 4100000;
    figures.duty_cycle = 0.047;
}

START_TEST(a_run_fills_the_screen)
{
    fill();
    figures_text_append(&text, &figures);
    ck_assert_str_eq(
        text.data,
        "10,000 URLs in 1 min 27 s        114.7 url/s   9.3 MiB/s   811.6 MiB\n"
        "\n"
        "  downloaded     9,710   97.1%\n"
        "  kept             128    1.3%   already on disk and unchanged\n"
        "  failed           162    1.6%   121 not-found   23 timeout   18 dns-temporary\n"
        "\n"
        "  time per URL   p50 142 ms   p95 610 ms   p99 2.31 s   max 29.8 s\n"
        "  where it went  dns 2%  connect 6%  tls 11%  wait 58%  receive 22%  write 1%\n"
        "  connections    1,204 opened, 9,137 reused (88.4%)\n"
        "  retries        341 (296 URLs recovered)\n"
        "  slowest host   img7.example.org   412 URLs   p95 2.90 s\n"
        "  cpu            4.10 s, duty cycle 5%\n");
    assert_fits();
}
END_TEST

START_TEST(times_of_many_urls_are_told_apart_even_when_they_are_equal)
{
    figures.total = figures.by_status[STATUS_DOWNLOADED] = 300;
    figures.elapsed_us = 500000;
    figures.latency_us.p50 = figures.latency_us.p95 = 400000;
    figures.latency_us.p99 = figures.latency_us.max = 400000;
    figures_text_append(&text, &figures);
    ck_assert_ptr_nonnull(
        strstr(text.data, "  time per URL   p50 400 ms   p95 400 ms   p99 400 ms   max 400 ms\n"));
}
END_TEST

START_TEST(connections_that_were_opened_are_not_nothing)
{
    figures.opened = 16;
    figures.reused = 9984;
    figures_text_append(&text, &figures);
    ck_assert_ptr_nonnull(strstr(text.data, "16 opened, 9,984 reused (99.8%)\n"));
    text_reset(&text);
    figures.opened = 1;
    figures.reused = 49999;
    figures_text_append(&text, &figures);
    ck_assert_ptr_nonnull(strstr(text.data, "1 opened, 49,999 reused (99.998%)\n"));
}
END_TEST

START_TEST(one_url_is_told_in_the_singular)
{
    figures.total = figures.by_status[STATUS_DOWNLOADED] = 1;
    figures.elapsed_us = 500000;
    figures.latency_us.p50 = figures.latency_us.max = 400000;
    figures.retries = figures.recovered = 1;
    figures.cpu_us = 1000;
    figures.duty_cycle = 0.002;
    figures_text_append(&text, &figures);
    ck_assert_str_eq(text.data, "1 URL in 500 ms        2.0 url/s   0 B/s   0 B\n"
                                "\n"
                                "  downloaded         1  100.0%\n"
                                "  failed             0    0.0%\n"
                                "\n"
                                "  time per URL   400 ms\n"
                                "  retries        1 (1 URL recovered)\n"
                                "  cpu            1.00 ms, duty cycle below 1%\n");
}
END_TEST

START_TEST(what_was_not_tried_makes_no_speed)
{
    figures.total = 1000;
    figures.by_status[STATUS_OK] = 100;
    figures.by_status[STATUS_NOT_TRIED] = 900;
    figures.not_tried_reason = "stopped by --deadline";
    figures.is_check = true;
    figures.elapsed_us = 1000000;
    figures_text_append(&text, &figures);
    ck_assert_ptr_nonnull(strstr(text.data, "1,000 URLs in 1.00 s        100.0 url/s"));
    ck_assert_ptr_nonnull(strstr(text.data, "  ok               100   10.0%\n"));
    ck_assert_ptr_nonnull(
        strstr(text.data, "  not_tried        900   90.0%   stopped by --deadline\n"));
    ck_assert_ptr_null(strstr(text.data, "downloaded"));
}
END_TEST

/* Numbers as large as they come, all classes, a host with a long name of foreign bytes. */
START_TEST(no_line_is_wider_than_the_screen)
{
    fill();
    figures.class_count = 0;
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++)
        figures.classes[figures.class_count++] =
            (struct run_class){failure, failure_name(failure), 12345678};
    figures.slowest_host = "\x1b[31m.long.example.org";
    figures.slowest_urls = figures.opened = figures.reused = 12345678;
    figures_text_append(&text, &figures);
    assert_fits();
    ck_assert_ptr_nonnull(strstr(text.data, "   12,345,678 bad-url   and 34 more\n"));
    ck_assert_ptr_null(strchr(text.data, '\x1b'));
    figures.class_count = 4;
    for (size_t i = 0; i < 4; i++)
        figures.classes[i] = (struct run_class){FAILURE_TLS, "tls", 1};
    text_reset(&text);
    figures_text_append(&text, &figures);
    ck_assert_ptr_nonnull(strstr(text.data, "   1 tls   1 tls   1 tls   and 1 more\n"));
}
END_TEST

START_TEST(hints_are_broken_between_words)
{
    figures.hints[0] =
        "a word and a longer one until the line has no room left for what comes now, "
        "and again a line that is full, and the rest of it";
    figures.hints[1] =
        "averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongw"
        "ord it is \x1b[31m";
    figures.hint_count = 2;
    figures_text_append_hints(&text, &figures);
    ck_assert_str_eq(
        text.data,
        "\n"
        "  hint: a word and a longer one until the line has no room left for what comes\n"
        "        now, and again a line that is full, and the rest of it\n"
        "  hint: averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryver"
        "ylongword\n"
        "        it is \\x1b[31m\n");
    text_reset(&text);
    figures.hint_count = 0;
    figures_text_append_hints(&text, &figures);
    ck_assert_uint_eq(text.length, 0);
}
END_TEST

static const struct {
    double shares[RUN_PHASE_COUNT];
    int percent[RUN_PHASE_COUNT];
} share_cases[] = {
    {{0}, {0}},
    {{0.02, 0.06, 0.11, 0.58, 0.22, 0.01}, {2, 6, 11, 58, 22, 1}},
    {{1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0}, {17, 17, 17, 17, 16, 16}},
    {{0.004, 0.004, 0.004, 0.98, 0.004, 0.004}, {1, 1, 0, 98, 0, 0}},
    {{0, 0, 0, 1, 0, 0}, {0, 0, 0, 100, 0, 0}},
    {{0.5, 0.1, 0, 0, 0, 0}, {50, 10, 0, 0, 0, 0}}, /* not all of it */
    {{1e300, -1, 0.004, 0.006, 0, 0}, {0, 0, 0, 1, 0, 0}},
};

START_TEST(whole_per_cents_are_a_hundred_together)
{
    int percent[RUN_PHASE_COUNT];
    run_figures_percent(share_cases[_i].shares, percent);
    for (size_t i = 0; i < RUN_PHASE_COUNT; i++)
        ck_assert_int_eq(percent[i], share_cases[_i].percent[i]);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("figures_text");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_run_fills_the_screen);
    tcase_add_test(tests, times_of_many_urls_are_told_apart_even_when_they_are_equal);
    tcase_add_test(tests, connections_that_were_opened_are_not_nothing);
    tcase_add_test(tests, one_url_is_told_in_the_singular);
    tcase_add_test(tests, what_was_not_tried_makes_no_speed);
    tcase_add_test(tests, no_line_is_wider_than_the_screen);
    tcase_add_test(tests, hints_are_broken_between_words);
    tcase_add_loop_test(tests, whole_per_cents_are_a_hundred_together, 0,
                        (int)ARRAY_LENGTH(share_cases));
    Suite *suite = suite_create("figures_text");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
