#include "app/live_view.h"

#include "app/status_line.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define MIB (INT64_C(1024) * 1024)

static struct text text;
static struct live_view view;

static void setup(void)
{
    text_init(&text, 100000);
    view = (struct live_view){
        .counts =
            {.total = 6412,
             .by_status = {[STATUS_DOWNLOADED] = 6203, [STATUS_KEPT] = 112, [STATUS_FAILED] = 97}},
        .total = 10000,
        .is_final = true,
        .elapsed_us = 55 * SECOND,
        .eta_us = 31 * SECOND,
        .urls_per_second = 118.4,
        .bytes_per_second = 9.6 * MIB,
        .bytes = 547028787,
        .jobs = 32,
        .phases =
            {[ACTIVITY_RECEIVE] = 21, [ACTIVITY_WAIT] = 6, [ACTIVITY_TLS] = 2, [ACTIVITY_DNS] = 1},
        .backoff = 2,
        .queued = 256,
        .capacity = 256,
        .attempts = 4,
    };
}

static void teardown(void)
{
    text_clear(&text);
}

static void add_slow(const char *place, enum activity_phase phase, int64_t silent_us, int64_t bytes,
                     int64_t expected, unsigned attempt, int64_t age_us)
{
    struct live_slow *slow = &view.slow[view.slow_count++];
    *slow = (struct live_slow){.phase = phase,
                               .silent_us = silent_us,
                               .bytes = bytes,
                               .expected = expected,
                               .attempt = attempt,
                               .age_us = age_us};
    snprintf(slow->place, sizeof slow->place, "%s", place);
}

static void add_held(const char *host, int64_t wait_us, size_t parked, bool is_aside)
{
    struct live_held *held = &view.held[view.held_count++];
    *held = (struct live_held){.wait_us = wait_us, .parked = parked, .is_aside = is_aside};
    snprintf(held->host, sizeof held->host, "%s", host);
}

static void add_all(void)
{
    add_slow("img7.example.org/big/0041.tif", ACTIVITY_RECEIVE, 0, 40 * MIB, 48 * MIB, 1,
             11 * SECOND);
    add_slow("cdn.example.net/a/993.jpg", ACTIVITY_RECEIVE, 6 * SECOND, 1, 9, 2, 19 * SECOND);
    add_slow("a.example.net/late", ACTIVITY_WAIT, 3 * SECOND, 0, -1, 1, 4 * SECOND);
    add_held("img3.example.org", 12 * SECOND, 8, false);
    add_held("old.example.org", 3700 * SECOND, 0, true);
}

static void expect(unsigned columns, unsigned rows, bool is_unicode, const char *shown)
{
    struct screen screen = {.columns = columns, .rows = rows, .is_unicode = is_unicode};
    unsigned lines = 1;
    for (const char *at = shown; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    text_reset(&text);
    ck_assert_uint_eq(live_view_append(&text, &view, &screen), lines);
    ck_assert_str_eq(text.data, shown);
}

START_TEST(three_lines_say_where_a_run_is)
{
    expect(80, 24, false,
           " [#################>          ]   6,412 / 10,000   64%   ETA 0:31  elapsed 0:55\n"
           " 118.4 url/s   9.6 MiB/s   521.7 MiB   downloaded 6,203   kept 112   failed 97\n"
           " 32 jobs: 21 receiving 6 waiting 2 tls 1 dns 2 idle  2 backoff  queue 256/256");
    view.backoff = 0;
    expect(120, 40, true,
           " [███████████████████▏          ]   6,412 / 10,000   64%   ETA 0:31  elapsed 0:55\n"
           " 118.4 url/s   9.6 MiB/s   521.7 MiB   downloaded 6,203   kept 112   failed 97\n"
           " 32 jobs: 21 receiving  6 waiting  2 tls  1 dns  2 idle   queue 256/256");
}
END_TEST

START_TEST(slow_transfers_and_held_hosts_follow)
{
    add_all();
    expect(80, 24, false,
           " [#################>          ]   6,412 / 10,000   64%   ETA 0:31  elapsed 0:55\n"
           " 118.4 url/s   9.6 MiB/s   521.7 MiB   downloaded 6,203   kept 112   failed 97\n"
           " 32 jobs: 21 receiving 6 waiting 2 tls 1 dns 2 idle  2 backoff  queue 256/256\n"
           " slow   img7.example.org/big/0041.tif          83% of 48.0 MiB             0:11\n"
           "        cdn.example.net/a/993.jpg              stalled 6 s, try 2/4        0:19\n"
           " held   img3.example.org              asked to wait, next request in 0:12  (8)");
    view.slow_count = 1; /* six lines at most, and something of both */
    view.counts.total = 10000;
    view.eta_us = -1;
    expect(80, 24, false,
           " [##############################]  10,000 / 10,000  100%  elapsed 0:55\n"
           " 118.4 url/s   9.6 MiB/s   521.7 MiB   downloaded 6,203   kept 112   failed 97\n"
           " 32 jobs: 21 receiving 6 waiting 2 tls 1 dns 2 idle  2 backoff  queue 256/256\n"
           " slow   img7.example.org/big/0041.tif          83% of 48.0 MiB             0:11\n"
           " held   img3.example.org              asked to wait, next request in 0:12  (8)\n"
           "        old.example.org               not reached, next request in 1:01:40");
}
END_TEST

START_TEST(a_transfer_tells_what_it_waits_for)
{
    static const struct {
        enum activity_phase phase;
        int64_t silent_us, bytes, expected;
        unsigned attempt;
        const char *words;
    } cases[] = {
        {ACTIVITY_RECEIVE, 0, 3 * MIB / 2, -1, 1, " 1.5 MiB "},
        {ACTIVITY_RECEIVE, 0, 0, 0, 1, " 0 B "},
        {ACTIVITY_RECEIVE, 0, 1, 3, 2, " 33% of 3 B, try 2/4 "},
        {ACTIVITY_RECEIVE, 2 * SECOND, 1, 3, 1, " stalled 2 s "},
        {ACTIVITY_WAIT, 9 * SECOND, 0, -1, 1, " waiting "},
        {ACTIVITY_TLS, 0, 0, -1, 9, " tls, try 9/9 "}, /* a redirect came in between */
        {ACTIVITY_CONNECT, 0, 0, -1, 1, " connect "},
        {ACTIVITY_DNS, 0, 0, -1, 1, " dns "},
    };
    struct screen screen = {.columns = 80, .rows = 24};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        view.slow_count = 0;
        add_slow("h/p", cases[i].phase, cases[i].silent_us, cases[i].bytes, cases[i].expected,
                 cases[i].attempt, 4 * SECOND);
        text_reset(&text);
        ck_assert_uint_eq(live_view_append(&text, &view, &screen), 4);
        ck_assert_msg(strstr(text.data, cases[i].words) != NULL, "%s in %s", cases[i].words,
                      text.data);
    }
}
END_TEST

static const struct {
    int64_t wait_us;
    size_t parked;
    bool is_aside;
    const char *words;
} held[] = {
    {12 * SECOND, 8, false, "  asked to wait, next request in 0:12  (8)"},
    {12 * SECOND, 0, true, "  not reached, next request in 0:12"},
    {0, 0, true, "  not reached, asked once more"}, /* the probe runs */
    {-5 * SECOND, 39, true, "  not reached, asked once more  (39)"},
};

START_TEST(a_host_tells_why_it_is_held_and_until_when)
{
    struct screen screen = {.columns = 80, .rows = 24};
    add_held("h.example", held[_i].wait_us, held[_i].parked, held[_i].is_aside);
    ck_assert_uint_eq(live_view_append(&text, &view, &screen), 4);
    const char *line = strrchr(text.data, '\n') + 1;
    ck_assert_ptr_eq(strstr(line, " held   h.example"), line);
    ck_assert_str_eq(line + strlen(line) - strlen(held[_i].words), held[_i].words);
}
END_TEST

START_TEST(an_open_list_has_no_end_to_be_near)
{
    view.is_final = false;
    view.eta_us = -1;
    view.counts.by_status[STATUS_FAILED] = 0;
    view.counts.by_status[STATUS_KEPT] = 0;
    view.backoff = 0;
    expect(80, 24, false,
           " 6,412 done, list still open  elapsed 0:55\n"
           " 118.4 url/s   9.6 MiB/s   521.7 MiB   downloaded 6,203   failed 0\n"
           " 32 jobs: 21 receiving  6 waiting  2 tls  1 dns  2 idle   queue 256/256");
    expect(40, 8, false, "6,412 done, list open failed 0");
}
END_TEST

START_TEST(a_run_that_ends_early_says_so)
{
    view.is_stopping = true;
    struct screen screen = {.columns = 80, .rows = 24};
    live_view_append(&text, &view, &screen);
    ck_assert_ptr_nonnull(strstr(text.data, "64%   stopping, 30 still run  elapsed 0:55\n"));
    ck_assert_ptr_null(strstr(text.data, "ETA"));
    expect(60, 9, false, "6,412/10,000 64% 118 url/s 9.6M/s failed 97 stopping");
}
END_TEST

START_TEST(a_small_window_gets_one_line_that_fits)
{
    add_all();
    expect(60, 9, true, "6,412/10,000 64% 118 url/s 9.6M/s failed 97 ETA 0:31");
    expect(59, 50, true, "6,412/10,000 64% 118 url/s 9.6M/s failed 97 ETA 0:31");
    expect(40, 8, true, "6,412/10,000 64% failed 97 ETA 0:31");
    expect(30, 8, true, "6,412/10,000 64% failed 97");
    expect(20, 8, true, "6,412/10,000 64%");
    expect(8, 8, true, "6,412/1"); /* better than a line that wraps */
}
END_TEST

START_TEST(no_line_of_any_window_is_too_long)
{
    add_all();
    snprintf(view.slow[0].place, sizeof view.slow[0].place,
             "日本.example/ファイルファイルファイル"
             "ファイルファイルファイル.jpg");
    snprintf(view.held[0].host, sizeof view.held[0].host, "%0200d", 7);
    view.counts.by_status[STATUS_DUPLICATE] = view.counts.by_status[STATUS_SKIPPED] = 123456;
    for (unsigned columns = 1; columns < 200; columns++) {
        for (int is_unicode = 0; is_unicode < 2; is_unicode++) {
            struct screen screen = {columns, 24, is_unicode == 1, false};
            text_reset(&text);
            ck_assert_uint_le(live_view_append(&text, &view, &screen), 6);
            for (char *line = strtok(text.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
                ck_assert_uint_lt(screen_width(line, &screen), columns > 1 ? columns : 2);
        }
    }
}
END_TEST

START_TEST(failures_and_the_bar_have_a_colour)
{
    struct screen screen = {.columns = 80, .rows = 24, .has_colour = true};
    live_view_append(&text, &view, &screen);
    ck_assert_ptr_nonnull(strstr(text.data, "\x1b[32m#################>\x1b[0m          ]"));
    ck_assert_ptr_nonnull(strstr(text.data, "\x1b[31m   failed 97\x1b[0m"));
    view.counts.by_status[STATUS_FAILED] = 0;
    text_reset(&text);
    live_view_append(&text, &view, &screen);
    ck_assert_ptr_null(strstr(text.data, "\x1b[31m"));
}
END_TEST

START_TEST(a_check_has_urls_that_are_ok)
{
    view.is_check = true;
    view.counts.by_status[STATUS_OK] = 6203;
    view.counts.by_status[STATUS_DOWNLOADED] = view.counts.by_status[STATUS_KEPT] = 0;
    struct screen screen = {.columns = 80, .rows = 24};
    live_view_append(&text, &view, &screen);
    ck_assert_ptr_nonnull(strstr(text.data, "   ok 6,203   failed 97\n"));
    text_reset(&text);
    status_line_append(&text, &view);
    ck_assert_str_eq(text.data, "6412/10000 64% ok 6203 failed 97 118.4 url/s 9.6 MiB/s eta 31s");
}
END_TEST

static const struct {
    int64_t seconds;
    const char *clock, *eta, *spoken;
} times[] = {
    {0, "0:00", " eta 0s", " About 1 second left."},
    {59, "0:59", " eta 59s", " About 60 seconds left."},
    {60, "1:00", " eta 1m00s", " About 1 minute left."},
    {3599, "59:59", " eta 59m59s", " About 59 minutes left."},
    {3600, "1:00:00", " eta 1h00m", " About 60 minutes left."},
    {86399, "23:59:59", " eta 23h59m", " About 23 hours left."},
    {86400 + 3 * 3600, "1d 03h", " eta 27h00m", " About 27 hours left."},
};

START_TEST(times_are_written_as_people_read_them)
{
    char clock[NUMBER_SIZE];
    view.eta_us = times[_i].seconds * SECOND;
    ck_assert_str_eq(live_view_format_clock(clock, view.eta_us), times[_i].clock);
    status_line_append(&text, &view);
    ck_assert_str_eq(text.data + text.length - strlen(times[_i].eta), times[_i].eta);
    status_line_append_sentences(&text, &view);
    ck_assert_str_eq(text.data + text.length - strlen(times[_i].spoken), times[_i].spoken);
}
END_TEST

START_TEST(logs_get_a_line_and_listeners_get_sentences)
{
    status_line_append(&text, &view);
    ck_assert_str_eq(text.data, "6412/10000 64% downloaded 6203 kept 112 failed 97 118.4 url/s "
                                "9.6 MiB/s eta 31s");
    text_reset(&text);
    status_line_append_sentences(&text, &view);
    ck_assert_str_eq(text.data, "6,412 of 10,000 URLs done, 64 percent. 97 failed. About 32 "
                                "seconds left.");
    view.is_final = false;
    view.is_stopping = true;
    text_reset(&text);
    status_line_append(&text, &view);
    ck_assert_str_eq(text.data, "6412 done, list still open, downloaded 6203 kept 112 failed 97 "
                                "118.4 url/s 9.6 MiB/s stopping");
    text_reset(&text);
    status_line_append_sentences(&text, &view);
    ck_assert_str_eq(text.data, "6,412 URLs done, the list is still being read. 97 failed. "
                                "Stopping.");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("live view");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, three_lines_say_where_a_run_is);
    tcase_add_test(cases, slow_transfers_and_held_hosts_follow);
    tcase_add_test(cases, a_transfer_tells_what_it_waits_for);
    tcase_add_loop_test(cases, a_host_tells_why_it_is_held_and_until_when, 0,
                        (int)ARRAY_LENGTH(held));
    tcase_add_test(cases, an_open_list_has_no_end_to_be_near);
    tcase_add_test(cases, a_run_that_ends_early_says_so);
    tcase_add_test(cases, a_small_window_gets_one_line_that_fits);
    tcase_add_test(cases, no_line_of_any_window_is_too_long);
    tcase_add_test(cases, failures_and_the_bar_have_a_colour);
    tcase_add_test(cases, a_check_has_urls_that_are_ok);
    tcase_add_loop_test(cases, times_are_written_as_people_read_them, 0, (int)ARRAY_LENGTH(times));
    tcase_add_test(cases, logs_get_a_line_and_listeners_get_sentences);
    Suite *suite = suite_create("live view");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
