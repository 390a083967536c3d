/* Counting semaphore that never blocks a taker: who gets no permit is called when one is free.
 *
 * This is what holds --jobs over all workers. Resizable while in use: after a decrease no permit
 * is granted until enough were released.
 *
 * Threads: any thread may call anything, except create, destroy and add_waiter.
 * Waiting: permits_try_acquire never waits; a refused waiter is remembered, and each release wakes
 *          one remembered waiter (in the order of refusal), which should then try again. */
#ifndef HAUL_SYNC_PERMITS_H
#define HAUL_SYNC_PERMITS_H

#include "base/common.h"

struct permits;
struct permits_waiter;

struct permits *permits_create(unsigned count);
void permits_destroy(struct permits *permits); /* NULL is fine */

/* Registers a waiter before any thread uses the permits. It belongs to the permits. */
struct permits_waiter *permits_add_waiter(struct permits *permits, struct hook wake);

bool permits_try_acquire(struct permits *permits, struct permits_waiter *waiter);
void permits_release(struct permits *permits); /* more releases than acquires abort */
void permits_resize(struct permits *permits, unsigned count);

unsigned permits_in_use(struct permits *permits);
unsigned permits_peak(struct permits *permits); /* the most that were ever in use together */

#endif
