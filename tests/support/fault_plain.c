#include "fault_plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_counters.h"

#define SIZE_DEFAULT 1024
#define SIZE_LIMIT (UINT64_C(1) << 30)
#define CHUNK_BYTES 1000
#define SLOW_MS 2000

static int hex_value(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *found = digit != '\0' ? strchr(digits, digit | 0x20) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

/* Percent-decodes in place, up to `end`; returns the new length. */
static size_t decode(char *string, const char *end)
{
    char *to = string;
    for (const char *from = string; from < end; from++) {
        if (*from == '%' && end - from > 2 && hex_value(from[1]) >= 0 && hex_value(from[2]) >= 0) {
            *to++ = (char)(hex_value(from[1]) << 4 | hex_value(from[2]));
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return (size_t)(to - string);
}

/* The decoded value of a key in the query, NULL when it is not there; the caller frees. */
static char *query_value(const struct connection *connection, const char *key, size_t *out_length)
{
    size_t key_length = strlen(key);
    for (const char *part = connection->query; *part != '\0';) {
        size_t length = strcspn(part, "&");
        if (length > key_length && strncmp(part, key, key_length) == 0 && part[key_length] == '=') {
            char *value = strndup(part + key_length + 1, length - key_length - 1);
            if (value == NULL)
                abort();
            size_t value_length = decode(value, value + strlen(value));
            if (out_length != NULL)
                *out_length = value_length;
            return value;
        }
        part += length + (part[length] == '&');
    }
    return NULL;
}

static uint64_t query_number(const struct connection *connection, const char *key, uint64_t missing)
{
    char *value = query_value(connection, key, NULL);
    uint64_t number = value != NULL ? strtoull(value, NULL, 10) : missing;
    free(value);
    return number < SIZE_LIMIT ? number : SIZE_LIMIT;
}

/* "NUMBER/REST": moves *rest behind the slash, or to the end. Anything else counts as 0. */
static long take_number(char **rest)
{
    char *end;
    long number = strtol(*rest, &end, 10);
    *rest = end + (*end == '/');
    return number > 0 ? number : 0;
}

/* `name` over and over, as the body has it from the offset on. */
static bool put_pattern(struct connection *connection, const char *name, uint64_t offset,
                        uint64_t length)
{
    if (*name == '\0')
        name = "index";
    size_t period = strlen(name);
    char wide[4096]; /* a short name many times: fewer and larger copies */
    if (period < sizeof(wide)) {
        size_t count = sizeof(wide) / period;
        for (size_t i = 0; i < count; i++)
            memcpy(wide + i * period, name, period);
        name = wide;
        period *= count;
    }
    while (length > 0) {
        size_t start = (size_t)(offset % period);
        uint64_t count = period - start < length ? period - start : length;
        if (!connection_put(connection, name + start, (size_t)count))
            return false;
        offset += count;
        length -= count;
    }
    return true;
}

static bool put_head(struct connection *connection, int status, const char *headers)
{
    return connection_put_format(connection, "HTTP/1.1 %d %s\r\n%s%s", status,
                                 status == 200 ? "OK" : "As Planned", headers,
                                 connection->wants_close ? "Connection: close\r\n" : "");
}

static enum ending end_reply(struct connection *connection, bool is_put, int status)
{
    bool is_sent = connection_finish(connection, status);
    return is_put && is_sent && !connection->wants_close ? ENDING_KEEP : ENDING_CLOSE;
}

static enum ending reply(struct connection *connection, int status, const char *headers,
                         const char *body, size_t length)
{
    bool is_put = put_head(connection, status, headers) &&
                  connection_put_format(connection, "Content-Length: %zu\r\n\r\n", length);
    if (!connection_is_head(connection))
        is_put = is_put && connection_put(connection, body, length);
    return end_reply(connection, is_put, status);
}

static enum ending reply_ok(struct connection *connection, const char *name, const char *headers)
{
    uint64_t size = query_number(connection, "size", SIZE_DEFAULT);
    bool is_put = put_head(connection, 200, headers) &&
                  connection_put_format(connection,
                                        "Content-Type: application/octet-stream\r\n"
                                        "Content-Length: %llu\r\n\r\n",
                                        (unsigned long long)size);
    if (!connection_is_head(connection))
        is_put = is_put && put_pattern(connection, name, 0, size);
    return end_reply(connection, is_put, 200);
}

static enum ending reply_late(struct connection *connection, const char *name, long milliseconds)
{
    if (connection_wait(connection, milliseconds))
        return reply_ok(connection, name, "");
    connection_log(connection, 0);
    return ENDING_CLOSE;
}

static enum ending reply_redirect(struct connection *connection, const char *location)
{
    char *header = NULL;
    if (asprintf(&header, "Location: %s\r\n", location) < 0)
        abort();
    enum ending ending = reply(connection, 302, header, "", 0);
    free(header);
    return ending;
}

static enum ending serve_ok(struct connection *connection, char *rest)
{
    return reply_ok(connection, rest, "");
}

static enum ending serve_delay(struct connection *connection, char *rest)
{
    long milliseconds = take_number(&rest);
    return reply_late(connection, rest, milliseconds);
}

static enum ending serve_slow_first(struct connection *connection, char *rest)
{
    bool is_first = counters_next(connection->server->counters, connection->path) == 0;
    return reply_late(connection, rest,
                      is_first ? (long)query_number(connection, "ms", SLOW_MS) : 0);
}

static enum ending serve_flaky(struct connection *connection, char *rest)
{
    unsigned before = counters_next(connection->server->counters, connection->path);
    if (before < (unsigned long)take_number(&rest))
        return reply(connection, 503, "", "later\n", 6);
    return reply_ok(connection, rest, "");
}

static enum ending serve_flaky_retry_after(struct connection *connection, char *rest)
{
    unsigned before = counters_next(connection->server->counters, connection->path);
    unsigned long failures = (unsigned long)take_number(&rest);
    long seconds = take_number(&rest);
    if (before >= failures)
        return reply_ok(connection, rest, "");
    char header[64];
    snprintf(header, sizeof(header), "Retry-After: %ld\r\n", seconds);
    return reply(connection, 503, header, "later\n", 6);
}

static enum ending serve_chunked(struct connection *connection, char *rest)
{
    uint64_t size = query_number(connection, "size", SIZE_DEFAULT);
    bool is_put = put_head(connection, 200, "Transfer-Encoding: chunked\r\n") &&
                  connection_put(connection, "\r\n", 2);
    if (connection_is_head(connection))
        size = 0;
    for (uint64_t offset = 0; is_put && offset < size; offset += CHUNK_BYTES) {
        uint64_t length = size - offset < CHUNK_BYTES ? size - offset : CHUNK_BYTES;
        is_put = connection_put_format(connection, "%llx\r\n", (unsigned long long)length) &&
                 put_pattern(connection, rest, offset, length) &&
                 connection_put(connection, "\r\n", 2);
    }
    if (!connection_is_head(connection))
        is_put = is_put && connection_put(connection, "0\r\n\r\n", 5);
    return end_reply(connection, is_put, 200);
}

static enum ending serve_disposition(struct connection *connection, char *rest)
{
    return reply_ok(connection, rest,
                    "Content-Disposition: attachment; filename=\"../../evil.sh\"\r\n");
}

static enum ending serve_type(struct connection *connection, char *rest)
{
    (void)rest;
    size_t length = 0;
    char *type = query_value(connection, "ct", NULL);
    char *body = query_value(connection, "body", &length);
    char *header = NULL;
    if (asprintf(&header, "Content-Type: %s\r\n", type != NULL ? type : "text/plain") < 0)
        abort();
    enum ending ending = reply(connection, 200, header, body != NULL ? body : "", length);
    free(header);
    free(body);
    free(type);
    return ending;
}

/* Only what this connection's client has sent, so that tests can see which headers it sends. */
static enum ending serve_echo(struct connection *connection, char *rest)
{
    (void)rest;
    return reply(connection, 200, "Content-Type: text/plain\r\n", connection->input,
                 connection->request_length);
}

static enum ending serve_redirect(struct connection *connection, char *rest)
{
    long hops = take_number(&rest);
    if (hops == 0)
        return reply_ok(connection, rest, "");
    char folder[40] = "/ok";
    if (hops > 1)
        snprintf(folder, sizeof(folder), "/redirect/%ld", hops - 1);
    char *location = NULL;
    if (asprintf(&location, "%s/%s%s%s", folder, rest, *connection->query != '\0' ? "?" : "",
                 connection->query) < 0)
        abort();
    enum ending ending = reply_redirect(connection, location);
    free(location);
    return ending;
}

static enum ending serve_redirect_to(struct connection *connection, char *rest)
{
    (void)rest;
    char *target = query_value(connection, "url", NULL);
    enum ending ending = reply_redirect(connection, target != NULL ? target : "");
    free(target);
    return ending;
}

static enum ending serve_status(struct connection *connection, char *rest)
{
    int status = (int)(take_number(&rest) % 1000);
    char *header = NULL;
    static const char wish[] = "retry-after/";
    if (strncmp(rest, wish, sizeof(wish) - 1) == 0) {
        rest += sizeof(wish) - 1;
        decode(rest, rest + strlen(rest));
        if (asprintf(&header, "Retry-After: %s\r\n", rest) < 0)
            abort();
    }
    const char *headers = header != NULL  ? header
                          : status == 401 ? "WWW-Authenticate: Basic realm=\"test\"\r\n"
                          : status == 407 ? "Proxy-Authenticate: Basic realm=\"test\"\r\n"
                                          : "";
    enum ending ending;
    if (status < 200 || status == 204 || status == 304)
        ending = end_reply(connection,
                           put_head(connection, status, headers) &&
                               connection_put(connection, "\r\n", 2) && status >= 200,
                           status);
    else if (status == 205)
        ending = reply(connection, status, headers, "", 0);
    else
        ending = reply(connection, status, headers, "as planned\n", 11);
    free(header);
    return ending;
}

enum ending plain_serve(struct connection *connection)
{
    static const struct {
        const char *prefix;
        enum ending (*serve)(struct connection *connection, char *rest);
    } routes[] = {
        {"/ok/", serve_ok},
        {"/delay/", serve_delay},
        {"/slow-first/", serve_slow_first},
        {"/flaky/", serve_flaky},
        {"/flaky-retry-after/", serve_flaky_retry_after},
        {"/chunked/", serve_chunked},
        {"/disposition/", serve_disposition},
        {"/type", serve_type},
        {"/echo/", serve_echo},
        {"/redirect/", serve_redirect},
        {"/redirect-to", serve_redirect_to},
        {"/status/", serve_status},
    };
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        size_t length = strlen(routes[i].prefix);
        if (strncmp(connection->path, routes[i].prefix, length) == 0)
            return routes[i].serve(connection, connection->path + length);
    }
    if (strcmp(connection->path, "/") == 0)
        return reply_ok(connection, "", "");
    return reply(connection, 404, "", "no such path\n", 13);
}
