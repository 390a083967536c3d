#include "io/publisher_flusher.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "io/root_handle.h"
#include "scratch.h"

static struct root *root;
static struct publisher_flusher *flusher;

static void setup(void)
{
    scratch_setup();
    struct error error = {0};
    root = root_open(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    flusher = publisher_flusher_create(root);
}

static void teardown(void)
{
    publisher_flusher_destroy(flusher);
    root_close(root);
    scratch_teardown();
}

START_TEST(a_sync_that_was_not_begun_has_ended)
{
    ck_assert_int_eq(publisher_flusher_end(flusher), 0);
}
END_TEST

START_TEST(each_sync_that_was_begun_ends)
{
    for (int round = 0; round < 50; round++) {
        publisher_flusher_begin(flusher);
        ck_assert_int_eq(publisher_flusher_end(flusher), 0);
    }
}
END_TEST

START_TEST(one_that_nobody_waits_for_does_not_hold_up_the_end)
{
    publisher_flusher_begin(flusher);
    publisher_flusher_begin(flusher); /* teardown does the rest */
}
END_TEST

START_TEST(a_failure_is_told_once)
{
    int directory = root->directory;
    root->directory = -1; /* no such descriptor */
    publisher_flusher_begin(flusher);
    int result = publisher_flusher_end(flusher);
    root->directory = directory;
    ck_assert_int_eq(result, -EBADF);
    publisher_flusher_begin(flusher);
    ck_assert_int_eq(publisher_flusher_end(flusher), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("publisher_flusher");
    TCase *cases = tcase_create("publisher_flusher");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, a_sync_that_was_not_begun_has_ended);
    tcase_add_test(cases, each_sync_that_was_begun_ends);
    tcase_add_test(cases, one_that_nobody_waits_for_does_not_hold_up_the_end);
    tcase_add_test(cases, a_failure_is_told_once);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
