/* Bounded queue between one producer and many takers, in one of four disciplines.
 *
 * Ownership: a pushed item belongs to the queue until taken, then to the taker, until it is
 *            returned (again the queue's) or reported done.
 * Threads:   any thread may call anything, except create, destroy and add_taker.
 * Waiting:   queue_push waits while full; queue_take never waits, it says when to come again, and
 *            a push wakes one idle taker through its hook (called without the lock).
 * Due later: a returned item waits inside the queue until its time; it takes no room of the
 *            capacity, so a taker never waits to give one back.
 * Ending:    queue_take says ended only when the queue is closed, empty, and every taken item was
 *            followed by queue_done. All idle takers are then woken. */
#ifndef HAUL_SYNC_QUEUE_H
#define HAUL_SYNC_QUEUE_H

#include "base/common.h"

enum queue_order {
    QUEUE_FIFO,     /* first in, first out */
    QUEUE_LIFO,     /* last in, first out */
    QUEUE_PRIORITY, /* highest priority first; equal priorities first in, first out */
    QUEUE_SHUFFLED, /* any of the queued items, drawn with the seed */
};

enum queue_answer {
    QUEUE_ITEM,  /* *out_item is the caller's */
    QUEUE_WAIT,  /* nothing now; come again at *out_due_us, or when woken */
    QUEUE_ENDED, /* nothing now or later */
};

struct queue;
struct queue_taker;

struct queue *queue_create(enum queue_order order, size_t capacity, uint64_t seed);
/* The queue must hold no item any more; NULL is fine. */
void queue_destroy(struct queue *queue);

/* Registers a taker before any thread uses the queue. It belongs to the queue. */
struct queue_taker *queue_add_taker(struct queue *queue, struct hook wake);

/* Waits while the queue holds `capacity` fresh items; once it waits, it goes on when an eighth of
 * them was taken (at least one). False when the queue is closed: the item stays the caller's. The
 * priority counts only in QUEUE_PRIORITY. */
bool queue_push(struct queue *queue, void *item, int64_t priority);

/* Until it is full, closed or let go, takers are told to wait: an order other than first in, first
 * out is exact among the items that are there when the first one is taken. Before any push. */
void queue_hold(struct queue *queue);
void queue_let_go(struct queue *queue); /* nothing when it is not held (any more) */

/* No more pushes; a waiting push returns false. What is inside can still be taken. */
void queue_close(struct queue *queue);

/* queue_close, and every item that waits for its time is due at once (also those returned later),
 * so that takers can empty the queue without waiting. */
void queue_drain(struct queue *queue);

/* *out_due_us is a monotonic time, or CLOCK_NEVER when only a wake can bring news. The taker must
 * come at that time: nobody else is woken for it. */
enum queue_answer queue_take(struct queue *queue, struct queue_taker *taker, int64_t now_us,
                             void **out_item, int64_t *out_due_us);

/* The number of the item that the taker took last, for its thread. What is taken later, by
 * whomever, has a higher one. */
uint64_t queue_ticket(const struct queue_taker *taker);

/* True when the queue has a fresh item, no returned one is due, and another taker is idle, or was
 * woken and has not come yet: that one is woken then, where it has to be. For a taker that has much
 * to do already: it should not take the item, and must come again by itself after a moment. */
bool queue_leave_to_idle(struct queue *queue, struct queue_taker *taker, int64_t now_us);

/* As queue_take, for a taker that has no place for a fresh item now: it gets returned ones only,
 * and must come by itself when there is place again. */
enum queue_answer queue_take_returned(struct queue *queue, struct queue_taker *taker,
                                      int64_t now_us, void **out_item, int64_t *out_due_us);

/* Gives a taken item back, to be taken again from due_us on, before all fresh items. */
void queue_return(struct queue *queue, void *item, int64_t due_us);

/* A taken item is finished and will not come back. */
void queue_done(struct queue *queue);

struct queue_levels {
    size_t fresh;    /* pushed and not yet taken */
    size_t returned; /* waiting for their time */
    size_t taken;    /* taken, neither returned nor done */
    size_t capacity;
};
struct queue_levels queue_levels(struct queue *queue);

#endif
