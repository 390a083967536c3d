/* What the workers of a run have in common. */
#ifndef HAUL_APP_WORKER_SHARED_H
#define HAUL_APP_WORKER_SHARED_H

#include "app/recorder.h"
#include "io/resolver.h"
#include "io/transfer_group.h"
#include "model/retry.h"
#include "sync/barrier.h"
#include "sync/budget.h"
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
    unsigned threads;        /* workers of the run */
    struct barrier *barrier; /* where all begin together; NULL = each for itself */
    /* By worker: its connections outlive the run. What is there is used, else made. NULL = none. */
    struct transfer_group **kept_groups;
    int64_t max_total_bytes; /* received by the whole run, then nothing is started; 0 = no limit */
    /* Called before a failed job goes back to the queue, by the thread that returns it. */
    void (*on_retry)(void *context, const struct job *job, int64_t delay_us);
    void *context;
};

#endif
