#include "model/mirror.h"

#include "base/memory.h"

/* libcurl ends a transfer up to a millisecond early: what is left then is no time for another. */
#define LEAST_US 10000

/* Makes the first usable mirror from `first` on the one to ask. */
static bool use_from(struct job *job, unsigned first, unsigned count)
{
    unsigned asked = job->mirror;
    for (unsigned mirror = first; mirror < count; mirror++) {
        enum failure failure;
        const char *reason;
        if (!job->mirrors[mirror].is_lost && job_use_mirror(job, mirror, &failure, &reason)) {
            job->asked_mirror = asked;
            job->spent_us = job->mirrors[mirror].spent_us;
            return true;
        }
    }
    return false;
}

bool mirror_next(struct job *job, const struct retry_policy *policy, int64_t timeout_us,
                 uint32_t random, int64_t *out_us)
{
    const struct outcome *outcome = &job->outcome;
    unsigned count = job_mirror_count(job);
    bool has_time = timeout_us - job->spent_us > LEAST_US;
    if (count == 1)
        return has_time && retry_delay_us(policy, outcome, job->retry_after_us, random, out_us);

    bool is_transient = has_time && retry_is_transient(policy, outcome->failure, outcome->http);
    /* The first attempt at each mirror is none of the retries. */
    bool is_first_round = outcome->attempts < count;
    unsigned retry = is_first_round ? 1 : outcome->attempts - count + 1;
    if (job->mirrors == NULL)
        job->mirrors = memory_allocate_zeroed(count, sizeof(*job->mirrors));
    job->mirrors[job->mirror].spent_us = job->spent_us;
    if (!is_transient)
        job->mirrors[job->mirror].is_lost = true;
    if ((is_first_round || retry <= policy->retries) && use_from(job, job->mirror + 1, count)) {
        *out_us = 0;
        return true;
    }
    /* What is left has failed for reasons that may pass, whatever the last one's was. */
    struct outcome round = {
        .failure = is_transient ? outcome->failure : FAILURE_TIMEOUT,
        .http = is_transient ? outcome->http : 0,
        .attempts = retry,
    };
    return retry_delay_us(policy, &round, job->retry_after_us, random, out_us) &&
           use_from(job, 0, count);
}
