#include "fault_plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_counters.h"
#include "fault_reply.h"

#define CHUNK_BYTES 1000
#define SLOW_MS 2000
#define CROWD_MS 20

static enum ending reply_late(struct connection *connection, const char *name, long milliseconds)
{
    if (connection_wait(connection, milliseconds))
        return reply_ok(connection, name, "");
    connection_log(connection, 0);
    return ENDING_CLOSE;
}

static enum ending reply_redirect(struct connection *connection, int status, const char *location)
{
    char *header = NULL;
    if (asprintf(&header, "Location: %s\r\n", location) < 0)
        abort();
    enum ending ending = reply_send(connection, status, header, "", 0);
    free(header);
    return ending;
}

static enum ending serve_ok(struct connection *connection, char *rest)
{
    return reply_ok(connection, rest, "");
}

static enum ending serve_delay(struct connection *connection, char *rest)
{
    long milliseconds = reply_take_number(&rest);
    return reply_late(connection, rest, milliseconds);
}

static enum ending serve_crowd(struct connection *connection, char *rest)
{
    struct counters *counters = connection->server->counters;
    unsigned long most = (unsigned long)reply_take_number(&rest);
    bool is_one_too_many = counters_add(counters, "crowd", 1) > most;
    bool goes_on =
        connection_wait(connection, (long)reply_query_number(connection, "ms", CROWD_MS));
    counters_add(counters, "crowd", -1);
    if (goes_on && is_one_too_many)
        return reply_send(connection, 403, "", "too many\n", 9);
    return reply_late(connection, rest, 0);
}

static enum ending serve_slow_first(struct connection *connection, char *rest)
{
    bool is_first = counters_next(connection->server->counters, connection->path) == 0;
    return reply_late(connection, rest,
                      is_first ? (long)reply_query_number(connection, "ms", SLOW_MS) : 0);
}

static enum ending serve_flaky(struct connection *connection, char *rest)
{
    unsigned before = counters_next(connection->server->counters, connection->path);
    if (before < (unsigned long)reply_take_number(&rest))
        return reply_send(connection, 503, "", "later\n", 6);
    return reply_ok(connection, rest, "");
}

static enum ending serve_flaky_retry_after(struct connection *connection, char *rest)
{
    unsigned before = counters_next(connection->server->counters, connection->path);
    unsigned long failures = (unsigned long)reply_take_number(&rest);
    long seconds = reply_take_number(&rest);
    if (before >= failures)
        return reply_ok(connection, rest, "");
    char header[64];
    snprintf(header, sizeof(header), "Retry-After: %ld\r\n", seconds);
    return reply_send(connection, 503, header, "later\n", 6);
}

static enum ending serve_chunked(struct connection *connection, char *rest)
{
    uint64_t size = reply_size(connection);
    bool is_put = reply_put_head(connection, 200, "Transfer-Encoding: chunked\r\n") &&
                  connection_put(connection, "\r\n", 2);
    if (connection_is_head(connection))
        size = 0;
    for (uint64_t offset = 0; is_put && offset < size; offset += CHUNK_BYTES) {
        uint64_t length = size - offset < CHUNK_BYTES ? size - offset : CHUNK_BYTES;
        is_put = connection_put_format(connection, "%llx\r\n", (unsigned long long)length) &&
                 reply_put_pattern(connection, rest, offset, length) &&
                 connection_put(connection, "\r\n", 2);
    }
    if (!connection_is_head(connection))
        is_put = is_put && connection_put(connection, "0\r\n\r\n", 5);
    return reply_end(connection, is_put, 200);
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
    char *type = reply_query(connection, "ct", NULL);
    char *body = reply_query(connection, "body", &length);
    char *header = NULL;
    if (asprintf(&header, "Content-Type: %s\r\n", type != NULL ? type : "text/plain") < 0)
        abort();
    enum ending ending = reply_send(connection, 200, header, body != NULL ? body : "", length);
    free(header);
    free(body);
    free(type);
    return ending;
}

/* Only what this connection's client has sent, so that tests can see which headers it sends. */
static enum ending serve_echo(struct connection *connection, char *rest)
{
    (void)rest;
    return reply_send(connection, 200, "Content-Type: text/plain\r\n", connection->input,
                      connection->request_length);
}

static enum ending serve_redirect(struct connection *connection, char *rest)
{
    long hops = reply_take_number(&rest);
    if (hops == 0)
        return reply_ok(connection, rest, "");
    char folder[40] = "/ok";
    if (hops > 1)
        snprintf(folder, sizeof(folder), "/redirect/%ld", hops - 1);
    char *location = NULL;
    if (asprintf(&location, "%s/%s%s%s", folder, rest, *connection->query != '\0' ? "?" : "",
                 connection->query) < 0)
        abort();
    enum ending ending = reply_redirect(connection, 302, location);
    free(location);
    return ending;
}

static enum ending serve_redirect_to(struct connection *connection, char *rest)
{
    (void)rest;
    char *target = reply_query(connection, "url", NULL);
    int status = (int)reply_query_number(connection, "status", 302);
    enum ending ending = reply_redirect(connection, status, target != NULL ? target : "");
    free(target);
    return ending;
}

static enum ending serve_redirect_turns(struct connection *connection, char *rest)
{
    (void)rest;
    bool is_first = counters_next(connection->server->counters, connection->path) == 0;
    char *target = reply_query(connection, is_first ? "first" : "then", NULL);
    enum ending ending = reply_redirect(connection, 302, target != NULL ? target : "");
    free(target);
    return ending;
}

static enum ending serve_status(struct connection *connection, char *rest)
{
    int status = (int)(reply_take_number(&rest) % 1000);
    char *header = NULL;
    static const char wish[] = "retry-after/";
    if (strncmp(rest, wish, sizeof(wish) - 1) == 0) {
        rest += sizeof(wish) - 1;
        reply_decode(rest, rest + strlen(rest));
        if (asprintf(&header, "Retry-After: %s\r\n", rest) < 0)
            abort();
    }
    const char *headers = header != NULL  ? header
                          : status == 401 ? "WWW-Authenticate: Basic realm=\"test\"\r\n"
                          : status == 407 ? "Proxy-Authenticate: Basic realm=\"test\"\r\n"
                                          : "";
    enum ending ending;
    if (status < 200 || status == 204 || status == 304)
        ending = reply_end(connection,
                           reply_put_head(connection, status, headers) &&
                               connection_put(connection, "\r\n", 2) && status >= 200,
                           status);
    else if (status == 205)
        ending = reply_send(connection, status, headers, "", 0);
    else
        ending = reply_send(connection, status, headers, "as planned\n", 11);
    free(header);
    return ending;
}

enum ending plain_serve(struct connection *connection)
{
    static const struct route routes[] = {
        {"/ok/", serve_ok},
        {"/delay/", serve_delay},
        {"/crowd/", serve_crowd},
        {"/slow-first/", serve_slow_first},
        {"/flaky/", serve_flaky},
        {"/flaky-retry-after/", serve_flaky_retry_after},
        {"/chunked/", serve_chunked},
        {"/disposition/", serve_disposition},
        {"/type", serve_type},
        {"/echo/", serve_echo},
        {"/redirect/", serve_redirect},
        {"/redirect-to", serve_redirect_to},
        {"/redirect-turns/", serve_redirect_turns},
        {"/status/", serve_status},
    };
    enum ending ending;
    if (reply_route(connection, routes, sizeof(routes) / sizeof(routes[0]), &ending))
        return ending;
    if (strcmp(connection->path, "/") == 0)
        return reply_ok(connection, "", "");
    return reply_send(connection, 404, "", "no such path\n", 13);
}
