#include "sync/cancel.h"

#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "bell.h"

static bool is_readable(const struct cancel *cancel)
{
    struct pollfd waited = {.fd = cancel_descriptor(cancel), .events = POLLIN};
    return poll(&waited, 1, 0) == 1;
}

static void count_call(void *context)
{
    ++*(unsigned *)context;
}

START_TEST(nothing_is_raised_at_the_start)
{
    struct error error;
    struct cancel *cancel = cancel_create(&error);
    ck_assert_ptr_nonnull(cancel);
    ck_assert_int_eq(cancel_level(cancel), CANCEL_NONE);
    ck_assert_int_eq(cancel_reason(cancel), 0);
    ck_assert(!is_readable(cancel));
    cancel_destroy(cancel);
    cancel_destroy(NULL);
}
END_TEST

static const struct {
    enum cancel_level raised[2];
    enum cancel_level expected;
    unsigned calls;
} raise_cases[] = {
    {{CANCEL_DRAIN, CANCEL_ABORT}, CANCEL_ABORT, 2},
    {{CANCEL_DRAIN, CANCEL_DRAIN}, CANCEL_DRAIN, 1},
    {{CANCEL_ABORT, CANCEL_DRAIN}, CANCEL_ABORT, 1},
    {{CANCEL_ABORT, CANCEL_ABORT}, CANCEL_ABORT, 1},
    {{CANCEL_NONE, CANCEL_DRAIN}, CANCEL_DRAIN, 1},
};

START_TEST(the_level_only_rises_and_the_reason_stays)
{
    unsigned calls[2] = {0};
    struct error error;
    struct cancel *cancel = cancel_create(&error);
    for (size_t i = 0; i < 2; i++)
        cancel_add_waiter(cancel, (struct hook){count_call, &calls[i]});
    for (int i = 0; i < 2; i++)
        cancel_raise(cancel, raise_cases[_i].raised[i], i + 1);
    ck_assert_int_eq(cancel_level(cancel), raise_cases[_i].expected);
    ck_assert_int_eq(cancel_reason(cancel), raise_cases[_i].raised[0] == CANCEL_NONE ? 2 : 1);
    ck_assert_uint_eq(calls[0], raise_cases[_i].calls);
    ck_assert_uint_eq(calls[1], raise_cases[_i].calls);
    ck_assert(is_readable(cancel));
    ck_assert(is_readable(cancel)); /* looking does not use it up */
    cancel_destroy(cancel);
}
END_TEST

struct raiser {
    struct cancel *cancel;
    int reason;
};

static void raise_both(void *context)
{
    const struct raiser *raiser = context;
    cancel_raise(raiser->cancel, CANCEL_DRAIN, raiser->reason);
    cancel_raise(raiser->cancel, CANCEL_ABORT, raiser->reason);
}

START_TEST(threads_that_raise_together_agree_on_one_reason_and_wake_the_waiters)
{
    enum { RAISERS = 4 };
    struct error error;
    struct cancel *cancel = cancel_create(&error);
    struct bell bell;
    bell_init(&bell);
    cancel_add_waiter(cancel, (struct hook){bell_ring, &bell});
    struct raiser raisers[RAISERS];
    struct thread threads[RAISERS];
    for (int i = 0; i < RAISERS; i++) {
        raisers[i] = (struct raiser){cancel, i + 1};
        ck_assert(thread_start(&threads[i], "raiser", raise_both, &raisers[i], &error));
    }
    ck_assert(bell_wait(&bell, 1, clock_monotonic_us() + BELL_DEADLINE_US));
    int level = cancel_level(cancel);
    int reason = cancel_reason(cancel);
    for (size_t i = 0; i < RAISERS; i++)
        thread_join(&threads[i]);
    ck_assert_int_ge(level, CANCEL_DRAIN);
    ck_assert_int_ge(reason, 1);
    ck_assert_int_eq(cancel_reason(cancel), reason);
    ck_assert_int_eq(cancel_level(cancel), CANCEL_ABORT);
    ck_assert_uint_ge(bell_rings(&bell), 1);
    ck_assert_uint_le(bell_rings(&bell), 2);
    bell_clear(&bell);
    cancel_destroy(cancel);
}
END_TEST

START_TEST(without_a_descriptor_there_is_an_error)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
    struct error error = {0};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct cancel *cancel = cancel_create(&error);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_ptr_null(cancel);
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_str_ne(error.text, "");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("cancel");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, nothing_is_raised_at_the_start);
    tcase_add_loop_test(cases, the_level_only_rises_and_the_reason_stays, 0,
                        (int)ARRAY_LENGTH(raise_cases));
    tcase_add_test(cases, threads_that_raise_together_agree_on_one_reason_and_wake_the_waiters);
    tcase_add_test(cases, without_a_descriptor_there_is_an_error);
    Suite *suite = suite_create("cancel");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
