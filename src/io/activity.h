/* What the downloads of one worker do at this moment, for a reader in another thread.
 *
 * Threads: one worker writes, one at a time; any thread reads. The numbers are counters that only
 * the worker changes. Slow transfers are shown a few times a second: that costs the worker a copy
 * of their URLs when there are new ones, and nothing as long as there is none. */
#ifndef HAUL_IO_ACTIVITY_H
#define HAUL_IO_ACTIVITY_H

#include "base/common.h"
#include "base/text.h"

enum activity_phase {
    ACTIVITY_CONNECT, /* also while another transfer makes the connection for both */
    ACTIVITY_DNS,
    ACTIVITY_TLS,
    ACTIVITY_WAIT, /* for the first byte of the reply */
    ACTIVITY_RECEIVE,
    ACTIVITY_PHASES,
};

#define ACTIVITY_SLOW_MAX 3 /* of one worker; all workers together show no more */

/* A transfer that has run for a while. */
struct activity_slow {
    char *url; /* as listed, unmasked; owned */
    uint64_t index;
    unsigned attempt; /* 1 = the first */
    enum activity_phase phase;
    int64_t started_us; /* monotonic: of this attempt */
    int64_t heard_us;   /* when something of its reply last came; 0 = nothing is expected yet */
    int64_t bytes;      /* of the file that are here */
    int64_t expected;   /* of the whole file, -1 = unknown */
};

struct activity;

struct activity *activity_create(void);
void activity_destroy(struct activity *activity); /* NULL is fine, as everywhere here */

/* The worker's side. */
void activity_enter(struct activity *activity, enum activity_phase phase);
void activity_move(struct activity *activity, enum activity_phase from, enum activity_phase to);
void activity_leave(struct activity *activity, enum activity_phase phase);
/* What is slow now, at most ACTIVITY_SLOW_MAX; url is lent. */
void activity_show_slow(struct activity *activity, const struct activity_slow *slow, size_t count);

/* The reader's side: adds to out. */
void activity_count(const struct activity *activity, unsigned out[ACTIVITY_PHASES]);
/* Copies at most ACTIVITY_SLOW_MAX; returns how many. activity_clear_slow each. */
size_t activity_read_slow(struct activity *activity, struct activity_slow out[ACTIVITY_SLOW_MAX]);
void activity_clear_slow(struct activity_slow *slow);

#endif
