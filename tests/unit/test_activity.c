#include "io/activity.h"

#include "base/thread.h"

#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct activity *activity;

static void setup(void)
{
    activity = activity_create();
}

static void teardown(void)
{
    activity_destroy(activity);
}

static void show(size_t count, const uint64_t *indexes)
{
    char urls[ACTIVITY_SLOW_MAX][32];
    struct activity_slow slow[ACTIVITY_SLOW_MAX];
    for (size_t i = 0; i < count; i++) {
        snprintf(urls[i], sizeof urls[i], "http://host/%llu", (unsigned long long)indexes[i]);
        slow[i] = (struct activity_slow){
            .url = urls[i], .index = indexes[i], .bytes = (int64_t)indexes[i] * 10};
    }
    activity_show_slow(activity, slow, count);
}

static void expect(size_t count, const uint64_t *indexes)
{
    struct activity_slow slow[ACTIVITY_SLOW_MAX];
    ck_assert_uint_eq(activity_read_slow(activity, slow), count);
    for (size_t i = 0; i < count; i++) {
        char url[32];
        snprintf(url, sizeof url, "http://host/%llu", (unsigned long long)indexes[i]);
        ck_assert_str_eq(slow[i].url, url);
        ck_assert_uint_eq(slow[i].index, indexes[i]);
        ck_assert_int_eq(slow[i].bytes, (int64_t)indexes[i] * 10);
        activity_clear_slow(&slow[i]);
    }
}

START_TEST(downloads_are_counted_by_what_they_do)
{
    unsigned counts[ACTIVITY_PHASES] = {0};
    activity_enter(activity, ACTIVITY_CONNECT);
    activity_enter(activity, ACTIVITY_CONNECT);
    activity_enter(activity, ACTIVITY_CONNECT);
    activity_move(activity, ACTIVITY_CONNECT, ACTIVITY_DNS);
    activity_move(activity, ACTIVITY_CONNECT, ACTIVITY_WAIT);
    activity_move(activity, ACTIVITY_WAIT, ACTIVITY_RECEIVE);
    activity_leave(activity, ACTIVITY_CONNECT);
    activity_count(activity, counts);
    static const unsigned expected[ACTIVITY_PHASES] = {
        [ACTIVITY_DNS] = 1,
        [ACTIVITY_RECEIVE] = 1,
    };
    for (size_t i = 0; i < ACTIVITY_PHASES; i++)
        ck_assert_uint_eq(counts[i], expected[i]);
    activity_count(activity, counts); /* adds: several workers make one sum */
    ck_assert_uint_eq(counts[ACTIVITY_DNS], 2);
}
END_TEST

START_TEST(slow_transfers_are_those_that_were_shown_last)
{
    static const uint64_t all[] = {1, 2, 3};
    static const uint64_t others[] = {2, 3, 4};
    expect(0, NULL);
    show(3, all);
    expect(3, all);
    show(3, others); /* in other places than before */
    expect(3, others);
    show(1, &all[2]);
    expect(1, &all[2]);
    show(2, all);
    expect(2, all);
    show(0, NULL);
    expect(0, NULL);
}
END_TEST

START_TEST(nobody_looks_at_nothing)
{
    struct activity_slow slow[ACTIVITY_SLOW_MAX];
    unsigned counts[ACTIVITY_PHASES] = {0};
    activity_enter(NULL, ACTIVITY_DNS);
    activity_move(NULL, ACTIVITY_DNS, ACTIVITY_TLS);
    activity_leave(NULL, ACTIVITY_TLS);
    activity_show_slow(NULL, NULL, 0);
    activity_count(NULL, counts);
    ck_assert_uint_eq(counts[ACTIVITY_DNS], 0);
    ck_assert_uint_eq(activity_read_slow(NULL, slow), 0);
    activity_destroy(NULL);
}
END_TEST

static atomic_bool is_over;

static void read_on(void *context)
{
    (void)context;
    while (!atomic_load(&is_over)) {
        struct activity_slow slow[ACTIVITY_SLOW_MAX];
        unsigned counts[ACTIVITY_PHASES] = {0};
        activity_count(activity, counts);
        size_t count = activity_read_slow(activity, slow);
        for (size_t i = 0; i < count; i++) {
            /* Each is whole: the number belongs to the URL. */
            ck_assert_uint_eq(strtoull(strrchr(slow[i].url, '/') + 1, NULL, 10), slow[i].index);
            activity_clear_slow(&slow[i]);
        }
    }
}

START_TEST(a_reader_sees_whole_transfers_while_a_worker_changes_them)
{
    struct thread reader;
    struct error error;
    atomic_store(&is_over, false);
    ck_assert(thread_start(&reader, "reader", read_on, NULL, &error));
    for (uint64_t i = 0; i < 2000; i++) {
        const uint64_t indexes[] = {i, i / 3, i * 7};
        show(i % (ACTIVITY_SLOW_MAX + 1), indexes);
        activity_enter(activity, (enum activity_phase)(i % ACTIVITY_PHASES));
    }
    atomic_store(&is_over, true);
    thread_join(&reader);
    unsigned counts[ACTIVITY_PHASES] = {0};
    activity_count(activity, counts);
    ck_assert_uint_eq(counts[ACTIVITY_DNS], 2000 / ACTIVITY_PHASES);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("activity");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, downloads_are_counted_by_what_they_do);
    tcase_add_test(cases, slow_transfers_are_those_that_were_shown_last);
    tcase_add_test(cases, nobody_looks_at_nothing);
    tcase_add_test(cases, a_reader_sees_whole_transfers_while_a_worker_changes_them);
    Suite *suite = suite_create("activity");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
