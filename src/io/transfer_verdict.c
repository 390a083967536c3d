#include "io/transfer_verdict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EARLY_US 2000 /* libcurl counts milliseconds */

enum failure transfer_status_failure(int status)
{
    switch (status) {
    case 200:
    case 203:
        return FAILURE_NONE;
    case 204:
    case 205:
        return FAILURE_NO_CONTENT;
    case 401:
    case 407:
        return FAILURE_AUTH;
    case 403:
    case 451:
        return FAILURE_FORBIDDEN;
    case 404:
        return FAILURE_NOT_FOUND;
    case 410:
        return FAILURE_GONE;
    case 429:
        return FAILURE_RATE_LIMITED;
    default:
        if (status >= 400 && status <= 499)
            return FAILURE_CLIENT_ERROR;
        if (status >= 500 && status <= 599)
            return FAILURE_SERVER_ERROR;
        return FAILURE_PROTOCOL;
    }
}

static enum failure judge_storing(int sink_error)
{
    return sink_error == ENOSPC || sink_error == EDQUOT ? FAILURE_DISK_FULL : FAILURE_IO;
}

/* A timer of libcurl's ran out, perhaps a moment early; which one follows from how far the request
 * had come. */
static enum failure judge_timeout(const struct transfer_evidence *evidence)
{
    if (evidence->elapsed_us + EARLY_US >= evidence->timeout_us)
        return FAILURE_TIMEOUT;
    if (!evidence->has_resolved)
        return FAILURE_DNS_TEMPORARY;
    return evidence->has_connected ? FAILURE_TIMEOUT : FAILURE_CONNECT;
}

/* The connection broke while the reply was read. */
static enum failure judge_broken(const struct transfer_evidence *evidence)
{
    if (!evidence->has_headers)
        return FAILURE_RESET;
    if (strstr(evidence->error_text, "chunk") != NULL)
        return FAILURE_PROTOCOL; /* the same code as for a reset, but the framing was wrong */
    if (evidence->os_errno == ECONNRESET || strstr(evidence->error_text, "reset by peer") != NULL)
        return FAILURE_RESET;
    return FAILURE_TRUNCATED;
}

static enum failure judge_code(const struct transfer_evidence *evidence)
{
    switch (evidence->code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return FAILURE_DNS_TEMPORARY;
    case CURLE_COULDNT_CONNECT:
        return evidence->os_errno == ECONNREFUSED ? FAILURE_REFUSED : FAILURE_CONNECT;
    case CURLE_PROXY:
        return FAILURE_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        return judge_timeout(evidence);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_USE_SSL_FAILED:
        return FAILURE_TLS;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2_STREAM: /* the peer ended this stream, and may serve the next one */
        return FAILURE_RESET;
    case CURLE_PARTIAL_FILE:
        return evidence->has_headers ? FAILURE_TRUNCATED : FAILURE_RESET;
    case CURLE_RECV_ERROR:
        return judge_broken(evidence);
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9: the scheme was checked before */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_BAD_CONTENT_ENCODING:
        return FAILURE_PROTOCOL;
    case CURLE_FILESIZE_EXCEEDED:
        return FAILURE_TOO_LARGE;
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
    case CURLE_OUT_OF_MEMORY: /* also 7.88's answer to a header line above 100 KB */
        return evidence->has_connected && !evidence->has_headers ? FAILURE_HEADERS_TOO_LARGE
                                                                 : FAILURE_INTERNAL;
    case CURLE_URL_MALFORMAT:
        return FAILURE_BAD_URL;
    default: /* among them 43, libcurl's word for a folded line with nothing to continue */
        return evidence->has_connected ? FAILURE_PROTOCOL : FAILURE_INTERNAL;
    }
}

static enum failure judge_body(const struct transfer_evidence *evidence, char *detail,
                               size_t detail_size)
{
    if (evidence->length >= 0 && evidence->body_bytes != evidence->length) {
        snprintf(detail, detail_size, "got %lld of %lld bytes", (long long)evidence->body_bytes,
                 (long long)evidence->length);
        return FAILURE_TRUNCATED;
    }
    if (evidence->was_cut_off) {
        snprintf(detail, detail_size, "the connection was cut, not closed (no close_notify)");
        return FAILURE_TRUNCATED;
    }
    return FAILURE_NONE;
}

enum failure transfer_judge(const struct transfer_evidence *evidence, char *detail,
                            size_t detail_size)
{
    detail[0] = '\0';
    if (evidence->sink_error != 0) {
        snprintf(detail, detail_size, "cannot store the body: %s", strerror(evidence->sink_error));
        return judge_storing(evidence->sink_error);
    }
    enum failure by_status = evidence->has_headers && !evidence->is_rest
                                 ? transfer_status_failure(evidence->status)
                                 : FAILURE_NONE;
    /* What the server said counts more than how the rest of an error page arrived. */
    if (by_status != FAILURE_NONE &&
        (evidence->seen == FAILURE_NONE || evidence->seen == FAILURE_STALLED)) {
        if (by_status == FAILURE_PROTOCOL)
            snprintf(detail, detail_size, "unexpected status %d", evidence->status);
        return by_status;
    }
    if (evidence->seen != FAILURE_NONE) {
        if (evidence->objection != NULL)
            snprintf(detail, detail_size, "%s", evidence->objection);
        return evidence->seen;
    }
    if (evidence->code != CURLE_OK) {
        enum failure failure = judge_code(evidence);
        if (failure == FAILURE_TRUNCATED && evidence->length >= 0)
            judge_body(evidence, detail, detail_size);
        if (detail[0] == '\0')
            snprintf(detail, detail_size, "%s",
                     evidence->error_text[0] != '\0' ? evidence->error_text
                                                     : curl_easy_strerror(evidence->code));
        return failure;
    }
    if (!evidence->has_headers) {
        snprintf(detail, detail_size, "closed inside the headers");
        return FAILURE_RESET;
    }
    return judge_body(evidence, detail, detail_size);
}
