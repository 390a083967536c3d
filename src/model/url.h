/* A URL to download: checked, split and made ready to send (WHATWG-tolerant parsing is libcurl's
 * CURLU; RFC 3986 for the canonical form).
 *
 * Only http and https. Blanks and bytes above 0x7F in path and query are percent-encoded;
 * everything else is sent as listed. */
#ifndef HAUL_MODEL_URL_H
#define HAUL_MODEL_URL_H

#include "base/text.h"
#include "model/key.h"
#include "model/outcome.h"

struct url {
    char *target;   /* scheme://host[:port]/path?query as requested: no userinfo, no fragment */
    char *userinfo; /* "user:password", percent-decoded, or NULL */
    char *host;     /* lower case, without port; IPv6 with brackets */
    uint16_t port;
    bool is_https;
};

/* Parses a listed URL. On failure returns false and sets *out_failure to FAILURE_BAD_URL or
 * FAILURE_UNSUPPORTED_SCHEME and *out_reason to a static text. Control bytes, invalid UTF-8 and
 * more than URL_MAX_BYTES are bad URLs. `out` needs url_clear only after success. */
#define URL_MAX_BYTES (64 * 1024)
bool url_parse(const char *text, size_t length, struct url *out, enum failure *out_failure,
               const char **out_reason);

/* The same for many URLs, one after another: an authority that is the last one again is not taken
 * apart again. Zeroed is empty. */
struct url_memo {
    char *authority; /* as listed, with userinfo */
    size_t length;
    struct url url; /* what it gave; without a target */
};
bool url_parse_next(struct url_memo *memo, const char *text, size_t length, struct url *out,
                    enum failure *out_failure, const char **out_reason);
void url_memo_clear(struct url_memo *memo);

/* Resolves a Location value against the current URL (RFC 3986, section 5; RFC 9110, 10.2.2).
 * Userinfo in the target is dropped. Same failures; an unsupported scheme is told apart. Outside
 * the authority any byte above 0x7F is percent-encoded, also one that is not UTF-8. */
bool url_resolve(const struct url *base, const char *location, struct url *out,
                 enum failure *out_failure, const char **out_reason);

void url_clear(struct url *url); /* zeroed is fine */

/* Identity: scheme and host lower-cased, default port, fragment and dot segments dropped, with
 * userinfo. */
struct key url_key(const struct url *url);

bool url_same_origin(const struct url *a, const struct url *b); /* scheme, host, port */

/* Last path segment of the target (before '?'), not decoded, not NUL-terminated; may be empty. */
const char *url_last_segment(const struct url *url, size_t *out_length);

/* Appends a form that is safe to show to anybody: no userinfo, the values of secret query keys
 * (token, signature, key, password ... and `redact`) replaced by "***". Takes any text, also one
 * that is no URL. The bytes still need vis before a terminal and the UTF-8 guard before JSON. */
struct redaction {
    const char *const *keys; /* more query keys whose values are secret; lent */
    size_t key_count;
};
void url_append_masked(struct text *text, const char *url, const struct redaction *redaction);

#endif
