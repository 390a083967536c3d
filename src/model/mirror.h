/* Which of a file's mirrors is asked next. */
#ifndef HAUL_MODEL_MIRROR_H
#define HAUL_MODEL_MIRROR_H

#include "model/job.h"
#include "model/retry.h"

/* After a failed attempt: the next mirror in the list's order, at once (*out_us 0); after the last
 * one, from the first again, when retry_delay_us allows it. Each mirror is asked once, and after
 * that there are policy->retries attempts in all. A mirror that failed for good, or has used up
 * timeout_us, is not asked again. False when no attempt is left. The job's origin becomes
 * the one to ask; the rest of the job is as it was (see job_restart). */
bool mirror_next(struct job *job, const struct retry_policy *policy, int64_t timeout_us,
                 uint32_t random, int64_t *out_us);

#endif
