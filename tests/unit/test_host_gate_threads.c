/* Threads that bring items of few hosts and run what the gate gives them, on a clock of their own:
 * who has to wait for a time moves it on. Who was told no time sleeps until the gate calls. */
#include "sync/host_gate.h"

#include <check.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"
#include "bell.h"

enum { WORKERS = 6, ITEMS = 12000, HOSTS = 7, AT_ONCE_MOST = 12 };

struct item {
    size_t host;
    unsigned ended; /* a plain number: only the owner of the item may touch it */
    bool was_down;
};

struct stress;

struct worker {
    struct stress *stress;
    struct bell bell;
    uint64_t random;
    bool is_late;
};

struct stress {
    struct host_gate *gate;
    const struct host_gate_settings *settings;
    const unsigned *results; /* parts of a hundred, in the order of enum host_gate_result */
    struct item items[ITEMS];
    struct worker workers[WORKERS];
    atomic_uint running[HOSTS];
    atomic_size_t next;
    atomic_size_t ended;
    atomic_int_fast64_t now_us;
    atomic_bool was_exceeded;
    int64_t deadline_us;
};

static const char *const hosts[HOSTS] = {"hot", "b", "c", "d", "e", "f", "g"};

static uint64_t draw(struct worker *worker, uint64_t below)
{
    uint64_t value = worker->random += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (value ^ (value >> 31)) % below;
}

static void move_clock(struct stress *stress, int64_t until_us)
{
    int_fast64_t now_us = atomic_load(&stress->now_us);
    while (now_us < until_us && !atomic_compare_exchange_weak(&stress->now_us, &now_us, until_us))
        continue;
}

static enum host_gate_result draw_result(struct worker *worker)
{
    const unsigned *parts = worker->stress->results;
    uint64_t dice = draw(worker, 100);
    enum host_gate_result result = HOST_GATE_SUCCESS;
    while (result < HOST_GATE_UNKNOWN && dice >= parts[result])
        dice -= parts[result++];
    return result;
}

static void end_item(struct stress *stress, struct item *item, bool was_down)
{
    item->ended++;
    item->was_down = was_down;
    atomic_fetch_add(&stress->ended, 1);
}

static void run_until_none_is_handed_on(struct worker *worker, struct item *item)
{
    struct stress *stress = worker->stress;
    while (item != NULL) {
        size_t host = item->host;
        if (atomic_fetch_add(&stress->running[host], 1) >= stress->settings->limits.at_once)
            atomic_store(&stress->was_exceeded, true);
        if (draw(worker, 4) == 0)
            sched_yield(); /* lets the others meet a running item */
        int64_t now_us = atomic_fetch_add(&stress->now_us, 1);
        if (draw(worker, 50) == 0) {
            host_gate_count_rest(stress->gate, hosts[host], now_us);
            host_gate_pause(stress->gate, hosts[host], now_us + (int64_t)draw(worker, 400));
        }
        end_item(stress, item, false);
        atomic_fetch_sub(&stress->running[host], 1);
        item = host_gate_leave(stress->gate, hosts[host], draw_result(worker), now_us);
    }
}

/* All that the gate has now; false when there was nothing. */
static bool run_due(struct worker *worker, int64_t *out_due_us)
{
    struct stress *stress = worker->stress;
    enum host_gate_answer answer;
    struct item *item =
        host_gate_take(stress->gate, atomic_load(&stress->now_us), &answer, out_due_us);
    if (item == NULL)
        return false;
    if (answer == HOST_GATE_DOWN)
        end_item(stress, item, true);
    else
        run_until_none_is_handed_on(worker, item);
    return true;
}

/* False when there are no more to bring, or they must wait. */
static bool bring_next(struct worker *worker, int64_t *out_due_us)
{
    struct stress *stress = worker->stress;
    int64_t now_us = atomic_load(&stress->now_us);
    if (host_gate_is_full(stress->gate) || !host_gate_has_rate(stress->gate, now_us, out_due_us))
        return false;
    size_t next = atomic_fetch_add(&stress->next, 1);
    if (next >= ITEMS)
        return false;
    struct item *item = &stress->items[next];
    switch (host_gate_enter(stress->gate, hosts[item->host], item, next, now_us)) {
    case HOST_GATE_ADMITTED:
        run_until_none_is_handed_on(worker, item);
        break;
    case HOST_GATE_PARKED:
        break;
    case HOST_GATE_DOWN:
        end_item(stress, item, true);
        break;
    }
    return true;
}

static void work(void *context)
{
    struct worker *self = context;
    struct stress *stress = self->stress;
    while (atomic_load(&stress->ended) < ITEMS) {
        unsigned heard = bell_rings(&self->bell);
        int64_t due_us = CLOCK_NEVER;
        if (run_due(self, &due_us) || bring_next(self, &due_us))
            continue;
        if (due_us != CLOCK_NEVER) {
            move_clock(stress, due_us);
        } else if (atomic_load(&stress->ended) < ITEMS &&
                   !bell_wait(&self->bell, heard + 1, stress->deadline_us)) {
            self->is_late = true; /* items are left, and nobody has called */
            break;
        }
    }
    for (size_t i = 0; i < WORKERS; i++)
        bell_ring(&stress->workers[i].bell);
}

static const struct {
    struct host_gate_settings settings;
    unsigned results[4];
    bool may_go_down;
} cases[] = {
    {{.limits = {1, {0, 0}}, .park_limit = 1000}, {70, 10, 10, 10}, false},
    {{.limits = {1, {0, 0}}, .park_limit = 1}, {100, 0, 0, 0}, false},
    {{.limits = {3, {0, 0}}, .park_limit = 5}, {40, 10, 40, 10}, false},
    {{.limits = {AT_ONCE_MOST, {0, 0}}, .slow_start_above = 2, .park_limit = 50},
     {60, 20, 10, 10},
     false},
    {{.limits = {3, {20000, CLOCK_SECOND_US}}, .park_limit = 50}, {70, 10, 10, 10}, false},
    {{.limits = {2, {20000, CLOCK_SECOND_US}}, .rate = {50000, CLOCK_SECOND_US}, .park_limit = 30},
     {70, 10, 10, 10},
     false},
    {{.limits = {2, {0, 0}}, .unreached_limit = 2, .probe_after_us = 300, .park_limit = 30},
     {45, 5, 40, 10},
     true},
    {{.limits = {4, {30000, CLOCK_SECOND_US}},
      .rate = {60000, CLOCK_SECOND_US},
      .slow_start_above = 2,
      .unreached_limit = 3,
      .probe_after_us = 100,
      .park_limit = 30},
     {25, 5, 65, 5},
     true},
};

static struct stress *create_stress(size_t number)
{
    struct stress *stress = calloc(1, sizeof(*stress));
    stress->settings = &cases[number].settings;
    stress->results = cases[number].results;
    stress->gate = host_gate_create(stress->settings);
    stress->deadline_us = clock_monotonic_us() + BELL_DEADLINE_US;
    for (size_t i = 0; i < ITEMS; i++)
        stress->items[i].host = i % 9 < 3 ? 0 : i % HOSTS;
    for (size_t i = 0; i < WORKERS; i++) {
        struct worker *worker = &stress->workers[i];
        worker->stress = stress;
        worker->random = number * WORKERS + i;
        bell_init(&worker->bell);
        host_gate_add_waiter(stress->gate, (struct hook){bell_ring, &worker->bell});
    }
    return stress;
}

START_TEST(many_threads_keep_the_limit_of_every_host_and_every_item_comes_out_once)
{
    struct stress *stress = create_stress((size_t)_i);
    struct thread threads[WORKERS];
    struct error error;
    for (size_t i = 0; i < WORKERS; i++)
        ck_assert(thread_start(&threads[i], "worker", work, &stress->workers[i], &error));
    for (size_t i = 0; i < WORKERS; i++)
        thread_join(&threads[i]);

    for (size_t i = 0; i < WORKERS; i++) {
        ck_assert(!stress->workers[i].is_late);
        bell_clear(&stress->workers[i].bell);
    }
    ck_assert(!atomic_load(&stress->was_exceeded));
    size_t down = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        ck_assert_uint_eq(stress->items[i].ended, 1);
        down += stress->items[i].was_down;
    }
    ck_assert(cases[_i].may_go_down == (down > 0));
    ck_assert(cases[_i].may_go_down == (host_gate_figures(stress->gate).down > 0));
    ck_assert_uint_eq(host_gate_figures(stress->gate).parked, 0);
    ck_assert_uint_le(host_gate_figures(stress->gate).peak, stress->settings->limits.at_once);
    host_gate_destroy(stress->gate);
    free(stress);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("host gate and threads");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests,
                        many_threads_keep_the_limit_of_every_host_and_every_item_comes_out_once, 0,
                        (int)ARRAY_LENGTH(cases));
    Suite *suite = suite_create("host gate and threads");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
