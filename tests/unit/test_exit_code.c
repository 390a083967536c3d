#include "app/exit_code.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>

#include "app/stop_reason.h"

static const struct {
    struct {
        uint64_t downloaded, kept, duplicate, skipped, failed, not_tried;
    } counts;
    bool allows_empty;
    int reason;
    enum error_kind trouble;
    int exit_code;
    const char *outcome;
} endings[] = {
    {{.downloaded = 3}, false, 0, ERROR_NONE, 0, "complete"},
    {{.kept = 3}, false, 0, ERROR_NONE, 0, "complete"},
    {{.downloaded = 1, .duplicate = 1, .skipped = 1}, false, 0, ERROR_NONE, 0, "complete"},
    {{.downloaded = 1, .failed = 2}, false, 0, ERROR_NONE, 1, "failed"},
    {{.skipped = 1, .failed = 2}, false, 0, ERROR_NONE, 1, "failed"},
    {{.failed = 2}, false, 0, ERROR_NONE, 3, "failed"},
    {{.failed = 1, .duplicate = 1}, false, 0, ERROR_NONE, 3, "failed"},
    {{0}, false, 0, ERROR_NONE, 5, "failed"},
    {{0}, true, 0, ERROR_NONE, 0, "complete"},
    {{.downloaded = 1}, false, 0, ERROR_INPUT, 5, "failed"},
    {{.downloaded = 1}, false, 0, ERROR_LOCAL, 4, "failed"},
    {{.downloaded = 1, .not_tried = 1}, false, STOP_LOCAL, ERROR_LOCAL, 4, "stopped"},
    {{.downloaded = 1, .not_tried = 1}, false, STOP_OUTPUT, ERROR_NONE, 4, "stopped"},
    {{.downloaded = 1, .not_tried = 1}, false, SIGINT, ERROR_NONE, 130, "interrupted"},
    {{.failed = 1}, false, SIGTERM, ERROR_NONE, 143, "interrupted"},
    {{0}, false, SIGTERM, ERROR_NONE, 143, "interrupted"},
    {{.downloaded = 1, .not_tried = 1}, false, STOP_DEADLINE, ERROR_NONE, 6, "stopped"},
    {{.downloaded = 1, .failed = 1, .not_tried = 1}, false, STOP_QUOTA, ERROR_NONE, 6, "stopped"},
    {{.failed = 1, .not_tried = 1}, false, STOP_FAILURES, ERROR_NONE, 8, "stopped"},
    /* a limit that was reached when nothing was left to do */
    {{.downloaded = 2}, false, STOP_DEADLINE, ERROR_NONE, 0, "complete"},
    {{.downloaded = 1, .failed = 1}, false, STOP_QUOTA, ERROR_NONE, 1, "failed"},
    /* the list and this machine come before the signal */
    {{.failed = 1}, false, SIGINT, ERROR_INPUT, 5, "interrupted"},
    {{.failed = 1}, false, SIGINT, ERROR_LOCAL, 4, "interrupted"},
};

START_TEST(the_first_that_applies_is_the_exit_code)
{
    struct counts counts = {0};
    counts.by_status[STATUS_DOWNLOADED] = endings[_i].counts.downloaded;
    counts.by_status[STATUS_KEPT] = endings[_i].counts.kept;
    counts.by_status[STATUS_DUPLICATE] = endings[_i].counts.duplicate;
    counts.by_status[STATUS_SKIPPED] = endings[_i].counts.skipped;
    counts.by_status[STATUS_FAILED] = endings[_i].counts.failed;
    counts.by_status[STATUS_NOT_TRIED] = endings[_i].counts.not_tried;
    for (int status = 0; status < STATUS_COUNT; status++)
        counts.total += counts.by_status[status];
    struct ending ending = {
        .counts = &counts,
        .allows_empty = endings[_i].allows_empty,
        .is_input_complete = true,
        .signal_number = endings[_i].reason < STOP_LOCAL ? endings[_i].reason : 0,
        .reason = endings[_i].reason,
        .trouble = endings[_i].trouble,
    };
    ck_assert_int_eq(exit_code_of_ending(&ending), endings[_i].exit_code);
    ck_assert_str_eq(exit_code_outcome(endings[_i].exit_code, endings[_i].reason),
                     endings[_i].outcome);
}
END_TEST

static const struct {
    uint64_t downloaded, failed, accepted;
    struct failure_limit limit;
    int reason;
    int signal_number;
    int exit_code;
} allowances[] = {
    /* --ok-status */
    {1, 2, 2, {0}, 0, 0, 0},
    {1, 3, 2, {0}, 0, 0, 1},
    {0, 2, 2, {0}, 0, 0, 0},
    {0, 3, 2, {0}, 0, 0, 1},
    /* --max-failures */
    {8, 2, 0, {.is_set = true, .count = 2}, 0, 0, 0},
    {8, 3, 0, {.is_set = true, .count = 2}, 0, 0, 8},
    {8, 3, 1, {.is_set = true, .count = 2}, 0, 0, 0},
    {95, 5, 0, {.is_set = true, .is_share = true, .share = 0.05}, 0, 0, 0},
    {94, 6, 0, {.is_set = true, .is_share = true, .share = 0.05}, 0, 0, 8},
    {0, 5, 0, {.is_set = true, .count = 5}, 0, 0, 0},
    /* a signal comes before both, whatever stopped the run first */
    {1, 3, 0, {.is_set = true, .count = 2}, STOP_FAILURES, SIGTERM, 143},
    {1, 0, 0, {0}, STOP_DEADLINE, SIGINT, 130},
    {1, 3, 0, {.is_set = true, .count = 2}, STOP_DEADLINE, 0, 8},
};

START_TEST(failures_may_be_allowed)
{
    struct counts counts = {.total = allowances[_i].downloaded + allowances[_i].failed,
                            .accepted = allowances[_i].accepted};
    counts.by_status[STATUS_DOWNLOADED] = allowances[_i].downloaded;
    counts.by_status[STATUS_FAILED] = allowances[_i].failed;
    struct ending ending = {
        .counts = &counts,
        .is_input_complete = true,
        .failures = allowances[_i].limit,
        .signal_number = allowances[_i].signal_number,
        .reason = allowances[_i].reason,
    };
    ck_assert_int_eq(exit_code_of_ending(&ending), allowances[_i].exit_code);
}
END_TEST

START_TEST(a_list_that_was_not_read_is_cut_short)
{
    struct counts counts = {.total = 1, .by_status = {[STATUS_DOWNLOADED] = 1}};
    struct ending ending = {.counts = &counts, .reason = STOP_DEADLINE};
    ck_assert_int_eq(exit_code_of_ending(&ending), EXIT_CODE_STOPPED);
}
END_TEST

START_TEST(an_error_before_the_start_has_its_code)
{
    ck_assert_int_eq(exit_code_of_error(ERROR_USAGE), 2);
    ck_assert_int_eq(exit_code_of_error(ERROR_LOCAL), 4);
    ck_assert_int_eq(exit_code_of_error(ERROR_INPUT), 5);
    ck_assert_int_eq(exit_code_of_error(ERROR_BUSY), 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exit_code");
    TCase *tests = tcase_create("endings");
    tcase_add_loop_test(tests, the_first_that_applies_is_the_exit_code, 0, ARRAY_LENGTH(endings));
    tcase_add_loop_test(tests, failures_may_be_allowed, 0, ARRAY_LENGTH(allowances));
    tcase_add_test(tests, a_list_that_was_not_read_is_cut_short);
    tcase_add_test(tests, an_error_before_the_start_has_its_code);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
