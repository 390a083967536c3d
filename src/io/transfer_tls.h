/* Was a TLS connection closed by its peer, or cut by somebody on the way? (RFC 8446, 6.1)
 *
 * libcurl takes both for the end of a body that has no length of its own. OpenSSL tells of the
 * peer's close_notify; here it is noted for the request that the connection serves. */
#ifndef HAUL_IO_TRANSFER_TLS_H
#define HAUL_IO_TRANSFER_TLS_H

#include "base/common.h"

#include <curl/curl.h>

/* Must live as long as connections of the handles that it was used with. */
struct transfer_tls {
    const void *connection; /* that serves the present request; NULL = none, or not OpenSSL's */
    bool was_closed;        /* by a close_notify */
};

/* For CURLOPT_SSL_CTX_FUNCTION. */
CURLcode transfer_tls_prepare(CURL *handle, void *tls_context, void *context);

/* Before each request, also over a connection that was open already. */
void transfer_tls_watch(struct transfer_tls *tls, CURL *handle);

#endif
