#include "sync/throttle.h"

#include <check.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"

START_TEST(bytes_pass_at_the_rate_in_the_order_of_asking)
{
    struct throttle *throttle = throttle_create(1000000);
    ck_assert_int_eq(throttle_rate(throttle), 1000000);
    ck_assert_int_le(throttle_reserve(throttle, 50, 16384), 50);
    ck_assert_int_eq(throttle_reserve(throttle, 50, 100), 50 + 16384);
    ck_assert_int_eq(throttle_reserve(throttle, 60, 5000000), 50 + 16484);
    ck_assert_int_eq(throttle_reserve(throttle, 70, 1), 50 + 16484 + 5000000);
    ck_assert_int_eq(throttle_rate(throttle), 1000000);
    throttle_destroy(throttle);
    throttle_destroy(NULL);
}
END_TEST

/* Several that wait for what they are given, each piece by piece. */
START_TEST(transfers_that_wait_in_turn_get_the_same_share_and_all_of_the_rate)
{
    enum { TRANSFERS = 7, PIECE = 16384 };
    static const int64_t rate = 10 << 20;
    struct throttle *throttle = throttle_create(rate);
    int64_t next_us[TRANSFERS] = {0};
    int64_t bytes[TRANSFERS] = {0};
    int64_t total = 0;
    for (;;) {
        size_t first = 0;
        for (size_t i = 1; i < TRANSFERS; i++)
            first = next_us[i] < next_us[first] ? i : first;
        int64_t now_us = next_us[first];
        if (now_us >= 10 * CLOCK_SECOND_US)
            break;
        bytes[first] += PIECE;
        total += PIECE;
        int64_t at_us = throttle_reserve(throttle, now_us, PIECE);
        next_us[first] = at_us > now_us ? at_us : now_us;
    }
    ck_assert_int_ge(total, 10 * rate * 99 / 100);
    ck_assert_int_le(total, 10 * rate * 101 / 100 + TRANSFERS * PIECE);
    for (size_t i = 0; i < TRANSFERS; i++) {
        ck_assert_int_le(llabs(bytes[i] - total / TRANSFERS), 2 * PIECE);
    }
    throttle_destroy(throttle);
}
END_TEST

enum { THREADS = 4, PIECES = 20000 };

static void reserve_pieces(void *context)
{
    for (int i = 0; i < PIECES; i++)
        throttle_reserve(context, 0, 1000);
}

START_TEST(many_threads_lose_no_byte)
{
    struct throttle *throttle = throttle_create(1000000);
    struct thread threads[THREADS];
    struct error error;
    for (size_t i = 0; i < THREADS; i++)
        ck_assert(thread_start(&threads[i], "transfer", reserve_pieces, throttle, &error));
    for (size_t i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    ck_assert_int_eq(throttle_reserve(throttle, 0, 1), INT64_C(1000) * THREADS * PIECES);
    throttle_destroy(throttle);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("throttle");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, bytes_pass_at_the_rate_in_the_order_of_asking);
    tcase_add_test(cases, transfers_that_wait_in_turn_get_the_same_share_and_all_of_the_rate);
    tcase_add_test(cases, many_threads_lose_no_byte);
    Suite *suite = suite_create("throttle");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
