/* Sets up a libcurl handle for one request: what is allowed, how long it may take, who is told
 * what. Callbacks are the transfer's. */
#ifndef HAUL_IO_TRANSFER_OPTIONS_H
#define HAUL_IO_TRANSFER_OPTIONS_H

#include "io/transfer.h"

struct transfer_options {
    const struct transfer_settings *settings;
    const struct job *job;
    const char *proxy;          /* NULL = direct */
    struct curl_slist *headers; /* all but what libcurl adds; lent */
    int64_t timeout_us;         /* what is left for this URL; not libcurl's with a throttle */
    char *error_text;           /* CURL_ERROR_SIZE bytes */
    CURLSH *share;              /* NULL = none */
    void *context;              /* for the callbacks */
    curl_xferinfo_callback on_progress; /* only behind a proxy */
    curl_write_callback on_body;
    curl_write_callback on_header;
    curl_resolver_start_callback on_resolve;
    curl_opensocket_callback on_open_socket;
    curl_ssl_ctx_callback on_tls;
    curl_prereq_callback on_ready;
};

/* Sets every option of a request for job_target(job), on a new handle. */
void transfer_options_apply(CURL *handle, const struct transfer_options *options);

#endif
