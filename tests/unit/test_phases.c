#include "model/phases.h"

#include <check.h>
#include <stdlib.h>

/* How far a request came, and what its phases are then. The last of each has the rest. */
static const struct {
    struct phase_points points;
    struct phases us; /* dns, connect, tls, ttfb, receive */
} phase_cases[] = {
    {{0, 0, 0, 0, 0, 900, false},
     {.dns = 900, .connect = -1, .tls = -1, .ttfb = -1, .receive = -1}},
    {{0, 0, 0, 0, 0, 900, true}, {.dns = 900, .connect = -1, .tls = -1, .ttfb = -1, .receive = -1}},
    {{7, 0, 0, 0, 0, 900, true}, {.dns = 7, .connect = 893, .tls = -1, .ttfb = -1, .receive = -1}},
    {{7, 20, 0, 0, 0, 900, true}, {.dns = 7, .connect = 13, .tls = 880, .ttfb = -1, .receive = -1}},
    {{7, 20, 0, 0, 0, 900, false},
     {.dns = 7, .connect = 13, .tls = -1, .ttfb = 880, .receive = -1}},
    {{7, 20, 50, 0, 0, 900, true},
     {.dns = 7, .connect = 13, .tls = 30, .ttfb = 850, .receive = -1}},
    {{7, 20, 50, 55, 0, 900, true},
     {.dns = 7, .connect = 13, .tls = 30, .ttfb = 845, .receive = -1}},
    {{7, 20, 0, 25, 0, 900, false},
     {.dns = 7, .connect = 13, .tls = -1, .ttfb = 875, .receive = -1}},
    {{7, 20, 50, 55, 300, 900, true},
     {.dns = 7, .connect = 13, .tls = 30, .ttfb = 245, .receive = 600}},
    {{2, 2, 2, 3, 300, 900, true}, /* a connection that was open */
     {.dns = 2, .connect = 0, .tls = -1, .ttfb = 297, .receive = 600}},
    {{7, 0, 0, 0, 0, 5, false}, {.dns = 7, .connect = 0, .tls = -1, .ttfb = -1, .receive = -1}},
};

START_TEST(a_request_that_fails_leaves_its_time_where_it_was)
{
    struct phases us = {.queue = 1, .write = 2, .total = 3};
    const struct phases *expected = &phase_cases[_i].us;
    phases_set(&us, &phase_cases[_i].points);
    ck_assert_int_eq(us.dns, expected->dns);
    ck_assert_int_eq(us.connect, expected->connect);
    ck_assert_int_eq(us.tls, expected->tls);
    ck_assert_int_eq(us.ttfb, expected->ttfb);
    ck_assert_int_eq(us.receive, expected->receive);
    ck_assert(us.queue == 1 && us.write == 2 && us.total == 3);
}
END_TEST

/* Before and after, of which only receive and total change; -1 = unknown. */
static const struct {
    int64_t receive, total, within, write;
    int64_t receive_after, total_after;
} write_cases[] = {
    {100, 500, -1, -1, 100, 500}, /* nothing was stored */
    {100, 500, -1, 30, 100, 530}, /* a small body, after the reply */
    {100, 500, 60, 60, 40, 500},  /* in pieces */
    {100, 500, 60, 75, 40, 515},  /* in pieces, and closing after the reply */
    {100, 500, 100, 100, 0, 500}, /* nothing but writing */
    {100, 500, 103, 110, 0, 507}, /* two clocks do not agree to the microsecond */
    {-1, 500, 0, 20, -1, 520},    /* no reply that libcurl timed */
    {-1, -1, 10, 20, -1, -1},     /* no clock at all */
};

START_TEST(storing_is_taken_out_of_receiving)
{
    struct phases us = {.receive = write_cases[_i].receive, .total = write_cases[_i].total};
    phases_add_write(&us, write_cases[_i].within, write_cases[_i].write);
    ck_assert_int_eq(us.write, write_cases[_i].write);
    ck_assert_int_eq(us.receive, write_cases[_i].receive_after);
    ck_assert_int_eq(us.total, write_cases[_i].total_after);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("phases");
    tcase_add_loop_test(cases, a_request_that_fails_leaves_its_time_where_it_was, 0,
                        (int)ARRAY_LENGTH(phase_cases));
    tcase_add_loop_test(cases, storing_is_taken_out_of_receiving, 0,
                        (int)ARRAY_LENGTH(write_cases));
    Suite *suite = suite_create("phases");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
