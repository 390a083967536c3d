#include "sync/host_gate.h"

#include <check.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "bell.h"

static void count_call(void *context)
{
    ++*(unsigned *)context;
}

/* Only the addresses of items matter to the gate. */
static void *item_of(size_t number)
{
    return (void *)(uintptr_t)(number + 1);
}

static void enter(struct host_gate *gate, const char *host, size_t number,
                  enum host_gate_answer expected)
{
    ck_assert_int_eq(host_gate_enter(gate, host, item_of(number)), expected);
}

START_TEST(a_host_at_its_limit_parks_and_other_hosts_go_on)
{
    struct host_gate *gate = host_gate_create(2, 10);
    enter(gate, "a.example", 0, HOST_GATE_ADMITTED);
    enter(gate, "a.example", 1, HOST_GATE_ADMITTED);
    enter(gate, "a.example", 2, HOST_GATE_PARKED);
    enter(gate, "b.example", 3, HOST_GATE_ADMITTED);
    enter(gate, "a.example.", 4, HOST_GATE_ADMITTED);
    enter(gate, "", 5, HOST_GATE_ADMITTED);
    ck_assert_uint_eq(host_gate_parked(gate), 1);
    ck_assert_ptr_null(host_gate_leave(gate, ""));
    ck_assert_ptr_null(host_gate_leave(gate, "b.example"));
    ck_assert_ptr_null(host_gate_leave(gate, "a.example."));
    ck_assert_ptr_eq(host_gate_leave(gate, "a.example"), item_of(2));
    ck_assert_ptr_null(host_gate_leave(gate, "a.example"));
    ck_assert_ptr_null(host_gate_leave(gate, "a.example"));
    ck_assert_uint_eq(host_gate_peak(gate), 2);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(who_leaves_hands_its_place_to_the_longest_parked)
{
    struct host_gate *gate = host_gate_create(1, 10);
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    for (size_t i = 1; i < 4; i++)
        enter(gate, "a", i, HOST_GATE_PARKED);
    ck_assert_ptr_eq(host_gate_leave(gate, "a"), item_of(1));
    enter(gate, "a", 4, HOST_GATE_PARKED); /* the place was handed on, it is not free */
    for (size_t i = 2; i < 5; i++)
        ck_assert_ptr_eq(host_gate_leave(gate, "a"), item_of(i));
    ck_assert_ptr_null(host_gate_leave(gate, "a"));
    enter(gate, "a", 5, HOST_GATE_ADMITTED);
    ck_assert_ptr_null(host_gate_leave(gate, "a"));
    ck_assert_uint_eq(host_gate_peak(gate), 1);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(a_full_gate_still_parks_and_tells_everybody_when_there_is_room_again)
{
    unsigned calls[2] = {0};
    struct host_gate *gate = host_gate_create(1, 2);
    for (size_t i = 0; i < 2; i++)
        host_gate_add_waiter(gate, (struct hook){count_call, &calls[i]});
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    enter(gate, "a", 1, HOST_GATE_PARKED);
    ck_assert(!host_gate_is_full(gate));
    enter(gate, "a", 2, HOST_GATE_PARKED);
    ck_assert(host_gate_is_full(gate));
    enter(gate, "a", 3, HOST_GATE_PARKED);

    ck_assert_ptr_nonnull(host_gate_leave(gate, "a"));
    ck_assert(host_gate_is_full(gate));
    ck_assert_uint_eq(calls[0], 0);
    ck_assert_ptr_nonnull(host_gate_leave(gate, "a"));
    ck_assert(!host_gate_is_full(gate));
    ck_assert_uint_eq(calls[0], 1);
    ck_assert_uint_eq(calls[1], 1);

    enter(gate, "a", 4, HOST_GATE_PARKED);
    ck_assert(host_gate_is_full(gate));
    ck_assert_ptr_nonnull(host_gate_take_parked(gate));
    ck_assert_uint_eq(calls[0], 2);
    ck_assert_ptr_nonnull(host_gate_leave(gate, "a"));
    ck_assert_ptr_null(host_gate_leave(gate, "a"));
    ck_assert_uint_eq(calls[1], 2);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(every_parked_item_can_be_taken_without_being_admitted)
{
    enum { HOSTS = 3, EACH = 4 };
    static const char *const hosts[HOSTS] = {"a", "b", "c"};
    struct host_gate *gate = host_gate_create(1, 100);
    ck_assert_ptr_null(host_gate_take_parked(gate));
    for (size_t i = 0; i < HOSTS; i++) {
        enter(gate, hosts[i], 0, HOST_GATE_ADMITTED);
        for (size_t k = 0; k < EACH; k++)
            enter(gate, hosts[i], EACH * i + k, HOST_GATE_PARKED);
    }
    bool seen[HOSTS * EACH] = {false};
    for (size_t i = 0; i < HOSTS * EACH; i++) {
        size_t number = (size_t)(uintptr_t)host_gate_take_parked(gate) - 1;
        ck_assert_uint_lt(number, HOSTS * EACH);
        ck_assert(!seen[number]);
        seen[number] = true;
    }
    ck_assert_ptr_null(host_gate_take_parked(gate));
    ck_assert_uint_eq(host_gate_parked(gate), 0);
    for (size_t i = 0; i < HOSTS; i++) {
        enter(gate, hosts[i], 1, HOST_GATE_PARKED); /* the first one still runs */
        ck_assert_ptr_eq(host_gate_leave(gate, hosts[i]), item_of(1));
        ck_assert_ptr_null(host_gate_leave(gate, hosts[i]));
    }
    host_gate_destroy(gate);
}
END_TEST

START_TEST(names_are_copied_and_thousands_of_hosts_are_told_apart)
{
    enum { HOSTS = 20000 };
    struct host_gate *gate = host_gate_create(1, HOSTS);
    char name[64];
    for (size_t i = 0; i < HOSTS; i++) {
        snprintf(name, sizeof(name), "host-%zu.example", i);
        enter(gate, name, i, HOST_GATE_ADMITTED);
        enter(gate, name, i, HOST_GATE_PARKED);
        memset(name, 'x', sizeof(name));
    }
    for (size_t i = 0; i < HOSTS; i++) {
        snprintf(name, sizeof(name), "host-%zu.example", HOSTS - 1 - i);
        ck_assert_ptr_eq(host_gate_leave(gate, name), item_of(HOSTS - 1 - i));
        ck_assert_ptr_null(host_gate_leave(gate, name));
    }
    ck_assert_uint_eq(host_gate_parked(gate), 0);
    host_gate_destroy(gate);
}
END_TEST

/* Threads that bring items of few hosts, and run what they are given in exchange. */

enum { WORKERS = 6, ITEMS = 20000, HOSTS = 7 };

struct item {
    const char *host;
    atomic_uint *running; /* of its host */
    unsigned done;        /* a plain number: only the owner of the item may touch it */
};

struct stress {
    struct host_gate *gate;
    unsigned per_host;
    struct item items[ITEMS];
    atomic_size_t next;
    atomic_bool was_exceeded;
    int64_t deadline_us;
};

struct stress_worker {
    struct stress *stress;
    struct bell bell;
    bool is_late;
};

static void run_until_none_is_handed_on(struct stress *stress, struct item *item)
{
    while (item != NULL) {
        const char *host = item->host;
        if (atomic_fetch_add(item->running, 1) >= stress->per_host)
            atomic_store(&stress->was_exceeded, true);
        sched_yield(); /* lets the others meet a running item */
        item->done++;
        atomic_fetch_sub(item->running, 1);
        item = host_gate_leave(stress->gate, host);
    }
}

static void bring_items(void *context)
{
    struct stress_worker *self = context;
    struct stress *stress = self->stress;
    for (;;) {
        for (;;) {
            unsigned heard = bell_rings(&self->bell);
            if (!host_gate_is_full(stress->gate))
                break;
            if (!bell_wait(&self->bell, heard + 1, stress->deadline_us)) {
                self->is_late = true;
                return;
            }
        }
        size_t next = atomic_fetch_add(&stress->next, 1);
        if (next >= ITEMS)
            return;
        struct item *item = &stress->items[next];
        if (host_gate_enter(stress->gate, item->host, item) == HOST_GATE_ADMITTED)
            run_until_none_is_handed_on(stress, item);
    }
}

static const struct {
    unsigned per_host;
    size_t park_limit;
} stress_cases[] = {{1, 1000}, {1, 1}, {2, 1}, {3, 1000}};

START_TEST(many_threads_keep_the_limit_of_every_host_and_every_item_comes_out)
{
    static const char *const hosts[HOSTS] = {"hot", "hot", "hot", "b", "c", "d", "e"};
    atomic_uint running[HOSTS] = {0};
    struct stress *stress = calloc(1, sizeof(*stress));
    stress->per_host = stress_cases[_i].per_host;
    stress->gate = host_gate_create(stress->per_host, stress_cases[_i].park_limit);
    stress->deadline_us = clock_monotonic_us() + BELL_DEADLINE_US;
    for (size_t i = 0; i < ITEMS; i++) {
        size_t host = i % HOSTS < 3 ? 0 : i % HOSTS;
        stress->items[i].host = hosts[host];
        stress->items[i].running = &running[host];
    }
    struct stress_worker workers[WORKERS];
    struct thread threads[WORKERS];
    struct error error;
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i] = (struct stress_worker){.stress = stress};
        bell_init(&workers[i].bell);
        host_gate_add_waiter(stress->gate, (struct hook){bell_ring, &workers[i].bell});
    }
    for (size_t i = 0; i < WORKERS; i++)
        ck_assert(thread_start(&threads[i], "worker", bring_items, &workers[i], &error));
    for (size_t i = 0; i < WORKERS; i++)
        thread_join(&threads[i]);

    for (size_t i = 0; i < WORKERS; i++) {
        ck_assert(!workers[i].is_late);
        bell_clear(&workers[i].bell);
    }
    ck_assert(!atomic_load(&stress->was_exceeded));
    for (size_t i = 0; i < ITEMS; i++)
        ck_assert_uint_eq(stress->items[i].done, 1);
    ck_assert_uint_eq(host_gate_parked(stress->gate), 0);
    ck_assert_uint_le(host_gate_peak(stress->gate), stress->per_host);
    host_gate_destroy(stress->gate);
    free(stress);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("host gate");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_host_at_its_limit_parks_and_other_hosts_go_on);
    tcase_add_test(cases, who_leaves_hands_its_place_to_the_longest_parked);
    tcase_add_test(cases, a_full_gate_still_parks_and_tells_everybody_when_there_is_room_again);
    tcase_add_test(cases, every_parked_item_can_be_taken_without_being_admitted);
    tcase_add_test(cases, names_are_copied_and_thousands_of_hosts_are_told_apart);
    tcase_add_loop_test(cases, many_threads_keep_the_limit_of_every_host_and_every_item_comes_out,
                        0, (int)ARRAY_LENGTH(stress_cases));
    Suite *suite = suite_create("host gate");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
