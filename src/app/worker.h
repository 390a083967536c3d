/* A worker: the thread that carries several downloads at once.
 *
 * It takes a job when it has a free slot, a permit, and room behind it; the host gate lets the job
 * in or parks it. When a request ends, the job is handed to the recorder, goes back to the queue
 * (a redirect at once, a retry later), or is asked about at the resolver.
 * It waits in one place only: transfer_group_wait; new jobs, freed permits, room and cancel reach
 * it by a wake. */
#ifndef HAUL_APP_WORKER_H
#define HAUL_APP_WORKER_H

#include "app/recorder.h"
#include "base/error.h"
#include "io/resolver.h"
#include "io/transfer_group.h"
#include "model/retry.h"
#include "sync/barrier.h"
#include "sync/cancel.h"
#include "sync/host_gate.h"
#include "sync/permits.h"
#include "sync/queue.h"

/* What all workers of a run share; lent until the workers have ended. */
struct worker_shared {
    struct queue *queue;
    struct permits *permits;
    struct host_gate *gate;
    struct cancel *cancel;
    struct budget *budget; /* of jobs in hand: a long redirect is charged to it */
    struct recorder *recorder;
    struct resolver *resolver;
    struct retry_policy retry;
    const struct transfer_settings *transfer;
    struct root *root;
    size_t sink_bytes;
    unsigned slots;          /* of one worker */
    struct barrier *barrier; /* where all begin together; NULL = each for itself */
    /* By worker: its connections outlive the run. What is there is used, else made. NULL = none. */
    struct transfer_group **kept_groups;
    int64_t max_total_bytes; /* received by the whole run, then nothing is started; 0 = no limit */
    /* Called before a failed job goes back to the queue, by the thread that returns it. */
    void (*on_retry)(void *context, const struct job *job, int64_t delay_us);
    void *context;
};

struct worker;

/* Creates a worker and registers it with queue, permits, gate, cancel and recorder, before any of
 * them is in use. number: from 1. */
struct worker *worker_create(const struct worker_shared *shared, int number, struct error *error);
void worker_destroy(struct worker *worker); /* NULL is fine */

/* The thread's function; returns when the queue has ended. context: the worker. */
void worker_run(void *context);

/* Ends a job that is taken but not in transfer, after a failed attempt: back to the queue when it
 * is worth another try, else to the recorder. Any thread. */
void worker_settle(const struct worker_shared *shared, struct job *job);

#endif
