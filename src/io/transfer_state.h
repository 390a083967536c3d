/* A transfer from the inside: what its callbacks (io/transfer) see, its part on disk
 * (io/transfer_resume), and what its end (io/transfer_end) judges. For these files only. */
#ifndef HAUL_IO_TRANSFER_STATE_H
#define HAUL_IO_TRANSFER_STATE_H

#include <stdio.h>

#include "io/activity.h"
#include "io/body_check.h"
#include "io/transfer.h"
#include "io/transfer_reply.h"
#include "io/transfer_speed.h"
#include "io/transfer_tls.h"
#include "io/transfer_verdict.h"
#include "model/partial.h"

struct transfer {
    const struct transfer_settings *settings;
    CURL *handle; /* of the request in progress or the last one */
    CURLSH *share;
    struct curl_slist *headers; /* of all requests */
    struct root *root;
    struct sink *sink;
    struct body_check *check;
    unsigned *paused;          /* how many transfers of this thread are; lent */
    struct activity *activity; /* of this thread; lent, NULL = nobody looks */

    /* of the request in progress; zeroed by transfer_start */
    struct job *job;
    const char *proxy;
    struct curl_slist *own_headers; /* the job's and those of all; NULL = it has none */
    enum activity_phase phase;
    struct transfer_reply reply;
    struct transfer_tls tls;
    enum failure seen;     /* what a callback objected to */
    const char *objection; /* static text or `refusal`, NULL = none */
    char refusal[OUTCOME_DETAIL_SIZE];
    bool is_size_judged; /* of an image */
    int sink_error;      /* errno value */
    bool was_refused_address;
    bool has_connected;
    bool is_public; /* the peer has a public address */
    int64_t body_bytes;
    int64_t timeout_us;
    int64_t started_us;
    int64_t handshake_us; /* after that, when the last handshake began; 0 = none did */
    struct transfer_speed speed;
    int64_t heard_bytes; /* of the body, when io/transfer_activity last looked */
    int64_t heard_us;    /* when there were more than the time before */
    CURLcode broken;     /* libcurl's answer when the reply was let on again */

    struct partial part;   /* what an earlier attempt or this one left of the file */
    bool has_part;         /* there is one */
    bool asks_for_rest;    /* the request has a Range */
    bool uses_part;        /* the body goes to it */
    bool must_start_anew;  /* it cannot be continued after all */
    int64_t resumed_bytes; /* that were there before the body */
    int prefix;            /* descriptor while these are shown to `check`; -1 = it has seen them */
    char error_text[CURL_ERROR_SIZE];
};

/* True for a reply whose body is the file, or the rest of it. */
static inline bool transfer_keeps_body(const struct transfer *transfer)
{
    return !transfer->job->is_checked &&
           (transfer->resumed_bytes > 0 ||
            transfer_status_failure(transfer->reply.status) == FAILURE_NONE);
}

/* Long on purpose: ext4 compares a name with the others in its block of the directory, and of long
 * ones a block has fewer. */
static inline void transfer_name_temporary(struct job *job)
{
    snprintf(job->temporary, sizeof job->temporary, "%032llu", (unsigned long long)job->index);
}

static inline void transfer_enter_phase(struct transfer *transfer, enum activity_phase phase)
{
    if (transfer->phase != phase)
        activity_move(transfer->activity, transfer->phase, phase);
    transfer->phase = phase;
}

/* Notes why the request must end; the first reason counts. `objection`: static text, or NULL. */
static inline void transfer_object(struct transfer *transfer, enum failure failure,
                                   const char *objection)
{
    if (transfer->seen == FAILURE_NONE) {
        transfer->seen = failure;
        transfer->objection = objection;
    }
}

#endif
