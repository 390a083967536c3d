/* A worker: the thread that carries several downloads at once.
 *
 * It takes a job when it has a free slot, a permit, and room behind it; the host gate lets the job
 * in or parks it. When a request ends, the job is handed to the recorder, goes back to the queue
 * (a redirect at once, a retry later), or is asked about at the resolver.
 * It waits in one place only: transfer_group_wait; new jobs, freed permits, room and cancel reach
 * it by a wake. */
#ifndef HAUL_APP_WORKER_H
#define HAUL_APP_WORKER_H

#include "app/worker_shared.h"
#include "base/error.h"

struct worker;

/* Creates a worker and registers it with queue, permits, gate, cancel and recorder, before any of
 * them is in use. number: from 1. */
struct worker *worker_create(const struct worker_shared *shared, int number, struct error *error);
void worker_destroy(struct worker *worker); /* NULL is fine */

/* What its downloads do, for any thread to read; lent. */
struct activity *worker_activity(const struct worker *worker);

/* The thread's function; returns when the queue has ended. context: the worker. */
void worker_run(void *context);

#endif
