/* The thread that ends a run in time: at the deadline nothing new is started, and what still runs
 * thirty seconds after a stop of any kind but a signal (which has its own time, app/signals) is cut
 * off. Without a deadline there is no thread until the run is told to stop. */
#ifndef HAUL_APP_TIME_LIMIT_H
#define HAUL_APP_TIME_LIMIT_H

#include "base/error.h"
#include "sync/cancel.h"

struct time_limit;

/* cancel is lent; before any thread runs. deadline_us: monotonic, CLOCK_NEVER = none. */
struct time_limit *time_limit_create(struct cancel *cancel, int64_t deadline_us);
bool time_limit_start(struct time_limit *limit, struct error *error);
void time_limit_stop(struct time_limit *limit);    /* ends the thread; NULL is fine */
void time_limit_destroy(struct time_limit *limit); /* stopped; NULL is fine */

#endif
