#include "sync/pace.h"

#include <assert.h>

/* Before every time: of a pace that nobody has used yet. */
#define NEVER_USED INT64_MIN

void pace_init(struct pace *pace, int64_t amount, int64_t span_us)
{
    assert(amount >= 0 && (amount == 0 || span_us > 0));
    *pace = (struct pace){.amount = amount, .span_us = span_us, .next_us = NEVER_USED};
}

/* The first one begins the row; later ones have lost what they are late beyond the limit. */
static void forget_idle_time(struct pace *pace, int64_t now_us)
{
    int64_t earliest_us = pace->next_us == NEVER_USED ? now_us : now_us - PACE_LATE_US;
    if (pace->next_us < earliest_us) {
        pace->next_us = earliest_us;
        pace->rest = 0;
    }
}

/* An amount of 2^40 in a span of an hour needs more than 64 bits on the way. */
static void advance(struct pace *pace, int64_t amount)
{
    __int128 total = (__int128)amount * pace->span_us + pace->rest;
    __int128 next_us = pace->next_us + total / pace->amount;
    if (next_us < INT64_MAX) {
        pace->next_us = (int64_t)next_us;
        pace->rest = (int64_t)(total % pace->amount);
    } else {
        pace->next_us = INT64_MAX;
        pace->rest = 0;
    }
}

/* The first whole microsecond that is not too early. */
static int64_t due_us(const struct pace *pace)
{
    return pace->next_us + (pace->rest > 0 ? 1 : 0);
}

bool pace_take(struct pace *pace, int64_t now_us, int64_t *out_due_us)
{
    if (pace->amount == 0)
        return true;
    if (!pace_is_ready(pace, now_us, out_due_us))
        return false;
    forget_idle_time(pace, now_us);
    advance(pace, 1);
    return true;
}

bool pace_is_ready(const struct pace *pace, int64_t now_us, int64_t *out_due_us)
{
    if (pace->amount == 0 || due_us(pace) <= now_us)
        return true;
    *out_due_us = due_us(pace);
    return false;
}

int64_t pace_reserve(struct pace *pace, int64_t now_us, int64_t amount)
{
    assert(amount >= 0);
    if (pace->amount == 0)
        return now_us;
    forget_idle_time(pace, now_us);
    int64_t at_us = due_us(pace);
    advance(pace, amount);
    return at_us;
}
