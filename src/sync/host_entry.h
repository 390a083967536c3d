/* What the gate knows of one host, and what it decides for it alone: how many of its items may run,
 * from when on, and whether it is put aside or down. Part of host_gate, and guarded by its lock.
 *
 * Ownership: an entry owns its list of parked items, not the items. */
#ifndef HAUL_SYNC_HOST_ENTRY_H
#define HAUL_SYNC_HOST_ENTRY_H

#include <stdlib.h>
#include <sys/queue.h>

#include "base/common.h"
#include "base/memory.h"
#include "sync/host_gate.h"
#include "sync/pace.h"

/* The map cannot fail: memory_allocate ends the program, so the second of these is never reached.
 */
#define uthash_malloc(size) memory_allocate(size)
#define uthash_fatal(text) abort()
#include <uthash.h>

enum host_state {
    HOST_LIVE,
    HOST_ASIDE, /* not reached several times in a row */
    HOST_DOWN,  /* given up */
};

/* What is at hand of a host. */
enum host_place {
    HOST_PLACE_RUNNING, /* some items run, none are parked */
    HOST_PLACE_PARKED,  /* items are parked */
    HOST_PLACE_LOST,    /* items are parked, and the host is down */
    HOST_PLACE_IDLE,    /* nothing runs, nothing is parked: it only has a past */
    HOST_PLACE_COUNT,
};

struct host_item;

struct host_entry {
    UT_hash_handle hh;

    /* What each item that enters and leaves looks at stands close together. */
    unsigned running;
    unsigned window; /* at most at_once */
    unsigned at_once;
    unsigned window_successes;
    enum host_state state;
    enum host_place place;
    bool starts_slowly;
    bool is_probing;   /* the probe runs, or may still run among others */
    bool is_uncertain; /* while it did, one ended without telling anything about the host */
    bool is_held;      /* is, or was, paused, aside or down */
    unsigned unreached;
    unsigned rests;
    size_t parked_count;
    size_t schedule_index; /* from 1; 0 = is not scheduled */
    int64_t paused_until_us;
    int64_t aside_until_us;
    struct pace rate;

    TAILQ_ENTRY(host_entry) in_place;         /* among all hosts of that place */
    TAILQ_ENTRY(host_entry) in_held;          /* while is_held */
    TAILQ_HEAD(host_items, host_item) parked; /* in the order of their tickets */

    /* Its turn among the hosts that wait for time: the earlier due, then the lower number. */
    int64_t due_us;
    int64_t since_us; /* when it began to wait for its turn */
    uint64_t number;

    char name[];
};

/* The promise of host_gate.h, with room for a name of 255 bytes and the places in map and heap. */
_Static_assert(sizeof(struct host_entry) <= 640, "a host takes less than 1 KiB");

struct host_entry *host_entry_create(const char *name, size_t length,
                                     const struct host_gate_limits *limits,
                                     unsigned slow_start_above);
void host_entry_destroy(struct host_entry *host); /* nothing running or parked */

void host_entry_park(struct host_entry *host, void *item, uint64_t ticket);
void *host_entry_unpark(struct host_entry *host); /* the lowest ticket's; there is one */

/* False when nothing may run before something of it has ended. */
static inline bool host_entry_is_open(const struct host_entry *host)
{
    return host->running < host->window && !host->is_probing && host->state != HOST_DOWN;
}
/* From when on an item may run, while it is open; INT64_MIN when nothing holds it back. */
static inline int64_t host_entry_ready_us(const struct host_entry *host)
{
    int64_t ready_us = host->paused_until_us;
    if (host->rate.amount > 0) {
        int64_t due_us = ready_us;
        if (!pace_is_ready(&host->rate, ready_us, &due_us))
            ready_us = due_us;
    }
    if (host->state == HOST_ASIDE && ready_us < host->aside_until_us)
        ready_us = host->aside_until_us;
    return ready_us;
}

/* Counts an item that starts; the host is open and ready. */
void host_entry_admit(struct host_entry *host, int64_t now_us);
/* Counts a good reply. */
void host_entry_answer(struct host_entry *host, int64_t now_us);
/* Counts an item that has ended, and judges the host by it. */
void host_entry_leave(struct host_entry *host, const struct host_gate_settings *settings,
                      enum host_gate_result result, int64_t now_us);

unsigned host_entry_count_rest(struct host_entry *host, int64_t now_us);
void host_entry_pause(struct host_entry *host, int64_t until_us);

/* True when a later item of the host would be treated otherwise than one of a new host. */
bool host_entry_has_past(const struct host_entry *host, int64_t now_us);

#endif
