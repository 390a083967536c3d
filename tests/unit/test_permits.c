#include "sync/permits.h"

#include <check.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "bell.h"

static void count_call(void *context)
{
    ++*(unsigned *)context;
}

START_TEST(no_more_than_the_count_are_granted)
{
    struct permits *permits = permits_create(2);
    struct permits_waiter *waiter = permits_add_waiter(permits, (struct hook){0});
    ck_assert(permits_try_acquire(permits, waiter));
    ck_assert(permits_try_acquire(permits, waiter));
    ck_assert(!permits_try_acquire(permits, waiter));
    ck_assert_uint_eq(permits_in_use(permits), 2);
    permits_release(permits);
    ck_assert_uint_eq(permits_in_use(permits), 1);
    ck_assert(permits_try_acquire(permits, waiter));
    permits_release(permits);
    permits_release(permits);
    ck_assert_uint_eq(permits_in_use(permits), 0);
    ck_assert_uint_eq(permits_peak(permits), 2);
    permits_destroy(permits);
}
END_TEST

START_TEST(a_release_wakes_one_refused_waiter_in_the_order_of_refusal)
{
    unsigned calls[3] = {0};
    struct permits_waiter *waiters[3];
    struct permits *permits = permits_create(1);
    for (size_t i = 0; i < 3; i++)
        waiters[i] = permits_add_waiter(permits, (struct hook){count_call, &calls[i]});
    ck_assert(permits_try_acquire(permits, waiters[0]));
    ck_assert(!permits_try_acquire(permits, waiters[2]));
    ck_assert(!permits_try_acquire(permits, waiters[1]));
    ck_assert(!permits_try_acquire(permits, waiters[2])); /* is remembered once */

    permits_release(permits);
    ck_assert_uint_eq(calls[2], 1);
    ck_assert_uint_eq(calls[1], 0);
    ck_assert(permits_try_acquire(permits, waiters[2]));
    permits_release(permits);
    ck_assert_uint_eq(calls[1], 1);
    ck_assert(permits_try_acquire(permits, waiters[1]));
    permits_release(permits); /* nobody is left to wake */
    ck_assert_uint_eq(calls[0], 0);
    ck_assert_uint_eq(calls[1], 1);
    ck_assert_uint_eq(calls[2], 1);
    permits_destroy(permits);
}
END_TEST

START_TEST(a_waiter_that_got_a_permit_takes_no_wake_from_the_others)
{
    unsigned calls[2] = {0};
    struct permits_waiter *waiters[2];
    struct permits *permits = permits_create(1);
    for (size_t i = 0; i < 2; i++)
        waiters[i] = permits_add_waiter(permits, (struct hook){count_call, &calls[i]});
    ck_assert(permits_try_acquire(permits, waiters[0]));
    ck_assert(!permits_try_acquire(permits, waiters[0]));
    ck_assert(!permits_try_acquire(permits, waiters[1]));
    permits_resize(permits, 2);
    ck_assert_uint_eq(calls[0], 1);
    ck_assert_uint_eq(calls[1], 0);
    ck_assert(permits_try_acquire(permits, waiters[1])); /* before the one that was woken */
    ck_assert(!permits_try_acquire(permits, waiters[0]));
    permits_release(permits);
    ck_assert_uint_eq(calls[0], 2);
    ck_assert_uint_eq(calls[1], 0);
    permits_release(permits);
    permits_destroy(permits);
}
END_TEST

START_TEST(a_larger_count_wakes_as_many_as_can_run_now)
{
    unsigned calls = 0;
    struct permits *permits = permits_create(0);
    for (size_t i = 0; i < 5; i++)
        ck_assert(!permits_try_acquire(
            permits, permits_add_waiter(permits, (struct hook){count_call, &calls})));
    permits_resize(permits, 2);
    ck_assert_uint_eq(calls, 2);
    permits_resize(permits, 9);
    ck_assert_uint_eq(calls, 5);
    permits_destroy(permits);
}
END_TEST

START_TEST(after_a_decrease_nothing_is_granted_until_enough_were_released)
{
    unsigned calls = 0;
    struct permits *permits = permits_create(4);
    struct permits_waiter *waiter = permits_add_waiter(permits, (struct hook){count_call, &calls});
    for (size_t i = 0; i < 4; i++)
        ck_assert(permits_try_acquire(permits, waiter));
    permits_resize(permits, 2);
    for (unsigned in_use = 4; in_use > 2; in_use--) {
        ck_assert(!permits_try_acquire(permits, waiter));
        ck_assert_uint_eq(permits_in_use(permits), in_use);
        permits_release(permits);
        ck_assert_uint_eq(calls, 0);
    }
    ck_assert(!permits_try_acquire(permits, waiter));
    permits_release(permits);
    ck_assert_uint_eq(calls, 1);
    ck_assert(permits_try_acquire(permits, waiter));
    ck_assert_uint_eq(permits_peak(permits), 4);
    permits_destroy(permits);
}
END_TEST

START_TEST(one_release_too_many_aborts)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        permits_release(permits_create(1));
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGABRT);
}
END_TEST

/* Threads that need a permit for each step and wait for their bell when refused. */

struct stress {
    struct permits *permits;
    atomic_uint running;
    atomic_uint most_running;
    int64_t deadline_us;
};

struct stress_worker {
    struct stress *stress;
    struct permits_waiter *waiter;
    struct bell bell;
    unsigned steps;
};

static void run_step(struct stress *stress)
{
    unsigned running = atomic_fetch_add(&stress->running, 1) + 1;
    unsigned most = atomic_load(&stress->most_running);
    while (running > most && !atomic_compare_exchange_weak(&stress->most_running, &most, running))
        continue;
    sched_yield(); /* lets the others meet a permit in use */
    atomic_fetch_sub(&stress->running, 1);
}

static void run_steps(void *context)
{
    struct stress_worker *self = context;
    struct stress *stress = self->stress;
    while (self->steps > 0) {
        unsigned heard = bell_rings(&self->bell);
        if (permits_try_acquire(stress->permits, self->waiter)) {
            run_step(stress);
            permits_release(stress->permits);
            self->steps--;
        } else if (!bell_wait(&self->bell, heard + 1, stress->deadline_us)) {
            return;
        }
    }
}

START_TEST(many_threads_never_hold_more_than_the_count_and_none_is_forgotten)
{
    enum { WORKERS = 6, STEPS = 5000 };
    unsigned count = (unsigned)_i;
    struct stress stress = {.permits = permits_create(count)};
    stress.deadline_us = clock_monotonic_us() + BELL_DEADLINE_US;
    struct stress_worker workers[WORKERS];
    struct thread threads[WORKERS];
    struct error error;
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i] = (struct stress_worker){.stress = &stress, .steps = STEPS};
        bell_init(&workers[i].bell);
        workers[i].waiter =
            permits_add_waiter(stress.permits, (struct hook){bell_ring, &workers[i].bell});
    }
    for (size_t i = 0; i < WORKERS; i++)
        ck_assert(thread_start(&threads[i], "worker", run_steps, &workers[i], &error));
    for (unsigned i = 0; i < 2000; i++)
        permits_resize(stress.permits, i % 2 == 0 ? 1 : count);
    for (size_t i = 0; i < WORKERS; i++)
        thread_join(&threads[i]);
    for (size_t i = 0; i < WORKERS; i++) {
        ck_assert_uint_eq(workers[i].steps, 0);
        bell_clear(&workers[i].bell);
    }
    ck_assert_uint_le(atomic_load(&stress.most_running), count);
    ck_assert_uint_ge(permits_peak(stress.permits), atomic_load(&stress.most_running));
    ck_assert_uint_le(permits_peak(stress.permits), count);
    ck_assert_uint_eq(permits_in_use(stress.permits), 0);
    permits_destroy(stress.permits);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("permits");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, no_more_than_the_count_are_granted);
    tcase_add_test(cases, a_release_wakes_one_refused_waiter_in_the_order_of_refusal);
    tcase_add_test(cases, a_waiter_that_got_a_permit_takes_no_wake_from_the_others);
    tcase_add_test(cases, a_larger_count_wakes_as_many_as_can_run_now);
    tcase_add_test(cases, after_a_decrease_nothing_is_granted_until_enough_were_released);
    tcase_add_test(cases, one_release_too_many_aborts);
    tcase_add_loop_test(cases, many_threads_never_hold_more_than_the_count_and_none_is_forgotten, 1,
                        4);
    Suite *suite = suite_create("permits");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
