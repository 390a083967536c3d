#include "sync/host_gate.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define PROBE_AFTER_US (30 * CLOCK_SECOND_US)

static void count_call(void *context)
{
    ++*(unsigned *)context;
}

/* Only the addresses of items matter to the gate. */
static void *item_of(size_t number)
{
    return (void *)(uintptr_t)(number + 1);
}

static struct host_gate *create(unsigned at_once, size_t park_limit)
{
    return host_gate_create(
        &(struct host_gate_settings){.limits = {.at_once = at_once}, .park_limit = park_limit});
}

static struct host_gate *create_breaker(unsigned at_once, unsigned unreached_limit)
{
    return host_gate_create(&(struct host_gate_settings){.limits = {.at_once = at_once},
                                                         .unreached_limit = unreached_limit,
                                                         .probe_after_us = PROBE_AFTER_US,
                                                         .park_limit = 100});
}

static void enter_at(struct host_gate *gate, const char *host, size_t number, int64_t now_us,
                     enum host_gate_answer expected)
{
    ck_assert_int_eq(host_gate_enter(gate, host, item_of(number), number, now_us), expected);
}

static void enter(struct host_gate *gate, const char *host, size_t number,
                  enum host_gate_answer expected)
{
    enter_at(gate, host, number, 0, expected);
}

static void *leave(struct host_gate *gate, const char *host)
{
    return host_gate_leave(gate, host, HOST_GATE_SUCCESS, 0);
}

static void leave_last(struct host_gate *gate, const char *host, enum host_gate_result result,
                       int64_t now_us)
{
    ck_assert_ptr_null(host_gate_leave(gate, host, result, now_us));
}

static void take_admitted(struct host_gate *gate, int64_t now_us, size_t number)
{
    enum host_gate_answer answer = HOST_GATE_PARKED;
    int64_t due_us = CLOCK_NEVER;
    ck_assert_ptr_eq(host_gate_take(gate, now_us, &answer, &due_us), item_of(number));
    ck_assert_int_eq(answer, HOST_GATE_ADMITTED);
    ck_assert_int_eq(due_us, CLOCK_NEVER);
}

static void take_down(struct host_gate *gate, int64_t now_us, size_t number)
{
    enum host_gate_answer answer = HOST_GATE_PARKED;
    int64_t due_us = CLOCK_NEVER;
    ck_assert_ptr_eq(host_gate_take(gate, now_us, &answer, &due_us), item_of(number));
    ck_assert_int_eq(answer, HOST_GATE_DOWN);
}

static void take_nothing(struct host_gate *gate, int64_t now_us, int64_t expected_due_us)
{
    enum host_gate_answer answer = HOST_GATE_PARKED;
    int64_t due_us = CLOCK_NEVER;
    ck_assert_ptr_null(host_gate_take(gate, now_us, &answer, &due_us));
    ck_assert_int_eq(due_us, expected_due_us);
    int64_t earlier_us = now_us + 1;
    ck_assert_ptr_null(host_gate_take(gate, now_us, &answer, &earlier_us));
    ck_assert_int_eq(earlier_us, now_us + 1);
}

START_TEST(a_host_at_its_limit_parks_and_other_hosts_go_on)
{
    struct host_gate *gate = create(2, 10);
    enter(gate, "a.example", 0, HOST_GATE_ADMITTED);
    enter(gate, "a.example", 1, HOST_GATE_ADMITTED);
    enter(gate, "a.example", 2, HOST_GATE_PARKED);
    enter(gate, "b.example", 3, HOST_GATE_ADMITTED);
    enter(gate, "a.example.", 4, HOST_GATE_ADMITTED);
    enter(gate, "", 5, HOST_GATE_ADMITTED);
    ck_assert_uint_eq(host_gate_figures(gate).parked, 1);
    take_nothing(gate, CLOCK_SECOND_US, CLOCK_NEVER); /* time alone changes nothing */
    ck_assert_ptr_null(leave(gate, ""));
    ck_assert_ptr_null(leave(gate, "b.example"));
    ck_assert_ptr_null(leave(gate, "a.example."));
    ck_assert_ptr_eq(leave(gate, "a.example"), item_of(2));
    ck_assert_ptr_null(leave(gate, "a.example"));
    ck_assert_ptr_null(leave(gate, "a.example"));
    ck_assert_uint_eq(host_gate_figures(gate).peak, 2);
    ck_assert_uint_eq(host_gate_figures(gate).total_peak, 5);
    host_gate_destroy(gate);
    host_gate_destroy(NULL);
}
END_TEST

START_TEST(who_leaves_hands_its_place_to_the_first_parked)
{
    struct host_gate *gate = create(1, 10);
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    for (size_t i = 1; i < 4; i++)
        enter(gate, "a", i, HOST_GATE_PARKED);
    ck_assert_ptr_eq(leave(gate, "a"), item_of(1));
    enter(gate, "a", 4, HOST_GATE_PARKED); /* the place was handed on, it is not free */
    for (size_t i = 2; i < 5; i++)
        ck_assert_ptr_eq(leave(gate, "a"), item_of(i));
    ck_assert_ptr_null(leave(gate, "a"));
    enter(gate, "a", 5, HOST_GATE_ADMITTED);
    ck_assert_ptr_null(leave(gate, "a"));
    ck_assert_uint_eq(host_gate_figures(gate).peak, 1);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(an_item_that_comes_late_keeps_its_place)
{
    static const size_t arrivals[] = {4, 7, 5, 9, 1, 8, 2};
    static const size_t order[] = {1, 2, 4, 5, 7, 8, 9};
    struct host_gate *gate = create(1, 100);
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    for (size_t i = 0; i < ARRAY_LENGTH(arrivals); i++)
        enter(gate, "a", arrivals[i], HOST_GATE_PARKED);
    for (size_t i = 0; i < ARRAY_LENGTH(order); i++)
        ck_assert_ptr_eq(leave(gate, "a"), item_of(order[i]));
    ck_assert_ptr_null(leave(gate, "a"));
    host_gate_destroy(gate);
}
END_TEST

START_TEST(a_full_gate_still_parks_and_tells_everybody_when_there_is_room_again)
{
    unsigned calls[2] = {0};
    struct host_gate *gate = create(1, 2);
    for (size_t i = 0; i < 2; i++)
        host_gate_add_waiter(gate, (struct hook){count_call, &calls[i]});
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    enter(gate, "a", 1, HOST_GATE_PARKED);
    ck_assert(!host_gate_is_full(gate));
    enter(gate, "a", 2, HOST_GATE_PARKED);
    ck_assert(host_gate_is_full(gate));
    enter(gate, "a", 3, HOST_GATE_PARKED);

    ck_assert_ptr_nonnull(leave(gate, "a"));
    ck_assert(host_gate_is_full(gate));
    ck_assert_uint_eq(calls[0], 0);
    ck_assert_ptr_nonnull(leave(gate, "a"));
    ck_assert(!host_gate_is_full(gate));
    ck_assert_uint_eq(calls[0], 1);
    ck_assert_uint_eq(calls[1], 1);

    enter(gate, "a", 4, HOST_GATE_PARKED);
    ck_assert(host_gate_is_full(gate));
    ck_assert_ptr_nonnull(host_gate_take_parked(gate));
    ck_assert_uint_eq(calls[0], 2);
    ck_assert_ptr_nonnull(leave(gate, "a"));
    ck_assert_ptr_null(leave(gate, "a"));
    ck_assert_uint_eq(calls[1], 2);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(every_parked_item_can_be_taken_without_being_admitted)
{
    enum { HOSTS = 3, EACH = 4 };
    static const char *const hosts[HOSTS] = {"a", "b", "c"};
    struct host_gate *gate = create(1, 100);
    ck_assert_ptr_null(host_gate_take_parked(gate));
    for (size_t i = 0; i < HOSTS; i++) {
        enter(gate, hosts[i], 0, HOST_GATE_ADMITTED);
        for (size_t k = 0; k < EACH; k++)
            enter(gate, hosts[i], EACH * i + k, HOST_GATE_PARKED);
    }
    host_gate_pause(gate, "b", CLOCK_SECOND_US);
    bool seen[HOSTS * EACH] = {false};
    for (size_t i = 0; i < HOSTS * EACH; i++) {
        size_t number = (size_t)(uintptr_t)host_gate_take_parked(gate) - 1;
        ck_assert_uint_lt(number, HOSTS * EACH);
        ck_assert(!seen[number]);
        seen[number] = true;
    }
    ck_assert_ptr_null(host_gate_take_parked(gate));
    ck_assert_uint_eq(host_gate_figures(gate).parked, 0);
    for (size_t i = 0; i < HOSTS; i++) {
        enter(gate, hosts[i], 1, HOST_GATE_PARKED); /* the first one still runs */
        ck_assert_ptr_eq(host_gate_leave(gate, hosts[i], HOST_GATE_SUCCESS, CLOCK_SECOND_US),
                         item_of(1));
        leave_last(gate, hosts[i], HOST_GATE_SUCCESS, CLOCK_SECOND_US);
    }
    host_gate_destroy(gate);
}
END_TEST

START_TEST(names_are_copied_and_thousands_of_hosts_are_told_apart)
{
    enum { HOSTS = 20000 };
    struct host_gate *gate = create(1, HOSTS);
    char name[64];
    for (size_t i = 0; i < HOSTS; i++) {
        snprintf(name, sizeof(name), "host-%zu.example", i);
        enter(gate, name, i, HOST_GATE_ADMITTED);
        enter(gate, name, i, HOST_GATE_PARKED);
        memset(name, 'x', sizeof(name));
    }
    for (size_t i = 0; i < HOSTS; i++) {
        snprintf(name, sizeof(name), "host-%zu.example", HOSTS - 1 - i);
        ck_assert_ptr_eq(leave(gate, name), item_of(HOSTS - 1 - i));
        ck_assert_ptr_null(leave(gate, name));
    }
    ck_assert_uint_eq(host_gate_figures(gate).parked, 0);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(a_paused_host_parks_until_its_time_and_other_hosts_go_on)
{
    struct host_gate *gate = create(2, 10);
    unsigned calls = 0;
    host_gate_add_waiter(gate, (struct hook){count_call, &calls});
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    enter(gate, "a", 1, HOST_GATE_ADMITTED);
    enter(gate, "a", 2, HOST_GATE_PARKED);
    host_gate_pause(gate, "a", 2000);
    host_gate_pause(gate, "a", 1000); /* an earlier end changes nothing */
    take_nothing(gate, 50, CLOCK_NEVER);
    ck_assert_uint_eq(calls, 0);
    leave_last(gate, "a", HOST_GATE_REACHED, 100);
    ck_assert_uint_eq(calls, 1); /* now there is something to wait for */
    leave_last(gate, "a", HOST_GATE_SUCCESS, 100);
    enter_at(gate, "a", 3, 110, HOST_GATE_PARKED);
    enter_at(gate, "b", 4, 110, HOST_GATE_ADMITTED);
    ck_assert_uint_eq(calls, 1);
    take_nothing(gate, 1999, 2000);
    host_gate_pause(gate, "a", 3000);
    take_nothing(gate, 2000, 3000);
    enter_at(gate, "a", 5, 3000, HOST_GATE_PARKED); /* not before those that came earlier */
    take_admitted(gate, 3000, 2);
    take_admitted(gate, 3000, 3);
    take_nothing(gate, 3000, CLOCK_NEVER); /* two run */
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_SUCCESS, 3001), item_of(5));
    leave_last(gate, "a", HOST_GATE_SUCCESS, 3002);
    leave_last(gate, "a", HOST_GATE_SUCCESS, 3002);
    leave_last(gate, "b", HOST_GATE_SUCCESS, 3002);
    enter_at(gate, "a", 6, 3003, HOST_GATE_ADMITTED);
    leave_last(gate, "a", HOST_GATE_SUCCESS, 3003);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(a_pause_is_remembered_while_nothing_of_the_host_runs)
{
    struct host_gate *gate = create(2, 10);
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    host_gate_pause(gate, "a", 5000);
    leave_last(gate, "a", HOST_GATE_REACHED, 100);
    host_gate_pause(gate, "b", 4000); /* a host that nobody knew */
    enter_at(gate, "a", 1, 4999, HOST_GATE_PARKED);
    enter_at(gate, "b", 2, 3999, HOST_GATE_PARKED);
    take_nothing(gate, 3999, 4000);
    take_admitted(gate, 4000, 2);
    take_admitted(gate, 5000, 1);
    leave_last(gate, "a", HOST_GATE_SUCCESS, 5000);
    leave_last(gate, "b", HOST_GATE_SUCCESS, 5000);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(rests_are_counted_once_a_pause_and_until_a_success)
{
    struct host_gate *gate = create(4, 10);
    for (size_t i = 0; i < 4; i++)
        enter(gate, "a", i, HOST_GATE_ADMITTED);
    ck_assert_uint_eq(host_gate_count_rest(gate, "a", 10), 1);
    host_gate_pause(gate, "a", 1000);
    ck_assert_uint_eq(host_gate_count_rest(gate, "a", 20), 1); /* the same burst */
    leave_last(gate, "a", HOST_GATE_REACHED, 20);
    leave_last(gate, "a", HOST_GATE_UNREACHED, 20);
    leave_last(gate, "a", HOST_GATE_UNKNOWN, 20);
    ck_assert_uint_eq(host_gate_count_rest(gate, "a", 1000), 2);
    host_gate_pause(gate, "a", 3000);
    ck_assert_uint_eq(host_gate_count_rest(gate, "a", 3001), 3);
    leave_last(gate, "a", HOST_GATE_SUCCESS, 3001);
    ck_assert_uint_eq(host_gate_count_rest(gate, "a", 3001), 1);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(a_host_is_asked_at_its_own_rate)
{
    struct host_gate *gate = host_gate_create(&(struct host_gate_settings){
        .limits = {.at_once = 10, .rate = {10, CLOCK_SECOND_US}}, .park_limit = 100});
    unsigned calls = 0;
    host_gate_add_waiter(gate, (struct hook){count_call, &calls});
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    leave_last(gate, "a", HOST_GATE_SUCCESS, 1); /* remembered: its next time is to come */
    for (size_t i = 1; i < 50; i++)
        enter_at(gate, "a", i, 2, HOST_GATE_PARKED);
    enter_at(gate, "b", 50, 2, HOST_GATE_ADMITTED);
    leave_last(gate, "b", HOST_GATE_SUCCESS, 2);
    ck_assert_uint_eq(calls, 1);
    for (size_t i = 1; i < 50; i++) {
        int64_t due_us = (int64_t)i * 100000;
        take_nothing(gate, due_us - 1, due_us);
        take_admitted(gate, due_us, i);
        leave_last(gate, "a", HOST_GATE_SUCCESS, due_us + 5);
    }
    ck_assert_uint_eq(calls, 1);
    enter_at(gate, "a", 51, 6 * CLOCK_SECOND_US, HOST_GATE_ADMITTED);
    leave_last(gate, "a", HOST_GATE_SUCCESS, 6 * CLOCK_SECOND_US);
    host_gate_destroy(gate);
}
END_TEST

/* Hosts a to d; each has items 10h to 10h+4. */
START_TEST(hosts_that_wait_for_the_common_rate_take_turns)
{
    static const char *const hosts[] = {"a", "b", "c", "d"};
    struct host_gate *gate = host_gate_create(&(struct host_gate_settings){
        .limits = {.at_once = 10}, .rate = {1000, CLOCK_SECOND_US}, .park_limit = 100});
    int64_t due_us = CLOCK_NEVER;
    ck_assert(host_gate_has_rate(gate, 0, &due_us));
    ck_assert_int_eq(due_us, CLOCK_NEVER);
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    ck_assert(!host_gate_has_rate(gate, 0, &due_us));
    ck_assert_int_eq(due_us, 1000);
    due_us = 500;
    ck_assert(!host_gate_has_rate(gate, 0, &due_us));
    ck_assert_int_eq(due_us, 500);
    for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++) {
        for (size_t k = i == 0; k < 5; k++)
            enter(gate, hosts[i], 10 * i + k, HOST_GATE_PARKED);
    }
    leave_last(gate, "a", HOST_GATE_SUCCESS, 500);
    int64_t now_us = 1000;
    for (size_t k = 0; k < 5; k++) {
        for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++) {
            size_t number = i == 0 ? k + 1 : 10 * i + k;
            if (i == 0 && k == 4)
                continue;
            take_nothing(gate, now_us - 1, now_us);
            take_admitted(gate, now_us, number);
            leave_last(gate, hosts[i], HOST_GATE_SUCCESS, now_us);
            now_us += 1000;
        }
    }
    enter_at(gate, "e", 90, now_us - 1, HOST_GATE_PARKED);
    enter_at(gate, "f", 91, now_us, HOST_GATE_PARKED); /* e came before it */
    take_admitted(gate, now_us, 90);
    take_admitted(gate, now_us + 1000, 91);
    leave_last(gate, "e", HOST_GATE_SUCCESS, now_us);
    leave_last(gate, "f", HOST_GATE_SUCCESS, now_us);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(at_a_thousand_a_second_hooks_are_called_at_most_once_an_item)
{
    enum { ITEMS = 5000 };
    struct host_gate *gate = host_gate_create(&(struct host_gate_settings){
        .limits = {.at_once = 6}, .rate = {1000, CLOCK_SECOND_US}, .park_limit = 100});
    unsigned calls = 0;
    host_gate_add_waiter(gate, (struct hook){count_call, &calls});
    int64_t now_us = 0;
    int64_t due_us = CLOCK_NEVER;
    enum host_gate_answer answer;
    for (size_t i = 0; i < ITEMS; i++) {
        char host[2] = {(char)('a' + i % 7), 0};
        if (host_gate_enter(gate, host, item_of(i), i, now_us) == HOST_GATE_PARKED) {
            while (host_gate_take(gate, now_us, &answer, &due_us) == NULL) {
                now_us = due_us;
                due_us = CLOCK_NEVER;
            }
        }
        leave_last(gate, host, HOST_GATE_SUCCESS, now_us + 300);
    }
    ck_assert_uint_gt(calls, 0);
    ck_assert_uint_le(calls, ITEMS);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(a_new_host_starts_slowly_and_the_window_doubles_with_its_successes)
{
    static const unsigned windows[] = {1, 2, 4, 8, 10, 10};
    struct host_gate *gate = host_gate_create(&(struct host_gate_settings){
        .limits = {.at_once = 10}, .slow_start_above = 8, .park_limit = 1000});
    unsigned calls = 0;
    host_gate_add_waiter(gate, (struct hook){count_call, &calls});
    size_t entered = 0;
    size_t next = 1; /* the item that must come next */
    enter(gate, "a", entered++, HOST_GATE_ADMITTED);
    while (entered < 100)
        enter(gate, "a", entered++, HOST_GATE_PARKED);
    for (size_t i = 0; i + 1 < ARRAY_LENGTH(windows); i++) {
        for (unsigned k = 0; k < windows[i]; k++)
            ck_assert_ptr_eq(leave(gate, "a"), item_of(next++));
        /* The one that widened the window was handed on; the others are to be fetched. */
        ck_assert_uint_eq(calls, i + 1 < 5 ? i + 1 : 4);
        for (unsigned k = windows[i]; k < windows[i + 1]; k++)
            take_admitted(gate, 0, next++);
        take_nothing(gate, 0, CLOCK_NEVER);
    }
    ck_assert_uint_eq(host_gate_figures(gate).peak, 10);

    host_gate_pause(gate, "a", 5000);
    for (size_t i = 0; i < 10; i++) /* successes from before the pause do not widen it */
        leave_last(gate, "a", HOST_GATE_SUCCESS, 4000);
    take_nothing(gate, 4999, 5000);
    take_admitted(gate, 5000, next++);
    take_nothing(gate, 5000, CLOCK_NEVER);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_REACHED, 5001), item_of(next++));
    take_nothing(gate, 5001, CLOCK_NEVER);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_SUCCESS, 5002), item_of(next++));
    take_admitted(gate, 5002, next++);
    take_nothing(gate, 5002, CLOCK_NEVER);
    while (host_gate_take_parked(gate) != NULL)
        continue;
    leave_last(gate, "a", HOST_GATE_SUCCESS, 5003);
    leave_last(gate, "a", HOST_GATE_SUCCESS, 5003);
    /* The window is remembered: 4 after two successes in a window of 2. */
    for (size_t i = 0; i < 4; i++)
        enter_at(gate, "a", i, 9000, HOST_GATE_ADMITTED);
    enter_at(gate, "a", 4, 9000, HOST_GATE_PARKED);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_UNKNOWN, 9000), item_of(4));
    for (size_t i = 0; i < 4; i++)
        leave_last(gate, "a", HOST_GATE_UNKNOWN, 9000);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(a_good_reply_counts_before_its_body_has_come)
{
    struct host_gate *gate = host_gate_create(&(struct host_gate_settings){
        .limits = {.at_once = 10}, .slow_start_above = 8, .park_limit = 1000});
    unsigned calls = 0;
    host_gate_add_waiter(gate, (struct hook){count_call, &calls});
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    enter(gate, "a", 1, HOST_GATE_PARKED);
    enter(gate, "a", 2, HOST_GATE_PARKED);
    calls = 0;
    ck_assert(host_gate_answer(gate, "a", 0)); /* a large file may take an hour from here */
    ck_assert_uint_gt(calls, 0);
    take_admitted(gate, 0, 1);
    /* The end of the same request does not count once more. */
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_REACHED, 0), item_of(2));
    enter(gate, "a", 3, HOST_GATE_PARKED);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_REACHED, 0), item_of(3));
    leave_last(gate, "a", HOST_GATE_REACHED, 0);
    leave_last(gate, "a", HOST_GATE_REACHED, 0);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(without_a_slow_start_nobody_counts_replies)
{
    struct host_gate *gate = create(10, 100);
    enter(gate, "a", 0, HOST_GATE_ADMITTED);
    ck_assert(!host_gate_answer(gate, "a", 0));
    leave_last(gate, "a", HOST_GATE_SUCCESS, 0);
    host_gate_destroy(gate);
}
END_TEST

static bool limits_of_slow(void *context, const char *host, struct host_gate_limits *out)
{
    ++*(unsigned *)context;
    if (strcmp(host, "slow") != 0)
        return false;
    *out = (struct host_gate_limits){.at_once = 1, .rate = {1, CLOCK_SECOND_US}};
    return true;
}

START_TEST(a_host_may_have_limits_of_its_own)
{
    unsigned asked = 0;
    struct host_gate *gate =
        host_gate_create(&(struct host_gate_settings){.limits = {.at_once = 3},
                                                      .limits_of = limits_of_slow,
                                                      .context = &asked,
                                                      .slow_start_above = 3,
                                                      .park_limit = 10});
    for (size_t i = 0; i < 3; i++)
        enter(gate, "other", i, HOST_GATE_ADMITTED);
    enter(gate, "other", 3, HOST_GATE_PARKED);
    ck_assert_uint_eq(asked, 1); /* only when nothing is known of it */
    enter(gate, "slow", 10, HOST_GATE_ADMITTED);
    enter(gate, "slow", 11, HOST_GATE_PARKED);
    ck_assert_uint_eq(asked, 2);
    leave_last(gate, "slow", HOST_GATE_SUCCESS, 500);
    take_nothing(gate, 500, CLOCK_SECOND_US);
    take_admitted(gate, CLOCK_SECOND_US, 11);
    leave_last(gate, "slow", HOST_GATE_SUCCESS, CLOCK_SECOND_US);
    ck_assert_ptr_eq(leave(gate, "other"), item_of(3));
    for (size_t i = 0; i < 3; i++)
        ck_assert_ptr_null(leave(gate, "other"));
    host_gate_destroy(gate);
}
END_TEST

static const struct {
    enum host_gate_result results[6];
    bool is_aside;
} breaker_cases[] = {
    {{HOST_GATE_UNREACHED, HOST_GATE_UNREACHED, HOST_GATE_UNREACHED}, true},
    {{HOST_GATE_UNREACHED, HOST_GATE_UNREACHED, HOST_GATE_UNKNOWN}, false},
    {{HOST_GATE_UNREACHED, HOST_GATE_UNKNOWN, HOST_GATE_UNREACHED, HOST_GATE_UNREACHED}, true},
    {{HOST_GATE_UNREACHED, HOST_GATE_UNREACHED, HOST_GATE_REACHED, HOST_GATE_UNREACHED}, false},
    {{HOST_GATE_UNREACHED, HOST_GATE_UNREACHED, HOST_GATE_SUCCESS, HOST_GATE_UNREACHED}, false},
};

START_TEST(a_host_is_put_aside_when_it_was_not_reached_several_times_in_a_row)
{
    static const size_t counts[] = {3, 3, 4, 4, 4};
    struct host_gate *gate = create_breaker(1, 3);
    for (size_t i = 0; i < counts[_i]; i++) { /* remembered although nothing of it is left */
        enter_at(gate, "a", i, 100, HOST_GATE_ADMITTED);
        leave_last(gate, "a", breaker_cases[_i].results[i], 100);
    }
    struct host_gate_held held;
    ck_assert_uint_eq(host_gate_held(gate, 100, &held, 1), breaker_cases[_i].is_aside);
    if (breaker_cases[_i].is_aside) {
        enter_at(gate, "a", 9, 200, HOST_GATE_PARKED);
        take_nothing(gate, 200, 100 + PROBE_AFTER_US);
        take_admitted(gate, 100 + PROBE_AFTER_US, 9);
    } else {
        enter_at(gate, "a", 9, 200, HOST_GATE_ADMITTED);
    }
    leave_last(gate, "a", HOST_GATE_SUCCESS, 300);
    host_gate_destroy(gate);
}
END_TEST

/* Not reached twice, of two: aside, with items 2 to 5 parked. Returns when the probe may go. */
static int64_t put_aside(struct host_gate *gate, const char *host)
{
    enter(gate, host, 0, HOST_GATE_ADMITTED);
    enter(gate, host, 1, HOST_GATE_ADMITTED);
    leave_last(gate, host, HOST_GATE_UNREACHED, 10);
    leave_last(gate, host, HOST_GATE_UNREACHED, 20);
    for (size_t i = 2; i < 6; i++)
        enter_at(gate, host, i, 30, HOST_GATE_PARKED);
    take_nothing(gate, 30, 20 + PROBE_AFTER_US);
    return 20 + PROBE_AFTER_US;
}

START_TEST(a_host_whose_probe_fails_is_down_and_its_items_are_handed_out_as_such)
{
    struct host_gate *gate = create_breaker(2, 2);
    unsigned calls = 0;
    host_gate_add_waiter(gate, (struct hook){count_call, &calls});
    int64_t now_us = put_aside(gate, "a");
    take_admitted(gate, now_us, 2);
    take_nothing(gate, now_us, CLOCK_NEVER); /* one at a time */
    enter_at(gate, "a", 6, now_us, HOST_GATE_PARKED);
    ck_assert_uint_eq(host_gate_figures(gate).down, 0);
    calls = 0;
    leave_last(gate, "a", HOST_GATE_UNREACHED, now_us + 5);
    ck_assert_uint_eq(calls, 1);
    ck_assert_uint_eq(host_gate_figures(gate).down, 1);
    enter_at(gate, "a", 7, now_us + 6, HOST_GATE_DOWN);
    enter_at(gate, "b", 8, now_us + 6, HOST_GATE_ADMITTED);
    for (size_t i = 3; i < 7; i++)
        take_down(gate, now_us + 6, i);
    take_nothing(gate, now_us + 6, CLOCK_NEVER);
    enter_at(gate, "a", 9, now_us + 1000 * CLOCK_SECOND_US, HOST_GATE_DOWN);
    struct host_gate_held held;
    host_gate_pause(gate, "c", now_us + 9);
    ck_assert_uint_eq(host_gate_held(gate, now_us + 6, &held, 1), 1);
    ck_assert_str_eq(held.host, "c"); /* not the one that is down */
    leave_last(gate, "b", HOST_GATE_SUCCESS, now_us);
    host_gate_destroy(gate);
}
END_TEST

static const enum host_gate_result living[] = {HOST_GATE_SUCCESS, HOST_GATE_REACHED};

START_TEST(a_host_that_the_probe_reaches_is_live_again)
{
    struct host_gate *gate = create_breaker(2, 2);
    int64_t now_us = put_aside(gate, "a");
    take_admitted(gate, now_us, 2);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", living[_i], now_us), item_of(3));
    take_admitted(gate, now_us, 4);
    struct host_gate_held held;
    ck_assert_uint_eq(host_gate_held(gate, now_us, &held, 1), 0);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_UNREACHED, now_us), item_of(5));
    leave_last(gate, "a", HOST_GATE_SUCCESS, now_us); /* the count began anew */
    enter_at(gate, "a", 6, now_us, HOST_GATE_ADMITTED);
    leave_last(gate, "a", HOST_GATE_SUCCESS, now_us);
    leave_last(gate, "a", HOST_GATE_SUCCESS, now_us);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(a_probe_that_tells_nothing_is_followed_by_another)
{
    struct host_gate *gate = create_breaker(2, 2);
    int64_t now_us = put_aside(gate, "a");
    take_admitted(gate, now_us, 2);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_UNKNOWN, now_us), item_of(3));
    take_nothing(gate, now_us, CLOCK_NEVER);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_UNKNOWN, now_us), item_of(4));
    leave_last(gate, "a", HOST_GATE_UNREACHED, now_us);
    take_down(gate, now_us, 5);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(an_older_item_that_reaches_the_host_ends_the_aside_state)
{
    struct host_gate *gate = create_breaker(4, 2);
    for (size_t i = 0; i < 4; i++)
        enter(gate, "a", i, HOST_GATE_ADMITTED);
    enter(gate, "a", 4, HOST_GATE_PARKED);
    enter(gate, "a", 5, HOST_GATE_PARKED);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", HOST_GATE_UNREACHED, 10), item_of(4));
    leave_last(gate, "a", HOST_GATE_UNREACHED, 20);
    leave_last(gate, "a", HOST_GATE_UNREACHED, 30); /* changes nothing more */
    take_nothing(gate, 30, 20 + PROBE_AFTER_US);
    ck_assert_ptr_eq(host_gate_leave(gate, "a", living[_i], 40), item_of(5));
    leave_last(gate, "a", HOST_GATE_SUCCESS, 50);
    leave_last(gate, "a", HOST_GATE_SUCCESS, 50);
    host_gate_destroy(gate);
}
END_TEST

START_TEST(a_host_is_not_given_up_while_an_older_item_may_still_reach_it)
{
    struct host_gate *gate = create_breaker(3, 2);
    for (size_t i = 0; i < 3; i++)
        enter(gate, "a", i, HOST_GATE_ADMITTED);
    enter(gate, "a", 3, HOST_GATE_PARKED);
    host_gate_pause(gate, "a", 25);
    leave_last(gate, "a", HOST_GATE_UNREACHED, 10);
    leave_last(gate, "a", HOST_GATE_UNREACHED, 20);
    int64_t now_us = 20 + PROBE_AFTER_US;
    take_admitted(gate, now_us, 3);
    enter_at(gate, "a", 4, now_us, HOST_GATE_PARKED);
    leave_last(gate, "a", HOST_GATE_UNREACHED, now_us + 5);
    ck_assert_uint_eq(host_gate_figures(gate).down, 0);
    take_nothing(gate, now_us + 5, CLOCK_NEVER); /* no second probe meanwhile */
    if (_i == 0) {
        leave_last(gate, "a", HOST_GATE_UNREACHED, now_us + 9);
        take_down(gate, now_us + 9, 4);
        ck_assert_uint_eq(host_gate_figures(gate).down, 1);
    } else {
        ck_assert_ptr_eq(host_gate_leave(gate, "a", living[_i - 1], now_us + 9), item_of(4));
        leave_last(gate, "a", HOST_GATE_SUCCESS, now_us + 9);
        ck_assert_uint_eq(host_gate_figures(gate).down, 0);
    }
    host_gate_destroy(gate);
}
END_TEST

START_TEST(held_hosts_are_listed_with_the_latest_end_first)
{
    struct host_gate *gate = create_breaker(2, 2);
    struct host_gate_held held[5];
    ck_assert_uint_eq(host_gate_held(gate, 0, held, 5), 0);
    char name[400];
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    put_aside(gate, "aside");
    host_gate_pause(gate, "short", 50);
    host_gate_pause(gate, name, 2 * PROBE_AFTER_US);
    host_gate_pause(gate, "middle", PROBE_AFTER_US);
    ck_assert_uint_eq(host_gate_held(gate, 40, held, 5), 4);
    ck_assert_uint_eq(strlen(held[0].host), sizeof(held[0].host) - 1);
    ck_assert_str_eq(held[1].host, "aside");
    ck_assert_int_eq(held[1].until_us, 20 + PROBE_AFTER_US);
    ck_assert(held[1].is_aside);
    ck_assert_uint_eq(held[1].parked, 4);
    ck_assert_str_eq(held[2].host, "middle");
    ck_assert(!held[2].is_aside);
    ck_assert_str_eq(held[3].host, "short");
    ck_assert_uint_eq(host_gate_held(gate, 50, held, 5), 3);
    ck_assert_uint_eq(host_gate_held(gate, 50, held, 2), 2);
    ck_assert_str_eq(held[1].host, "aside");
    ck_assert_uint_eq(host_gate_held(gate, 3 * PROBE_AFTER_US, held, 5), 1);
    ck_assert_uint_eq(host_gate_held(gate, 50, held, 0), 0);
    while (host_gate_take_parked(gate) != NULL)
        continue;
    host_gate_destroy(gate);
}
END_TEST

START_TEST(only_the_latest_twenty_thousand_pasts_are_remembered)
{
    enum { REMEMBERED = 20000, MORE = 10 };
    struct host_gate *gate = create_breaker(1, 1);
    char name[32];
    for (size_t i = 0; i < REMEMBERED + MORE; i++) {
        snprintf(name, sizeof(name), "h%zu", i);
        enter_at(gate, name, i, 0, HOST_GATE_ADMITTED);
        leave_last(gate, name, HOST_GATE_UNREACHED, 0);
    }
    struct host_gate_held held;
    ck_assert_uint_eq(host_gate_held(gate, 1, &held, 1), 1);
    for (size_t i = 0; i < 2 * MORE; i++) { /* the first ones are as new as any */
        snprintf(name, sizeof(name), "h%zu", i);
        enter_at(gate, name, i, 1, i < MORE ? HOST_GATE_ADMITTED : HOST_GATE_PARKED);
    }
    for (size_t i = 0; i < MORE; i++)
        ck_assert_ptr_nonnull(host_gate_take_parked(gate));
    for (size_t i = 0; i < MORE; i++) {
        snprintf(name, sizeof(name), "h%zu", i);
        leave_last(gate, name, HOST_GATE_SUCCESS, 1);
    }
    host_gate_destroy(gate);
}
END_TEST

/* Items that wait for time in very many hosts: each step must be cheap for this to end in time. */
START_TEST(ten_thousand_hosts_wait_for_their_time_and_come_in_its_order)
{
    enum { HOSTS = 10000, EACH = 5 };
    struct host_gate *gate = create(1, HOSTS * EACH);
    char name[32];
    for (size_t i = 0; i < HOSTS; i++) {
        size_t host = i * 7919 % HOSTS;
        snprintf(name, sizeof(name), "h%zu", host);
        host_gate_pause(gate, name, 1000 + (int64_t)host);
        for (size_t k = 0; k < EACH; k++)
            enter(gate, name, host * EACH + k, HOST_GATE_PARKED);
    }
    for (size_t i = 0; i < HOSTS; i++) {
        int64_t due_us = 1000 + (int64_t)i;
        take_nothing(gate, due_us - 1, due_us);
        take_admitted(gate, due_us, i * EACH);
    }
    take_nothing(gate, CLOCK_SECOND_US, CLOCK_NEVER);
    for (size_t i = 0; i < HOSTS; i++) {
        snprintf(name, sizeof(name), "h%zu", i);
        for (size_t k = 1; k < EACH; k++) {
            ck_assert_ptr_eq(host_gate_leave(gate, name, HOST_GATE_SUCCESS, CLOCK_SECOND_US),
                             item_of(i * EACH + k));
        }
        leave_last(gate, name, HOST_GATE_SUCCESS, CLOCK_SECOND_US);
    }
    host_gate_destroy(gate);
}
END_TEST

static void add_tests_of_limits(TCase *cases)
{
    tcase_add_test(cases, a_host_at_its_limit_parks_and_other_hosts_go_on);
    tcase_add_test(cases, who_leaves_hands_its_place_to_the_first_parked);
    tcase_add_test(cases, an_item_that_comes_late_keeps_its_place);
    tcase_add_test(cases, a_full_gate_still_parks_and_tells_everybody_when_there_is_room_again);
    tcase_add_test(cases, every_parked_item_can_be_taken_without_being_admitted);
    tcase_add_test(cases, names_are_copied_and_thousands_of_hosts_are_told_apart);
    tcase_add_test(cases, a_paused_host_parks_until_its_time_and_other_hosts_go_on);
    tcase_add_test(cases, a_pause_is_remembered_while_nothing_of_the_host_runs);
    tcase_add_test(cases, rests_are_counted_once_a_pause_and_until_a_success);
    tcase_add_test(cases, a_host_is_asked_at_its_own_rate);
    tcase_add_test(cases, hosts_that_wait_for_the_common_rate_take_turns);
    tcase_add_test(cases, at_a_thousand_a_second_hooks_are_called_at_most_once_an_item);
    tcase_add_test(cases, a_new_host_starts_slowly_and_the_window_doubles_with_its_successes);
    tcase_add_test(cases, a_host_may_have_limits_of_its_own);
}

static void add_tests_of_dead_hosts(TCase *cases)
{
    tcase_add_loop_test(cases, a_host_is_put_aside_when_it_was_not_reached_several_times_in_a_row,
                        0, (int)ARRAY_LENGTH(breaker_cases));
    tcase_add_test(cases, a_host_whose_probe_fails_is_down_and_its_items_are_handed_out_as_such);
    tcase_add_loop_test(cases, a_host_that_the_probe_reaches_is_live_again, 0,
                        (int)ARRAY_LENGTH(living));
    tcase_add_test(cases, a_probe_that_tells_nothing_is_followed_by_another);
    tcase_add_loop_test(cases, an_older_item_that_reaches_the_host_ends_the_aside_state, 0,
                        (int)ARRAY_LENGTH(living));
    tcase_add_loop_test(cases, a_host_is_not_given_up_while_an_older_item_may_still_reach_it, 0,
                        (int)ARRAY_LENGTH(living) + 1);
    tcase_add_test(cases, a_good_reply_counts_before_its_body_has_come);
    tcase_add_test(cases, without_a_slow_start_nobody_counts_replies);
    tcase_add_test(cases, held_hosts_are_listed_with_the_latest_end_first);
    tcase_add_test(cases, only_the_latest_twenty_thousand_pasts_are_remembered);
    tcase_add_test(cases, ten_thousand_hosts_wait_for_their_time_and_come_in_its_order);
}

int main(void)
{
    TCase *cases = tcase_create("host gate");
    tcase_set_timeout(cases, 60);
    add_tests_of_limits(cases);
    add_tests_of_dead_hosts(cases);
    Suite *suite = suite_create("host gate");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
