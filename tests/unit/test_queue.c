#include "sync/queue.h"

#include <check.h>
#include <stdlib.h>

#include "base/clock.h"

static void count_call(void *context)
{
    ++*(unsigned *)context;
}

static struct queue_taker *add_counted_taker(struct queue *queue, unsigned *calls)
{
    *calls = 0;
    return queue_add_taker(queue, (struct hook){count_call, calls});
}

static void *item_of(size_t number)
{
    return (void *)(uintptr_t)(number + 1);
}

static size_t number_of(const void *item)
{
    return (size_t)(uintptr_t)item - 1;
}

static void push(struct queue *queue, size_t number, int64_t priority)
{
    ck_assert(queue_push(queue, item_of(number), priority));
}

static size_t take(struct queue *queue, struct queue_taker *taker, int64_t now_us)
{
    void *item = NULL;
    int64_t due_us = 0;
    ck_assert_int_eq(queue_take(queue, taker, now_us, &item, &due_us), QUEUE_ITEM);
    return number_of(item);
}

static int64_t take_nothing(struct queue *queue, struct queue_taker *taker, int64_t now_us)
{
    void *item = NULL;
    int64_t due_us = 0;
    ck_assert_int_eq(queue_take(queue, taker, now_us, &item, &due_us), QUEUE_WAIT);
    ck_assert_ptr_null(item);
    return due_us;
}

static bool is_ended(struct queue *queue, struct queue_taker *taker)
{
    void *item;
    int64_t due_us;
    return queue_take(queue, taker, 0, &item, &due_us) == QUEUE_ENDED;
}

static const struct {
    enum queue_order order;
    int64_t priorities[6];
    size_t expected[6];
} order_cases[] = {
    {QUEUE_FIFO, {3, 1, 2, 9, 0, 9}, {0, 1, 2, 3, 4, 5}},
    {QUEUE_LIFO, {3, 1, 2, 9, 0, 9}, {5, 4, 3, 2, 1, 0}},
    {QUEUE_PRIORITY, {3, 1, 3, 9, -5, 9}, {3, 5, 0, 2, 1, 4}},
    {QUEUE_PRIORITY, {0, INT64_MIN, INT64_MAX, -1, 1, INT64_MIN}, {2, 4, 0, 3, 1, 5}},
};

START_TEST(items_come_out_in_the_order_of_the_queue)
{
    struct queue *queue = queue_create(order_cases[_i].order, 6, 7);
    struct queue_taker *taker = queue_add_taker(queue, (struct hook){0});
    for (size_t i = 0; i < 6; i++)
        push(queue, i, order_cases[_i].priorities[i]);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(take(queue, taker, 0), order_cases[_i].expected[i]);
        queue_done(queue);
    }
    queue_destroy(queue);
}
END_TEST

#define SHUFFLED_COUNT 200

static void shuffle(uint64_t seed, size_t out[SHUFFLED_COUNT])
{
    struct queue *queue = queue_create(QUEUE_SHUFFLED, SHUFFLED_COUNT, seed);
    struct queue_taker *taker = queue_add_taker(queue, (struct hook){0});
    for (size_t i = 0; i < SHUFFLED_COUNT; i++)
        push(queue, i, (int64_t)i);
    for (size_t i = 0; i < SHUFFLED_COUNT; i++) {
        out[i] = take(queue, taker, 0);
        queue_done(queue);
    }
    queue_destroy(queue);
}

START_TEST(a_shuffle_is_a_permutation_that_its_seed_decides)
{
    size_t first[SHUFFLED_COUNT];
    size_t same_seed[SHUFFLED_COUNT];
    size_t other_seed[SHUFFLED_COUNT];
    shuffle(42, first);
    shuffle(42, same_seed);
    shuffle(43, other_seed);
    ck_assert_mem_eq(first, same_seed, sizeof(first));
    ck_assert_mem_ne(first, other_seed, sizeof(first));

    bool seen[SHUFFLED_COUNT] = {false};
    size_t in_place = 0;
    for (size_t i = 0; i < SHUFFLED_COUNT; i++) {
        ck_assert(!seen[first[i]]);
        seen[first[i]] = true;
        in_place += first[i] == i;
    }
    ck_assert_uint_lt(in_place, 10);
}
END_TEST

START_TEST(a_shuffle_stays_a_shuffle_on_a_list_longer_than_the_queue)
{
    enum { WINDOW = 50, COUNT = 5000 };
    struct queue *queue = queue_create(QUEUE_SHUFFLED, WINDOW, 1);
    struct queue_taker *taker = queue_add_taker(queue, (struct hook){0});
    size_t newest_taken = 0;
    for (size_t i = 0; i < COUNT; i++) {
        push(queue, i, 0);
        if (i < WINDOW - 1)
            continue;
        newest_taken += take(queue, taker, 0) == i;
        queue_done(queue);
    }
    /* One in 50 is expected: 99 of 4,951. */
    ck_assert_uint_gt(newest_taken, 50);
    ck_assert_uint_lt(newest_taken, 200);
    for (size_t i = 0; i < WINDOW - 1; i++) {
        take(queue, taker, 0);
        queue_done(queue);
    }
    queue_destroy(queue);
}
END_TEST

START_TEST(returned_items_go_first_in_the_order_of_their_times)
{
    enum { COUNT = 100 };
    struct queue *queue = queue_create(QUEUE_FIFO, COUNT + 1, 0);
    struct queue_taker *taker = queue_add_taker(queue, (struct hook){0});
    for (size_t i = 0; i < COUNT; i++) {
        push(queue, i, 0);
        take(queue, taker, 0);
    }
    push(queue, COUNT, 0);
    /* 37 and 100 have no common divisor, so every time from 0 to 99 is given once. */
    for (size_t i = 0; i < COUNT; i++)
        queue_return(queue, item_of(i), (int64_t)(i * 37 % COUNT));
    for (size_t time = 0; time < COUNT; time++)
        ck_assert_uint_eq(take(queue, taker, COUNT) * 37 % COUNT, time);
    ck_assert_uint_eq(take(queue, taker, COUNT), COUNT);
    queue_destroy(queue);
}
END_TEST

START_TEST(a_returned_item_waits_for_its_time_and_holds_nothing_back)
{
    struct queue *queue = queue_create(QUEUE_FIFO, 4, 0);
    struct queue_taker *taker = queue_add_taker(queue, (struct hook){0});
    ck_assert_int_eq(take_nothing(queue, taker, 0), CLOCK_NEVER);
    push(queue, 0, 0);
    push(queue, 1, 0);
    take(queue, taker, 0);
    queue_return(queue, item_of(0), 500);
    ck_assert_uint_eq(take(queue, taker, 499), 1);
    ck_assert_int_eq(take_nothing(queue, taker, 499), 500);
    struct queue_levels levels = queue_levels(queue);
    ck_assert_uint_eq(levels.fresh, 0);
    ck_assert_uint_eq(levels.returned, 1);
    ck_assert_uint_eq(levels.taken, 1);
    ck_assert_uint_eq(levels.capacity, 4);
    ck_assert_uint_eq(take(queue, taker, 500), 0);
    queue_return(queue, item_of(1), 0);
    ck_assert_uint_eq(take(queue, taker, 0), 1);
    queue_destroy(queue);
}
END_TEST

START_TEST(a_taker_without_place_for_fresh_items_gets_returned_ones)
{
    struct queue *queue = queue_create(QUEUE_FIFO, 4, 0);
    unsigned calls;
    struct queue_taker *taker = add_counted_taker(queue, &calls);
    void *item = NULL;
    int64_t due_us = 0;
    push(queue, 0, 0);
    push(queue, 1, 0);
    ck_assert_int_eq(queue_take_returned(queue, taker, 0, &item, &due_us), QUEUE_WAIT);
    ck_assert_int_eq(due_us, CLOCK_NEVER);
    ck_assert_uint_eq(take(queue, taker, 0), 0);
    ck_assert_int_eq(queue_take_returned(queue, taker, 0, &item, &due_us), QUEUE_WAIT);
    queue_return(queue, item_of(0), 100);
    ck_assert_uint_eq(calls, 1);
    ck_assert_int_eq(queue_take_returned(queue, taker, 99, &item, &due_us), QUEUE_WAIT);
    ck_assert_int_eq(due_us, 100);
    ck_assert_int_eq(queue_take_returned(queue, taker, 100, &item, &due_us), QUEUE_ITEM);
    ck_assert_uint_eq(number_of(item), 0);
    ck_assert_uint_eq(take(queue, taker, 100), 1);
    queue_destroy(queue);
}
END_TEST

START_TEST(what_is_taken_later_has_a_higher_ticket)
{
    struct queue *queue = queue_create(QUEUE_LIFO, 4, 0);
    unsigned calls;
    struct queue_taker *one = add_counted_taker(queue, &calls);
    struct queue_taker *two = add_counted_taker(queue, &calls);
    for (size_t i = 0; i < 4; i++)
        push(queue, i, 0);
    take(queue, one, 0);
    uint64_t first = queue_ticket(one);
    take(queue, two, 0);
    uint64_t second = queue_ticket(two);
    ck_assert_uint_lt(first, second);
    ck_assert_uint_eq(queue_ticket(one), first);
    queue_return(queue, item_of(3), 0);
    take(queue, one, 0);
    uint64_t third = queue_ticket(one);
    ck_assert_uint_lt(second, third);
    take(queue, one, 0);
    ck_assert_uint_lt(third, queue_ticket(one));
    take(queue, two, 0);
    take_nothing(queue, two, 0);
    queue_destroy(queue);
}
END_TEST

START_TEST(the_end_comes_only_when_every_item_is_done_and_wakes_everybody)
{
    struct queue *queue = queue_create(QUEUE_FIFO, 4, 0);
    unsigned calls[2];
    struct queue_taker *first = add_counted_taker(queue, &calls[0]);
    struct queue_taker *second = add_counted_taker(queue, &calls[1]);
    push(queue, 0, 0);
    queue_close(queue);
    ck_assert(!queue_push(queue, item_of(1), 0));
    take(queue, first, 0);
    ck_assert_int_eq(take_nothing(queue, second, 0), CLOCK_NEVER);
    queue_return(queue, item_of(0), 10);
    ck_assert_int_eq(take_nothing(queue, first, 0), 10);
    ck_assert_int_eq(take_nothing(queue, second, 0), 10);
    ck_assert_uint_eq(take(queue, first, 10), 0);
    calls[0] = calls[1] = 0;
    ck_assert_int_eq(take_nothing(queue, first, 10), CLOCK_NEVER);
    queue_done(queue);
    ck_assert_uint_eq(calls[0], 1);
    ck_assert_uint_eq(calls[1], 1);
    ck_assert(is_ended(queue, first));
    ck_assert(is_ended(queue, second));
    queue_destroy(queue);
}
END_TEST

START_TEST(closing_an_empty_queue_ends_it_at_once)
{
    struct queue *queue = queue_create(QUEUE_FIFO, 4, 0);
    unsigned calls;
    struct queue_taker *taker = add_counted_taker(queue, &calls);
    take_nothing(queue, taker, 0);
    queue_close(queue);
    ck_assert_uint_eq(calls, 1);
    ck_assert(is_ended(queue, taker));
    queue_destroy(queue);
}
END_TEST

START_TEST(draining_makes_every_time_due_at_once)
{
    struct queue *queue = queue_create(QUEUE_FIFO, 4, 0);
    unsigned calls;
    struct queue_taker *taker = add_counted_taker(queue, &calls);
    push(queue, 0, 0);
    push(queue, 1, 0);
    take(queue, taker, 0);
    take(queue, taker, 0);
    queue_return(queue, item_of(0), CLOCK_NEVER);
    ck_assert_int_eq(take_nothing(queue, taker, 0), CLOCK_NEVER);
    queue_drain(queue);
    ck_assert_uint_eq(calls, 1);
    ck_assert(!queue_push(queue, item_of(2), 0));
    ck_assert_uint_eq(take(queue, taker, 0), 0);
    queue_done(queue);
    ck_assert_int_eq(take_nothing(queue, taker, 0), CLOCK_NEVER);
    queue_return(queue, item_of(1), CLOCK_NEVER);
    ck_assert_uint_eq(calls, 2);
    ck_assert_uint_eq(take(queue, taker, 0), 1);
    queue_done(queue);
    ck_assert(is_ended(queue, taker));
    queue_destroy(queue);
}
END_TEST

START_TEST(a_push_wakes_one_idle_taker_and_that_one_the_next)
{
    struct queue *queue = queue_create(QUEUE_FIFO, 4, 0);
    unsigned calls[2];
    struct queue_taker *takers[2];
    for (size_t i = 0; i < 2; i++)
        takers[i] = add_counted_taker(queue, &calls[i]);
    push(queue, 0, 0);
    ck_assert_uint_eq(calls[0] + calls[1], 0); /* nobody was told to wait */
    take(queue, takers[0], 0);
    take_nothing(queue, takers[0], 0);
    take_nothing(queue, takers[1], 0);

    push(queue, 1, 0);
    ck_assert_uint_eq(calls[0] + calls[1], 1);
    size_t woken = calls[1];
    push(queue, 2, 0);
    ck_assert_uint_eq(calls[1 - woken], 1);
    push(queue, 3, 0);
    ck_assert_uint_eq(calls[0] + calls[1], 2); /* both are on their way */

    for (size_t i = 0; i < 3; i++)
        take(queue, takers[0], 0);
    take_nothing(queue, takers[1], 0);
    push(queue, 1, 0);
    push(queue, 2, 0);
    ck_assert_uint_eq(calls[1], 2);
    ck_assert_uint_eq(calls[0], 1); /* is not idle, its last answer was an item */
    take(queue, takers[0], 0);
    take(queue, takers[0], 0);
    queue_destroy(queue);
}
END_TEST

START_TEST(an_item_is_left_to_a_taker_that_has_nothing_to_do)
{
    unsigned busy_calls, idle_calls;
    struct queue *queue = queue_create(QUEUE_FIFO, 8, 0);
    struct queue_taker *busy = add_counted_taker(queue, &busy_calls);
    struct queue_taker *idle = add_counted_taker(queue, &idle_calls);

    ck_assert_msg(!queue_leave_to_idle(queue, busy, 0), "nothing is there to be left");
    push(queue, 0, 0);
    ck_assert_msg(!queue_leave_to_idle(queue, busy, 0), "nobody has nothing to do");
    ck_assert_uint_eq(take(queue, busy, 0), 0);
    take_nothing(queue, idle, 0);
    ck_assert_msg(!queue_leave_to_idle(queue, busy, 0), "nothing is there to be left");
    ck_assert_uint_eq(idle_calls, 0);

    push(queue, 1, 0);
    push(queue, 2, 0);
    ck_assert_uint_eq(idle_calls, 1);
    ck_assert_msg(queue_leave_to_idle(queue, busy, 0), "the other was woken and has not come yet");
    ck_assert_uint_eq(idle_calls, 1);
    ck_assert_uint_eq(take(queue, idle, 0), 1);
    ck_assert_msg(!queue_leave_to_idle(queue, busy, 0), "the other has come");
    ck_assert_uint_eq(take(queue, busy, 0), 2);
    ck_assert_uint_eq(busy_calls, 0);
    queue_destroy(queue);
}
END_TEST

START_TEST(leaving_an_item_wakes_whom_no_push_has_woken)
{
    unsigned first_calls, second_calls;
    struct queue *queue = queue_create(QUEUE_FIFO, 8, 0);
    struct queue_taker *first = add_counted_taker(queue, &first_calls);
    struct queue_taker *second = add_counted_taker(queue, &second_calls);

    take_nothing(queue, first, 0);
    take_nothing(queue, second, 0);
    push(queue, 0, 0); /* wakes the one that came last */
    ck_assert_uint_eq(second_calls, 1);
    ck_assert(queue_leave_to_idle(queue, second, 0));
    ck_assert_uint_eq(first_calls, 1);
    ck_assert_uint_eq(take(queue, first, 0), 0);
    queue_destroy(queue);
}
END_TEST

START_TEST(due_times_are_always_watched_by_an_idle_taker)
{
    struct queue *queue = queue_create(QUEUE_FIFO, 4, 0);
    unsigned calls[2];
    struct queue_taker *first = add_counted_taker(queue, &calls[0]);
    struct queue_taker *second = add_counted_taker(queue, &calls[1]);
    for (size_t i = 0; i < 3; i++) {
        push(queue, i, 0);
        take(queue, first, 0);
    }
    take_nothing(queue, second, 0);
    queue_return(queue, item_of(0), 100);
    ck_assert_uint_eq(calls[1], 1);
    ck_assert_int_eq(take_nothing(queue, second, 0), 100);
    queue_return(queue, item_of(1), 200);
    ck_assert_uint_eq(calls[1], 1); /* comes by itself, before that */
    queue_return(queue, item_of(2), 50);
    ck_assert_uint_eq(calls[1], 2);

    ck_assert_int_eq(take_nothing(queue, first, 0), 50);
    ck_assert_uint_eq(take(queue, second, 50), 2);
    ck_assert_uint_eq(calls[0], 0); /* comes at 50 anyway */
    ck_assert_int_eq(take_nothing(queue, first, 50), 100);
    ck_assert_uint_eq(take(queue, second, 100), 0);
    ck_assert_uint_eq(calls[0], 0);
    ck_assert_uint_eq(take(queue, second, 200), 1);
    queue_destroy(queue);
}
END_TEST

START_TEST(a_taker_that_leaves_for_an_item_hands_the_watch_over)
{
    struct queue *queue = queue_create(QUEUE_FIFO, 4, 0);
    unsigned calls[2];
    struct queue_taker *first = add_counted_taker(queue, &calls[0]);
    struct queue_taker *second = add_counted_taker(queue, &calls[1]);
    push(queue, 0, 0);
    take(queue, first, 0);
    take_nothing(queue, second, 0);
    take_nothing(queue, first, 0);
    queue_return(queue, item_of(0), 100);
    ck_assert_uint_eq(calls[0], 1);
    ck_assert_int_eq(take_nothing(queue, first, 0), 100);
    push(queue, 1, 0);
    ck_assert_uint_eq(calls[0], 2);
    ck_assert_uint_eq(calls[1], 0);
    ck_assert_uint_eq(take(queue, first, 0), 1); /* and is busy for a while */
    ck_assert_uint_eq(calls[1], 1);
    ck_assert_int_eq(take_nothing(queue, second, 0), 100);
    ck_assert_uint_eq(take(queue, first, 100), 0);
    queue_destroy(queue);
}
END_TEST

START_TEST(a_taker_that_came_by_itself_gets_no_wake_while_it_works)
{
    struct queue *queue = queue_create(QUEUE_FIFO, 4, 0);
    unsigned calls[2];
    struct queue_taker *first = add_counted_taker(queue, &calls[0]);
    struct queue_taker *second = add_counted_taker(queue, &calls[1]);
    push(queue, 0, 0);
    take(queue, first, 0);
    queue_return(queue, item_of(0), 100);
    ck_assert_int_eq(take_nothing(queue, second, 0), 100);
    ck_assert_int_eq(take_nothing(queue, first, 0), 100);
    ck_assert_uint_eq(take(queue, first, 100), 0);
    push(queue, 1, 0);
    ck_assert_uint_eq(calls[0], 0);
    ck_assert_uint_eq(calls[1], 1);
    ck_assert_uint_eq(take(queue, second, 100), 1);
    queue_destroy(queue);
}
END_TEST

/* How a held queue is let go. */
enum release { RELEASE_FULL, RELEASE_CLOSE, RELEASE_DRAIN, RELEASE_LET_GO };

START_TEST(a_held_queue_gives_nothing_before_it_is_let_go)
{
    struct queue *queue = queue_create(QUEUE_LIFO, 3, 0);
    unsigned calls;
    struct queue_taker *taker = add_counted_taker(queue, &calls);
    queue_hold(queue);
    push(queue, 0, 0);
    push(queue, 1, 0);
    ck_assert_int_eq(take_nothing(queue, taker, 0), CLOCK_NEVER);
    ck_assert_uint_eq(calls, 0);
    switch ((enum release)_i) {
    case RELEASE_FULL:
        push(queue, 2, 0);
        break;
    case RELEASE_CLOSE:
        queue_close(queue);
        break;
    case RELEASE_DRAIN:
        queue_drain(queue);
        break;
    case RELEASE_LET_GO:
        queue_let_go(queue);
        break;
    }
    ck_assert_uint_ge(calls, 1);
    if (_i == RELEASE_FULL)
        ck_assert_uint_eq(take(queue, taker, 0), 2);
    ck_assert_uint_eq(take(queue, taker, 0), 1);
    ck_assert_uint_eq(take(queue, taker, 0), 0);
    if (_i == RELEASE_FULL || _i == RELEASE_LET_GO) { /* held only once */
        push(queue, 3, 0);
        ck_assert_uint_eq(take(queue, taker, 0), 3);
    }
    queue_destroy(queue);
}
END_TEST

START_TEST(a_held_queue_that_gets_nothing_ends_when_it_is_closed)
{
    struct queue *queue = queue_create(QUEUE_SHUFFLED, 3, 0);
    unsigned calls;
    struct queue_taker *taker = add_counted_taker(queue, &calls);
    queue_hold(queue);
    take_nothing(queue, taker, 0);
    queue_close(queue);
    ck_assert_uint_ge(calls, 1);
    ck_assert(is_ended(queue, taker));
    queue_destroy(queue);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("queue");
    tcase_add_loop_test(cases, items_come_out_in_the_order_of_the_queue, 0,
                        (int)ARRAY_LENGTH(order_cases));
    tcase_add_test(cases, a_shuffle_is_a_permutation_that_its_seed_decides);
    tcase_add_test(cases, a_shuffle_stays_a_shuffle_on_a_list_longer_than_the_queue);
    tcase_add_test(cases, returned_items_go_first_in_the_order_of_their_times);
    tcase_add_test(cases, a_returned_item_waits_for_its_time_and_holds_nothing_back);
    tcase_add_test(cases, a_taker_without_place_for_fresh_items_gets_returned_ones);
    tcase_add_test(cases, what_is_taken_later_has_a_higher_ticket);
    tcase_add_test(cases, the_end_comes_only_when_every_item_is_done_and_wakes_everybody);
    tcase_add_test(cases, closing_an_empty_queue_ends_it_at_once);
    tcase_add_test(cases, draining_makes_every_time_due_at_once);
    tcase_add_test(cases, a_push_wakes_one_idle_taker_and_that_one_the_next);
    tcase_add_test(cases, an_item_is_left_to_a_taker_that_has_nothing_to_do);
    tcase_add_test(cases, leaving_an_item_wakes_whom_no_push_has_woken);
    tcase_add_test(cases, due_times_are_always_watched_by_an_idle_taker);
    tcase_add_test(cases, a_taker_that_leaves_for_an_item_hands_the_watch_over);
    tcase_add_test(cases, a_taker_that_came_by_itself_gets_no_wake_while_it_works);
    tcase_add_loop_test(cases, a_held_queue_gives_nothing_before_it_is_let_go, RELEASE_FULL,
                        RELEASE_LET_GO + 1);
    tcase_add_test(cases, a_held_queue_that_gets_nothing_ends_when_it_is_closed);
    Suite *suite = suite_create("queue");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
