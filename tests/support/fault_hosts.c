#include "fault_hosts.h"

#include <stdio.h>

#include "fault_counters.h"
#include "fault_reply.h"

/* How often the host was asked for a kind of path before. */
static unsigned count_request(struct connection *connection, const char *kind)
{
    char key[64];
    snprintf(key, sizeof(key), "%s %s", kind, connection->address);
    return counters_next(connection->server->counters, key);
}

static enum ending serve_busy_host(struct connection *connection, char *rest)
{
    long seconds = reply_take_number(&rest);
    if (count_request(connection, "busy") > 0)
        return reply_ok(connection, rest, "");
    char header[64];
    snprintf(header, sizeof(header), "Retry-After: %ld\r\n", seconds);
    return reply_send(connection, 429, header, "busy\n", 5);
}

static enum ending serve_overloaded(struct connection *connection, char *rest)
{
    unsigned long failures = (unsigned long)reply_take_number(&rest);
    if (count_request(connection, "overloaded") >= failures)
        return reply_ok(connection, rest, "");
    return reply_send(connection, 503, "", "later\n", 6);
}

bool hosts_serve(struct connection *connection, enum ending *out_ending)
{
    static const struct route routes[] = {
        {"/busy-host/", serve_busy_host},
        {"/overloaded/", serve_overloaded},
    };
    return reply_route(connection, routes, sizeof(routes) / sizeof(routes[0]), out_ending);
}
