#include "io/transfer_speed.h"

#include <check.h>
#include <stdlib.h>

#define S CLOCK_SECOND_US
#define START (1000 * S)
#define STALL (2 * S)

static struct transfer_speed started(void)
{
    struct transfer_speed speed = {0};
    transfer_speed_start(&speed, START);
    return speed;
}

/* Lets time pass in quarters of a second, in each of which so many bytes come. */
static bool stalls_within(struct transfer_speed *speed, int64_t from_us, int64_t us, int64_t bytes)
{
    for (int64_t now_us = from_us; now_us <= from_us + us; now_us += S / 4) {
        if (transfer_speed_has_stalled(speed, now_us, STALL))
            return true;
        speed->measured_bytes += bytes;
    }
    return false;
}

START_TEST(silence_is_a_stall_and_so_is_less_than_1_kib_a_second)
{
    struct transfer_speed silent = started(), slow = started(), fast = started();
    ck_assert(!stalls_within(&silent, START, STALL - S / 4, 0));
    ck_assert(transfer_speed_has_stalled(&silent, START + STALL, STALL));
    ck_assert(stalls_within(&slow, START, 10 * S, 255));
    ck_assert(!stalls_within(&fast, START, 10 * S, 256));
}
END_TEST

START_TEST(nothing_stalls_before_the_request_is_sent)
{
    struct transfer_speed speed = {0};
    ck_assert(!transfer_speed_has_stalled(&speed, START + 100 * STALL, STALL));
}
END_TEST

START_TEST(a_pause_of_haul_is_no_stall)
{
    struct transfer_speed speed = started();
    ck_assert(!stalls_within(&speed, START, S, 0));
    transfer_speed_pause(&speed, START + S, START + 100 * S);
    ck_assert(!stalls_within(&speed, START + S, 99 * S, 0));
    ck_assert_int_eq(transfer_speed_excluded_us(&speed, START + 51 * S), 50 * S);
    transfer_speed_resume(&speed, START + 100 * S);
    ck_assert_int_eq(transfer_speed_excluded_us(&speed, START + 200 * S), 99 * S);
    /* what was silent before the pause counts after it */
    ck_assert(!transfer_speed_has_stalled(&speed, START + 100 * S + S / 2, STALL));
    ck_assert(transfer_speed_has_stalled(&speed, START + 101 * S, STALL));
    transfer_speed_resume(&speed, START + 300 * S);
    ck_assert_int_eq(transfer_speed_excluded_us(&speed, START + 300 * S), 99 * S);
}
END_TEST

START_TEST(a_piece_that_was_paid_for_passes_in_any_sizes)
{
    struct throttle *throttle = throttle_create(1000);
    struct transfer_speed speed = started();
    ck_assert(transfer_speed_admit(&speed, throttle, START, 1000)); /* the first one is free */
    ck_assert(!transfer_speed_admit(&speed, throttle, START, 500));
    ck_assert(speed.is_paused);
    ck_assert_int_eq(speed.resume_us, START + S);
    transfer_speed_resume(&speed, START + S);
    ck_assert(transfer_speed_admit(&speed, throttle, START + S, 200));
    ck_assert(transfer_speed_admit(&speed, throttle, START + S, 300));
    ck_assert_int_eq(speed.paid_bytes, 0);
    /* of a larger one only the surplus is asked for, after what was reserved */
    ck_assert(!transfer_speed_admit(&speed, throttle, START + S, 100));
    ck_assert_int_eq(speed.resume_us, START + S + S / 2);
    transfer_speed_resume(&speed, speed.resume_us);
    ck_assert(!transfer_speed_admit(&speed, throttle, START + S + S / 2, 150));
    ck_assert_int_eq(speed.resume_us, START + S + S / 2 + S / 10);
    ck_assert_int_eq(speed.paid_bytes, 150);
    transfer_speed_resume(&speed, speed.resume_us);
    ck_assert(transfer_speed_admit(&speed, throttle, speed.resume_us, 150));
    throttle_destroy(throttle);
}
END_TEST

START_TEST(a_wait_of_two_milliseconds_is_not_worth_a_pause)
{
    struct throttle *throttle = throttle_create(1000000);
    struct transfer_speed speed = started();
    ck_assert(transfer_speed_admit(&speed, throttle, START, 2000));
    ck_assert(transfer_speed_admit(&speed, throttle, START, 1)); /* due in 2 ms */
    ck_assert(!transfer_speed_admit(&speed, throttle, START, 1));
    ck_assert_int_eq(speed.resume_us, START + 2001);
    throttle_destroy(throttle);
}
END_TEST

static const struct {
    int64_t rate;
    size_t piece;
    int socket;
} sizes[] = {
    {1, 1024, 16384},         {100000, 5000, 16384},     {1000000, 50000, 50000},
    {10485760, 65536, 65536}, {INT64_MAX, 65536, 65536},
};

START_TEST(pieces_are_small_where_the_rate_is)
{
    struct throttle *throttle = throttle_create(sizes[_i].rate);
    ck_assert_uint_eq(transfer_speed_piece_bytes(throttle, 65536), sizes[_i].piece);
    ck_assert_int_eq(transfer_speed_socket_bytes(throttle), sizes[_i].socket);
    throttle_destroy(throttle);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transfer_speed");
    TCase *tests = tcase_create("speed");
    tcase_add_test(tests, silence_is_a_stall_and_so_is_less_than_1_kib_a_second);
    tcase_add_test(tests, nothing_stalls_before_the_request_is_sent);
    tcase_add_test(tests, a_pause_of_haul_is_no_stall);
    tcase_add_test(tests, a_piece_that_was_paid_for_passes_in_any_sizes);
    tcase_add_test(tests, a_wait_of_two_milliseconds_is_not_worth_a_pause);
    tcase_add_loop_test(tests, pieces_are_small_where_the_rate_is, 0, (int)ARRAY_LENGTH(sizes));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
