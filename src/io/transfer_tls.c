#include "io/transfer_tls.h"

#include <openssl/ssl.h>

static void on_event(const SSL *connection, int where, int value)
{
    bool is_close_notify =
        (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value & 0xFF) == SSL_AD_CLOSE_NOTIFY;
    struct transfer_tls *tls = is_close_notify ? SSL_get_app_data(connection) : NULL;
    /* A pooled connection may still point to a request that now has another one. */
    if (tls != NULL && tls->connection == connection)
        tls->was_closed = true;
}

CURLcode transfer_tls_prepare(CURL *handle, void *tls_context, void *context)
{
    (void)handle;
    (void)context;
    SSL_CTX_set_info_callback(tls_context, on_event);
    return CURLE_OK;
}

void transfer_tls_watch(struct transfer_tls *tls, CURL *handle)
{
    struct curl_tlssessioninfo *session = NULL;
    *tls = (struct transfer_tls){0};
    if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == NULL ||
        session->backend != CURLSSLBACKEND_OPENSSL || session->internals == NULL)
        return;
    tls->connection = session->internals;
    SSL_set_app_data((SSL *)session->internals, tls);
}
