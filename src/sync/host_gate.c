#include "sync/host_gate.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "sync/host_entry.h"
#include "sync/host_schedule.h"
#include "sync/host_table.h"
#include "sync/pace.h"

#define ANY_TIME INT64_MIN /* before every time */

/* A host with parked items is in the schedule unless its window is full or its probe runs (then
 * something of it runs, and whoever leaves hands on) or it is down (then it is among the lost). So
 * no item can be forgotten. */
struct host_gate {
    struct host_gate_settings settings;
    struct hook *waiters;
    size_t waiter_count;

    struct lock lock; /* guards everything below, but for the seed of the table */
    struct host_table table;
    struct host_schedule schedule;
    struct pace rate; /* of all hosts together */
    uint64_t turns;
    size_t parked_count;
    size_t down_count;
    unsigned peak;
    unsigned running; /* over all hosts */
    unsigned total_peak;

    /* No waiter that was told to come again later than this has not been called since. */
    int64_t announced_us;
};

static void wake_all(const struct host_gate *gate)
{
    for (size_t i = 0; i < gate->waiter_count; i++)
        hook_call(gate->waiters[i]);
}

/* When host_gate_take may have an item, as far as is known now. */
static int64_t next_due_us_locked(const struct host_gate *gate)
{
    if (host_table_first(&gate->table, HOST_PLACE_LOST) != NULL)
        return ANY_TIME;
    const struct host_entry *first = host_schedule_first(&gate->schedule);
    if (first == NULL)
        return CLOCK_NEVER;
    int64_t due_us = ANY_TIME;
    pace_is_ready(&gate->rate, ANY_TIME, &due_us);
    return due_us > first->due_us ? due_us : first->due_us;
}

/* True when waiters are asleep too long; the caller wakes them after releasing the lock. All of
 * them: the one that would come in time may be busy by then. */
static bool is_due_earlier_locked(struct host_gate *gate)
{
    int64_t due_us = next_due_us_locked(gate);
    if (due_us >= gate->announced_us)
        return false;
    gate->announced_us = due_us;
    return true;
}

/* Limits of single hosts are asked for without the lock, so that another thread may have added the
 * host meanwhile. */
static struct host_entry *find_or_add_locked(struct host_gate *gate, const struct host_key *key)
{
    struct host_entry *host = host_table_find(&gate->table, key);
    if (host != NULL)
        return host;
    const struct host_gate_settings *settings = &gate->settings;
    struct host_gate_limits limits = settings->limits;
    if (settings->limits_of != NULL) {
        lock_release(&gate->lock);
        if (!settings->limits_of(settings->context, key->name, &limits))
            limits = settings->limits;
        lock_acquire(&gate->lock);
        host = host_table_find(&gate->table, key);
    }
    if (host == NULL)
        host = host_table_add(&gate->table, key, &limits, settings->slow_start_above);
    return host;
}

/* After any change of a host: brings it to the place where it now belongs. It may be freed. */
static void settle_locked(struct host_gate *gate, struct host_entry *host, int64_t now_us)
{
    if (host->parked_count == 0) {
        if (host->schedule_index > 0)
            host_schedule_remove(&gate->schedule, host);
        if (host->running == 0)
            host_table_rest(&gate->table, host, now_us);
        else if (host->place != HOST_PLACE_RUNNING)
            host_table_move(&gate->table, host, HOST_PLACE_RUNNING);
        return;
    }
    host_table_move(&gate->table, host,
                    host->state == HOST_DOWN ? HOST_PLACE_LOST : HOST_PLACE_PARKED);
    if (!host_entry_is_open(host)) {
        host_schedule_remove(&gate->schedule, host);
        return;
    }
    int64_t ready_us = host_entry_ready_us(host);
    host->due_us = ready_us > host->since_us ? ready_us : host->since_us;
    host_schedule_place(&gate->schedule, host);
}

/* Sends the host to the end of the row of those that are ready. */
static void begin_turn_locked(struct host_gate *gate, struct host_entry *host, int64_t now_us)
{
    host->since_us = now_us;
    host->number = gate->turns++;
}

/* Where all hosts share a rate, nobody passes before a host that already waits for it. */
static bool has_turn_locked(const struct host_gate *gate, const struct host_entry *host,
                            int64_t now_us)
{
    if (gate->settings.rate.amount == 0)
        return true;
    int64_t unused_us;
    const struct host_entry *first = host_schedule_first(&gate->schedule);
    return pace_is_ready(&gate->rate, now_us, &unused_us) &&
           (first == NULL || first == host || first->due_us > now_us);
}

static bool may_run_locked(const struct host_gate *gate, const struct host_entry *host,
                           int64_t now_us)
{
    return host_entry_is_open(host) && host_entry_ready_us(host) <= now_us &&
           has_turn_locked(gate, host, now_us);
}

static void admit_locked(struct host_gate *gate, struct host_entry *host, int64_t now_us)
{
    if (gate->settings.rate.amount > 0) {
        int64_t unused_us;
        bool passes = pace_take(&gate->rate, now_us, &unused_us);
        assert(passes);
        (void)passes;
    }
    host_entry_admit(host, now_us);
    gate->running++;
    if (host->running > gate->peak)
        gate->peak = host->running;
    if (gate->running > gate->total_peak)
        gate->total_peak = gate->running;
}

/* The host's first parked item. Says whether the gate was full and is no longer, so that the
 * caller wakes the waiters after releasing the lock. */
static void *unpark_locked(struct host_gate *gate, struct host_entry *host, bool *out_has_room)
{
    *out_has_room = gate->parked_count == gate->settings.park_limit;
    gate->parked_count--;
    return host_entry_unpark(host);
}

static void *admit_parked_locked(struct host_gate *gate, struct host_entry *host, int64_t now_us,
                                 bool *out_has_room)
{
    void *item = unpark_locked(gate, host, out_has_room);
    admit_locked(gate, host, now_us);
    begin_turn_locked(gate, host, now_us);
    return item;
}

struct host_gate *host_gate_create(const struct host_gate_settings *settings)
{
    assert(settings->limits.at_once > 0 && settings->park_limit > 0);
    struct host_gate *gate = memory_allocate_zeroed(1, sizeof(*gate));
    gate->settings = *settings;
    gate->announced_us = CLOCK_NEVER;
    host_table_init(&gate->table);
    pace_init(&gate->rate, settings->rate.amount, settings->rate.span_us);
    lock_init(&gate->lock, LOCK_RANK_HOST_GATE);
    return gate;
}

void host_gate_destroy(struct host_gate *gate)
{
    if (gate == NULL)
        return;
    assert(gate->running == 0 && gate->parked_count == 0);
    host_table_clear(&gate->table);
    host_schedule_clear(&gate->schedule);
    lock_clear(&gate->lock);
    free(gate->waiters);
    free(gate);
}

void host_gate_add_waiter(struct host_gate *gate, struct hook wake)
{
    gate->waiters = memory_resize(gate->waiters, gate->waiter_count + 1, sizeof(gate->waiters[0]));
    gate->waiters[gate->waiter_count++] = wake;
}

enum host_gate_answer host_gate_enter(struct host_gate *gate, const char *host, void *item,
                                      uint64_t ticket, int64_t now_us)
{
    enum host_gate_answer answer;
    bool must_wake = false;
    struct host_key key = host_table_key(&gate->table, host);

    lock_acquire(&gate->lock);
    struct host_entry *entry = find_or_add_locked(gate, &key);
    if (entry->state == HOST_DOWN) {
        answer = HOST_GATE_DOWN;
    } else if (entry->parked_count == 0 && may_run_locked(gate, entry, now_us)) {
        admit_locked(gate, entry, now_us);
        answer = HOST_GATE_ADMITTED;
    } else {
        if (entry->parked_count == 0)
            begin_turn_locked(gate, entry, now_us);
        host_entry_park(entry, item, ticket);
        gate->parked_count++;
        answer = HOST_GATE_PARKED;
    }
    settle_locked(gate, entry, now_us);
    if (answer == HOST_GATE_PARKED && entry->schedule_index > 0)
        must_wake = is_due_earlier_locked(gate);
    lock_release(&gate->lock);

    if (must_wake)
        wake_all(gate);
    return answer;
}

void *host_gate_leave(struct host_gate *gate, const char *host, enum host_gate_result result,
                      int64_t now_us)
{
    void *item = NULL;
    bool has_room = false;
    struct host_key key = host_table_key(&gate->table, host);

    lock_acquire(&gate->lock);
    struct host_entry *entry = host_table_find(&gate->table, &key);
    assert(entry != NULL);
    enum host_state before = entry->state;
    host_entry_leave(entry, &gate->settings, result, now_us);
    gate->running--;
    if (entry->state != before && entry->state != HOST_LIVE)
        host_table_hold(&gate->table, entry);
    if (entry->state != before && entry->state == HOST_DOWN)
        gate->down_count++;
    if (entry->parked_count > 0) {
        if (gate->settings.rate.amount > 0)
            settle_locked(gate, entry, now_us); /* it may have waited longer than the first one */
        if (may_run_locked(gate, entry, now_us))
            item = admit_parked_locked(gate, entry, now_us, &has_room);
    }
    bool has_more = entry->parked_count > 0;
    settle_locked(gate, entry, now_us);
    bool must_wake = (has_more && is_due_earlier_locked(gate)) || has_room;
    lock_release(&gate->lock);

    if (must_wake)
        wake_all(gate);
    return item;
}

void *host_gate_take(struct host_gate *gate, int64_t now_us, enum host_gate_answer *out_answer,
                     int64_t *out_due_us)
{
    void *item = NULL;
    bool has_room = false;

    lock_acquire(&gate->lock);
    struct host_entry *lost = host_table_first(&gate->table, HOST_PLACE_LOST);
    int64_t due_us = next_due_us_locked(gate);
    if (lost != NULL) {
        item = unpark_locked(gate, lost, &has_room);
        settle_locked(gate, lost, now_us);
        *out_answer = HOST_GATE_DOWN;
    } else if (due_us <= now_us) {
        struct host_entry *first = host_schedule_first(&gate->schedule);
        item = admit_parked_locked(gate, first, now_us, &has_room);
        settle_locked(gate, first, now_us);
        *out_answer = HOST_GATE_ADMITTED;
    } else {
        if (due_us > gate->announced_us)
            gate->announced_us = due_us;
        if (due_us < *out_due_us)
            *out_due_us = due_us;
    }
    lock_release(&gate->lock);

    if (has_room)
        wake_all(gate);
    return item;
}

bool host_gate_has_rate(struct host_gate *gate, int64_t now_us, int64_t *out_due_us)
{
    if (gate->settings.rate.amount == 0)
        return true;
    int64_t due_us;
    lock_acquire(&gate->lock);
    bool is_ready = pace_is_ready(&gate->rate, now_us, &due_us);
    lock_release(&gate->lock);
    if (!is_ready && due_us < *out_due_us)
        *out_due_us = due_us;
    return is_ready;
}

bool host_gate_answer(struct host_gate *gate, const char *host, int64_t now_us)
{
    const struct host_gate_settings *settings = &gate->settings;
    if (settings->slow_start_above == 0 ||
        (settings->limits_of == NULL && settings->limits.at_once <= settings->slow_start_above))
        return false;
    struct host_key key = host_table_key(&gate->table, host);
    lock_acquire(&gate->lock);
    struct host_entry *entry = host_table_find(&gate->table, &key);
    assert(entry != NULL);
    host_entry_answer(entry, now_us);
    settle_locked(gate, entry, now_us);
    bool must_wake = entry->parked_count > 0 && is_due_earlier_locked(gate);
    lock_release(&gate->lock);
    if (must_wake)
        wake_all(gate);
    return true;
}

unsigned host_gate_count_rest(struct host_gate *gate, const char *host, int64_t now_us)
{
    struct host_key key = host_table_key(&gate->table, host);
    lock_acquire(&gate->lock);
    struct host_entry *entry = find_or_add_locked(gate, &key);
    unsigned rests = host_entry_count_rest(entry, now_us);
    settle_locked(gate, entry, now_us);
    lock_release(&gate->lock);
    return rests;
}

void host_gate_pause(struct host_gate *gate, const char *host, int64_t until_us)
{
    struct host_key key = host_table_key(&gate->table, host);
    lock_acquire(&gate->lock);
    struct host_entry *entry = find_or_add_locked(gate, &key);
    host_entry_pause(entry, until_us);
    host_table_hold(&gate->table, entry);
    settle_locked(gate, entry, ANY_TIME);
    lock_release(&gate->lock);
}

void *host_gate_take_parked(struct host_gate *gate)
{
    bool has_room = false;
    void *item = NULL;

    lock_acquire(&gate->lock);
    struct host_entry *host = host_table_first(&gate->table, HOST_PLACE_LOST);
    if (host == NULL)
        host = host_table_first(&gate->table, HOST_PLACE_PARKED);
    if (host != NULL) {
        item = unpark_locked(gate, host, &has_room);
        settle_locked(gate, host, ANY_TIME);
    }
    lock_release(&gate->lock);

    if (has_room)
        wake_all(gate);
    return item;
}

bool host_gate_is_full(struct host_gate *gate)
{
    lock_acquire(&gate->lock);
    bool is_full = gate->parked_count >= gate->settings.park_limit;
    lock_release(&gate->lock);
    return is_full;
}

size_t host_gate_held(struct host_gate *gate, int64_t now_us, struct host_gate_held *out,
                      size_t limit)
{
    lock_acquire(&gate->lock);
    size_t count = host_table_list_held(&gate->table, now_us, out, limit);
    lock_release(&gate->lock);
    return count;
}

struct host_gate_figures host_gate_figures(struct host_gate *gate)
{
    lock_acquire(&gate->lock);
    struct host_gate_figures figures = {
        .parked = gate->parked_count,
        .peak = gate->peak,
        .total_peak = gate->total_peak,
        .down = gate->down_count,
    };
    lock_release(&gate->lock);
    return figures;
}
