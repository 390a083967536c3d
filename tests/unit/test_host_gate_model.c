/* The gate against a model of it that looks at all hosts each time, with random items, results,
 * pauses and times; and against waiters that come only when they were told to. */
#include "sync/host_gate.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "sync/pace.h"

enum { ACTIVE = 6, HOSTS = 2000, QUEUE = 64, WAITERS = 3, ITEMS_AT_ONCE = 60 };

enum state { LIVE, ASIDE, DOWN };

struct model_host {
    char name[16];
    struct host_gate_limits limits;
    bool starts_slowly;
    struct pace rate;
    enum state state;
    bool is_probing;
    bool is_uncertain;
    unsigned running;
    unsigned window;
    unsigned successes;
    unsigned unreached;
    unsigned rests;
    int64_t aside_until_us;
    int64_t paused_until_us;
    int64_t since_us;
    uint64_t number;
    uint64_t idle_since; /* a count; 0 = not idle and remembered */
    uintptr_t parked[QUEUE];
    uint64_t tickets[QUEUE]; /* of these */
    size_t parked_count;
};

struct world {
    struct host_gate *gate;
    struct host_gate_settings settings;
    uint64_t random;
    int64_t now_us;
    uintptr_t last_item;
    struct pace rate;
    uint64_t turns;
    uint64_t idle_count;
    size_t parked;
    size_t down;
    unsigned running;
    struct model_host *hosts; /* the last ones are down and no longer used */
    size_t host_count;
    bool is_asleep[WAITERS];
    int64_t until_us[WAITERS];
    unsigned rounds;
};

static uint64_t draw(struct world *world, uint64_t below)
{
    uint64_t value = world->random += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (value ^ (value >> 31)) % below;
}

static void wake_up(void *context)
{
    struct world *world = context;
    memset(world->is_asleep, 0, sizeof(world->is_asleep));
    world->rounds++;
}

static bool limits_of_b(void *context, const char *host, struct host_gate_limits *out)
{
    (void)context;
    if (host[0] != 'b')
        return false;
    *out = (struct host_gate_limits){3, {30, CLOCK_SECOND_US}};
    return true;
}

static void reset_host(struct world *world, struct model_host *host)
{
    const struct host_gate_settings *settings = &world->settings;
    struct host_gate_limits limits = settings->limits;
    if (settings->limits_of != NULL)
        settings->limits_of(NULL, host->name, &limits);
    char name[sizeof(host->name)];
    memcpy(name, host->name, sizeof(name));
    *host = (struct model_host){
        .limits = limits, .aside_until_us = INT64_MIN, .paused_until_us = INT64_MIN};
    memcpy(host->name, name, sizeof(name));
    host->starts_slowly =
        settings->slow_start_above > 0 && limits.at_once > settings->slow_start_above;
    host->window = host->starts_slowly ? 1 : limits.at_once;
    pace_init(&host->rate, limits.rate.amount, limits.rate.span_us);
}

static void name_host(struct world *world, struct model_host *host)
{
    char first = (char)('a' + (host - world->hosts) % 3);
    snprintf(host->name, sizeof(host->name), "%c%zu", first, world->host_count);
    reset_host(world, host);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t pace_due(const struct pace *pace)
{
    int64_t due_us = INT64_MIN;
    pace_is_ready(pace, INT64_MIN, &due_us);
    return due_us;
}

/* CLOCK_NEVER: not before one of its items has ended. */
static int64_t ready_us(const struct model_host *host)
{
    if (host->running >= host->window || host->is_probing || host->state == DOWN)
        return CLOCK_NEVER;
    int64_t us = later(host->paused_until_us, pace_due(&host->rate));
    return host->state == ASIDE ? later(us, host->aside_until_us) : us;
}

static bool has_past(const struct model_host *host, int64_t now_us)
{
    return host->unreached > 0 || host->rests > 0 || host->state != LIVE ||
           host->paused_until_us > now_us || pace_due(&host->rate) > now_us ||
           (host->starts_slowly && host->window > 1);
}

/* The host whose turn it is next, and from when on; NULL when time alone brings none. */
static struct model_host *next_host(struct world *world, int64_t *out_due_us)
{
    struct model_host *next = NULL;
    int64_t due_us = CLOCK_NEVER;
    for (size_t i = 0; i < world->host_count; i++) {
        struct model_host *host = &world->hosts[i];
        if (host->parked_count == 0 || ready_us(host) == CLOCK_NEVER)
            continue;
        int64_t us = later(ready_us(host), host->since_us);
        if (next == NULL || us < due_us || (us == due_us && host->number < next->number)) {
            next = host;
            due_us = us;
        }
    }
    *out_due_us = due_us;
    return next;
}

static bool has_lost(const struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++) {
        if (world->hosts[i].state == DOWN && world->hosts[i].parked_count > 0)
            return true;
    }
    return false;
}

static int64_t next_due_us(struct world *world)
{
    int64_t due_us;
    if (has_lost(world))
        return INT64_MIN;
    return next_host(world, &due_us) == NULL ? CLOCK_NEVER : later(due_us, pace_due(&world->rate));
}

static void rest(struct world *world, struct model_host *host, int64_t now_us)
{
    if (host->running > 0 || host->parked_count > 0)
        return;
    if (!has_past(host, now_us)) {
        reset_host(world, host);
        return;
    }
    host->idle_since = ++world->idle_count;
    for (int i = 0; i < 2; i++) {
        struct model_host *longest = host;
        for (size_t k = 0; k < world->host_count; k++) {
            struct model_host *other = &world->hosts[k];
            if (other->idle_since > 0 && other->idle_since < longest->idle_since)
                longest = other;
        }
        if (!has_past(longest, now_us))
            reset_host(world, longest);
    }
}

static bool may_run(struct world *world, struct model_host *host)
{
    if (ready_us(host) > world->now_us || pace_due(&world->rate) > world->now_us)
        return false;
    int64_t due_us;
    struct model_host *next = next_host(world, &due_us);
    return world->settings.rate.amount == 0 || next == NULL || next == host ||
           due_us > world->now_us;
}

static void run(struct world *world, struct model_host *host)
{
    int64_t unused_us;
    ck_assert(pace_take(&world->rate, world->now_us, &unused_us));
    ck_assert(pace_take(&host->rate, world->now_us, &unused_us));
    host->is_probing = host->state == ASIDE;
    host->idle_since = 0;
    host->running++;
    world->running++;
    ck_assert_uint_le(host->running, host->limits.at_once);
}

static uintptr_t unpark(struct world *world, struct model_host *host)
{
    uintptr_t item = host->parked[0];
    memmove(host->parked, host->parked + 1, --host->parked_count * sizeof(item));
    memmove(host->tickets, host->tickets + 1, host->parked_count * sizeof(host->tickets[0]));
    world->parked--;
    return item;
}

static uintptr_t run_parked(struct world *world, struct model_host *host)
{
    uintptr_t item = unpark(world, host);
    run(world, host);
    host->since_us = world->now_us;
    host->number = world->turns++;
    return item;
}

/* Before all that have a higher ticket. */
static void park(struct world *world, struct model_host *host, uintptr_t item, uint64_t ticket)
{
    size_t place = host->parked_count++;
    for (; place > 0 && host->tickets[place - 1] > ticket; place--) {
        host->parked[place] = host->parked[place - 1];
        host->tickets[place] = host->tickets[place - 1];
    }
    host->parked[place] = item;
    host->tickets[place] = ticket;
    world->parked++;
}

static void enter(struct world *world, struct model_host *host)
{
    if (world->running + world->parked >= ITEMS_AT_ONCE)
        return;
    uintptr_t item = ++world->last_item;
    uint64_t ticket = item + draw(world, 8); /* some come later than they were taken */
    enum host_gate_answer expected = HOST_GATE_PARKED;
    if (host->state == DOWN) {
        expected = HOST_GATE_DOWN;
    } else if (host->parked_count == 0 && may_run(world, host)) {
        run(world, host);
        expected = HOST_GATE_ADMITTED;
    } else {
        if (host->parked_count == 0) {
            host->since_us = world->now_us;
            host->number = world->turns++;
        }
        host->idle_since = 0;
        park(world, host, item, ticket);
    }
    rest(world, host, world->now_us);
    ck_assert_int_eq(host_gate_enter(world->gate, host->name, (void *)item, ticket, world->now_us),
                     expected);
}

static void judge(struct world *world, struct model_host *host, enum host_gate_result result)
{
    bool was_probing = host->is_probing;
    if (result == HOST_GATE_SUCCESS || result == HOST_GATE_REACHED) {
        host->state = LIVE;
        host->unreached = 0;
        host->is_probing = host->is_uncertain = false;
    }
    if (result == HOST_GATE_SUCCESS) {
        host->rests = 0;
        if (host->paused_until_us <= world->now_us && host->window < host->limits.at_once &&
            ++host->successes == host->window) {
            host->successes = 0;
            host->window *= 2;
            if (host->window > host->limits.at_once)
                host->window = host->limits.at_once;
        }
    }
    if (result == HOST_GATE_UNREACHED && host->state == LIVE &&
        world->settings.unreached_limit > 0 &&
        ++host->unreached == world->settings.unreached_limit) {
        host->state = ASIDE;
        host->aside_until_us = world->now_us + world->settings.probe_after_us;
    }
    if (result == HOST_GATE_UNKNOWN && was_probing)
        host->is_uncertain = true;
    if (host->is_probing && host->running == 0) {
        if (!host->is_uncertain) {
            host->state = DOWN;
            world->down++;
        }
        host->is_probing = host->is_uncertain = false;
    }
}

static void leave(struct world *world, struct model_host *host)
{
    if (host->running == 0)
        return;
    uint64_t dice = draw(world, 100);
    enum host_gate_result result = dice < 45   ? HOST_GATE_SUCCESS
                                   : dice < 55 ? HOST_GATE_REACHED
                                   : dice < 85 ? HOST_GATE_UNREACHED
                                               : HOST_GATE_UNKNOWN;
    host->running--;
    world->running--;
    judge(world, host, result);
    uintptr_t expected = 0;
    if (host->parked_count > 0 && may_run(world, host))
        expected = run_parked(world, host);
    rest(world, host, world->now_us);
    void *item = host_gate_leave(world->gate, host->name, result, world->now_us);
    ck_assert_uint_eq((uintptr_t)item, expected);
}

static void take(struct world *world, size_t waiter)
{
    int64_t due_us = CLOCK_NEVER;
    int64_t expected_due_us = next_due_us(world);
    enum host_gate_answer answer = HOST_GATE_PARKED;
    uintptr_t item = (uintptr_t)host_gate_take(world->gate, world->now_us, &answer, &due_us);
    world->is_asleep[waiter] = false;
    if (has_lost(world)) { /* which of several hosts that are down does not matter */
        size_t i = 0;
        while (i < world->host_count &&
               (world->hosts[i].state != DOWN || world->hosts[i].parked_count == 0 ||
                world->hosts[i].parked[0] != item))
            i++;
        ck_assert_uint_lt(i, world->host_count);
        ck_assert_int_eq(answer, HOST_GATE_DOWN);
        unpark(world, &world->hosts[i]);
        rest(world, &world->hosts[i], world->now_us);
    } else if (expected_due_us <= world->now_us) {
        ck_assert_uint_eq(item, run_parked(world, next_host(world, &due_us)));
        ck_assert_int_eq(answer, HOST_GATE_ADMITTED);
    } else {
        ck_assert_uint_eq(item, 0);
        ck_assert_int_eq(answer, HOST_GATE_PARKED); /* untouched */
        ck_assert_int_eq(due_us, expected_due_us);
        world->is_asleep[waiter] = true;
        world->until_us[waiter] = due_us;
    }
}

static void pause_host(struct world *world, struct model_host *host)
{
    int64_t until_us = world->now_us + (int64_t)draw(world, 200000) - 20000;
    if (until_us > host->paused_until_us) {
        host->paused_until_us = until_us;
        if (host->starts_slowly) {
            host->window = 1;
            host->successes = 0;
        }
    }
    rest(world, host, INT64_MIN);
    host_gate_pause(world->gate, host->name, until_us);
}

static void count_rest(struct world *world, struct model_host *host)
{
    if (host->rests == 0 || host->paused_until_us <= world->now_us)
        host->rests++;
    unsigned expected = host->rests;
    rest(world, host, world->now_us);
    ck_assert_uint_eq(host_gate_count_rest(world->gate, host->name, world->now_us), expected);
}

static void check_held(struct world *world)
{
    struct host_gate_held held[HOSTS];
    size_t limit = draw(world, 2) == 0 ? draw(world, 8) : HOSTS;
    size_t count = host_gate_held(world->gate, world->now_us, held, limit);
    size_t expected = 0;
    for (size_t i = 0; i < world->host_count; i++) {
        struct model_host *host = &world->hosts[i];
        int64_t until_us = host->state == ASIDE ? later(host->aside_until_us, host->paused_until_us)
                                                : host->paused_until_us;
        if (host->state == DOWN || (host->state == LIVE && until_us <= world->now_us))
            continue;
        expected++;
        size_t k = 0;
        while (k < count && strcmp(held[k].host, host->name) != 0)
            k++;
        if (k == count) { /* there were longer ones */
            ck_assert_uint_eq(count, limit);
            ck_assert(limit == 0 || held[limit - 1].until_us >= until_us);
            continue;
        }
        ck_assert_int_eq(held[k].until_us, until_us);
        ck_assert_uint_eq(held[k].parked, host->parked_count);
        ck_assert(held[k].is_aside == (host->state != LIVE));
    }
    ck_assert_uint_eq(count, expected < limit ? expected : limit);
    for (size_t i = 1; i < count; i++)
        ck_assert_int_ge(held[i - 1].until_us, held[i].until_us);
}

static void check(struct world *world)
{
    ck_assert_uint_eq(host_gate_figures(world->gate).parked, world->parked);
    ck_assert(host_gate_is_full(world->gate) == (world->parked >= world->settings.park_limit));
    ck_assert_uint_eq(host_gate_figures(world->gate).down, world->down);
    int64_t due_us = CLOCK_NEVER;
    ck_assert(host_gate_has_rate(world->gate, world->now_us, &due_us) ==
              (pace_due(&world->rate) <= world->now_us));
    int64_t next_us = next_due_us(world);
    for (size_t i = 0; i < WAITERS; i++)
        ck_assert(!world->is_asleep[i] || world->until_us[i] <= next_us);
}

/* A host that is down and of which nothing is left makes room for a new one. */
static void replace_down(struct world *world)
{
    for (size_t i = 0; i < ACTIVE && world->host_count < HOSTS; i++) {
        struct model_host *host = &world->hosts[i];
        if (host->state == DOWN && host->parked_count == 0 && draw(world, 20) == 0) {
            world->hosts[world->host_count++] = *host;
            name_host(world, host);
        }
    }
}

static void end(struct world *world)
{
    void *item;
    size_t parked = world->parked;
    while ((item = host_gate_take_parked(world->gate)) != NULL)
        parked--;
    ck_assert_uint_eq(parked, 0);
    for (size_t i = 0; i < ACTIVE; i++) {
        for (; world->hosts[i].running > 0; world->hosts[i].running--) {
            ck_assert_ptr_null(host_gate_leave(world->gate, world->hosts[i].name,
                                               HOST_GATE_UNREACHED, world->now_us));
        }
    }
    host_gate_destroy(world->gate);
    free(world->hosts);
}

static const struct host_gate_settings cases[] = {
    {.limits = {2, {0, 0}}, .park_limit = 8},
    {.limits = {1, {0, 0}}, .unreached_limit = 1, .park_limit = 1},
    {.limits = {2, {0, 0}}, .unreached_limit = 3, .probe_after_us = 90000, .park_limit = 8},
    {.limits = {7, {0, 0}}, .slow_start_above = 4, .park_limit = 20},
    {.limits = {8, {0, 0}}, .slow_start_above = 1, .unreached_limit = 4, .park_limit = 20},
    {.limits = {3, {60, CLOCK_SECOND_US}}, .park_limit = 8},
    {.limits = {3, {0, 0}}, .rate = {400, CLOCK_SECOND_US}, .park_limit = 12},
    {.limits = {4, {70, CLOCK_SECOND_US}},
     .limits_of = limits_of_b,
     .rate = {130, CLOCK_SECOND_US},
     .slow_start_above = 3,
     .unreached_limit = 3,
     .probe_after_us = 50000,
     .park_limit = 12},
};

START_TEST(the_gate_does_what_a_simple_model_of_it_does_and_no_waiter_sleeps_too_long)
{
    struct world *world = memory_allocate_zeroed(1, sizeof(*world));
    world->settings = cases[_i];
    world->random = (uint64_t)_i;
    world->hosts = memory_allocate_zeroed(HOSTS, sizeof(world->hosts[0]));
    world->gate = host_gate_create(&world->settings);
    host_gate_add_waiter(world->gate, (struct hook){wake_up, world});
    pace_init(&world->rate, world->settings.rate.amount, world->settings.rate.span_us);
    for (; world->host_count < ACTIVE; world->host_count++)
        name_host(world, &world->hosts[world->host_count]);

    for (unsigned step = 0; step < 40000; step++) {
        struct model_host *host = &world->hosts[draw(world, ACTIVE)];
        uint64_t dice = draw(world, 1000);
        if (dice < (step / 500 % 2 == 0 ? 330 : 40)) /* times of plenty and of want */
            enter(world, host);
        else if (dice < 640)
            leave(world, host);
        else if (dice < 850)
            take(world, draw(world, WAITERS));
        else if (dice < 860)
            pause_host(world, host);
        else if (dice < 880)
            count_rest(world, host);
        else if (dice < 885)
            check_held(world);
        else if (dice < 990)
            world->now_us += (int64_t)draw(world, world->settings.rate.amount > 0 ? 60000 : 6000);
        else
            world->now_us += (int64_t)draw(world, 80000);
        check(world);
        replace_down(world);
    }
    ck_assert_uint_gt(world->rounds, 10);
    ck_assert(world->settings.unreached_limit == 0 || world->down > 5);
    end(world);
    free(world);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("host gate and model");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests,
                        the_gate_does_what_a_simple_model_of_it_does_and_no_waiter_sleeps_too_long,
                        0, (int)ARRAY_LENGTH(cases));
    Suite *suite = suite_create("host gate and model");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
