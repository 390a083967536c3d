#include "model/mirror.h"

#include "base/memory.h"

static bool is_lost(const struct job *job, unsigned mirror)
{
    return job->lost_mirrors != NULL && job->lost_mirrors[mirror] != 0;
}

static void lose(struct job *job, unsigned count)
{
    if (job->lost_mirrors == NULL)
        job->lost_mirrors = memory_allocate_zeroed(count, sizeof(*job->lost_mirrors));
    job->lost_mirrors[job->mirror] = 1;
}

/* Makes the first usable mirror from `first` on the one to ask. */
static bool use_from(struct job *job, unsigned first, unsigned count)
{
    for (unsigned mirror = first; mirror < count; mirror++) {
        enum failure failure;
        const char *reason;
        if (!is_lost(job, mirror) && job_use_mirror(job, mirror, &failure, &reason))
            return true;
    }
    return false;
}

bool mirror_next(struct job *job, const struct retry_policy *policy, uint32_t random,
                 int64_t *out_us)
{
    const struct outcome *outcome = &job->outcome;
    unsigned count = job_mirror_count(job);
    if (count == 1)
        return retry_delay_us(policy, outcome, job->retry_after_us, random, out_us);

    bool is_transient = retry_is_transient(outcome->failure, outcome->http);
    if (!is_transient)
        lose(job, count);
    if (use_from(job, job->mirror + 1, count)) {
        *out_us = 0;
        return true;
    }
    /* The first attempt at each mirror is none of the retries. What is left has failed for reasons
     * that may pass, whatever the last one's was. */
    struct outcome round = {
        .failure = is_transient ? outcome->failure : FAILURE_TIMEOUT,
        .http = is_transient ? outcome->http : 0,
        .attempts = outcome->attempts >= count ? outcome->attempts - count + 1 : 1,
    };
    return retry_delay_us(policy, &round, job->retry_after_us, random, out_us) &&
           use_from(job, 0, count);
}
