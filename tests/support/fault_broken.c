#include "fault_broken.h"

#include <stdlib.h>
#include <string.h>

#define ENDLESS_BYTES ((int64_t)1 << 30)
#define ENDLESS_US ((int64_t)CONNECTION_LIMIT_MS * 1000)
#define LONG_HEADER_BYTES ((size_t)200 * 1024)
#define DRIPS 60

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
#define FOUND "HTTP/1.1 302 Found\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define EMPTY "Content-Length: 0\r\n\r\n"

/* One reply: `bytes`, then so many letters, then the ending. */
static const struct broken {
    const char *path;
    const char *bytes;
    size_t length;
    size_t letters;
    enum ending ending;
} replies[] = {
#define REPLY(path, bytes, letters, ending)                                                        \
    {                                                                                              \
        path, bytes, sizeof(bytes) - 1, letters, ending                                            \
    }
    REPLY("/reset-before", "", 0, ENDING_RESET),
    REPLY("/reset-headers", OK "Content-Le", 0, ENDING_RESET),
    REPLY("/reset-body", OK "Content-Length: 1000\r\n\r\n", 500, ENDING_RESET),
    REPLY("/close-before", "", 0, ENDING_CLOSE),
    REPLY("/close-headers", OK "Content-Le", 0, ENDING_CLOSE),
    REPLY("/short", OK "Content-Length: 1000\r\n\r\n", 500, ENDING_CLOSE),
    REPLY("/chunked-cut", OK CHUNKED "\r\n3e8\r\n", 500, ENDING_CLOSE),
    REPLY("/chunked-bad", OK CHUNKED "\r\nzz\r\n", 255, ENDING_CLOSE),
    REPLY("/length-negative", OK "Content-Length: -5\r\n\r\n", 5, ENDING_CLOSE),
    REPLY("/length-huge", OK "Content-Length: 9223372036854775808\r\n\r\n", 100, ENDING_CLOSE),
    REPLY("/length-double", OK "Content-Length: 5\r\nContent-Length: 500\r\n\r\n", 500,
          ENDING_CLOSE),
    REPLY("/no-length-cut", OK "\r\n", 50, ENDING_CUT),
    REPLY("/no-length", OK "\r\n", 50, ENDING_CLOSE),
    REPLY("/folded-first", "HTTP/1.1 200 OK\r\n Content-Length: 3\r\n\r\n", 3, ENDING_CLOSE),
    REPLY("/folded-encoding", OK "Transfer-Encoding:\r\n chunked\r\n\r\n", 50, ENDING_CLOSE),
    REPLY("/encoding-gzip", OK "Transfer-Encoding: gzip\r\n\r\n", 50, ENDING_CLOSE),
    REPLY("/encoding-identity", OK "Transfer-Encoding: identity\r\nContent-Length: 100\r\n\r\n", 50,
          ENDING_CLOSE),
    REPLY("/blank-before-colon", OK "Content-Length : 100\r\n\r\n", 50, ENDING_CLOSE),
    REPLY("/second-status", "HTTP/1.1 404 No\r\nHTTP/1.1 200 OK: x\r\nContent-Length: 5\r\n\r\n", 5,
          ENDING_CLOSE),
    REPLY("/length-list", OK "Content-Length: 5, 500\r\n\r\n", 500, ENDING_CLOSE),
    REPLY("/length-same-double", OK "Content-Length: 100\r\nContent-Length: 100\r\n\r\n", 100,
          ENDING_KEEP),
    REPLY("/http09", "There is no status line here.\n", 0, ENDING_CLOSE),
    REPLY("/nul-header", OK "X-Nul: a\0b\r\nContent-Length: 5\r\n\r\n", 5, ENDING_KEEP),
    REPLY("/partial-unasked",
          "HTTP/1.1 206 Partial Content\r\nContent-Type: application/octet-stream\r\n"
          "Content-Range: bytes 100-199/1000\r\nContent-Length: 100\r\n\r\n",
          100, ENDING_KEEP),
    REPLY("/redirect-loop", FOUND "Location: /redirect-loop\r\n" EMPTY, 0, ENDING_KEEP),
    REPLY("/redirect-file", FOUND "Location: file:///etc/passwd\r\n" EMPTY, 0, ENDING_KEEP),
    REPLY("/redirect-ftp", FOUND "Location: ftp://127.0.0.1/file\r\n" EMPTY, 0, ENDING_KEEP),
    REPLY("/redirect-nowhere", FOUND EMPTY, 0, ENDING_KEEP),
    REPLY("/stall-headers", "", 0, ENDING_STALL),
    REPLY("/stall-body", OK "Content-Length: 1000\r\n\r\n", 100, ENDING_STALL),
};

/* A beginning, then one piece again and again. The pieces stand for a number of `letters`. */
static const struct endless {
    const char *path;
    const char *start;
    const char *before, *after; /* the letters of one piece */
    size_t letters;
} endless_replies[] = {
    {"/headers-endless", OK, "X-Endless: ", "\r\n", 1000},
    {"/trailers-endless", OK CHUNKED "\r\n5\r\nhello\r\n0\r\n", "X-Endless: ", "\r\n", 1000},
    {"/body-endless", OK CHUNKED "\r\n", "2000\r\n", "\r\n", 0x2000},
    {"/redirect-endless-body", FOUND "Location: /ok/endless\r\n" CHUNKED "\r\n", "2000\r\n", "\r\n",
     0x2000},
    {"/error-endless-body", "HTTP/1.1 404 Not Found\r\n" CHUNKED "\r\n", "2000\r\n", "\r\n",
     0x2000},
};

static bool put_string(struct connection *connection, const char *string)
{
    return connection_put(connection, string, strlen(string));
}

static bool put_letters(struct connection *connection, size_t count)
{
    char letters[1024];
    memset(letters, 'x', sizeof(letters));
    while (count > 0) {
        size_t length = count < sizeof(letters) ? count : sizeof(letters);
        if (!connection_put(connection, letters, length))
            return false;
        count -= length;
    }
    return true;
}

/* The code of a reply's status line, 0 when it has none. */
static int status_of(const char *reply)
{
    return strncmp(reply, "HTTP/1.1 ", 9) == 0 ? atoi(reply + 9) : 0;
}

static enum ending serve_broken(struct connection *connection, const struct broken *reply)
{
    int status = status_of(reply->bytes);
    bool is_put = connection_put(connection, reply->bytes, reply->length) &&
                  (connection_is_head(connection) || put_letters(connection, reply->letters));
    if (is_put && reply->ending == ENDING_STALL && connection_flush(connection))
        connection_wait(connection, CONNECTION_LIMIT_MS);
    if (is_put && reply->ending == ENDING_RESET && connection_flush(connection)) {
        /* A reset overtakes data that the peer has not read yet. */
        connection_wait(connection, 50);
    }
    bool is_sent = connection_finish(connection, status);
    if (is_sent && reply->ending == ENDING_KEEP && connection->wants_close)
        return ENDING_CLOSE;
    return reply->ending;
}

static enum ending serve_endless(struct connection *connection, const struct endless *reply)
{
    int64_t until_us = connection_now_us() + ENDLESS_US;
    bool is_put = put_string(connection, reply->start);
    for (int64_t sent = 0; is_put && sent < ENDLESS_BYTES && connection_now_us() < until_us;
         sent += (int64_t)reply->letters)
        is_put = put_string(connection, reply->before) && put_letters(connection, reply->letters) &&
                 put_string(connection, reply->after);
    connection_finish(connection, status_of(reply->start));
    return ENDING_CLOSE;
}

static enum ending serve_long_header(struct connection *connection)
{
    if (put_string(connection, OK "X-Long: "))
        put_letters(connection, LONG_HEADER_BYTES);
    put_string(connection, "\r\nContent-Length: 5\r\n\r\nhello");
    connection_finish(connection, 200);
    return ENDING_CLOSE;
}

static enum ending serve_drip(struct connection *connection)
{
    bool is_put = connection_put_format(connection, OK "Content-Length: %d\r\n\r\n", DRIPS) &&
                  connection_flush(connection);
    for (int i = 1; is_put && i <= DRIPS; i++) {
        is_put = connection_wait(connection, 1000) && connection_put(connection, "x", 1) &&
                 (i == DRIPS || connection_flush(connection));
    }
    connection_finish(connection, 200);
    return ENDING_CLOSE;
}

bool broken_serve(struct connection *connection, enum ending *out_ending)
{
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        if (strcmp(connection->path, replies[i].path) == 0) {
            *out_ending = serve_broken(connection, &replies[i]);
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(endless_replies) / sizeof(endless_replies[0]); i++) {
        if (strcmp(connection->path, endless_replies[i].path) == 0) {
            *out_ending = serve_endless(connection, &endless_replies[i]);
            return true;
        }
    }
    if (strcmp(connection->path, "/header-200k") == 0)
        *out_ending = serve_long_header(connection);
    else if (strcmp(connection->path, "/drip") == 0)
        *out_ending = serve_drip(connection);
    else
        return false;
    return true;
}
