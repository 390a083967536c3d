/* Whether a failed attempt is tried again, and when. */
#ifndef HAUL_MODEL_RETRY_H
#define HAUL_MODEL_RETRY_H

#include "base/common.h"
#include "model/outcome.h"
#include "model/status_set.h"

struct retry_policy {
    unsigned retries;       /* after the first attempt */
    int64_t wait_us;        /* base of the exponential backoff */
    int64_t max_wait_us;    /* longest wait, also for Retry-After */
    struct status_set also; /* statuses that are retried, too (--retry-on) */
};

/* True for the failures that may pass: dns-temporary, connect, timeout, stalled, reset, truncated,
 * refused, the statuses 408, 425, 429, 500, 502, 503, 504, and those of the policy. */
bool retry_is_transient(const struct retry_policy *policy, enum failure failure, int http);

/* The wait before the next attempt, or false when there is none. Full jitter: a random part of
 * wait * 2^(attempts-1), at most max_wait. retry_after_us (-1 = none) is a minimum (RFC 9110,
 * 10.2.3); beyond max_wait the URL is given up at once. */
bool retry_delay_us(const struct retry_policy *policy, const struct outcome *outcome,
                    int64_t retry_after_us, uint32_t random, int64_t *out_us);

/* How long a host is left alone that has asked for a rest (429, 503) `rests` times in a row, from
 * 1: what it asked for (retry_after_us, -1 = nothing), else a backoff of half to the whole of wait
 * * 2^(rests-1); at most max_wait. */
int64_t retry_rest_us(const struct retry_policy *policy, unsigned rests, int64_t retry_after_us,
                      uint32_t random);

/* How long after its fifth failure a host that is not reached is tried once more: the backoff that
 * would follow the last retry of a URL, wait * 2^retries, at most max_wait. */
int64_t retry_probe_us(const struct retry_policy *policy);

/* Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date against now. Values too large become
 * INT64_MAX, past dates 0; false when malformed. */
bool retry_after_parse(const char *value, int64_t now_wall_us, int64_t *out_us);

#endif
