/* What a finished request means: a function of what was seen, without network or clock.
 *
 * libcurl's code alone is not enough: it calls a 206 that nobody asked for, a Content-Length above
 * 2^63 and a 404 a success. */
#ifndef HAUL_IO_TRANSFER_VERDICT_H
#define HAUL_IO_TRANSFER_VERDICT_H

#include "base/common.h"
#include "model/outcome.h"

#include <curl/curl.h>

/* Everything that callbacks and libcurl's information calls saw of one request. */
struct transfer_evidence {
    CURLcode code;
    const char *error_text; /* libcurl's own words, "" = none */
    int os_errno;           /* of the last failed connect or read, 0 = none */
    bool has_resolved;      /* the host's address is known */
    bool has_connected;     /* a connection, TLS included, was ready for the request */
    bool has_headers;       /* the final reply's headers were read to their end */
    bool is_rest;           /* a 206 that goes on where a part ends */
    int status;             /* of the reply, 0 = none */
    enum failure seen;      /* what a callback objected to, FAILURE_NONE = nothing */
    const char *objection;  /* the words for it, NULL = none */
    bool was_cut_off;       /* a body that ends with its TLS connection, which nobody closed */
    int sink_error;         /* errno value of storing the body, 0 = none */
    int64_t length;         /* announced by a Content-Length that counts, -1 = none */
    int64_t body_bytes;
    int64_t elapsed_us;
    int64_t timeout_us; /* what --timeout left for this request */
};

/* FAILURE_NONE for a complete 200 or 203. FAILURE_DNS_TEMPORARY with COULDNT_RESOLVE in
 * evidence->code means that nobody knows yet why. Writes a detail for a person ("" = the class says
 * it all). */
enum failure transfer_judge(const struct transfer_evidence *evidence, char *detail,
                            size_t detail_size);

/* The class of a final status; FAILURE_NONE for 200 and 203. */
enum failure transfer_status_failure(int status);

#endif
