#include "sync/budget.h"

#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bell.h"

static struct {
    struct budget *budget;
    struct bell bell;
    atomic_bool has_passed;
} shared;

static void setup(void)
{
    shared.budget = budget_create(100);
    bell_init(&shared.bell);
    atomic_store(&shared.has_passed, false);
}

static void teardown(void)
{
    budget_destroy(shared.budget);
    bell_clear(&shared.bell);
}

/* Says that it is about to wait, then that it went on. */
static void acquirer(void *context)
{
    (void)context;
    bell_ring(&shared.bell);
    budget_acquire(shared.budget, 60);
    atomic_store(&shared.has_passed, true);
    bell_ring(&shared.bell);
}

static void start(struct thread *thread)
{
    struct error error = {0};
    ck_assert_msg(thread_start(thread, "acquirer", acquirer, NULL, &error), "%s", error.text);
    ck_assert(bell_wait(&shared.bell, 1, clock_monotonic_us() + BELL_DEADLINE_US));
}

START_TEST(what_fits_passes_at_once)
{
    budget_acquire(shared.budget, 60);
    budget_acquire(shared.budget, 40);
    ck_assert_uint_eq(budget_held(shared.budget), 100);
    budget_release(shared.budget, 100);
    ck_assert_uint_eq(budget_held(shared.budget), 0);
}
END_TEST

START_TEST(one_thing_larger_than_the_limit_passes_alone)
{
    budget_acquire(shared.budget, 1000);
    ck_assert_uint_eq(budget_held(shared.budget), 1000);
    budget_release(shared.budget, 1000);
}
END_TEST

START_TEST(trying_takes_only_what_fits)
{
    ck_assert(budget_try_acquire(shared.budget, 60));
    ck_assert(!budget_try_acquire(shared.budget, 60));
    ck_assert_uint_eq(budget_held(shared.budget), 60);
    budget_close(shared.budget);
    ck_assert(budget_try_acquire(shared.budget, 60));
    budget_release(shared.budget, 120);
}
END_TEST

START_TEST(what_does_not_fit_waits_for_a_release)
{
    struct thread thread = {0};
    budget_acquire(shared.budget, 60);
    start(&thread);
    ck_assert(!atomic_load(&shared.has_passed));
    ck_assert_uint_eq(budget_held(shared.budget), 60);
    budget_release(shared.budget, 60);
    ck_assert(bell_wait(&shared.bell, 2, clock_monotonic_us() + BELL_DEADLINE_US));
    thread_join(&thread);
    budget_release(shared.budget, 60);
}
END_TEST

START_TEST(closing_lets_everybody_pass)
{
    struct thread thread = {0};
    budget_acquire(shared.budget, 60);
    start(&thread);
    budget_close(shared.budget);
    ck_assert(bell_wait(&shared.bell, 2, clock_monotonic_us() + BELL_DEADLINE_US));
    thread_join(&thread);
    ck_assert_uint_eq(budget_held(shared.budget), 120);
    budget_release(shared.budget, 120);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("budget");
    TCase *tests = tcase_create("amounts");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_fits_passes_at_once);
    tcase_add_test(tests, one_thing_larger_than_the_limit_passes_alone);
    tcase_add_test(tests, trying_takes_only_what_fits);
    tcase_add_test(tests, what_does_not_fit_waits_for_a_release);
    tcase_add_test(tests, closing_lets_everybody_pass);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
