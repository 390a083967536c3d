#include "io/resolver.h"

#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "bell.h"

#define ITEMS 200

/* What was answered, by item. */
static struct {
    struct bell bell;
    atomic_uint answers;
    atomic_int exists[ITEMS];
    atomic_uint times[ITEMS];
} log_of_answers;

static int items[ITEMS];

static void note(void *context, void *item, bool name_exists, const char *detail)
{
    ck_assert_ptr_eq(context, &log_of_answers);
    ck_assert_ptr_nonnull(detail);
    int place = *(int *)item;
    atomic_store(&log_of_answers.exists[place], name_exists);
    atomic_fetch_add(&log_of_answers.times[place], 1);
    atomic_fetch_add(&log_of_answers.answers, 1);
    bell_ring(&log_of_answers.bell);
}

static void setup(void)
{
    bell_init(&log_of_answers.bell);
    atomic_store(&log_of_answers.answers, 0);
    for (int i = 0; i < ITEMS; i++) {
        items[i] = i;
        atomic_store(&log_of_answers.times[i], 0);
    }
}

static void teardown(void)
{
    bell_clear(&log_of_answers.bell);
}

static void wait_for_answers(unsigned count)
{
    ck_assert(bell_wait(&log_of_answers.bell, count, clock_monotonic_us() + BELL_DEADLINE_US));
}

static struct resolver *create(void)
{
    return resolver_create(note, &log_of_answers);
}

START_TEST(a_name_that_cannot_exist_is_told_from_one_that_does)
{
    struct resolver *resolver = create();
    resolver_ask(resolver, "127.0.0.1", &items[0]);
    resolver_ask(resolver, "no such name", &items[1]); /* not even asked of a server */
    resolver_ask(resolver, "no such name", &items[2]); /* known by now */
    wait_for_answers(3);
    ck_assert(atomic_load(&log_of_answers.exists[0]));
    ck_assert(!atomic_load(&log_of_answers.exists[1]));
    ck_assert(!atomic_load(&log_of_answers.exists[2]));
    ck_assert(resolver_stop(resolver));
    resolver_destroy(resolver);
}
END_TEST

START_TEST(every_item_is_answered_once_when_it_gives_up)
{
    struct resolver *resolver = create();
    for (int i = 0; i < ITEMS / 2; i++)
        resolver_ask(resolver, "127.0.0.1", &items[i]);
    resolver_give_up(resolver);
    for (int i = ITEMS / 2; i < ITEMS; i++)
        resolver_ask(resolver, "127.0.0.1", &items[i]);
    ck_assert(resolver_stop(resolver));
    for (int i = 0; i < ITEMS; i++)
        ck_assert_uint_eq(atomic_load(&log_of_answers.times[i]), 1);
    ck_assert(atomic_load(&log_of_answers.exists[ITEMS - 1]));
    resolver_destroy(resolver);
}
END_TEST

START_TEST(one_that_was_never_asked_can_be_stopped)
{
    struct resolver *resolver = create();
    ck_assert(resolver_stop(resolver));
    resolver_destroy(resolver);
    resolver_destroy(create());
    resolver_destroy(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("resolver");
    TCase *tests = tcase_create("questions");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_name_that_cannot_exist_is_told_from_one_that_does);
    tcase_add_test(tests, every_item_is_answered_once_when_it_gives_up);
    tcase_add_test(tests, one_that_was_never_asked_can_be_stopped);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
