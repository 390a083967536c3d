/* The gate of every host: how many downloads of it run at once, how often it is asked, when it is
 * left alone, and when it is given up. What may not run now is parked here, so that a busy, paused
 * or dead host holds back its own items and never a worker, slot or permit.
 *
 * A host is a name without a port. Its items are admitted when all of this holds:
 *   - fewer than its limit run. With a limit above slow_start_above a host that is new, or was
 *     paused, begins with 1; the window doubles with each window of successes (1, 2, 4 ...);
 *   - it is not paused (host_gate_pause);
 *   - its own rate, and the rate of all hosts together, let a request pass: retries and redirects
 *     are requests, too;
 *   - it is not put aside. A host that was not reached `unreached_limit` times in a row is put
 *     aside for probe_after_us; then one item is let in. If that one does not reach it either, the
 *     host is down to the end of the run, and its items are handed out as such. While others that
 *     were sent before still run, that waits for them: one that reaches it ends the matter.
 *
 * Ownership: a parked item belongs to the gate until host_gate_leave, host_gate_take or
 *            host_gate_take_parked hands it out.
 * Threads:   any thread may call anything, except create, destroy and add_waiter.
 * Waiting:   nothing here waits. When `park_limit` items are parked in all, the gate is full:
 *            takers should stop bringing new items, and the hooks of all waiters are called when
 *            there is room again. They are also called when an item has become due earlier than
 *            all others, or items of a host that is down can be fetched.
 * Memory:    a host with nothing running, nothing parked and nothing to be remembered takes none;
 *            of hosts with nothing but a past at most 20,000 are remembered, the latest. A host
 *            takes less than 1 KiB beside its items.
 * Time:      now_us is the monotonic clock; pauses and due times are on it. */
#ifndef HAUL_SYNC_HOST_GATE_H
#define HAUL_SYNC_HOST_GATE_H

#include "base/common.h"

struct host_gate;

/* Requests per span_us (sync/pace), 0 = no limit. */
struct host_gate_rate {
    int64_t amount;
    int64_t span_us;
};

struct host_gate_limits {
    unsigned at_once; /* above 0 */
    struct host_gate_rate rate;
};

struct host_gate_settings {
    struct host_gate_limits limits; /* of each host */
    /* The limits of one host where they differ; false = they do not. NULL = nowhere. Called without
     * the lock, maybe by several threads at once. */
    bool (*limits_of)(void *context, const char *host, struct host_gate_limits *out);
    void *context;
    struct host_gate_rate rate; /* of all hosts together */
    unsigned slow_start_above;  /* 0 = no slow start */
    unsigned unreached_limit;   /* 0 = hosts are never put aside */
    int64_t probe_after_us;
    size_t park_limit;
};

enum host_gate_answer {
    HOST_GATE_ADMITTED, /* the item may run now; host_gate_leave must follow */
    HOST_GATE_PARKED,   /* the item is the gate's */
    HOST_GATE_DOWN,     /* the host is down: the item is the caller's, and must not run */
};

/* What became of an admitted item, as far as it concerns the host. */
enum host_gate_result {
    HOST_GATE_SUCCESS,   /* it answered, and the window may grow */
    HOST_GATE_REACHED,   /* it answered somehow */
    HOST_GATE_UNREACHED, /* no address, no connection, or no handshake */
    HOST_GATE_UNKNOWN,   /* ended for a reason of our own */
};

struct host_gate *host_gate_create(const struct host_gate_settings *settings);
void host_gate_destroy(struct host_gate *gate); /* nothing running or parked; NULL is fine */
void host_gate_add_waiter(struct host_gate *gate, struct hook wake);

/* Parks beyond park_limit too: the item was already taken, it must go somewhere. Parked items of a
 * host are handed out in the order of their tickets, the lowest first: a taker that loses the CPU
 * between taking its item and this call does not lose the item's place. */
enum host_gate_answer host_gate_enter(struct host_gate *gate, const char *host, void *item,
                                      uint64_t ticket, int64_t now_us);

/* An admitted item of the host has ended. Returns the host's first parked item when it may run
 * now, which is thereby admitted, or NULL. The caller runs it, so that it reuses the connection. */
void *host_gate_leave(struct host_gate *gate, const char *host, enum host_gate_result result,
                      int64_t now_us);

/* An admitted item of the host has got the head of a good reply: that counts as a success at once,
 * because its body may take long. True when it was counted: then HOST_GATE_REACHED is the result to
 * leave with. */
bool host_gate_answer(struct host_gate *gate, const char *host, int64_t now_us);

/* A parked item whose time has come: admitted (HOST_GATE_ADMITTED), or one of a host that is down
 * (HOST_GATE_DOWN). NULL when there is none; *out_due_us is lowered to when there may be one. */
void *host_gate_take(struct host_gate *gate, int64_t now_us, enum host_gate_answer *out_answer,
                     int64_t *out_due_us);

/* True when the rate of all hosts together lets a request pass; else *out_due_us is lowered to when
 * it may. For takers, so that they do not bring items only to have them parked. */
bool host_gate_has_rate(struct host_gate *gate, int64_t now_us, int64_t *out_due_us);

/* The host has asked for a rest (429, 503): counts that, unless it is paused already, and returns
 * how often it did so in a row (at least 1). Success ends the row. */
unsigned host_gate_count_rest(struct host_gate *gate, const char *host, int64_t now_us);
/* No item of the host is admitted before until_us; an earlier end than the present one changes
 * nothing. Call it before host_gate_leave. */
void host_gate_pause(struct host_gate *gate, const char *host, int64_t until_us);

/* Any parked item, not admitted, now the caller's; NULL when nothing is parked. For stopping. */
void *host_gate_take_parked(struct host_gate *gate);

bool host_gate_is_full(struct host_gate *gate);

struct host_gate_figures {
    size_t parked;       /* at this moment */
    unsigned peak;       /* the most that one host ever had running */
    unsigned total_peak; /* the most of all hosts together */
    size_t down;         /* hosts that were given up */
};
struct host_gate_figures host_gate_figures(struct host_gate *gate);

/* Up to `limit` hosts that are paused or put aside and will be asked again, the latest end first;
 * returns how many were written. Names are cut to fit. */
struct host_gate_held {
    char host[256];
    int64_t until_us;
    size_t parked;
    bool is_aside; /* not reached; else it asked for a rest */
};
size_t host_gate_held(struct host_gate *gate, int64_t now_us, struct host_gate_held *out,
                      size_t limit);

#endif
