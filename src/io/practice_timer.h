/* Holds back replies of the practice server until they are due, with one thread for all of them.
 *
 * Threads: suspend is called by the server library's thread, from inside its request handler; the
 *          timer's thread resumes. Stop before the library is stopped, destroy after. */
#ifndef HAUL_IO_PRACTICE_TIMER_H
#define HAUL_IO_PRACTICE_TIMER_H

#include "base/common.h"
#include "base/error.h"

struct MHD_Connection;
struct practice_timer;

struct practice_timer *practice_timer_create(struct error *error);
/* Resumes whatever waits, now and from here on: the library must not be stopped over suspended
 * connections. */
void practice_timer_stop(struct practice_timer *timer);
void practice_timer_destroy(struct practice_timer *timer); /* NULL is fine */

/* The handler must return at once after this; it is called again at due_us. */
void practice_timer_suspend(struct practice_timer *timer, struct MHD_Connection *connection,
                            int64_t due_us);

#endif
