#include "sync/host_entry.h"

#include <assert.h>
#include <string.h>

#define LONG_AGO INT64_MIN /* before every time */

struct host_item {
    void *item;
    uint64_t ticket;
    TAILQ_ENTRY(host_item) next;
};

/* Overflow means never. */
static int64_t later_us(int64_t now_us, int64_t delay_us)
{
    int64_t later;
    return __builtin_add_overflow(now_us, delay_us, &later) ? INT64_MAX : later;
}

static void revive(struct host_entry *host)
{
    host->unreached = 0;
    host->state = HOST_LIVE;
    host->is_probing = false;
    host->is_uncertain = false;
}

/* Items that were sent before a pause say nothing about what the host bears after it. */
static void widen(struct host_entry *host, int64_t now_us)
{
    if (host->window == host->at_once || now_us < host->paused_until_us)
        return;
    if (++host->window_successes < host->window)
        return;
    host->window_successes = 0;
    host->window = host->window > host->at_once / 2 ? host->at_once : 2 * host->window;
}

/* The gate is not told which item was the probe. Others that were sent before the host was put
 * aside may still run, so the probe has failed for certain when nothing runs any more and all that
 * ended since it started have not reached the host. */
static void judge_probe(struct host_entry *host)
{
    if (!host->is_probing || host->running > 0)
        return;
    if (!host->is_uncertain)
        host->state = HOST_DOWN;
    host->is_probing = false;
    host->is_uncertain = false;
}

struct host_entry *host_entry_create(const char *name, size_t length,
                                     const struct host_gate_limits *limits,
                                     unsigned slow_start_above)
{
    assert(limits->at_once > 0);
    struct host_entry *host = memory_allocate(sizeof(*host) + length + 1);
    memset(host, 0, sizeof(*host));
    memcpy(host->name, name, length + 1);
    TAILQ_INIT(&host->parked);
    host->at_once = limits->at_once;
    host->starts_slowly = slow_start_above > 0 && limits->at_once > slow_start_above;
    host->window = host->starts_slowly ? 1 : limits->at_once;
    host->aside_until_us = LONG_AGO;
    host->paused_until_us = LONG_AGO;
    pace_init(&host->rate, limits->rate.amount, limits->rate.span_us);
    return host;
}

void host_entry_destroy(struct host_entry *host)
{
    assert(host->running == 0 && host->parked_count == 0);
    free(host);
}

void host_entry_park(struct host_entry *host, void *item, uint64_t ticket)
{
    struct host_item *parked = memory_allocate(sizeof(*parked));
    parked->item = item;
    parked->ticket = ticket;
    struct host_item *before = TAILQ_LAST(&host->parked, host_items);
    while (before != NULL && before->ticket > ticket)
        before = TAILQ_PREV(before, host_items, next);
    if (before == NULL)
        TAILQ_INSERT_HEAD(&host->parked, parked, next);
    else
        TAILQ_INSERT_AFTER(&host->parked, before, parked, next);
    host->parked_count++;
}

void *host_entry_unpark(struct host_entry *host)
{
    struct host_item *parked = TAILQ_FIRST(&host->parked);
    TAILQ_REMOVE(&host->parked, parked, next);
    host->parked_count--;
    void *item = parked->item;
    free(parked);
    return item;
}

void host_entry_admit(struct host_entry *host, int64_t now_us)
{
    assert(host_entry_is_open(host));
    if (host->rate.amount > 0) {
        int64_t unused_us;
        bool passes = pace_take(&host->rate, now_us, &unused_us);
        assert(passes);
        (void)passes;
    }
    host->running++;
    host->is_probing = host->state == HOST_ASIDE;
}

void host_entry_answer(struct host_entry *host, int64_t now_us)
{
    host->rests = 0;
    revive(host);
    widen(host, now_us);
}

void host_entry_leave(struct host_entry *host, const struct host_gate_settings *settings,
                      enum host_gate_result result, int64_t now_us)
{
    assert(host->running > 0);
    host->running--;
    switch (result) {
    case HOST_GATE_SUCCESS:
        host_entry_answer(host, now_us);
        return;
    case HOST_GATE_REACHED:
        revive(host);
        return;
    case HOST_GATE_UNREACHED:
        if (host->state == HOST_LIVE && settings->unreached_limit > 0 &&
            ++host->unreached >= settings->unreached_limit) {
            host->state = HOST_ASIDE;
            host->aside_until_us = later_us(now_us, settings->probe_after_us);
        }
        break;
    case HOST_GATE_UNKNOWN:
        host->is_uncertain = host->is_probing;
        break;
    }
    judge_probe(host);
}

unsigned host_entry_count_rest(struct host_entry *host, int64_t now_us)
{
    if (host->paused_until_us <= now_us || host->rests == 0)
        host->rests++;
    return host->rests;
}

void host_entry_pause(struct host_entry *host, int64_t until_us)
{
    if (until_us <= host->paused_until_us)
        return;
    host->paused_until_us = until_us;
    if (host->starts_slowly) {
        host->window = 1;
        host->window_successes = 0;
    }
}

bool host_entry_has_past(const struct host_entry *host, int64_t now_us)
{
    int64_t unused_us;
    return host->unreached > 0 || host->rests > 0 || host->state != HOST_LIVE ||
           host->paused_until_us > now_us || !pace_is_ready(&host->rate, now_us, &unused_us) ||
           (host->starts_slowly && host->window > 1);
}
