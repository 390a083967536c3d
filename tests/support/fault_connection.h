/* One connection of the fault server: requests come in, bytes go out, every request is logged.
 *
 * Output is buffered, and the line of the log is written before the last bytes of a reply are
 * sent: whoever has seen a reply whole finds its line, and no client can ask again before the
 * noted end. Only when a client hangs up first, the end is noted a moment later.
 *
 * Functions that send or wait return false when the peer is gone or the time is over; the
 * connection then closes. */
#ifndef FAULT_CONNECTION_H
#define FAULT_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#define CONNECTION_INPUT_MAX ((size_t)160 << 10) /* bytes of a request's header section */
#define CONNECTION_OUTPUT_MAX ((size_t)16 << 10)
#define CONNECTION_LIMIT_MS 60000 /* nothing takes longer than this */
#define CONNECTION_ADDRESS_SIZE 16

struct counters;

struct server {
    int log;      /* -1 = none */
    SSL_CTX *tls; /* NULL = plain */
    struct counters *counters;
};

enum ending {
    ENDING_KEEP,  /* the reply is complete: the connection may carry the next request */
    ENDING_CLOSE, /* clean end of the stream */
    ENDING_CUT,   /* the same, but TLS is not told (no close_notify) */
    ENDING_RESET, /* RST */
    ENDING_STALL, /* nothing more comes, until the peer hangs up or the time is over */
};

struct connection {
    const struct server *server;
    int sock;
    SSL *tls;
    char *input; /* the present request, a NUL, and what came after it */
    size_t input_length;
    size_t request_length;
    char *output;
    size_t output_length;
    char address[CONNECTION_ADDRESS_SIZE]; /* where the peer has connected to: its "host" */

    /* the present request; strings lie in a copy of its header section */
    char *head;
    const char *method;
    const char *target; /* as sent */
    char *path;         /* up to '?' */
    const char *query;  /* after it, "" when there is none */
    const char *fields; /* the header lines, with the LF before the first one */
    bool wants_close;
    bool is_logged;
    int64_t start_us;
};

int64_t connection_now_us(void); /* monotonic */

/* Takes over the socket; NULL (and the socket closed) when the TLS handshake fails. */
struct connection *connection_open(const struct server *server, int sock);
void connection_close(struct connection *connection, enum ending ending);

/* Waits for the next request and splits it. False at the end of the stream, and for nonsense. */
bool connection_next(struct connection *connection);
bool connection_is_head(const struct connection *connection);
/* The value of a header field of the request, NULL when it is not there; the caller frees. */
char *connection_field(const struct connection *connection, const char *name);

bool connection_put(struct connection *connection, const char *bytes, size_t length);
bool connection_put_format(struct connection *connection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool connection_flush(struct connection *connection); /* more will follow */
/* Writes the request's line to the log, once; status 0 = no status line was sent. */
void connection_log(struct connection *connection, int status);
/* The reply ends here: log, then send what is left. */
bool connection_finish(struct connection *connection, int status);

/* Waits, at most CONNECTION_LIMIT_MS; false when the peer hangs up meanwhile. */
bool connection_wait(const struct connection *connection, int64_t milliseconds);

#endif
