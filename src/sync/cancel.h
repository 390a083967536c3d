/* The one way in which a run is told to stop: a level that only rises, and everybody who waits is
 * woken.
 *
 * Threads: any thread may call anything, except create, destroy and add_waiter.
 * Hooks are called by the thread that raises, without a lock. */
#ifndef HAUL_SYNC_CANCEL_H
#define HAUL_SYNC_CANCEL_H

#include "base/common.h"
#include "base/error.h"

enum cancel_level {
    CANCEL_NONE,
    CANCEL_DRAIN, /* start nothing new, let running transfers end */
    CANCEL_ABORT, /* end running transfers now */
};

struct cancel;

/* NULL when the system has no descriptor left. */
struct cancel *cancel_create(struct error *error);
void cancel_destroy(struct cancel *cancel); /* NULL is fine */
void cancel_add_waiter(struct cancel *cancel, struct hook wake);

/* Raises the level; a lower or equal one changes nothing. `reason` is a number of the caller's
 * above 0; the first one stays. */
void cancel_raise(struct cancel *cancel, enum cancel_level level, int reason);

enum cancel_level cancel_level(const struct cancel *cancel); /* one atomic read */
int cancel_reason(const struct cancel *cancel);              /* 0 before the first raise */

/* A descriptor that is readable from the first raise on, for poll(); owned by the cancel. */
int cancel_descriptor(const struct cancel *cancel);

#endif
