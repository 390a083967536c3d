/* What becomes of a job that is taken from the queue, but not in transfer. Any thread; the job is
 * given. */
#ifndef HAUL_APP_WORKER_ENDING_H
#define HAUL_APP_WORKER_ENDING_H

#include "app/worker_shared.h"

/* It leaves the queue for good. */
void worker_ending_record(const struct worker_shared *shared, struct job *job);

/* After a failed attempt: back to the queue when it is worth another try, else to the recorder. */
void worker_ending_settle(const struct worker_shared *shared, struct job *job);

/* The run no longer starts anything. */
void worker_ending_untried(const struct worker_shared *shared, struct job *job);

/* Its host was given up: another mirror is asked, or the URL fails. */
void worker_ending_down(const struct worker_shared *shared, struct job *job);

#endif
