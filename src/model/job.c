#include "model/job.h"

#include <stdlib.h>

#include "base/memory.h"

struct job *job_create(uint64_t index, const char *source, uint64_t line, const char *listed,
                       size_t listed_length)
{
    struct job *job = memory_allocate_zeroed(1, sizeof(*job));
    job->index = index;
    job->source = source;
    job->line = line;
    job->listed = memory_copy_bytes(listed, listed_length);
    job->listed_length = listed_length;
    job->retry_after_us = -1;
    outcome_init(&job->outcome);
    return job;
}

void job_destroy(struct job *job)
{
    if (job == NULL)
        return;
    free(job->listed);
    free(job->admitted_host);
    url_clear(&job->origin);
    url_clear(&job->redirected);
    outcome_clear(&job->outcome);
    free(job);
}

size_t job_weight(const struct job *job)
{
    /* The listed text, the request, its identity on the way, and what a reply adds. */
    return sizeof(*job) + 512 + 4 * job->listed_length;
}

const struct url *job_target(const struct job *job)
{
    return job->is_redirected ? &job->redirected : &job->origin;
}

void job_restart(struct job *job)
{
    if (!job->is_redirected)
        return;
    url_clear(&job->redirected);
    job->redirected = (struct url){0};
    job->is_redirected = false;
    job->came_from_public = false;
    outcome_clear_hops(&job->outcome);
}

void job_fail(struct job *job, enum failure failure, const char *detail)
{
    job->outcome.status = STATUS_FAILED;
    job->outcome.failure = failure;
    outcome_set_detail(&job->outcome, "%s", detail != NULL ? detail : "");
}
