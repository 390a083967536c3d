#include "model/job.h"

#include <stdlib.h>
#include <string.h>

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
    job->digest_offset = SIZE_MAX;
    job->exec_status = -1;
    outcome_init(&job->outcome);
    return job;
}

void job_destroy(struct job *job)
{
    if (job == NULL)
        return;
    free(job->listed);
    free(job->admitted_host);
    free(job->name);
    free(job->server_name);
    free(job->known_etag);
    free(job->known_date);
    free(job->mirrors);
    list_entry_destroy(job->entry);
    list_refused_destroy(job->refused);
    url_clear(&job->origin);
    url_clear(&job->redirected);
    outcome_clear(&job->outcome);
    free(job);
}

size_t job_weight(const struct job *job)
{
    /* The listed text, the request, the name, and what an allocation adds to each. */
    return sizeof(*job) + 128 + 3 * job->listed_length + list_entry_bytes(job->entry) +
           list_refused_bytes(job->refused);
}

unsigned job_mirror_count(const struct job *job)
{
    return job->entry != NULL ? 1 + (unsigned)job->entry->mirror_count : 1;
}

static bool use(struct job *job, unsigned mirror, struct url_memo *memo, enum failure *out_failure,
                const char **out_reason)
{
    const char *listed = mirror == 0 ? job->listed : job->entry->mirrors[mirror - 1];
    struct url origin;
    if (!url_parse_next(memo, listed, strlen(listed), &origin, out_failure, out_reason))
        return false;
    url_clear(&job->origin);
    job->origin = origin;
    job->mirror = mirror;
    return true;
}

bool job_use_mirror(struct job *job, unsigned mirror, enum failure *out_failure,
                    const char **out_reason)
{
    return use(job, mirror, NULL, out_failure, out_reason);
}

bool job_use_listed(struct job *job, struct url_memo *memo, enum failure *out_failure,
                    const char **out_reason)
{
    return use(job, 0, memo, out_failure, out_reason);
}

const char *job_mirror_url(const struct job *job, unsigned mirror)
{
    return mirror > 0 ? job->entry->mirrors[mirror - 1] : job->listed;
}

const char *job_asked_url(const struct job *job)
{
    return job_mirror_url(job, job->mirror);
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
