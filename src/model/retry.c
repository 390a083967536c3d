#include "model/retry.h"

#include <string.h>

#include "base/clock.h"
#include "model/http_date.h"

/* Seconds to microseconds, saturating. */
static int64_t seconds_to_us(uint64_t seconds)
{
    if (seconds > (uint64_t)(INT64_MAX / CLOCK_SECOND_US))
        return INT64_MAX;
    return (int64_t)seconds * CLOCK_SECOND_US;
}

/* wait * 2^(attempts - 1), at most max_wait. */
static int64_t backoff_ceiling_us(const struct retry_policy *policy, unsigned attempts)
{
    if (policy->wait_us <= 0 || policy->max_wait_us <= 0)
        return 0;
    unsigned doublings = attempts > 0 ? attempts - 1 : 0;
    if (doublings >= 63 || policy->wait_us > policy->max_wait_us >> doublings)
        return policy->max_wait_us;
    return policy->wait_us << doublings;
}

/* value * random / 2^32 without a wider type than 64 bits. */
static int64_t random_part(int64_t value, uint32_t random)
{
    uint64_t high = (uint64_t)value >> 32;
    uint64_t low = (uint64_t)value & UINT32_MAX;
    return (int64_t)(high * random + (low * random >> 32));
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool is_letter(char character)
{
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* delay-seconds is digits only; stores a saturated number. */
static bool parse_seconds(const char *value, size_t length, uint64_t *out_seconds)
{
    uint64_t seconds = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(value[i]))
            return false;
        unsigned digit = (unsigned)(value[i] - '0');
        if (seconds > (UINT64_MAX - digit) / 10)
            seconds = UINT64_MAX;
        else
            seconds = seconds * 10 + digit;
    }
    *out_seconds = seconds;
    return length > 0;
}

/* The failure is nothing but what the status says. */
static bool is_by_status(enum failure failure)
{
    switch (failure) {
    case FAILURE_NOT_FOUND:
    case FAILURE_GONE:
    case FAILURE_FORBIDDEN:
    case FAILURE_AUTH:
    case FAILURE_RATE_LIMITED:
    case FAILURE_CLIENT_ERROR:
    case FAILURE_SERVER_ERROR:
    case FAILURE_NO_CONTENT:
        return true;
    default: /* the status of, say, a page that was too large does not make it worth a retry */
        return false;
    }
}

bool retry_is_transient(const struct retry_policy *policy, enum failure failure, int http)
{
    switch (failure) {
    case FAILURE_DNS_TEMPORARY:
    case FAILURE_CONNECT:
    case FAILURE_TIMEOUT:
    case FAILURE_STALLED:
    case FAILURE_RESET:
    case FAILURE_TRUNCATED:
    case FAILURE_REFUSED:
        return true;
    default:
        return is_by_status(failure) &&
               (http == 408 || http == 425 || http == 429 || http == 500 || http == 502 ||
                http == 503 || http == 504 || status_set_has(&policy->also, http));
    }
}

bool retry_delay_us(const struct retry_policy *policy, const struct outcome *outcome,
                    int64_t retry_after_us, uint32_t random, int64_t *out_us)
{
    if (outcome->attempts > policy->retries)
        return false;
    if (!retry_is_transient(policy, outcome->failure, outcome->http))
        return false;
    if (retry_after_us > policy->max_wait_us)
        return false;
    int64_t delay_us = random_part(backoff_ceiling_us(policy, outcome->attempts), random);
    *out_us = delay_us > retry_after_us ? delay_us : retry_after_us;
    return true;
}

int64_t retry_rest_us(const struct retry_policy *policy, unsigned rests, int64_t retry_after_us,
                      uint32_t random)
{
    if (retry_after_us >= 0)
        return retry_after_us < policy->max_wait_us ? retry_after_us : policy->max_wait_us;
    /* At least half: nothing at all, which full jitter can give, is no rest. */
    int64_t ceiling_us = backoff_ceiling_us(policy, rests);
    return ceiling_us / 2 + random_part(ceiling_us - ceiling_us / 2, random);
}

int64_t retry_probe_us(const struct retry_policy *policy)
{
    return backoff_ceiling_us(policy, policy->retries + 1);
}

bool retry_after_parse(const char *value, int64_t now_wall_us, int64_t *out_us)
{
    while (is_blank(*value))
        value++;
    size_t length = strlen(value);
    while (length > 0 && is_blank(value[length - 1]))
        length--;
    uint64_t seconds;
    if (parse_seconds(value, length, &seconds)) {
        *out_us = seconds_to_us(seconds);
        return true;
    }
    /* Every HTTP date begins with the name of a day and holds a time of day; curl_getdate would
     * also take what has neither. */
    if (!is_letter(value[0]) || strchr(value, ':') == NULL)
        return false;
    int64_t date = http_date_parse(value);
    if (date == -1)
        return false;
    int64_t date_us = date < 0 ? 0 : seconds_to_us((uint64_t)date);
    if (date_us <= now_wall_us)
        *out_us = 0;
    else if (date_us == INT64_MAX || __builtin_sub_overflow(date_us, now_wall_us, out_us))
        *out_us = INT64_MAX;
    return true;
}
