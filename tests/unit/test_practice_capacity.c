#include "io/practice_capacity.h"

#include <check.h>
#include <stdlib.h>

#define REQUESTS 6

static const struct {
    unsigned count;
    struct {
        int64_t now_us, duration_us, done_us;
    } requests[REQUESTS]; /* ends with zeros */
} cases[] = {
    /* any number at once */
    {0, {{10, 5, 15}, {10, 5, 15}, {10, 7, 17}, {11, 1, 12}}},
    /* one after the other, in the order in which they came */
    {1, {{10, 5, 15}, {10, 5, 20}, {11, 1, 21}, {30, 5, 35}, {35, 5, 40}}},
    /* the next one waits for the place that is free first */
    {2, {{10, 5, 15}, {10, 9, 19}, {11, 5, 20}, {12, 1, 20}, {50, 5, 55}, {50, 5, 55}}},
    {3, {{10, 100, 110}, {10, 1, 11}, {10, 50, 60}, {10, 4, 15}, {14, 4, 19}, {20, 4, 24}}},
    /* a place that has been free for long gives no credit */
    {1, {{1000, 5, 1005}, {2000, 5, 2005}, {2000, 0, 2005}, {2006, 0, 2006}}},
};

START_TEST(a_request_is_done_when_a_place_has_become_free_and_its_time_has_passed)
{
    struct practice_capacity capacity;
    practice_capacity_init(&capacity, cases[_i].count);
    for (size_t i = 0; i < REQUESTS && cases[_i].requests[i].now_us > 0; i++)
        ck_assert_int_eq(practice_capacity_done_us(&capacity, cases[_i].requests[i].now_us,
                                                   cases[_i].requests[i].duration_us),
                         cases[_i].requests[i].done_us);
    practice_capacity_clear(&capacity);
}
END_TEST

START_TEST(a_busy_server_does_as_much_as_its_capacity_whatever_is_asked)
{
    struct practice_capacity capacity;
    int64_t last_us = 0;
    practice_capacity_init(&capacity, 4);
    for (int i = 0; i < 1000; i++)
        last_us = practice_capacity_done_us(&capacity, 1, 1000);
    ck_assert_int_eq(last_us, 1 + 1000 / 4 * 1000);
    practice_capacity_clear(&capacity);
    /* Cleared, it has no limit and may be cleared again. */
    ck_assert_int_eq(practice_capacity_done_us(&capacity, 1, 1000), 1001);
    practice_capacity_clear(&capacity);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("practice_capacity");
    tcase_add_loop_test(tests,
                        a_request_is_done_when_a_place_has_become_free_and_its_time_has_passed, 0,
                        (int)ARRAY_LENGTH(cases));
    tcase_add_test(tests, a_busy_server_does_as_much_as_its_capacity_whatever_is_asked);
    Suite *suite = suite_create("practice_capacity");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
