#include "app/worker.h"

#include "app/stop_reason.h"
#include "base/clock.h"
#include "base/memory.h"
#include "model/mirror.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SHORT_REDIRECT_BYTES 512

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

struct worker *worker_create(const struct worker_shared *shared, int number, struct error *error)
{
    struct worker *worker = memory_allocate_zeroed(1, sizeof *worker);
    worker->shared = shared;
    worker->number = number;
    worker->group =
        transfer_group_create(shared->transfer, shared->root, shared->sink_bytes, shared->slots);
    if (worker->group == NULL) {
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
    transfer_group_destroy(worker->group);
    free(worker);
}

/* The job leaves the queue for good. */
static void record(const struct worker_shared *shared, struct job *job)
{
    recorder_push(shared->recorder, job);
    queue_done(shared->queue);
}

/* Full jitter needs numbers that differ between processes, not secrets. */
static uint32_t random_number(void)
{
    uint32_t number = 0;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
        number = (uint32_t)clock_monotonic_us() * 2654435761u;
    return number;
}

void worker_settle(const struct worker_shared *shared, struct job *job)
{
    int64_t delay_us = 0;
    bool is_retried =
        cancel_level(shared->cancel) == CANCEL_NONE &&
        mirror_next(job, &shared->retry, shared->transfer->timeout_us, random_number(), &delay_us);
    if (!is_retried) {
        record(shared, job);
        return;
    }
    shared->on_retry(shared->context, job, delay_us);
    job_restart(job);
    queue_return(shared->queue, job, clock_monotonic_us() + delay_us);
}

/* A job that is taken when the run no longer starts anything. */
static void end_untried(const struct worker_shared *shared, struct job *job)
{
    if (job->is_redirected) {
        job->outcome.attempts++;
        job_fail(job, FAILURE_CANCELED, "ended before the redirect was followed");
    } else if (job->outcome.attempts == 0) {
        job->outcome.status = STATUS_NOT_TRIED;
        job->outcome.failure = FAILURE_NONE;
    }
    record(shared, job);
}

static bool is_draining(const struct worker *worker)
{
    return cancel_level(worker->shared->cancel) != CANCEL_NONE;
}

/* Runs an admitted job under the permit at hand; its failure to start ends it. */
static bool start(struct worker *worker, struct job *job)
{
    int64_t now_us = clock_monotonic_us();
    if (job->started_us == 0)
        job->outcome.us.queue = now_us - job->queued_us;
    return transfer_group_start(worker->group, job, worker->number);
}

/* After a job of this host has ended: the host's next one runs in its place, under its permit. */
static void hand_on(struct worker *worker, const char *host)
{
    const struct worker_shared *shared = worker->shared;
    struct job *next;
    while ((next = host_gate_leave(shared->gate, host)) != NULL) {
        if (is_draining(worker)) {
            end_untried(shared, next);
        } else if (start(worker, next)) {
            return;
        } else {
            record(shared, next);
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

static void finish(struct worker *worker, struct job *job, enum transfer_verdict verdict)
{
    const struct worker_shared *shared = worker->shared;
    char *host = job->admitted_host;
    job->admitted_host = NULL;
    switch (verdict) {
    case TRANSFER_SAVED:
        record(shared, job);
        break;
    case TRANSFER_REDIRECT:
        charge_redirect(shared, job);
        queue_return(shared->queue, job, 0);
        break;
    case TRANSFER_FAILED:
        worker_settle(shared, job);
        break;
    case TRANSFER_NAME_UNKNOWN:
        resolver_ask(shared->resolver, job_target(job)->host, job);
        break;
    case TRANSFER_LOCAL:
        cancel_raise(shared->cancel, CANCEL_ABORT, STOP_LOCAL);
        record(shared, job);
        break;
    }
    hand_on(worker, host);
    free(host);
}

static void end_parked(struct worker *worker)
{
    struct job *job;
    while ((job = host_gate_take_parked(worker->shared->gate)) != NULL)
        end_untried(worker->shared, job);
}

/* Lets a taken job into its host's gate and starts it. */
static void admit(struct worker *worker, struct job *job)
{
    const struct worker_shared *shared = worker->shared;
    char *host = memory_copy_string(job_target(job)->host);
    job->admitted_host = host;
    if (host_gate_enter(shared->gate, host, job) == HOST_GATE_PARKED)
        return; /* the permit stays at hand for the next one; the job is no longer ours */
    worker->holds_permit = false;
    if (!start(worker, job)) {
        job->admitted_host = NULL;
        record(shared, job);
        hand_on(worker, host);
        free(host);
    }
}

static bool has_permit(struct worker *worker)
{
    if (!worker->holds_permit)
        worker->holds_permit = permits_try_acquire(worker->shared->permits, worker->waiter);
    return worker->holds_permit;
}

/* Takes and starts jobs while there is room. *out_until_us: when to look again at the latest. False
 * when the queue has ended. */
static bool fill(struct worker *worker, int64_t *out_until_us)
{
    const struct worker_shared *shared = worker->shared;
    bool goes_on = true;
    *out_until_us = CLOCK_NEVER;
    for (;;) {
        bool drains = is_draining(worker);
        if (!drains &&
            (!transfer_group_has_room(worker->group) || recorder_is_full(shared->recorder) ||
             host_gate_is_full(shared->gate) || !has_permit(worker)))
            break;
        void *item = NULL;
        enum queue_answer answer =
            queue_take(shared->queue, worker->taker, clock_monotonic_us(), &item, out_until_us);
        if (answer != QUEUE_ITEM) {
            goes_on = answer != QUEUE_ENDED;
            break;
        }
        if (drains)
            end_untried(shared, item);
        else
            admit(worker, item);
    }
    if (worker->holds_permit) {
        worker->holds_permit = false;
        permits_release(shared->permits);
    }
    return goes_on;
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
