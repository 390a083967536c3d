/* Per-host permits: how many downloads of one host run at once. What does not fit is parked here,
 * so that a busy host holds back its own items and never a worker.
 *
 * Ownership: a parked item belongs to the gate until host_gate_leave or host_gate_take_parked
 *            hands it out.
 * Threads:   any thread may call anything, except create, destroy and add_waiter.
 * Waiting:   nothing here waits. When `park_limit` items are parked in all, the gate is full:
 *            takers should stop bringing new items, and the hooks of all waiters are called when
 *            there is room again.
 * Memory:    a host with nothing running and nothing parked takes no memory. */
#ifndef HAUL_SYNC_HOST_GATE_H
#define HAUL_SYNC_HOST_GATE_H

#include "base/common.h"

struct host_gate;

enum host_gate_answer {
    HOST_GATE_ADMITTED, /* the item may run now; host_gate_leave must follow */
    HOST_GATE_PARKED,   /* the item is the gate's */
};

struct host_gate *host_gate_create(unsigned per_host, size_t park_limit);
void host_gate_destroy(struct host_gate *gate); /* nothing running or parked; NULL is fine */
void host_gate_add_waiter(struct host_gate *gate, struct hook wake);

/* Parks beyond park_limit too: the item was already taken, it must go somewhere. */
enum host_gate_answer host_gate_enter(struct host_gate *gate, const char *host, void *item);

/* An item of the host has ended. Returns the host's longest parked item, which is thereby
 * admitted in its place, or NULL. The caller runs it, so that it reuses the connection. */
void *host_gate_leave(struct host_gate *gate, const char *host);

/* Any parked item, not admitted, now the caller's; NULL when nothing is parked. For stopping. */
void *host_gate_take_parked(struct host_gate *gate);

bool host_gate_is_full(struct host_gate *gate);
size_t host_gate_parked(struct host_gate *gate);
unsigned host_gate_peak(struct host_gate *gate);       /* the most that one host ever had running */
unsigned host_gate_total_peak(struct host_gate *gate); /* the most of all hosts together */

#endif
