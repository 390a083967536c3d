#include "fault_reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_DEFAULT 1024
#define SIZE_LIMIT (UINT64_C(1) << 30)

static int hex_value(char digit)
{
    const char *digits = "0123456789abcdef";
    const char *found = digit != '\0' ? strchr(digits, digit | 0x20) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

bool reply_route(struct connection *connection, const struct route *routes, size_t count,
                 enum ending *out_ending)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(routes[i].prefix);
        if (strncmp(connection->path, routes[i].prefix, length) == 0) {
            *out_ending = routes[i].serve(connection, connection->path + length);
            return true;
        }
    }
    return false;
}

size_t reply_decode(char *string, const char *end)
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

char *reply_query(const struct connection *connection, const char *key, size_t *out_length)
{
    size_t key_length = strlen(key);
    for (const char *part = connection->query; *part != '\0';) {
        size_t length = strcspn(part, "&");
        if (length > key_length && strncmp(part, key, key_length) == 0 && part[key_length] == '=') {
            char *value = strndup(part + key_length + 1, length - key_length - 1);
            if (value == NULL)
                abort();
            size_t value_length = reply_decode(value, value + strlen(value));
            if (out_length != NULL)
                *out_length = value_length;
            return value;
        }
        part += length + (part[length] == '&');
    }
    return NULL;
}

uint64_t reply_query_number(const struct connection *connection, const char *key, uint64_t missing)
{
    char *value = reply_query(connection, key, NULL);
    uint64_t number = value != NULL ? strtoull(value, NULL, 10) : missing;
    free(value);
    return number < SIZE_LIMIT ? number : SIZE_LIMIT;
}

uint64_t reply_size(const struct connection *connection)
{
    return reply_query_number(connection, "size", SIZE_DEFAULT);
}

long reply_take_number(char **rest)
{
    char *end;
    long number = strtol(*rest, &end, 10);
    *rest = end + (*end == '/');
    return number > 0 ? number : 0;
}

bool reply_put_head(struct connection *connection, int status, const char *headers)
{
    return connection_put_format(connection, "HTTP/1.1 %d %s\r\n%s%s", status,
                                 status == 200 ? "OK" : "As Planned", headers,
                                 connection->wants_close ? "Connection: close\r\n" : "");
}

bool reply_put_pattern(struct connection *connection, const char *name, uint64_t offset,
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

enum ending reply_end(struct connection *connection, bool is_put, int status)
{
    bool is_sent = connection_finish(connection, status);
    return is_put && is_sent && !connection->wants_close ? ENDING_KEEP : ENDING_CLOSE;
}

enum ending reply_send(struct connection *connection, int status, const char *headers,
                       const char *body, size_t length)
{
    bool is_put = reply_put_head(connection, status, headers) &&
                  connection_put_format(connection, "Content-Length: %zu\r\n\r\n", length);
    if (!connection_is_head(connection))
        is_put = is_put && connection_put(connection, body, length);
    return reply_end(connection, is_put, status);
}

enum ending reply_ok(struct connection *connection, const char *name, const char *headers)
{
    uint64_t size = reply_size(connection);
    bool is_put = reply_put_head(connection, 200, headers) &&
                  connection_put_format(connection,
                                        "Content-Type: application/octet-stream\r\n"
                                        "Content-Length: %llu\r\n\r\n",
                                        (unsigned long long)size);
    if (!connection_is_head(connection))
        is_put = is_put && reply_put_pattern(connection, name, 0, size);
    return reply_end(connection, is_put, 200);
}
