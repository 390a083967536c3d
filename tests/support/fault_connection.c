#include "fault_connection.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define GOODBYE_MS 2000 /* how long a closed connection waits for the peer to close, too */

static void *allocate(size_t size)
{
    void *block = malloc(size);
    if (block == NULL)
        abort();
    return block;
}

static ssize_t receive(struct connection *connection, char *bytes, size_t size)
{
    if (connection->tls != NULL)
        return SSL_read(connection->tls, bytes, (int)size);
    return recv(connection->sock, bytes, size, 0);
}

static bool send_all(struct connection *connection, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = connection->tls != NULL
                            ? SSL_write(connection->tls, bytes, (int)length)
                            : send(connection->sock, bytes, length, MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

/* Splits "METHOD TARGET VERSION" and looks at the one header that matters. */
static bool parse_request(struct connection *connection)
{
    char *rest = NULL;
    char *line_end = strstr(connection->head, "\r\n");
    bool closes = strcasestr(line_end, "\r\nConnection: close") != NULL;
    *line_end = '\0';
    connection->fields = line_end + 1;
    connection->method = strtok_r(connection->head, " ", &rest);
    connection->target = strtok_r(NULL, " ", &rest);
    const char *version = strtok_r(NULL, " ", &rest);
    if (version == NULL || strncmp(version, "HTTP/1.", 7) != 0)
        return false;
    connection->wants_close = closes || strcmp(version, "HTTP/1.0") == 0;
    connection->path = strdup(connection->target);
    if (connection->path == NULL)
        abort();
    char *question = strchr(connection->path, '?');
    connection->query = question != NULL ? question + 1 : "";
    if (question != NULL)
        *question = '\0';
    return true;
}

static void forget_request(struct connection *connection)
{
    free(connection->head);
    free(connection->path);
    connection->head = NULL;
    connection->path = NULL;
    connection->query = NULL;
    connection->fields = NULL;
    memmove(connection->input, connection->input + connection->request_length,
            connection->input_length - connection->request_length + 1);
    connection->input_length -= connection->request_length;
    connection->request_length = 0;
}

/* True when the peer has closed its side or the connection is broken. */
static bool peer_hangs_up(const struct connection *connection, int milliseconds)
{
    struct pollfd event = {.fd = connection->sock, .events = POLLRDHUP};
    return poll(&event, 1, milliseconds) > 0;
}

static void note_address(struct connection *connection)
{
    struct sockaddr_in local = {.sin_family = AF_INET};
    socklen_t size = sizeof(local);
    getsockname(connection->sock, (struct sockaddr *)&local, &size);
    inet_ntop(AF_INET, &local.sin_addr, connection->address, sizeof(connection->address));
}

/* One column of the log. */
static void append_field(const struct connection *connection, const char *name, FILE *line)
{
    char *value = connection_field(connection, name);
    for (char *blank = value; blank != NULL && (blank = strchr(blank, ' ')) != NULL;)
        *blank = '_';
    fprintf(line, " %s", value != NULL && *value != '\0' ? value : "-");
    free(value);
}

int64_t connection_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct connection *connection_open(const struct server *server, int sock)
{
    struct timeval limit = {.tv_sec = CONNECTION_LIMIT_MS / 1000};
    int on = 1;
    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct connection *connection = allocate(sizeof(*connection));
    *connection = (struct connection){.server = server, .sock = sock};
    note_address(connection);
    connection->input = allocate(CONNECTION_INPUT_MAX + 1);
    connection->input[0] = '\0';
    connection->output = allocate(CONNECTION_OUTPUT_MAX);
    if (server->tls == NULL)
        return connection;
    connection->tls = SSL_new(server->tls);
    if (connection->tls == NULL)
        abort();
    SSL_set_fd(connection->tls, sock);
    if (SSL_accept(connection->tls) == 1)
        return connection;
    SSL_free(connection->tls); /* a failed handshake must not be followed by a close notify */
    connection->tls = NULL;
    connection_close(connection, ENDING_CLOSE);
    return NULL;
}

void connection_close(struct connection *connection, enum ending ending)
{
    if (ending == ENDING_RESET) {
        struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(connection->sock, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    } else {
        if (connection->tls != NULL && ending != ENDING_CUT)
            SSL_shutdown(connection->tls);
        shutdown(connection->sock, SHUT_WR);
        /* Closing over unread input would turn the end of the stream into a reset. */
        struct timeval limit = {.tv_sec = GOODBYE_MS / 1000};
        setsockopt(connection->sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        int64_t until_us = connection_now_us() + GOODBYE_MS * 1000;
        while (recv(connection->sock, connection->input, CONNECTION_INPUT_MAX, 0) > 0 &&
               connection_now_us() < until_us)
            continue;
    }
    SSL_free(connection->tls);
    close(connection->sock);
    free(connection->head);
    free(connection->path);
    free(connection->input);
    free(connection->output);
    free(connection);
}

bool connection_next(struct connection *connection)
{
    forget_request(connection);
    const char *end;
    while ((end = strstr(connection->input, "\r\n\r\n")) == NULL) {
        size_t room = CONNECTION_INPUT_MAX - connection->input_length;
        if (room == 0)
            return false;
        ssize_t count = receive(connection, connection->input + connection->input_length, room);
        if (count <= 0)
            return false;
        connection->input_length += (size_t)count;
        connection->input[connection->input_length] = '\0';
    }
    connection->start_us = connection_now_us();
    connection->is_logged = false;
    connection->request_length = (size_t)(end - connection->input) + 4;
    connection->head = allocate(connection->request_length + 1);
    memcpy(connection->head, connection->input, connection->request_length);
    connection->head[connection->request_length] = '\0';
    return parse_request(connection);
}

bool connection_is_head(const struct connection *connection)
{
    return strcmp(connection->method, "HEAD") == 0;
}

char *connection_field(const struct connection *connection, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = connection->fields; (line = strchr(line, '\n')) != NULL;) {
        line++;
        if (strncasecmp(line, name, length) != 0 || line[length] != ':')
            continue;
        const char *value = line + length + 1;
        value += strspn(value, " \t");
        size_t value_length = strcspn(value, "\r\n");
        while (value_length > 0 && isblank((unsigned char)value[value_length - 1]))
            value_length--;
        char *copy = strndup(value, value_length);
        if (copy == NULL)
            abort();
        return copy;
    }
    return NULL;
}

bool connection_put(struct connection *connection, const char *bytes, size_t length)
{
    while (length > 0) {
        if (connection->output_length == CONNECTION_OUTPUT_MAX && !connection_flush(connection))
            return false;
        size_t room = CONNECTION_OUTPUT_MAX - connection->output_length;
        size_t count = length < room ? length : room;
        memcpy(connection->output + connection->output_length, bytes, count);
        connection->output_length += count;
        bytes += count;
        length -= count;
    }
    return true;
}

bool connection_put_format(struct connection *connection, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *bytes = NULL;
    int length = vasprintf(&bytes, format, arguments);
    va_end(arguments);
    if (length < 0)
        abort();
    bool is_put = connection_put(connection, bytes, (size_t)length);
    free(bytes);
    return is_put;
}

bool connection_flush(struct connection *connection)
{
    size_t length = connection->output_length;
    connection->output_length = 0;
    return send_all(connection, connection->output, length);
}

void connection_log(struct connection *connection, int status)
{
    if (connection->is_logged || connection->server->log < 0)
        return;
    connection->is_logged = true;
    static const char *const columns[] = {"Range", "If-Range", "If-None-Match",
                                          "If-Modified-Since"};
    char *line = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&line, &length);
    if (stream == NULL)
        abort();
    fprintf(stream, "%lld %lld %s %s %d %s", (long long)connection->start_us,
            (long long)connection_now_us(), connection->method, connection->target, status,
            connection->address);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        append_field(connection, columns[i], stream);
    fputc('\n', stream);
    if (fclose(stream) != 0)
        abort();
    for (size_t i = 0; i < length - 1; i++) {
        if (line[i] != ' ' && !isgraph((unsigned char)line[i]))
            line[i] = '?';
    }
    /* One write to a file opened for appending: lines of several threads do not mix. */
    if (write(connection->server->log, line, length) != (ssize_t)length)
        abort();
    free(line);
}

bool connection_finish(struct connection *connection, int status)
{
    connection_log(connection, status);
    return connection_flush(connection);
}

bool connection_wait(const struct connection *connection, int64_t milliseconds)
{
    if (milliseconds > CONNECTION_LIMIT_MS)
        milliseconds = CONNECTION_LIMIT_MS;
    return milliseconds <= 0 || !peer_hangs_up(connection, (int)milliseconds);
}
