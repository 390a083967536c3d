#include "sync/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"
#include "sync/queue_heap.h"

struct queue_taker {
    struct hook wake;
    struct queue_taker *next; /* of all takers */
    uint64_t ticket;          /* of the item that it took last; its own thread's */

    /* guarded by the queue's lock */
    bool is_idle;   /* was told to wait, and nobody has woken it since */
    bool is_called; /* was idle and woken, and has not come yet */
    int64_t due_us; /* while idle: when it comes by itself */
    LIST_ENTRY(queue_taker) idle;
};

struct queue {
    enum queue_order order;
    size_t refill_level; /* a waiting push goes on when no more than this is left */
    struct queue_taker *takers;
    struct condition has_room;

    struct lock lock; /* guards everything below */
    struct queue_heap fresh;
    struct queue_heap returned;
    size_t taken;
    uint64_t sequence;
    uint64_t tickets; /* given out so far */
    uint64_t seed;
    uint64_t draws; /* from it so far */
    unsigned waiting_pushes;
    bool is_held; /* filled first */
    bool is_closed;
    bool is_draining;
    LIST_HEAD(, queue_taker) idle_takers;
    unsigned called_takers;
};

static int64_t fresh_rank(enum queue_order order, int64_t priority, uint64_t sequence)
{
    switch (order) {
    case QUEUE_LIFO:
        return -(int64_t)sequence;
    case QUEUE_PRIORITY:
        return ~priority; /* turns the order round as a minus would, but cannot overflow */
    case QUEUE_FIFO:
    case QUEUE_SHUFFLED:
        break;
    }
    return 0;
}

/* A shuffled queue draws when it is emptied, not when it is filled: with random ranks the high ones
 * would stay behind and fill the queue, and the rest of a long list would pass in its own order. */
static size_t fresh_index_locked(struct queue *queue)
{
    if (queue->order != QUEUE_SHUFFLED)
        return 0;
    return (size_t)(random_at(queue->seed, queue->draws++) % queue->fresh.count);
}

static bool is_ended_locked(const struct queue *queue)
{
    return queue->is_closed && queue->fresh.count == 0 && queue->returned.count == 0 &&
           queue->taken == 0;
}

static int64_t returned_due_us_locked(const struct queue *queue)
{
    return queue->returned.count > 0 ? queue->returned.entries[0].rank : CLOCK_NEVER;
}

/* From when on a taker would get an item, as far as can be known now. */
static int64_t next_due_us_locked(const struct queue *queue)
{
    if (queue->is_held)
        return CLOCK_NEVER;
    if (queue->fresh.count > 0 || (queue->is_draining && queue->returned.count > 0))
        return INT64_MIN;
    return returned_due_us_locked(queue);
}

static void set_idle_locked(struct queue *queue, struct queue_taker *taker, bool is_idle)
{
    if (taker->is_idle == is_idle)
        return;
    taker->is_idle = is_idle;
    if (is_idle)
        LIST_INSERT_HEAD(&queue->idle_takers, taker, idle);
    else
        LIST_REMOVE(taker, idle);
}

static void set_called_locked(struct queue *queue, struct queue_taker *taker, bool is_called)
{
    queue->called_takers += (unsigned)is_called - (unsigned)taker->is_called;
    taker->is_called = is_called;
}

/* The hook of an idle taker, unless that one comes early enough by itself.
 *
 * Called after everything that brings the next due time forward, and after each taken item. So
 * whatever is in the queue has an idle taker that comes in time, or one that was woken and has
 * not come yet (it asks here again when it takes an item), or no taker is idle at all. */
static struct hook wake_one_locked(struct queue *queue)
{
    struct queue_taker *taker = LIST_FIRST(&queue->idle_takers);
    if (taker == NULL || taker->due_us <= next_due_us_locked(queue))
        return (struct hook){0};
    set_idle_locked(queue, taker, false);
    set_called_locked(queue, taker, true);
    return taker->wake;
}

/* Without the lock: the list of all takers does not change any more. */
static void wake_all(const struct queue *queue)
{
    for (const struct queue_taker *taker = queue->takers; taker != NULL; taker = taker->next)
        hook_call(taker->wake);
}

static enum queue_answer take(struct queue *queue, struct queue_taker *taker, bool takes_fresh,
                              int64_t now_us, void **out_item, int64_t *out_due_us)
{
    enum queue_answer answer = QUEUE_ITEM;
    bool push_may_go_on = false;
    struct hook wake = {0};

    lock_acquire(&queue->lock);
    set_idle_locked(queue, taker, false);
    set_called_locked(queue, taker, false);
    if (queue->returned.count > 0 &&
        (queue->is_draining || queue->returned.entries[0].rank <= now_us)) {
        *out_item = queue_heap_take(&queue->returned, 0);
    } else if (takes_fresh && queue->fresh.count > 0 && !queue->is_held) {
        *out_item = queue_heap_take(&queue->fresh, fresh_index_locked(queue));
        push_may_go_on = queue->waiting_pushes > 0 && queue->fresh.count <= queue->refill_level;
    } else if (is_ended_locked(queue)) {
        answer = QUEUE_ENDED;
    } else {
        answer = QUEUE_WAIT;
        taker->due_us = takes_fresh ? next_due_us_locked(queue) : returned_due_us_locked(queue);
        *out_due_us = taker->due_us;
        set_idle_locked(queue, taker, true);
    }
    if (answer == QUEUE_ITEM) {
        queue->taken++;
        taker->ticket = queue->tickets++;
        wake = wake_one_locked(queue);
    }
    lock_release(&queue->lock);

    if (push_may_go_on)
        condition_signal(&queue->has_room);
    hook_call(wake);
    return answer;
}

struct queue *queue_create(enum queue_order order, size_t capacity, uint64_t seed)
{
    assert(capacity > 0);
    struct queue *queue = memory_allocate_zeroed(1, sizeof(*queue));
    queue->order = order;
    /* Room for an eighth at a time: else a full queue switches threads for every single item. */
    queue->refill_level = capacity - (capacity < 8 ? 1 : capacity / 8);
    queue->seed = seed;
    queue->fresh.entries = memory_allocate_zeroed(capacity, sizeof(queue->fresh.entries[0]));
    queue->fresh.capacity = capacity;
    LIST_INIT(&queue->idle_takers);
    condition_init(&queue->has_room);
    lock_init(&queue->lock, LOCK_RANK_QUEUE);
    return queue;
}

void queue_destroy(struct queue *queue)
{
    if (queue == NULL)
        return;
    assert(queue->fresh.count == 0 && queue->returned.count == 0);
    while (queue->takers != NULL) {
        struct queue_taker *taker = queue->takers;
        queue->takers = taker->next;
        free(taker);
    }
    lock_clear(&queue->lock);
    condition_clear(&queue->has_room);
    free(queue->fresh.entries);
    free(queue->returned.entries);
    free(queue);
}

struct queue_taker *queue_add_taker(struct queue *queue, struct hook wake)
{
    struct queue_taker *taker = memory_allocate_zeroed(1, sizeof(*taker));
    taker->wake = wake;
    taker->next = queue->takers;
    queue->takers = taker;
    return taker;
}

bool queue_push(struct queue *queue, void *item, int64_t priority)
{
    lock_acquire(&queue->lock);
    while (queue->fresh.count == queue->fresh.capacity && !queue->is_closed) {
        queue->waiting_pushes++;
        condition_wait(&queue->has_room, &queue->lock);
        queue->waiting_pushes--;
    }
    if (queue->is_closed) {
        lock_release(&queue->lock);
        return false;
    }
    uint64_t sequence = queue->sequence++;
    int64_t rank = fresh_rank(queue->order, priority, sequence);
    queue_heap_push(&queue->fresh, (struct queue_heap_entry){rank, sequence, item});
    bool is_let_go = queue->is_held && queue->fresh.count == queue->fresh.capacity;
    queue->is_held = queue->is_held && !is_let_go;
    struct hook wake = wake_one_locked(queue);
    lock_release(&queue->lock);

    hook_call(wake);
    if (is_let_go)
        wake_all(queue);
    return true;
}

void queue_hold(struct queue *queue)
{
    lock_acquire(&queue->lock);
    queue->is_held = true;
    lock_release(&queue->lock);
}

void queue_let_go(struct queue *queue)
{
    lock_acquire(&queue->lock);
    bool was_held = queue->is_held;
    queue->is_held = false;
    lock_release(&queue->lock);

    if (was_held)
        wake_all(queue);
}

void queue_close(struct queue *queue)
{
    lock_acquire(&queue->lock);
    queue->is_closed = true;
    bool has_news = queue->is_held || is_ended_locked(queue);
    queue->is_held = false;
    lock_release(&queue->lock);

    condition_broadcast(&queue->has_room);
    if (has_news)
        wake_all(queue);
}

void queue_drain(struct queue *queue)
{
    lock_acquire(&queue->lock);
    queue->is_closed = true;
    queue->is_held = false;
    queue->is_draining = true;
    lock_release(&queue->lock);

    condition_broadcast(&queue->has_room);
    wake_all(queue); /* each may wait for a time that does not count any more */
}

enum queue_answer queue_take(struct queue *queue, struct queue_taker *taker, int64_t now_us,
                             void **out_item, int64_t *out_due_us)
{
    return take(queue, taker, true, now_us, out_item, out_due_us);
}

uint64_t queue_ticket(const struct queue_taker *taker)
{
    return taker->ticket;
}

bool queue_leave_to_idle(struct queue *queue, struct queue_taker *taker, int64_t now_us)
{
    struct hook wake = {0};
    bool is_left = false;

    lock_acquire(&queue->lock);
    set_idle_locked(queue, taker, false);
    set_called_locked(queue, taker, false);
    if (queue->fresh.count > 0 && !queue->is_held && returned_due_us_locked(queue) > now_us) {
        if (queue->called_takers == 0)
            wake = wake_one_locked(queue);
        is_left = queue->called_takers > 0;
    }
    lock_release(&queue->lock);
    hook_call(wake);
    return is_left;
}

enum queue_answer queue_take_returned(struct queue *queue, struct queue_taker *taker,
                                      int64_t now_us, void **out_item, int64_t *out_due_us)
{
    return take(queue, taker, false, now_us, out_item, out_due_us);
}

void queue_return(struct queue *queue, void *item, int64_t due_us)
{
    lock_acquire(&queue->lock);
    assert(queue->taken > 0);
    queue->taken--;
    queue_heap_push(&queue->returned, (struct queue_heap_entry){due_us, queue->sequence++, item});
    struct hook wake = wake_one_locked(queue);
    lock_release(&queue->lock);

    hook_call(wake);
}

void queue_done(struct queue *queue)
{
    lock_acquire(&queue->lock);
    assert(queue->taken > 0);
    queue->taken--;
    bool ended = is_ended_locked(queue);
    lock_release(&queue->lock);

    if (ended)
        wake_all(queue);
}

struct queue_levels queue_levels(struct queue *queue)
{
    lock_acquire(&queue->lock);
    struct queue_levels levels = {
        .fresh = queue->fresh.count,
        .returned = queue->returned.count,
        .taken = queue->taken,
        .capacity = queue->fresh.capacity,
    };
    lock_release(&queue->lock);
    return levels;
}
