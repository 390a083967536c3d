/* Whether a failed attempt is tried again, and when. */
#ifndef HAUL_MODEL_RETRY_H
#define HAUL_MODEL_RETRY_H

#include "base/common.h"
#include "model/outcome.h"

struct retry_policy {
    unsigned retries;    /* after the first attempt */
    int64_t wait_us;     /* base of the exponential backoff */
    int64_t max_wait_us; /* longest wait, also for Retry-After */
};

/* True for the failures that may pass: dns-temporary, connect, timeout, stalled, reset, truncated,
 * refused, and the statuses 408, 425, 429, 500, 502, 503, 504. */
bool retry_is_transient(enum failure failure, int http);

/* The wait before the next attempt, or false when there is none. Full jitter: a random part of
 * wait * 2^(attempts-1), at most max_wait. retry_after_us (-1 = none) is a minimum (RFC 9110,
 * 10.2.3); beyond max_wait the URL is given up at once. */
bool retry_delay_us(const struct retry_policy *policy, const struct outcome *outcome,
                    int64_t retry_after_us, uint32_t random, int64_t *out_us);

/* Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date against now. Values too large become
 * INT64_MAX, past dates 0; false when malformed. */
bool retry_after_parse(const char *value, int64_t now_wall_us, int64_t *out_us);

#endif
