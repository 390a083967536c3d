#include "app/record_order.h"

#include <check.h>
#include <stdlib.h>

#define JOBS 500

START_TEST(jobs_come_out_in_the_order_of_their_indices_as_soon_as_they_can)
{
    struct record_order *order = record_order_create();
    bool has_come[JOBS + 2] = {false};
    uint64_t next = 1;
    for (uint64_t i = 0; i < JOBS; i++) {
        uint64_t index = i * 7 % JOBS + 1; /* each once: 7 and 500 have no divisor in common */
        record_order_push(order, job_create(index, "list", index, "http://a/", 9));
        has_come[index] = true;
        struct job *job;
        while ((job = record_order_next(order)) != NULL) {
            ck_assert_uint_eq(job->index, next++);
            job_destroy(job);
        }
        ck_assert(!has_come[next]); /* else it should have been given out */
    }
    ck_assert_uint_eq(next, JOBS + 1);
    record_order_destroy(order);
}
END_TEST

START_TEST(what_is_held_back_is_freed)
{
    struct record_order *order = record_order_create();
    ck_assert_ptr_null(record_order_next(order));
    record_order_push(order, job_create(3, "list", 3, "http://a/", 9));
    record_order_push(order, job_create(2, "list", 2, "http://a/", 9));
    ck_assert_ptr_null(record_order_next(order));
    record_order_destroy(order);
    record_order_destroy(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record_order");
    TCase *tests = tcase_create("record_order");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, jobs_come_out_in_the_order_of_their_indices_as_soon_as_they_can);
    tcase_add_test(tests, what_is_held_back_is_freed);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
