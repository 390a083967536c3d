/* The hosts with parked items whose turn comes by time, in the order of their turns: a binary heap.
 * Part of host_gate, and guarded by its lock.
 *
 * Ownership: hosts are lent until removed. */
#ifndef HAUL_SYNC_HOST_SCHEDULE_H
#define HAUL_SYNC_HOST_SCHEDULE_H

#include "sync/host_entry.h"

struct host_schedule {
    struct host_entry **hosts;
    size_t count;
    size_t capacity;
};

void host_schedule_clear(struct host_schedule *schedule);

struct host_entry *host_schedule_first(const struct host_schedule *schedule); /* NULL: none */

/* Adds the host, or moves it to where its due_us and number now belong. */
void host_schedule_place(struct host_schedule *schedule, struct host_entry *host);
void host_schedule_remove(struct host_schedule *schedule, struct host_entry *host);

#endif
