#include "model/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/memory.h"
#include "base/vis.h"

#define HOST_MAX_BYTES 255 /* DNS allows 253 */

static const char too_long[] = "URL is longer than 64 KiB";

static bool refuse(enum failure failure, const char *reason, enum failure *out_failure,
                   const char **out_reason)
{
    *out_failure = failure;
    *out_reason = reason;
    return false;
}

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool has_controls(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == 0x7f)
            return true;
    }
    return false;
}

/* Length of the scheme (RFC 3986, 3.1) that a ':' follows, or 0. */
static size_t scheme_length(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && (is_letter(text[i]) || (i > 0 && (is_digit(text[i]) || text[i] == '+' ||
                                                           text[i] == '-' || text[i] == '.'))))
        i++;
    return i > 0 && i < length && text[i] == ':' ? i : 0;
}

static bool is_web_scheme(const char *scheme, size_t length, bool *out_is_https)
{
    if ((length != 4 && length != 5) || strncasecmp(scheme, "https", length) != 0)
        return false;
    *out_is_https = length == 5;
    return true;
}

/* Offset behind the authority that starts at `start`. */
static size_t authority_end(const char *text, size_t length, size_t start)
{
    size_t i = start;
    while (i < length && text[i] != '/' && text[i] != '?' && text[i] != '#')
        i++;
    return i;
}

/* Appends up to the fragment, with blanks and bytes above 0x7F percent-encoded. */
static void append_encoded(struct text *text, const char *bytes, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t copied = 0;
    size_t i = 0;
    for (; i < length && bytes[i] != '#'; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte != ' ' && byte < 0x80)
            continue;
        char escape[3] = {'%', digits[byte >> 4], digits[byte & 0xf]};
        text_append(text, bytes + copied, i - copied);
        text_append(text, escape, sizeof escape);
        copied = i + 1;
    }
    text_append(text, bytes + copied, i - copied);
}

/* libcurl checks numbers and brackets; here only what a host name can hold is let through. */
static bool is_host(const char *host)
{
    size_t length = strlen(host);
    if (length == 0 || length > HOST_MAX_BYTES || strspn(host, ".") == length)
        return false;
    if (host[0] == '[')
        return true;
    for (size_t i = 0; i < length;) {
        uint32_t code_point;
        size_t sequence = vis_decode(host + i, length - i, &code_point);
        if (sequence == 0 || vis_is_unsafe(code_point))
            return false;
        bool is_plain = is_letter(host[i]) || is_digit(host[i]) || strchr("-._~", host[i]) != NULL;
        if (code_point < 0x80 && !is_plain)
            return false;
        i += sequence;
    }
    return true;
}

/* One part of a URL that libcurl took apart: a copy of our own, or NULL when there is none. */
static CURLUcode get_part(CURLU *handle, CURLUPart part, unsigned flags, char **out_value)
{
    char *value = NULL;
    CURLUcode code = curl_url_get(handle, part, &value, flags);
    *out_value = code == CURLUE_OK ? memory_copy_string(value) : NULL;
    curl_free(value);
    return code;
}

/* "user:password", or NULL when there is neither. False when they hide control bytes. */
static bool take_userinfo(CURLU *handle, char **out_userinfo)
{
    char *user;
    char *password;
    CURLUcode user_code = get_part(handle, CURLUPART_USER, CURLU_URLDECODE, &user);
    CURLUcode password_code = get_part(handle, CURLUPART_PASSWORD, CURLU_URLDECODE, &password);
    bool is_valid = (user_code == CURLUE_OK || user_code == CURLUE_NO_USER) &&
                    (password_code == CURLUE_OK || password_code == CURLUE_NO_PASSWORD);
    size_t user_length = user != NULL ? strlen(user) : 0;
    size_t password_length = password != NULL ? strlen(password) : 0;
    *out_userinfo = NULL;
    if (is_valid && user_length + password_length > 0) {
        char *userinfo = memory_allocate(user_length + password_length + 2);
        memcpy(userinfo, user != NULL ? user : "", user_length);
        userinfo[user_length] = ':';
        memcpy(userinfo + user_length + 1, password != NULL ? password : "", password_length);
        userinfo[user_length + 1 + password_length] = '\0';
        *out_userinfo = userinfo;
    }
    free(user);
    free(password);
    return is_valid;
}

/* libcurl keeps the zone of an IPv6 address apart: [fe80::1%25eth0]. */
static char *join_zone(char *host, const char *zone)
{
    size_t length = strlen(host) - 1; /* without the bracket */
    size_t zone_length = strlen(zone);
    host = memory_resize(host, length + zone_length + sizeof "%25]", 1);
    memcpy(host + length, "%25", 3);
    memcpy(host + length + 3, zone, zone_length);
    memcpy(host + length + 3 + zone_length, "]", sizeof "]");
    return host;
}

/* Stores the host in lower case. */
static bool take_host(CURLU *handle, char **out_host)
{
    char *host;
    char *zone;
    get_part(handle, CURLUPART_HOST, 0, &host);
    get_part(handle, CURLUPART_ZONEID, 0, &zone);
    bool is_valid = host != NULL && is_host(host) && (zone == NULL || is_host(zone));
    if (is_valid) {
        for (char *at = host; *at != '\0'; at++)
            *at = (char)(*at >= 'A' && *at <= 'Z' ? *at | 0x20 : *at);
        *out_host = zone != NULL ? join_zone(host, zone) : host;
    } else {
        free(host);
    }
    free(zone);
    return is_valid;
}

static bool take_port(CURLU *handle, uint16_t *out_port)
{
    char *digits;
    get_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT, &digits);
    unsigned long port = digits != NULL ? strtoul(digits, NULL, 10) : 0;
    free(digits);
    *out_port = (uint16_t)port;
    return port > 0 && port <= UINT16_MAX;
}

/* Fills host, port and userinfo; NULL, or the reason why it cannot. */
static const char *parse_authority(const char *authority, size_t length, struct url *url)
{
    if (length == 0)
        return "no host name";
    if (memchr(authority, '\\', length) != NULL || memchr(authority, ' ', length) != NULL)
        return "backslash or blank before the path";
    struct text text;
    text_init(&text, URL_MAX_BYTES + sizeof "https://");
    text_append_string(&text, url->is_https ? "https://" : "http://");
    text_append(&text, authority, length);
    CURLU *handle = curl_url();
    CURLUcode code =
        handle == NULL ? CURLUE_OUT_OF_MEMORY : curl_url_set(handle, CURLUPART_URL, text.data, 0);
    const char *reason = NULL;
    if (code == CURLUE_BAD_PORT_NUMBER)
        reason = "bad port number";
    else if (code != CURLUE_OK)
        reason = "malformed host name, port or user";
    else if (!take_host(handle, &url->host))
        reason = "bad host name";
    else if (!take_port(handle, &url->port))
        reason = "bad port number";
    else if (memchr(authority, '@', length) != NULL && !take_userinfo(handle, &url->userinfo))
        reason = "bad user or password";
    curl_url_cleanup(handle);
    text_clear(&text);
    return reason;
}

/* The request's URL from its checked parts and what the text has behind the authority. */
static char *build_target(const struct url *url, const char *rest, size_t rest_length)
{
    struct text text;
    text_init(&text, 4 * URL_MAX_BYTES); /* encoding makes three bytes of one */
    text_append_string(&text, url->is_https ? "https://" : "http://");
    text_append_string(&text, url->host);
    if (url->port != (url->is_https ? 443 : 80)) {
        text_append_char(&text, ':');
        text_append_unsigned(&text, url->port);
    }
    if (rest_length == 0 || rest[0] != '/')
        text_append_char(&text, '/');
    append_encoded(&text, rest, rest_length);
    return text.data; /* with its memory */
}

/* Resolves a reference, whose scheme ends before `start`; NULL when libcurl finds it malformed. */
static char *join(const char *base, const char *reference, size_t length, size_t start)
{
    if (reference[0] == '#') /* libcurl 7.88 would lose the last segment */
        return memory_copy_string(base);
    size_t path = 0;
    if (length >= start + 2 && memcmp(reference + start, "//", 2) == 0)
        path = authority_end(reference, length, start + 2);
    struct text text;
    text_init(&text, 4 * URL_MAX_BYTES);
    text_append(&text, reference, path);
    append_encoded(&text, reference + path, length - path);
    char *resolved = NULL;
    CURLU *handle = curl_url();
    if (handle != NULL &&
        curl_url_set(handle, CURLUPART_URL, base, CURLU_PATH_AS_IS) == CURLUE_OK &&
        curl_url_set(handle, CURLUPART_URL, text.data, 0) == CURLUE_OK)
        get_part(handle, CURLUPART_URL, 0, &resolved);
    curl_url_cleanup(handle);
    text_clear(&text);
    return resolved;
}

static bool is_known(const struct url_memo *memo, const char *authority, size_t length,
                     bool is_https)
{
    return memo != NULL && memo->authority != NULL && memo->length == length &&
           memo->url.is_https == is_https && memcmp(memo->authority, authority, length) == 0;
}

/* What the authority gives, and nothing else. */
static struct url copy_place(const struct url *url)
{
    return (struct url){
        .userinfo = memory_copy_string(url->userinfo),
        .host = memory_copy_string(url->host),
        .port = url->port,
        .is_https = url->is_https,
    };
}

/* NULL, or the reason why it cannot be used; *url is to be cleared either way. */
static const char *find_place(struct url_memo *memo, const char *authority, size_t length,
                              struct url *url)
{
    if (is_known(memo, authority, length, url->is_https)) {
        *url = copy_place(&memo->url);
        return NULL;
    }
    const char *reason = parse_authority(authority, length, url);
    if (reason == NULL && memo != NULL) {
        url_memo_clear(memo);
        *memo = (struct url_memo){
            .authority = memory_copy_bytes(authority, length),
            .length = length,
            .url = copy_place(url),
        };
    }
    return reason;
}

bool url_parse_next(struct url_memo *memo, const char *text, size_t length, struct url *out,
                    enum failure *out_failure, const char **out_reason)
{
    const char *reason = NULL;
    if (length > URL_MAX_BYTES)
        reason = too_long;
    else if (has_controls(text, length))
        reason = "control characters in the URL";
    else if (!vis_is_utf8(text, length))
        reason = "the URL is not UTF-8";
    if (reason != NULL)
        return refuse(FAILURE_BAD_URL, reason, out_failure, out_reason);
    size_t scheme = scheme_length(text, length);
    if (scheme == 0 || length < scheme + 3 || memcmp(text + scheme, "://", 3) != 0)
        return refuse(FAILURE_BAD_URL, "no scheme (http:// or https://)", out_failure, out_reason);
    struct url url = {0};
    if (!is_web_scheme(text, scheme, &url.is_https))
        return refuse(FAILURE_UNSUPPORTED_SCHEME, "neither http nor https", out_failure,
                      out_reason);
    size_t start = scheme + 3;
    size_t end = authority_end(text, length, start);
    reason = find_place(memo, text + start, end - start, &url);
    if (reason != NULL) {
        url_clear(&url);
        return refuse(FAILURE_BAD_URL, reason, out_failure, out_reason);
    }
    url.target = build_target(&url, text + end, length - end);
    *out = url;
    return true;
}

bool url_parse(const char *text, size_t length, struct url *out, enum failure *out_failure,
               const char **out_reason)
{
    return url_parse_next(NULL, text, length, out, out_failure, out_reason);
}

bool url_resolve(const struct url *base, const char *location, struct url *out,
                 enum failure *out_failure, const char **out_reason)
{
    location += strspn(location, " \t");
    size_t length = strlen(location);
    while (length > 0 && (location[length - 1] == ' ' || location[length - 1] == '\t'))
        length--;
    const char *reason = NULL;
    if (length == 0)
        reason = "empty URL";
    else if (length > URL_MAX_BYTES)
        reason = too_long;
    else if (has_controls(location, length))
        reason = "control characters in the URL";
    if (reason != NULL)
        return refuse(FAILURE_BAD_URL, reason, out_failure, out_reason);
    size_t scheme = scheme_length(location, length);
    bool is_https;
    if (scheme > 0 && !is_web_scheme(location, scheme, &is_https))
        return refuse(FAILURE_UNSUPPORTED_SCHEME, "neither http nor https", out_failure,
                      out_reason);
    char *resolved = join(base->target, location, length, scheme > 0 ? scheme + 1 : 0);
    if (resolved == NULL)
        return refuse(FAILURE_BAD_URL, "malformed URL", out_failure, out_reason);
    struct url url;
    bool is_parsed = url_parse(resolved, strlen(resolved), &url, out_failure, out_reason);
    free(resolved);
    if (!is_parsed)
        return false;
    free(url.userinfo);
    url.userinfo = NULL;
    *out = url;
    return true;
}

void url_clear(struct url *url)
{
    free(url->target);
    free(url->userinfo);
    free(url->host);
    *url = (struct url){0};
}

void url_memo_clear(struct url_memo *memo)
{
    free(memo->authority);
    url_clear(&memo->url);
    *memo = (struct url_memo){0};
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return a->is_https == b->is_https && a->port == b->port && strcmp(a->host, b->host) == 0;
}

const char *url_last_segment(const struct url *url, size_t *out_length)
{
    const char *end = url->target + strcspn(url->target, "?");
    const char *start = end;
    while (start[-1] != '/') /* the target has one before its path */
        start--;
    *out_length = (size_t)(end - start);
    return start;
}
