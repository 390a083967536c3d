#include "base/thread.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "child.h"

#define DEADLINE_US (20 * CLOCK_SECOND_US)
#define COUNTERS 4
#define ROUNDS 10000

struct counter {
    struct lock lock;
    struct condition changed;
    int64_t value;
};

static void counter_init(struct counter *counter)
{
    lock_init(&counter->lock, LOCK_RANK_QUEUE);
    condition_init(&counter->changed);
    counter->value = 0;
}

static void counter_clear(struct counter *counter)
{
    condition_clear(&counter->changed);
    lock_clear(&counter->lock);
}

static void count_rounds(void *context)
{
    struct counter *counter = context;
    for (int i = 0; i < ROUNDS; i++) {
        lock_acquire(&counter->lock);
        counter->value++;
        lock_release(&counter->lock);
    }
}

START_TEST(a_lock_keeps_others_out)
{
    struct counter counter;
    struct thread threads[COUNTERS] = {0};
    struct error error;
    counter_init(&counter);
    for (size_t i = 0; i < COUNTERS; i++)
        ck_assert(thread_start(&threads[i], "counter", count_rounds, &counter, &error));
    for (size_t i = 0; i < COUNTERS; i++)
        thread_join(&threads[i]);
    ck_assert_int_eq(counter.value, COUNTERS * ROUNDS);
    counter_clear(&counter);
}
END_TEST

/* Two threads take turns: one makes the value odd, the other even. */
static void take_odd_turns(void *context)
{
    struct counter *counter = context;
    lock_acquire(&counter->lock);
    while (counter->value < 1000) {
        while (counter->value % 2 == 0)
            condition_wait(&counter->changed, &counter->lock);
        counter->value++;
        condition_signal(&counter->changed);
    }
    lock_release(&counter->lock);
}

START_TEST(a_signal_wakes_the_waiting_thread)
{
    struct counter counter;
    struct thread thread = {0};
    counter_init(&counter);
    ck_assert(thread_start(&thread, "turns", take_odd_turns, &counter, NULL));
    int64_t deadline = clock_monotonic_us() + DEADLINE_US;
    bool in_time = true;
    lock_acquire(&counter.lock);
    while (counter.value < 1000) {
        while (counter.value % 2 == 1 && in_time)
            in_time = condition_wait_until(&counter.changed, &counter.lock, deadline);
        ck_assert(in_time);
        counter.value++;
        condition_signal(&counter.changed);
    }
    lock_release(&counter.lock);
    thread_join(&thread);
    /* The other one made 1000 of 999 and left; this one had the last turn. */
    ck_assert_int_eq(counter.value, 1001);
    counter_clear(&counter);
}
END_TEST

/* Counts itself in, then waits until the value is negative, then counts itself out. */
static void wait_for_broadcast(void *context)
{
    struct counter *counter = context;
    lock_acquire(&counter->lock);
    counter->value++;
    condition_broadcast(&counter->changed);
    while (counter->value >= 0)
        condition_wait_until(&counter->changed, &counter->lock, CLOCK_NEVER);
    counter->value--;
    lock_release(&counter->lock);
}

START_TEST(a_broadcast_wakes_all)
{
    struct counter counter;
    struct thread threads[COUNTERS] = {0};
    counter_init(&counter);
    for (size_t i = 0; i < COUNTERS; i++)
        ck_assert(thread_start(&threads[i], "waiter", wait_for_broadcast, &counter, NULL));
    int64_t deadline = clock_monotonic_us() + DEADLINE_US;
    lock_acquire(&counter.lock);
    while (counter.value < COUNTERS)
        ck_assert(condition_wait_until(&counter.changed, &counter.lock, deadline));
    counter.value = -1;
    condition_broadcast(&counter.changed);
    lock_release(&counter.lock);
    for (size_t i = 0; i < COUNTERS; i++)
        thread_join(&threads[i]);
    ck_assert_int_eq(counter.value, -1 - COUNTERS);
    counter_clear(&counter);
}
END_TEST

START_TEST(a_wait_ends_at_its_time_on_the_monotonic_clock)
{
    static const int64_t distances[] = {INT64_MIN / 2, -CLOCK_SECOND_US, 0, 1, 20000};
    struct counter counter;
    counter_init(&counter);
    int64_t start = clock_monotonic_us();
    int64_t until = start + distances[_i];
    lock_acquire(&counter.lock);
    /* A wake-up without a cause is allowed, though not forever. */
    while (condition_wait_until(&counter.changed, &counter.lock, until))
        ck_assert_int_lt(clock_monotonic_us(), start + DEADLINE_US);
    lock_release(&counter.lock);
    ck_assert_int_ge(clock_monotonic_us(), until);
    ck_assert_int_lt(clock_monotonic_us(), start + DEADLINE_US);
    counter_clear(&counter);
}
END_TEST

struct surroundings {
    sigset_t mask;
    char name[16];
};

static void look_around(void *context)
{
    struct surroundings *seen = context;
    pthread_sigmask(SIG_BLOCK, NULL, &seen->mask);
    pthread_getname_np(pthread_self(), seen->name, sizeof seen->name);
}

START_TEST(a_thread_starts_with_signals_blocked_and_a_name)
{
    static const int blocked[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGALRM, SIGCHLD, SIGUSR1};
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    struct surroundings seen;
    struct thread thread = {0};
    sigset_t before;
    sigset_t after;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    ck_assert(thread_start(&thread, "worker-12345678901", look_around, &seen, NULL));
    ck_assert(thread.is_started);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    thread_join(&thread);
    ck_assert(!thread.is_started);
    for (size_t i = 0; i < ARRAY_LENGTH(blocked); i++)
        ck_assert_int_eq(sigismember(&seen.mask, blocked[i]), 1);
    for (size_t i = 0; i < ARRAY_LENGTH(faults); i++)
        ck_assert_int_eq(sigismember(&seen.mask, faults[i]), 0);
    ck_assert_str_eq(seen.name, "worker-12345678");
    for (int signal = 1; signal < 32; signal++)
        ck_assert_int_eq(sigismember(&before, signal), sigismember(&after, signal));
}
END_TEST

START_TEST(joining_what_never_started_does_nothing)
{
    struct thread thread = {0};
    thread_join(&thread);
    ck_assert(!thread.is_started);
}
END_TEST

START_TEST(a_thread_that_the_system_refuses_is_an_error)
{
    struct thread thread = {.is_started = true};
    struct error error = {0};
    struct surroundings unused;
    pthread_attr_t before;
    pthread_attr_t huge;
    sigset_t mask;
    pthread_getattr_default_np(&before);
    pthread_getattr_default_np(&huge);
    /* More than there are addresses. */
    ck_assert_int_eq(pthread_attr_setstacksize(&huge, (size_t)1 << 48), 0);
    ck_assert_int_eq(pthread_setattr_default_np(&huge), 0);
    bool started = thread_start(&thread, "too-much", look_around, &unused, &error);
    pthread_setattr_default_np(&before);
    pthread_attr_destroy(&huge);
    pthread_attr_destroy(&before);
    ck_assert(!started);
    ck_assert(!thread.is_started);
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_ptr_nonnull(strstr(error.text, "cannot start thread \"too-much\": "));
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    ck_assert_int_eq(sigismember(&mask, SIGINT), 0);
    thread_join(&thread);
}
END_TEST

START_TEST(locks_may_be_taken_upwards_and_released_in_any_order)
{
    struct lock low;
    struct lock high;
    lock_init(&low, LOCK_RANK_CANCEL);
    lock_init(&high, LOCK_RANK_SERVER);
    lock_acquire(&low);
    lock_acquire(&high);
    lock_release(&low);
    lock_release(&high);
    lock_acquire(&high);
    lock_release(&high);
    lock_acquire(&low);
    lock_release(&low);
    lock_clear(&low);
    lock_clear(&high);
}
END_TEST

/* The bugs below run in a child that must abort; if it does not, it exits with 0. */
static void take_downwards(void)
{
    struct lock low;
    struct lock high;
    lock_init(&low, LOCK_RANK_QUEUE);
    lock_init(&high, LOCK_RANK_RESULTS);
    lock_acquire(&high);
    lock_acquire(&low);
}

static void take_two_of_a_rank(void)
{
    struct lock one;
    struct lock other;
    lock_init(&one, LOCK_RANK_QUEUE);
    lock_init(&other, LOCK_RANK_QUEUE);
    lock_acquire(&one);
    lock_acquire(&other);
}

static void take_twice(void)
{
    struct lock lock;
    lock_init(&lock, LOCK_RANK_QUEUE);
    lock_acquire(&lock);
    lock_acquire(&lock);
}

static void release_what_is_free(void)
{
    struct lock lock;
    lock_init(&lock, LOCK_RANK_QUEUE);
    lock_acquire(&lock);
    lock_release(&lock);
    lock_release(&lock);
}

static void take_in_thread(void *context)
{
    lock_acquire(context);
}

static void release_for_another_thread(void)
{
    struct lock lock;
    struct thread thread = {0};
    lock_init(&lock, LOCK_RANK_QUEUE);
    thread_start(&thread, "taker", take_in_thread, &lock, NULL);
    thread_join(&thread);
    lock_release(&lock);
}

static void wait_without_lock(void)
{
    struct counter counter;
    counter_init(&counter);
    condition_wait(&counter.changed, &counter.lock);
}

static void wait_until_without_lock(void)
{
    struct counter counter;
    counter_init(&counter);
    condition_wait_until(&counter.changed, &counter.lock, 0);
}

static void wait_with_two_locks(void)
{
    struct counter counter;
    struct lock low;
    counter_init(&counter);
    lock_init(&low, LOCK_RANK_CANCEL);
    lock_acquire(&low);
    lock_acquire(&counter.lock);
    condition_wait_until(&counter.changed, &counter.lock, 0);
}

static const struct {
    void (*body)(void);
    const char *text;
} bugs[] = {
    {take_downwards, "taken out of order: the queue lock"},
    {take_two_of_a_rank, "taken out of order: the queue lock"},
    {take_twice, "taken out of order: the queue lock"},
    {release_what_is_free, "released without being held: the queue lock"},
    {release_for_another_thread, "released without being held: the queue lock"},
    {wait_without_lock, "waited without holding: the queue lock"},
    {wait_until_without_lock, "waited without holding: the queue lock"},
    {wait_with_two_locks, "waited with another lock held beside: the queue lock"},
};

START_TEST(a_lock_used_wrongly_aborts)
{
    struct child child = child_run(bugs[_i].body);
    ck_assert(WIFSIGNALED(child.status));
    ck_assert_int_eq(WTERMSIG(child.status), SIGABRT);
    ck_assert_msg(strstr(child.text, bugs[_i].text) != NULL, "it said: %s", child.text);
}
END_TEST

#ifndef __SANITIZE_THREAD__ /* which reports the unlock itself, before the lock can refuse it */
static void release_another_of_the_rank(void)
{
    struct lock held;
    struct lock other;
    lock_init(&held, LOCK_RANK_QUEUE);
    lock_init(&other, LOCK_RANK_QUEUE);
    lock_acquire(&held);
    lock_release(&other);
}

START_TEST(releasing_another_lock_of_the_rank_aborts)
{
    struct child child = child_run(release_another_of_the_rank);
    ck_assert(WIFSIGNALED(child.status));
    ck_assert_int_eq(WTERMSIG(child.status), SIGABRT);
    ck_assert_ptr_nonnull(strstr(child.text, "holds another of its rank: the queue lock"));
}
END_TEST
#endif

int main(void)
{
    TCase *tests = tcase_create("thread");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_lock_keeps_others_out);
    tcase_add_test(tests, a_signal_wakes_the_waiting_thread);
    tcase_add_test(tests, a_broadcast_wakes_all);
    tcase_add_loop_test(tests, a_wait_ends_at_its_time_on_the_monotonic_clock, 0, 5);
    tcase_add_test(tests, a_thread_starts_with_signals_blocked_and_a_name);
    tcase_add_test(tests, joining_what_never_started_does_nothing);
    tcase_add_test(tests, a_thread_that_the_system_refuses_is_an_error);
    tcase_add_test(tests, locks_may_be_taken_upwards_and_released_in_any_order);
    tcase_add_loop_test(tests, a_lock_used_wrongly_aborts, 0, ARRAY_LENGTH(bugs));
#ifndef __SANITIZE_THREAD__
    tcase_add_test(tests, releasing_another_lock_of_the_rank_aborts);
#endif
    Suite *suite = suite_create("thread");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
