#include "base/clock.h"
#include "io/transfer_resume.h"
#include "io/transfer_state.h"

#define CONNECT_SLACK_US (CLOCK_SECOND_US / 2) /* libcurl speaks first, where it does */

/* While a transfer runs: what lets it go on, and what ends it before its time. */

static void let_on(struct transfer *transfer, int64_t now_us)
{
    transfer_speed_resume(&transfer->speed, now_us);
    --*transfer->paused;
    /* Delivers at once what libcurl holds, which may pause it again. */
    transfer->broken = curl_easy_pause(transfer->handle, CURLPAUSE_CONT);
}

int64_t transfer_go_on(struct transfer *transfer, int64_t now_us)
{
    struct transfer_speed *speed = &transfer->speed;
    if (!speed->is_paused)
        return transfer->broken != CURLE_OK ? now_us : CLOCK_NEVER;
    if (transfer->prefix >= 0 && transfer_resume_show(transfer) && transfer->prefix >= 0)
        return now_us; /* there is more of it */
    if (transfer->must_start_anew)
        transfer->broken = CURLE_WRITE_ERROR;
    else if (speed->resume_us <= now_us)
        let_on(transfer, now_us);
    if (transfer->broken != CURLE_OK)
        return now_us;
    return speed->is_paused ? speed->resume_us : CLOCK_NEVER;
}

/* libcurl's own clock does not run for a request that waits for another's handshake. */
static bool has_waited_to_connect(const struct transfer *transfer, int64_t now_us)
{
    return !transfer->has_connected && transfer->proxy == NULL &&
           now_us - transfer->started_us >=
               transfer->settings->connect_timeout_us + CONNECT_SLACK_US;
}

bool transfer_must_end(struct transfer *transfer, int64_t now_us, CURLcode *out_code)
{
    const struct transfer_settings *settings = transfer->settings;
    struct transfer_speed *speed = &transfer->speed;
    *out_code = transfer->broken != CURLE_OK ? transfer->broken : CURLE_OPERATION_TIMEDOUT;
    if (transfer->seen == FAILURE_CANCELED || transfer->broken != CURLE_OK)
        return true;
    if (has_waited_to_connect(transfer, now_us)) {
        transfer_object(transfer, FAILURE_CONNECT, "no connection within --connect-timeout");
        return true;
    }
    int64_t spent_us = now_us - transfer->started_us - transfer_speed_excluded_us(speed, now_us);
    if (settings->throttle != NULL && spent_us >= transfer->timeout_us) {
        transfer_object(transfer, FAILURE_TIMEOUT, "longer than --timeout");
        return true;
    }
    /* Before it has connected, the connect timeout watches over it. */
    if (!transfer_speed_has_stalled(speed, now_us, settings->stall_timeout_us))
        return false;
    transfer_object(transfer, FAILURE_STALLED, "slower than 1 KiB/s for --stall-timeout");
    return true;
}

void transfer_cancel(struct transfer *transfer)
{
    transfer_object(transfer, FAILURE_CANCELED, "ended before it was complete");
}
