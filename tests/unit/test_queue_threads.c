#include "sync/queue.h"

#include <check.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"
#include "bell.h"

struct producer {
    struct queue *queue;
    struct bell pushed;
    unsigned count;
    bool was_refused;
};

static void push_all(void *context)
{
    struct producer *producer = context;
    for (unsigned i = 0; i < producer->count && !producer->was_refused; i++) {
        producer->was_refused = !queue_push(producer->queue, producer, 0);
        if (!producer->was_refused)
            bell_ring(&producer->pushed);
    }
}

static struct thread start_thread(const char *name, void (*body)(void *context), void *context)
{
    struct thread thread;
    struct error error;
    ck_assert_msg(thread_start(&thread, name, body, context, &error), "no thread");
    return thread;
}

static void take_one(struct queue *queue, struct queue_taker *taker)
{
    void *taken;
    int64_t due_us;
    ck_assert_int_eq(queue_take(queue, taker, 0, &taken, &due_us), QUEUE_ITEM);
    queue_done(queue);
}

/* The producer is taken to be waiting when it has not pushed for this long. */
#define STILL_US 30000

static const struct {
    unsigned capacity;
    unsigned takes; /* after which a waiting push goes on */
} full_cases[] = {{1, 1}, {2, 1}, {7, 1}, {8, 1}, {40, 5}};

START_TEST(a_full_queue_holds_the_producer_until_there_is_room)
{
    unsigned capacity = full_cases[_i].capacity;
    unsigned takes = full_cases[_i].takes;
    struct queue *queue = queue_create(QUEUE_FIFO, capacity, 0);
    struct queue_taker *taker = queue_add_taker(queue, (struct hook){0});
    struct producer producer = {.queue = queue, .count = capacity + takes};
    bell_init(&producer.pushed);
    int64_t deadline_us = clock_monotonic_us() + BELL_DEADLINE_US;
    struct thread thread = start_thread("producer", push_all, &producer);

    ck_assert(bell_wait(&producer.pushed, capacity, deadline_us));
    ck_assert(!bell_wait(&producer.pushed, capacity + 1, clock_monotonic_us() + STILL_US));
    ck_assert_uint_eq(queue_levels(queue).fresh, capacity);
    for (unsigned i = 1; i < takes; i++)
        take_one(queue, taker);
    if (takes > 1) /* not woken for every single item */
        ck_assert(!bell_wait(&producer.pushed, capacity + 1, clock_monotonic_us() + STILL_US));
    take_one(queue, taker);
    ck_assert(bell_wait(&producer.pushed, capacity + takes, deadline_us));
    thread_join(&thread);
    ck_assert_uint_eq(queue_levels(queue).fresh, capacity);

    for (unsigned i = 0; i < capacity; i++)
        take_one(queue, taker);
    bell_clear(&producer.pushed);
    queue_destroy(queue);
}
END_TEST

static void (*const end_cases[])(struct queue *queue) = {queue_close, queue_drain};

START_TEST(closing_and_draining_release_every_waiting_push)
{
    enum { CAPACITY = 2, PRODUCERS = 3 };
    struct queue *queue = queue_create(QUEUE_FIFO, CAPACITY, 0);
    struct queue_taker *taker = queue_add_taker(queue, (struct hook){0});
    struct producer producers[PRODUCERS];
    struct thread threads[PRODUCERS];
    for (size_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.queue = queue, .count = CAPACITY + 1};
        bell_init(&producers[i].pushed);
        threads[i] = start_thread("producer", push_all, &producers[i]);
    }
    int64_t deadline_us = clock_monotonic_us() + BELL_DEADLINE_US;
    while (queue_levels(queue).fresh < CAPACITY && clock_monotonic_us() < deadline_us)
        bell_wait(&producers[0].pushed, CAPACITY + 1, clock_monotonic_us() + STILL_US);
    ck_assert(!bell_wait(&producers[0].pushed, CAPACITY + 1, clock_monotonic_us() + STILL_US));
    end_cases[_i](queue);
    for (size_t i = 0; i < PRODUCERS; i++) {
        thread_join(&threads[i]);
        ck_assert(producers[i].was_refused);
        bell_clear(&producers[i].pushed);
    }
    for (size_t i = 0; i < CAPACITY; i++)
        take_one(queue, taker);
    queue_destroy(queue);
}
END_TEST

/* Many takers, each waiting for its own bell or a due time and for nothing else: one lost wake is
 * enough to let them wait for ever. */

struct stress_item {
    unsigned returns_left; /* plain numbers: only the owner of the item may touch it */
    unsigned done;
};

struct stress_taker {
    struct queue *queue;
    struct queue_taker *taker;
    struct bell bell;
    int64_t deadline_us;
    uint32_t random;
    bool is_late;
};

static void work_on(struct stress_taker *self, struct stress_item *taken)
{
    if (taken->returns_left == 0) {
        taken->done++;
        queue_done(self->queue);
        return;
    }
    taken->returns_left--;
    self->random = self->random * 1664525 + 1013904223;
    uint32_t delay_us = (self->random >> 16) % 3000;
    queue_return(self->queue, taken, delay_us < 1000 ? 0 : clock_monotonic_us() + delay_us);
}

static void take_until_ended(void *context)
{
    struct stress_taker *self = context;
    while (!self->is_late) {
        unsigned heard = bell_rings(&self->bell);
        void *taken;
        int64_t due_us;
        enum queue_answer answer =
            queue_take(self->queue, self->taker, clock_monotonic_us(), &taken, &due_us);
        if (answer == QUEUE_ENDED)
            return;
        if (answer == QUEUE_ITEM)
            work_on(self, taken);
        else
            bell_wait(&self->bell, heard + 1,
                      due_us < self->deadline_us ? due_us : self->deadline_us);
        self->is_late = clock_monotonic_us() >= self->deadline_us;
    }
}

struct stress_producer {
    struct queue *queue;
    struct stress_item *items;
    size_t count;
};

static void produce(void *context)
{
    struct stress_producer *producer = context;
    for (size_t i = 0; i < producer->count; i++) {
        producer->items[i].returns_left = i % 8 == 0 ? 2 : 0;
        if (!queue_push(producer->queue, &producer->items[i], (int64_t)(i % 5)))
            return;
    }
    queue_close(producer->queue);
}

static const struct {
    enum queue_order order;
    size_t capacity;
    size_t count;
} stress_cases[] = {
    {QUEUE_FIFO, 1, 2000},       {QUEUE_LIFO, 16, 8000}, {QUEUE_PRIORITY, 64, 8000},
    {QUEUE_SHUFFLED, 256, 8000}, {QUEUE_FIFO, 16, 1}, /* most takers never see an item, all must see
                                                         the end */
};

START_TEST(no_wake_is_lost_among_many_takers)
{
    enum { TAKERS = 5 };
    size_t count = stress_cases[_i].count;
    struct queue *queue = queue_create(stress_cases[_i].order, stress_cases[_i].capacity, 1);
    struct stress_item *items = calloc(count, sizeof(*items));
    struct stress_producer producer = {queue, items, count};
    struct stress_taker takers[TAKERS];
    struct thread threads[TAKERS];
    for (unsigned i = 0; i < TAKERS; i++) {
        takers[i] = (struct stress_taker){.queue = queue, .random = i};
        bell_init(&takers[i].bell);
        takers[i].taker = queue_add_taker(queue, (struct hook){bell_ring, &takers[i].bell});
        takers[i].deadline_us = clock_monotonic_us() + BELL_DEADLINE_US;
    }
    for (size_t i = 0; i < TAKERS; i++)
        threads[i] = start_thread("taker", take_until_ended, &takers[i]);
    struct thread producing = start_thread("producer", produce, &producer);
    for (size_t i = 0; i < TAKERS; i++)
        thread_join(&threads[i]);
    queue_close(queue); /* changes nothing, unless takers gave up */
    thread_join(&producing);

    for (size_t i = 0; i < TAKERS; i++) {
        ck_assert(!takers[i].is_late);
        bell_clear(&takers[i].bell);
    }
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(items[i].done, 1);
    free(items);
    queue_destroy(queue);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("threads");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, a_full_queue_holds_the_producer_until_there_is_room, 0,
                        (int)ARRAY_LENGTH(full_cases));
    tcase_add_loop_test(cases, closing_and_draining_release_every_waiting_push, 0,
                        (int)ARRAY_LENGTH(end_cases));
    tcase_add_loop_test(cases, no_wake_is_lost_among_many_takers, 0,
                        (int)ARRAY_LENGTH(stress_cases));
    Suite *suite = suite_create("queue with threads");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
