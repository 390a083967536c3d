/* The hosts that are known, by name, and in lists by what is at hand of them. Part of host_gate,
 * and guarded by its lock.
 *
 * Ownership: the table owns its hosts. */
#ifndef HAUL_SYNC_HOST_TABLE_H
#define HAUL_SYNC_HOST_TABLE_H

#include "sync/host_entry.h"

#define HOST_TABLE_IDLE_LIMIT 20000

TAILQ_HEAD(host_list, host_entry);

struct host_table {
    uint64_t hash_seed;
    struct host_entry *hosts;
    struct host_list places[HOST_PLACE_COUNT]; /* longest there first */
    size_t idle_count;
    struct host_list held; /* those that are down first */
};

/* A name, and its hash so that it is not computed under the lock. */
struct host_key {
    const char *name;
    size_t length;
    unsigned hash;
};

void host_table_init(struct host_table *table);
void host_table_clear(struct host_table *table); /* all hosts are idle */

/* Needs no lock. The name is lent to the key. */
struct host_key host_table_key(const struct host_table *table, const char *name);

struct host_entry *host_table_find(struct host_table *table, const struct host_key *key);
struct host_entry *host_table_add(struct host_table *table, const struct host_key *key,
                                  const struct host_gate_limits *limits, unsigned slow_start_above);

/* Not to HOST_PLACE_IDLE. */
void host_table_move(struct host_table *table, struct host_entry *host, enum host_place place);
/* Nothing of the host runs or is parked any more: it is remembered as the latest if it has a past,
 * else freed. So are others, whose past is over, or too many. */
void host_table_rest(struct host_table *table, struct host_entry *host, int64_t now_us);
struct host_entry *host_table_first(const struct host_table *table, enum host_place place);

/* The host is paused, aside or down: host_table_list_held finds it. */
void host_table_hold(struct host_table *table, struct host_entry *host);
/* As host_gate_held. */
size_t host_table_list_held(struct host_table *table, int64_t now_us, struct host_gate_held *out,
                            size_t limit);

#endif
