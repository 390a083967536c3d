/* A transfer from the inside: what its callbacks (io/transfer) see and its end (io/transfer_end)
 * judges. For these two files only. */
#ifndef HAUL_IO_TRANSFER_STATE_H
#define HAUL_IO_TRANSFER_STATE_H

#include "io/body_check.h"
#include "io/transfer.h"
#include "io/transfer_reply.h"
#include "io/transfer_tls.h"

struct transfer {
    const struct transfer_settings *settings;
    CURL *handle; /* of the request in progress or the last one */
    CURLSH *share;
    struct curl_slist *headers; /* of all requests */
    struct sink *sink;
    struct body_check *check;

    /* of the request in progress; zeroed by transfer_start */
    struct job *job;
    const char *proxy;
    struct curl_slist *own_headers; /* the job's and those of all; NULL = it has none */
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
    int64_t lively_us;      /* when the reply last came fast enough */
    int64_t measured_us;    /* start of the present measurement of its speed */
    int64_t measured_bytes; /* what came since */
    char error_text[CURL_ERROR_SIZE];
};

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
