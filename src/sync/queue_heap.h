/* A binary heap of the queue's items, the lowest rank first. Part of the queue, guarded by its
 * lock.
 *
 * Ownership: the heap owns its array, not the items; whoever embeds it frees `entries`. */
#ifndef HAUL_SYNC_QUEUE_HEAP_H
#define HAUL_SYNC_QUEUE_HEAP_H

#include "base/common.h"

struct queue_heap_entry {
    int64_t rank;      /* lowest first; of a returned item: when it is due */
    uint64_t sequence; /* decides between equal ranks */
    void *item;
};

struct queue_heap {
    struct queue_heap_entry *entries; /* the first one is the first in order */
    size_t count;
    size_t capacity;
};

void queue_heap_push(struct queue_heap *heap, struct queue_heap_entry entry);
/* Takes out any entry, not only the first one; index is below count. */
void *queue_heap_take(struct queue_heap *heap, size_t index);

#endif
