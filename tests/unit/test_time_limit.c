#include "app/time_limit.h"

#include <check.h>
#include <stdlib.h>

#include "app/stop_reason.h"
#include "base/clock.h"
#include "bell.h"

static struct cancel *cancel;
static struct time_limit *limit;
static struct bell raised;

static void setup_with(int64_t deadline_us)
{
    struct error error = {0};
    cancel = cancel_create(&error);
    ck_assert_ptr_nonnull(cancel);
    bell_init(&raised);
    cancel_add_waiter(cancel, (struct hook){bell_ring, &raised});
    limit = time_limit_create(cancel, deadline_us);
    ck_assert_msg(time_limit_start(limit, &error), "%s", error.text);
}

static void take_down(void)
{
    time_limit_stop(limit);
    time_limit_destroy(limit);
    cancel_destroy(cancel);
    bell_clear(&raised);
}

START_TEST(the_deadline_stops_the_run)
{
    setup_with(clock_monotonic_us() + 1000);
    ck_assert(bell_wait(&raised, 1, clock_monotonic_us() + BELL_DEADLINE_US));
    ck_assert_int_eq(cancel_level(cancel), CANCEL_DRAIN);
    ck_assert_int_eq(cancel_reason(cancel), STOP_DEADLINE);
    take_down();
}
END_TEST

START_TEST(a_deadline_that_is_over_stops_at_once)
{
    setup_with(0);
    ck_assert(bell_wait(&raised, 1, clock_monotonic_us() + BELL_DEADLINE_US));
    ck_assert_int_eq(cancel_reason(cancel), STOP_DEADLINE);
    take_down();
}
END_TEST

START_TEST(a_run_that_ends_before_is_never_stopped)
{
    setup_with(CLOCK_NEVER);
    take_down();
    setup_with(clock_monotonic_us() + 3600 * CLOCK_SECOND_US);
    time_limit_stop(limit);
    ck_assert_int_eq(cancel_level(cancel), CANCEL_NONE);
    take_down();
}
END_TEST

START_TEST(another_reason_stays_the_reason)
{
    setup_with(clock_monotonic_us() + 3600 * CLOCK_SECOND_US);
    cancel_raise(cancel, CANCEL_DRAIN, STOP_FAILURES);
    ck_assert_int_eq(cancel_reason(cancel), STOP_FAILURES);
    take_down();
}
END_TEST

START_TEST(one_that_never_started_can_be_destroyed)
{
    struct error error = {0};
    cancel = cancel_create(&error);
    limit = time_limit_create(cancel, CLOCK_NEVER);
    time_limit_stop(limit);
    time_limit_destroy(limit);
    time_limit_destroy(NULL);
    cancel_destroy(cancel);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("time_limit");
    TCase *tests = tcase_create("stopping");
    tcase_add_test(tests, the_deadline_stops_the_run);
    tcase_add_test(tests, a_deadline_that_is_over_stops_at_once);
    tcase_add_test(tests, a_run_that_ends_before_is_never_stopped);
    tcase_add_test(tests, another_reason_stays_the_reason);
    tcase_add_test(tests, one_that_never_started_can_be_destroyed);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
