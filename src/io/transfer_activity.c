#include "io/transfer_activity.h"

#include "io/transfer_state.h"

/* Looked at a few times a second, so that bytes need no clock. */
static int64_t heard_us(struct transfer *transfer, int64_t now_us)
{
    if (transfer->phase != ACTIVITY_RECEIVE)
        return 0;
    if (transfer->heard_us == 0 || transfer->heard_bytes != transfer->body_bytes)
        transfer->heard_us = now_us;
    transfer->heard_bytes = transfer->body_bytes;
    return transfer->heard_us;
}

static void describe(struct transfer *transfer, int64_t now_us, struct activity_slow *out)
{
    const struct job *job = transfer->job;
    bool has_length =
        transfer->reply.is_judged && transfer->reply.length >= 0 && transfer_keeps_body(transfer);
    *out = (struct activity_slow){
        .url = (char *)job_asked_url(job), /* lent; not written to */
        .index = job->index,
        .attempt = job->outcome.attempts + 1,
        .phase = transfer->phase,
        .started_us = transfer->started_us,
        .heard_us = heard_us(transfer, now_us),
        .bytes = transfer->resumed_bytes + transfer->body_bytes,
        .expected = has_length ? transfer->resumed_bytes + transfer->reply.length : -1,
    };
}

/* The oldest first. */
static size_t insert(struct activity_slow *slow, size_t count, const struct activity_slow *added)
{
    size_t place = count;
    while (place > 0 && slow[place - 1].started_us > added->started_us)
        place--;
    if (place == ACTIVITY_SLOW_MAX)
        return count;
    size_t last = count < ACTIVITY_SLOW_MAX ? count : ACTIVITY_SLOW_MAX - 1;
    for (size_t i = last; i > place; i--)
        slow[i] = slow[i - 1];
    slow[place] = *added;
    return last + 1;
}

void transfer_activity_show(struct activity *activity, struct transfer *const *transfers,
                            unsigned count, int64_t now_us)
{
    struct activity_slow slow[ACTIVITY_SLOW_MAX];
    size_t slow_count = 0;
    for (unsigned i = 0; i < count; i++) {
        struct activity_slow one;
        if (now_us - transfers[i]->started_us < TRANSFER_ACTIVITY_SLOW_US)
            continue;
        describe(transfers[i], now_us, &one);
        slow_count = insert(slow, slow_count, &one);
    }
    activity_show_slow(activity, slow, slow_count);
}
