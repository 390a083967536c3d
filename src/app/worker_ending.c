#include "app/worker_ending.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/random.h"
#include "model/mirror.h"

void worker_ending_record(const struct worker_shared *shared, struct job *job)
{
    recorder_push(shared->recorder, job);
    queue_done(shared->queue);
}

void worker_ending_settle(const struct worker_shared *shared, struct job *job)
{
    int64_t delay_us = 0;
    const struct outcome *outcome = &job->outcome;
    bool is_stopping = cancel_level(shared->cancel) != CANCEL_NONE;
    if (is_stopping)
        job->was_cut_short = outcome->attempts <= shared->retry.retries &&
                             retry_is_transient(&shared->retry, outcome->failure, outcome->http);
    if (is_stopping ||
        !mirror_next(job, &shared->retry, shared->transfer->timeout_us, random_any(), &delay_us)) {
        worker_ending_record(shared, job);
        return;
    }
    shared->on_retry(shared->context, job, delay_us);
    job_restart(job);
    queue_return(shared->queue, job, clock_monotonic_us() + delay_us);
}

void worker_ending_untried(const struct worker_shared *shared, struct job *job)
{
    job->was_cut_short = true;
    if (job->is_redirected) {
        job->outcome.attempts++;
        job_fail(job, FAILURE_CANCELED, "ended before the redirect was followed");
    } else if (job->outcome.attempts == 0) {
        job->outcome.status = STATUS_NOT_TRIED;
        job->outcome.failure = FAILURE_NONE;
    }
    worker_ending_record(shared, job);
}

void worker_ending_down(const struct worker_shared *shared, struct job *job)
{
    if (cancel_level(shared->cancel) != CANCEL_NONE) {
        worker_ending_untried(shared, job);
        return;
    }
    free(job->admitted_host);
    job->admitted_host = NULL;
    char last[OUTCOME_DETAIL_SIZE];
    snprintf(last, sizeof last, "%s", outcome_detail(&job->outcome));
    job_fail(job, FAILURE_HOST_DOWN, "the host was not reached several times in a row");
    if (last[0] != '\0')
        outcome_set_detail(&job->outcome, "the host was not reached several times in a row: %s",
                           last);
    worker_ending_settle(shared, job);
}
