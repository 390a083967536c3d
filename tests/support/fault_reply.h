/* What replies of the fault server are made of: the query of a request, status line and headers,
 * bodies, and the way from a path to the function that serves it.
 *
 * A function that sends takes `is_head` requests into account: they get no body. */
#ifndef FAULT_REPLY_H
#define FAULT_REPLY_H

#include "fault_connection.h"

/* Serves paths that start with the prefix; `rest` is what follows it and may be changed. */
struct route {
    const char *prefix;
    enum ending (*serve)(struct connection *connection, char *rest);
};

/* False when no route fits; else the reply is sent. */
bool reply_route(struct connection *connection, const struct route *routes, size_t count,
                 enum ending *out_ending);

/* Percent-decodes in place, up to `end`; returns the new length. */
size_t reply_decode(char *string, const char *end);
/* The decoded value of a key in the query, NULL when it is not there; the caller frees.
 * out_length may be NULL. */
char *reply_query(const struct connection *connection, const char *key, size_t *out_length);
uint64_t reply_query_number(const struct connection *connection, const char *key, uint64_t missing);
/* The size of the body that the query wants, else 1024. */
uint64_t reply_size(const struct connection *connection);
/* "NUMBER/REST": moves *rest behind the slash, or to the end. Anything else counts as 0. */
long reply_take_number(char **rest);

/* `headers`: lines, each with its CR LF. The empty line is the caller's. */
bool reply_put_head(struct connection *connection, int status, const char *headers);
/* `name` over and over, as the body has it from the offset on. */
bool reply_put_pattern(struct connection *connection, const char *name, uint64_t offset,
                       uint64_t length);
enum ending reply_end(struct connection *connection, bool is_put, int status);

/* Whole replies. */
enum ending reply_send(struct connection *connection, int status, const char *headers,
                       const char *body, size_t length);
enum ending reply_ok(struct connection *connection, const char *name, const char *headers);

#endif
