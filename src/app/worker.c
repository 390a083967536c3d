#include "app/worker.h"

#include "app/host_policy.h"
#include "app/stop_reason.h"
#include "app/worker_ending.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

#define SHORT_REDIRECT_BYTES 512
#define SHORT_LIST 8  /* downloads of one worker: with more nothing is gained by waiting */
#define LEAVE_US 1000 /* until another worker should have come */

struct worker {
    const struct worker_shared *shared;
    int number;
    struct transfer_group *group;
    struct queue_taker *taker;
    struct permits_waiter *waiter;
    bool holds_permit; /* one that no job uses yet */
    bool was_canceled;
};

static void wake(void *context)
{
    struct worker *worker = context;
    transfer_group_wake(worker->group);
}

static struct transfer_group **kept_group(const struct worker *worker)
{
    struct transfer_group **groups = worker->shared->kept_groups;
    return groups != NULL ? &groups[worker->number - 1] : NULL;
}

static bool open_group(struct worker *worker)
{
    const struct worker_shared *shared = worker->shared;
    struct transfer_group **kept = kept_group(worker);
    worker->group = kept != NULL ? *kept : NULL;
    if (worker->group != NULL)
        transfer_group_reuse(worker->group, shared->transfer, shared->root, shared->sink_bytes);
    else
        worker->group = transfer_group_create(shared->transfer, shared->root, shared->sink_bytes,
                                              shared->slots);
    if (kept != NULL)
        *kept = worker->group;
    return worker->group != NULL;
}

struct worker *worker_create(const struct worker_shared *shared, int number, struct error *error)
{
    struct worker *worker = memory_allocate_zeroed(1, sizeof *worker);
    worker->shared = shared;
    worker->number = number;
    if (!open_group(worker)) {
        error_set(error, ERROR_LOCAL, "libcurl has no memory or descriptors for a worker");
        free(worker);
        return NULL;
    }
    struct hook hook = {wake, worker};
    worker->taker = queue_add_taker(shared->queue, hook);
    worker->waiter = permits_add_waiter(shared->permits, hook);
    host_gate_add_waiter(shared->gate, hook);
    cancel_add_waiter(shared->cancel, hook);
    recorder_add_waiter(shared->recorder, hook);
    return worker;
}

void worker_destroy(struct worker *worker)
{
    if (worker == NULL)
        return;
    if (kept_group(worker) == NULL)
        transfer_group_destroy(worker->group);
    free(worker);
}

struct activity *worker_activity(const struct worker *worker)
{
    return transfer_group_activity(worker->group);
}

static bool is_draining(const struct worker *worker)
{
    return cancel_level(worker->shared->cancel) != CANCEL_NONE;
}

/* Runs an admitted job under the permit at hand; its failure to start ends it. */
static bool start(struct worker *worker, struct job *job)
{
    int64_t now_us = clock_monotonic_us();
    job->has_answered = false;
    if (job->started_us == 0)
        job->outcome.us.queue = now_us - job->queued_us;
    return transfer_group_start(worker->group, job, worker->number);
}

/* --max-total-size: what was received counts, so that nothing can hide from it. */
static bool has_quota(const struct worker_shared *shared)
{
    const atomic_llong *received = shared->transfer->received;
    if (shared->max_total_bytes == 0 || received == NULL ||
        atomic_load_explicit(received, memory_order_relaxed) < shared->max_total_bytes)
        return true;
    cancel_raise(shared->cancel, CANCEL_DRAIN, STOP_QUOTA);
    return false;
}

/* After a job of this host has ended: the host's next one runs in its place, under its permit. */
static void hand_on(struct worker *worker, const char *host, enum host_gate_result result)
{
    const struct worker_shared *shared = worker->shared;
    struct job *next;
    while ((next = host_gate_leave(shared->gate, host, result, clock_monotonic_us())) != NULL) {
        result = HOST_GATE_UNKNOWN; /* of those that do not even start */
        if (!has_quota(shared) || is_draining(worker)) {
            worker_ending_untried(shared, next);
        } else if (start(worker, next)) {
            return;
        } else {
            worker_ending_record(shared, next);
        }
    }
    permits_release(shared->permits);
}

/* Its target and what is made of it; short ones are within what every job has. */
static void charge_redirect(const struct worker_shared *shared, struct job *job)
{
    size_t bytes = 2 * strlen(job->redirected.target);
    if (bytes < SHORT_REDIRECT_BYTES)
        return;
    budget_charge(shared->budget, bytes);
    job->charged += bytes;
}

/* The server's word that the file that is there is the one it has. */
static void keep_unchanged(struct job *job)
{
    job->outcome.status = STATUS_KEPT;
    job->outcome.failure = FAILURE_NONE;
    job->outcome.file_bytes = job->existing_bytes;
    if (job->outcome.etag == NULL)
        job->outcome.etag = memory_copy_string(job->known_etag);
    free(job->outcome.path);
    job->outcome.path = memory_copy_string(job->name);
}

static void finish(struct worker *worker, struct job *job, enum transfer_verdict verdict)
{
    const struct worker_shared *shared = worker->shared;
    enum host_gate_result result = job->has_answered ? HOST_GATE_REACHED : HOST_GATE_SUCCESS;
    char *host = job->admitted_host;
    job->admitted_host = NULL;
    switch (verdict) {
    case TRANSFER_SAVED:
        if (shared->root == NULL) /* nobody is to publish it */
            job->outcome.status = STATUS_DOWNLOADED;
        worker_ending_record(shared, job);
        break;
    case TRANSFER_UNCHANGED:
        keep_unchanged(job);
        worker_ending_record(shared, job);
        break;
    case TRANSFER_CHECKED:
        job->outcome.status = STATUS_OK;
        job->outcome.failure = FAILURE_NONE;
        worker_ending_record(shared, job);
        break;
    case TRANSFER_REDIRECT:
        charge_redirect(shared, job);
        queue_return(shared->queue, job, 0);
        break;
    case TRANSFER_AGAIN:
        job_fail(job, FAILURE_CANCELED, "ended before it was asked for once more");
        queue_return(shared->queue, job, 0);
        break;
    case TRANSFER_FAILED:
        result = host_policy_judge(job, &shared->transfer->proxy);
        host_policy_let_rest(shared->gate, &shared->retry, job, host, random_any());
        worker_ending_settle(shared, job);
        break;
    case TRANSFER_NAME_UNKNOWN:
        result = host_policy_judge(job, &shared->transfer->proxy);
        resolver_ask(shared->resolver, job_target(job)->host, job);
        break;
    case TRANSFER_LOCAL:
        result = HOST_GATE_UNKNOWN;
        cancel_raise(shared->cancel, CANCEL_ABORT, STOP_LOCAL);
        worker_ending_record(shared, job);
        break;
    }
    hand_on(worker, host, result);
    free(host);
}

static void end_parked(struct worker *worker)
{
    struct job *job;
    while ((job = host_gate_take_parked(worker->shared->gate)) != NULL)
        worker_ending_untried(worker->shared, job);
}

/* Starts a job that the gate has let in, under the permit at hand. */
static void run_admitted(struct worker *worker, struct job *job)
{
    const struct worker_shared *shared = worker->shared;
    worker->holds_permit = false;
    if (!start(worker, job)) {
        char *host = job->admitted_host;
        job->admitted_host = NULL;
        worker_ending_record(shared, job);
        hand_on(worker, host, HOST_GATE_UNKNOWN);
        free(host);
    }
}

/* Lets a taken job into its host's gate and starts it. Parked, it is no longer ours, and the permit
 * stays at hand for the next one. */
static void admit(struct worker *worker, struct job *job)
{
    const struct worker_shared *shared = worker->shared;
    job->admitted_host = memory_copy_string(job_target(job)->host);
    switch (host_gate_enter(shared->gate, job->admitted_host, job, queue_ticket(worker->taker),
                            clock_monotonic_us())) {
    case HOST_GATE_ADMITTED:
        run_admitted(worker, job);
        break;
    case HOST_GATE_PARKED:
        break;
    case HOST_GATE_DOWN:
        worker_ending_down(shared, job);
        break;
    }
}

/* True when a parked job could be taken on; lowers *until_us to when one may come. */
static bool take_parked(struct worker *worker, int64_t now_us, int64_t *until_us)
{
    enum host_gate_answer answer = HOST_GATE_PARKED;
    struct job *job = host_gate_take(worker->shared->gate, now_us, &answer, until_us);
    if (job == NULL)
        return false;
    if (answer == HOST_GATE_ADMITTED)
        run_admitted(worker, job);
    else
        worker_ending_down(worker->shared, job);
    return true;
}

static bool has_permit(struct worker *worker)
{
    if (!worker->holds_permit)
        worker->holds_permit = permits_try_acquire(worker->shared->permits, worker->waiter);
    return worker->holds_permit;
}

/* Of a short list one worker must not have it all only because it woke first: with more downloads
 * than the average, it leaves the next one to a worker that has nothing to do. */
static bool leaves_to_others(struct worker *worker, int64_t now_us, int64_t *until_us)
{
    const struct worker_shared *shared = worker->shared;
    unsigned running = transfer_group_running(worker->group);
    if (running == 0 || running >= SHORT_LIST ||
        running * shared->threads < permits_in_use(shared->permits) ||
        !queue_leave_to_idle(shared->queue, worker->taker, now_us))
        return false;
    if (now_us + LEAVE_US < *until_us)
        *until_us = now_us + LEAVE_US;
    return true;
}

/* The next job to start, parked or queued. False when there is none now; *out_ended when the queue
 * has ended. */
static bool take_next(struct worker *worker, int64_t *until_us, bool *out_ended)
{
    const struct worker_shared *shared = worker->shared;
    int64_t now_us = clock_monotonic_us();
    bool drains = is_draining(worker);
    bool is_full = false;
    if (!drains) {
        if (!transfer_group_has_room(worker->group) || recorder_is_full(shared->recorder) ||
            !has_permit(worker) || !has_quota(shared))
            return false;
        if (take_parked(worker, now_us, until_us))
            return true;
        is_full = host_gate_is_full(shared->gate);
        if (!host_gate_has_rate(shared->gate, now_us, until_us) ||
            (!is_full && leaves_to_others(worker, now_us, until_us)))
            return false;
    }
    void *item = NULL;
    int64_t due_us = CLOCK_NEVER;
    /* With a full gate the list waits, but not what was taken from it before: a host that rests
     * must not hold back another one's retries and redirects. */
    enum queue_answer answer =
        is_full ? queue_take_returned(shared->queue, worker->taker, now_us, &item, &due_us)
                : queue_take(shared->queue, worker->taker, now_us, &item, &due_us);
    if (answer == QUEUE_ITEM && drains)
        worker_ending_untried(shared, item);
    else if (answer == QUEUE_ITEM)
        admit(worker, item);
    *out_ended = answer == QUEUE_ENDED;
    if (due_us < *until_us)
        *until_us = due_us;
    return answer == QUEUE_ITEM;
}

/* Takes and starts jobs while there is room. *out_until_us: when to look again at the latest. False
 * when the queue has ended. */
static bool fill(struct worker *worker, int64_t *out_until_us)
{
    bool has_ended = false;
    do {
        *out_until_us = CLOCK_NEVER;
    } while (take_next(worker, out_until_us, &has_ended));
    if (worker->holds_permit) {
        worker->holds_permit = false;
        permits_release(worker->shared->permits);
    }
    return !has_ended;
}

static void finish_ended(struct worker *worker)
{
    struct job *job;
    enum transfer_verdict verdict;
    while ((job = transfer_group_next(worker->group, &verdict)) != NULL)
        finish(worker, job, verdict);
}

void worker_run(void *context)
{
    struct worker *worker = context;
    if (worker->shared->barrier != NULL)
        barrier_wait(worker->shared->barrier);
    for (;;) {
        bool is_aborted = cancel_level(worker->shared->cancel) == CANCEL_ABORT;
        finish_ended(worker); /* first: what is complete is no longer canceled */
        if (is_aborted && !worker->was_canceled) {
            worker->was_canceled = true;
            transfer_group_cancel(worker->group);
            finish_ended(worker);
        }
        if (is_draining(worker))
            end_parked(worker);
        int64_t until_us;
        bool goes_on = fill(worker, &until_us);
        if (!goes_on && transfer_group_running(worker->group) == 0)
            return;
        transfer_group_wait(worker->group, until_us);
    }
}
