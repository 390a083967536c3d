#include "sync/host_table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Hosts come from lists and redirects. Nobody outside can know which names collide under a random
 * seed; the weak one is for a kernel that has no randomness yet. */
static uint64_t draw_hash_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
        seed = (uint64_t)clock_monotonic_us();
    return seed;
}

static void release_held(struct host_table *table, struct host_entry *host)
{
    if (!host->is_held)
        return;
    host->is_held = false;
    TAILQ_REMOVE(&table->held, host, in_held);
}

static void change_place(struct host_table *table, struct host_entry *host, enum host_place place)
{
    if (host->place == HOST_PLACE_IDLE)
        table->idle_count--;
    if (place == HOST_PLACE_IDLE)
        table->idle_count++;
    TAILQ_REMOVE(&table->places[host->place], host, in_place);
    TAILQ_INSERT_TAIL(&table->places[place], host, in_place);
    host->place = place;
}

static void forget(struct host_table *table, struct host_entry *host)
{
    release_held(table, host);
    if (host->place == HOST_PLACE_IDLE)
        table->idle_count--;
    TAILQ_REMOVE(&table->places[host->place], host, in_place);
    HASH_DELETE(hh, table->hosts, host);
    host_entry_destroy(host);
}

/* False when nothing holds it any more. */
static bool describe_held(const struct host_entry *host, int64_t now_us, struct host_gate_held *out)
{
    out->until_us = host->paused_until_us;
    out->is_aside = host->state != HOST_LIVE;
    if (host->state == HOST_ASIDE && out->until_us < host->aside_until_us)
        out->until_us = host->aside_until_us;
    out->parked = host->parked_count;
    return out->is_aside || out->until_us > now_us;
}

void host_table_init(struct host_table *table)
{
    *table = (struct host_table){.hash_seed = draw_hash_seed()};
    for (size_t i = 0; i < HOST_PLACE_COUNT; i++)
        TAILQ_INIT(&table->places[i]);
    TAILQ_INIT(&table->held);
}

void host_table_clear(struct host_table *table)
{
    struct host_entry *host;
    while ((host = host_table_first(table, HOST_PLACE_IDLE)) != NULL)
        forget(table, host);
    assert(table->hosts == NULL);
}

struct host_key host_table_key(const struct host_table *table, const char *name)
{
    size_t length = strlen(name);
    return (struct host_key){.name = name,
                             .length = length,
                             .hash =
                                 (unsigned)XXH3_64bits_withSeed(name, length, table->hash_seed)};
}

struct host_entry *host_table_find(struct host_table *table, const struct host_key *key)
{
    struct host_entry *host = NULL;
    HASH_FIND_BYHASHVALUE(hh, table->hosts, key->name, key->length, key->hash, host);
    return host;
}

struct host_entry *host_table_add(struct host_table *table, const struct host_key *key,
                                  const struct host_gate_limits *limits, unsigned slow_start_above)
{
    struct host_entry *host = host_entry_create(key->name, key->length, limits, slow_start_above);
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, table->hosts, host->name, key->length, key->hash, host);
    host->place = HOST_PLACE_RUNNING;
    TAILQ_INSERT_TAIL(&table->places[host->place], host, in_place);
    return host;
}

void host_table_move(struct host_table *table, struct host_entry *host, enum host_place place)
{
    if (host->place != place)
        change_place(table, host, place);
}

void host_table_rest(struct host_table *table, struct host_entry *host, int64_t now_us)
{
    if (!host_entry_has_past(host, now_us)) {
        forget(table, host);
        return;
    }
    change_place(table, host, HOST_PLACE_IDLE);

    /* Two for each one that comes: pauses and rates that are over do not pile up. */
    for (unsigned i = 0; i < 2; i++) {
        struct host_entry *longest = host_table_first(table, HOST_PLACE_IDLE);
        if (table->idle_count > HOST_TABLE_IDLE_LIMIT || !host_entry_has_past(longest, now_us))
            forget(table, longest);
    }
}

struct host_entry *host_table_first(const struct host_table *table, enum host_place place)
{
    return TAILQ_FIRST(&table->places[place]);
}

void host_table_hold(struct host_table *table, struct host_entry *host)
{
    release_held(table, host);
    host->is_held = true;
    if (host->state == HOST_DOWN)
        TAILQ_INSERT_HEAD(&table->held, host, in_held);
    else
        TAILQ_INSERT_TAIL(&table->held, host, in_held);
}

size_t host_table_list_held(struct host_table *table, int64_t now_us, struct host_gate_held *out,
                            size_t limit)
{
    size_t count = 0;
    struct host_entry *next;
    for (struct host_entry *host = TAILQ_LAST(&table->held, host_list); host != NULL; host = next) {
        next = TAILQ_PREV(host, host_list, in_held);
        struct host_gate_held held;
        if (host->state == HOST_DOWN)
            break; /* all that are down come first, and have no end */
        if (!describe_held(host, now_us, &held)) {
            release_held(table, host);
            continue;
        }
        if (limit == 0)
            break;
        size_t i = count < limit ? count++ : limit;
        for (; i > 0 && out[i - 1].until_us < held.until_us; i--) {
            if (i < limit)
                out[i] = out[i - 1];
        }
        if (i == limit)
            continue;
        snprintf(held.host, sizeof(held.host), "%s", host->name);
        out[i] = held;
    }
    return count;
}
