#include "sync/barrier.h"

#include <check.h>
#include <sched.h>
#include <stdlib.h>

#include "bell.h"

#define WAITERS 4
#define STILL_US 20000 /* who has not passed after so long is waiting */

struct waiter {
    struct barrier *barrier;
    struct bell *coming;
    struct bell *passed;
    struct thread thread;
};

static void come_and_pass(void *context)
{
    struct waiter *waiter = context;
    bell_ring(waiter->coming);
    barrier_wait(waiter->barrier);
    bell_ring(waiter->passed);
}

static struct barrier *barrier;
static struct bell coming;
static struct bell passed;
static struct waiter waiters[WAITERS];
static size_t started;

static void setup(void)
{
    bell_init(&coming);
    bell_init(&passed);
    started = 0;
}

static void teardown(void)
{
    for (size_t i = 0; i < started; i++)
        thread_join(&waiters[i].thread);
    barrier_destroy(barrier);
    bell_clear(&coming);
    bell_clear(&passed);
}

static void start_waiters(size_t count)
{
    struct error error;
    for (size_t i = 0; i < count; i++) {
        struct waiter *waiter = &waiters[started];
        *waiter = (struct waiter){.barrier = barrier, .coming = &coming, .passed = &passed};
        ck_assert(thread_start(&waiter->thread, "waiter", come_and_pass, waiter, &error));
        started++;
    }
    ck_assert(bell_wait(&coming, (unsigned)started, clock_monotonic_us() + BELL_DEADLINE_US));
}

static bool have_passed(unsigned count)
{
    return bell_wait(&passed, count, clock_monotonic_us() + BELL_DEADLINE_US);
}

static bool has_one_passed(void)
{
    return bell_wait(&passed, 1, clock_monotonic_us() + STILL_US);
}

START_TEST(nobody_passes_before_all_have_come)
{
    barrier = barrier_create(WAITERS + 1);
    for (size_t i = 0; i < WAITERS; i++) {
        start_waiters(1);
        ck_assert(!has_one_passed());
    }
    barrier_wait(barrier); /* the last one waits for nobody */
    ck_assert(have_passed(WAITERS));
}
END_TEST

START_TEST(one_alone_waits_for_nobody)
{
    barrier = barrier_create(1);
    barrier_wait(barrier);
    barrier_wait(barrier);
}
END_TEST

START_TEST(fewer_that_are_expected_open_it_for_those_that_wait)
{
    barrier = barrier_create(WAITERS + 3);
    start_waiters(WAITERS);
    barrier_expect_fewer(barrier, 0);
    barrier_expect_fewer(barrier, 2);
    ck_assert(!has_one_passed());
    barrier_expect_fewer(barrier, 1);
    ck_assert(have_passed(WAITERS));
}
END_TEST

START_TEST(fewer_that_are_expected_before_anybody_has_come_count)
{
    barrier = barrier_create(WAITERS + 2);
    barrier_expect_fewer(barrier, 1);
    start_waiters(WAITERS);
    ck_assert(!has_one_passed());
    barrier_wait(barrier);
    ck_assert(have_passed(WAITERS));
}
END_TEST

static const unsigned absent[] = {3, 4, 1000};

START_TEST(once_it_is_open_later_comers_go_straight_on)
{
    barrier = barrier_create(3);
    barrier_expect_fewer(barrier, absent[_i]); /* also more than are missing */
    barrier_wait(barrier);
    barrier_wait(barrier);
    barrier_expect_fewer(barrier, 1);
    start_waiters(WAITERS);
    ck_assert(have_passed(WAITERS));
}
END_TEST

/* Threads that meet at one barrier after the other. */

enum { THREADS = 4, ROUNDS = 1000 };

struct meeting {
    struct barrier *barriers[ROUNDS];
    unsigned written[ROUNDS][THREADS]; /* before the barrier, read by the others behind it */
};

struct member {
    struct meeting *meeting;
    unsigned number;
    unsigned seen; /* what the others had written before they passed */
};

static void meet(void *context)
{
    struct member *self = context;
    struct meeting *meeting = self->meeting;
    for (size_t round = 0; round < ROUNDS; round++) {
        meeting->written[round][self->number] = 1;
        barrier_wait(meeting->barriers[round]);
        for (size_t i = 0; i < THREADS; i++)
            self->seen += meeting->written[round][i];
        if (round % 7 == self->number)
            sched_yield();
    }
}

START_TEST(who_passes_sees_what_the_others_wrote_before_they_came)
{
    static struct meeting meeting;
    struct member members[THREADS];
    struct thread threads[THREADS];
    struct error error;
    meeting = (struct meeting){0};
    for (size_t round = 0; round < ROUNDS; round++) {
        /* In every third round a thread more is expected, and then it is not. */
        meeting.barriers[round] = barrier_create(THREADS + (round % 3 == 0));
    }
    for (unsigned i = 0; i < THREADS; i++) {
        members[i] = (struct member){.meeting = &meeting, .number = i};
        ck_assert(thread_start(&threads[i], "member", meet, &members[i], &error));
    }
    for (size_t round = 0; round < ROUNDS; round += 3)
        barrier_expect_fewer(meeting.barriers[round], 1);
    for (size_t i = 0; i < THREADS; i++) {
        thread_join(&threads[i]);
        ck_assert_uint_eq(members[i].seen, ROUNDS * THREADS);
    }
    for (size_t round = 0; round < ROUNDS; round++)
        barrier_destroy(meeting.barriers[round]);
    barrier = NULL; /* which destroy accepts */
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("barrier");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, nobody_passes_before_all_have_come);
    tcase_add_test(cases, one_alone_waits_for_nobody);
    tcase_add_test(cases, fewer_that_are_expected_open_it_for_those_that_wait);
    tcase_add_test(cases, fewer_that_are_expected_before_anybody_has_come_count);
    tcase_add_loop_test(cases, once_it_is_open_later_comers_go_straight_on, 0,
                        (int)ARRAY_LENGTH(absent));
    tcase_add_test(cases, who_passes_sees_what_the_others_wrote_before_they_came);
    Suite *suite = suite_create("barrier");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
