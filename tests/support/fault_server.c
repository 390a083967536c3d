/* A web server that does wrong what it is asked to do wrong, for tests of clients.
 *
 *     fault_server [--address A] [--tls CERT KEY] [--port-file FILE] [--log FILE]
 *
 * Listens on a free port of A (127.0.0.1; with 0.0.0.0 each of 127.* is a host), writes its number
 * to FILE (else to stdout), and serves until SIGTERM or SIGINT. The log has a line per request, in
 * microseconds of the monotonic clock:
 *
 *     START END METHOD TARGET STATUS ADDRESS RANGE IF-RANGE IF-NONE-MATCH IF-MODIFIED-SINCE
 *
 * STATUS 0: no status line was sent. ADDRESS: the one that was asked. The last four are header
 * fields, "-" where they are missing, blanks as '_'.
 *
 * The path decides. Everything ends after 60 s or 1 GiB; a query that a path does not use is
 * ignored. NAME may have slashes; a body is NAME over and over, cut at ?size=N (1024).
 *
 *   /ok/NAME  /  /disposition/NAME  /chunked/NAME   200; with a hostile file name; chunked
 *   /delay/MS/NAME  /slow-first/NAME?ms=N           200 after a time; only the first time (2000)
 *   /crowd/N/NAME?ms=N              200 after a time (20); 403 to what comes beside N others
 *   /flaky/N/NAME  /flaky-retry-after/N/SECONDS/NAME   503 N times for each path, then 200
 *   /status/CODE  /status/CODE/retry-after/VALUE    any status
 *   /type?ct=VALUE&body=TEXT  /type/NAME?...        a Content-Type and a body of one's choice
 *   /echo/NAME                                      the request's header section as the body
 *   /redirect/N/NAME  /redirect-to?url=URL          N hops to /ok/NAME; anywhere (&status=N)
 *   /redirect-turns/NAME?first=URL&then=URL         to the second one from the second time on
 *   /redirect-loop  /redirect-file  /redirect-ftp  /redirect-nowhere  (no Location)
 *   /reset-before  /reset-headers  /reset-body      RST before or in a part of the reply
 *   /close-before  /close-headers  /short  /chunked-cut   clean end there
 *   /chunked-bad  /length-negative  /length-huge  /length-double  /length-list  ("5, 500")
 *   /folded-first  /folded-encoding  /encoding-gzip  /encoding-identity  /blank-before-colon
 *   /second-status                  404, then a line like another status line
 *   /no-length  /no-length-cut      ends with the connection; over TLS without close_notify
 *   /length-same-double             twice the same: allowed by RFC 9110, 8.6
 *   /http09  /nul-header  /partial-unasked  /header-200k   (one header line of 200 KiB)
 *   /headers-endless  /trailers-endless  /body-endless  /redirect-endless-body
 *   /error-endless-body
 *   /stall-headers  /stall-body  /drip              silence; silence in the body; a byte a second
 *
 *   /busy-host/SECONDS/NAME         429 with Retry-After to the first request of each address
 *   /overloaded/N/NAME              503 to the first N of each address
 *
 * The following have bodies as in fault_content.h, and a Date. Each of /range-*: NAME of ?size=N (2
 * MiB); the first ?cuts=N (1) times the connection is closed after ?cut=N bytes (half; 0 = not at
 * all), ?slow=N sends N bytes a second. A version is "a"; where it changes, "b" from the second
 * request on, of the same size.
 *
 *   /range/NAME?etag=TEXT           all as it should be: ETag, Last-Modified, Range, If-Range
 *   /range-changed/NAME  /range-liar/NAME     changes; goes on with the new version in a 206
 *   /range-wrong-start/  /range-other-total/  /range-no-header/  /range-multipart/   doubtful 206
 *   /range-ignored/NAME  /range-416/NAME      200, 416 to any Range
 *   /range-weak/  /range-none/      weak ETag, nothing; changes; a Range is obeyed all the same
 *   /range-date/  /range-fresh-date/          an old Last-Modified; that of now, though it changes
 *   /versioned/NAME  /dateonly/NAME           304 where due; with ETag and date, with a date
 *   /lost-etag/NAME                 a strong ETag in the first reply, no validator later
 *   /set-version/NAME/V             V is NAME's version from now on (1); version 0 is a 404
 *   /head-405/NAME  /head-501/NAME  /head-404-get-200/NAME  /head-closes/NAME   HEAD fails, GET
 *                                   works, with ranges (64 KiB)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "fault_broken.h"
#include "fault_connection.h"
#include "fault_counters.h"
#include "fault_hosts.h"
#include "fault_plain.h"
#include "fault_ranges.h"
#include "fault_versions.h"

#define BACKLOG 4096
#define STACK_BYTES ((size_t)256 << 10)

struct settings {
    const char *address;
    const char *port_file;
};

struct visitor {
    const struct server *server;
    int sock;
};

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static void *run_connection(void *argument)
{
    struct visitor visitor = *(struct visitor *)argument;
    free(argument);
    struct connection *connection = connection_open(visitor.server, visitor.sock);
    if (connection == NULL)
        return NULL;
    enum ending ending = ENDING_KEEP;
    while (ending == ENDING_KEEP) {
        if (!connection_next(connection))
            ending = ENDING_CLOSE;
        else if (!broken_serve(connection, &ending) && !hosts_serve(connection, &ending) &&
                 !ranges_serve(connection, &ending) && !versions_serve(connection, &ending))
            ending = plain_serve(connection);
    }
    connection_close(connection, ending);
    return NULL;
}

static void accept_one(const struct server *server, int listener)
{
    int sock = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (sock < 0) {
        if (errno == EMFILE || errno == ENFILE)
            poll(NULL, 0, 10); /* until others have gone */
        return;
    }
    struct visitor *visitor = malloc(sizeof(*visitor));
    if (visitor == NULL)
        abort();
    *visitor = (struct visitor){.server = server, .sock = sock};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, run_connection, visitor) != 0) {
        close(sock);
        free(visitor);
    }
    pthread_attr_destroy(&attributes);
}

static SSL_CTX *open_tls(const char *certificate, const char *key)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    if (tls == NULL || SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1) {
        ERR_print_errors_fp(stderr);
        exit(1);
    }
    return tls;
}

static int listen_somewhere(const char *host, uint16_t *out_port)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    if (listener < 0 || inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
        bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, BACKLOG) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        give_up(host);
    *out_port = ntohs(address.sin_port);
    return listener;
}

/* Through a rename, so that nobody reads half a number. */
static void announce(const char *port_file, uint16_t port)
{
    if (port_file == NULL) {
        printf("%u\n", (unsigned)port);
        fflush(stdout);
        return;
    }
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.new", port_file) < 0)
        abort();
    FILE *file = fopen(temporary, "w");
    if (file == NULL || fprintf(file, "%u\n", (unsigned)port) < 0 || fclose(file) != 0 ||
        rename(temporary, port_file) != 0)
        give_up(port_file);
    free(temporary);
}

static int block_signals(void)
{
    signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    if (descriptor < 0)
        give_up("signalfd");
    return descriptor;
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static struct settings read_arguments(int argument_count, char **arguments, struct server *server)
{
    struct settings settings = {.address = "127.0.0.1"};
    for (int i = 1; i < argument_count; i++) {
        int left = argument_count - i - 1;
        if (strcmp(arguments[i], "--tls") == 0 && left >= 2) {
            server->tls = open_tls(arguments[i + 1], arguments[i + 2]);
            i += 2;
        } else if (strcmp(arguments[i], "--address") == 0 && left >= 1) {
            settings.address = arguments[++i];
        } else if (strcmp(arguments[i], "--port-file") == 0 && left >= 1) {
            settings.port_file = arguments[++i];
        } else if (strcmp(arguments[i], "--log") == 0 && left >= 1) {
            server->log = open(arguments[++i], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            if (server->log < 0)
                give_up(arguments[i]);
        } else {
            fprintf(stderr, "usage: fault_server [--address A] [--tls CERT KEY] "
                            "[--port-file FILE] [--log FILE]\n");
            exit(2);
        }
    }
    return settings;
}

int main(int argument_count, char **arguments)
{
    struct server server = {.log = -1};
    struct settings settings = read_arguments(argument_count, arguments, &server);
    raise_descriptor_limit();
    server.counters = counters_create();
    int signals = block_signals();
    uint16_t port;
    int listener = listen_somewhere(settings.address, &port);
    announce(settings.port_file, port);
    struct pollfd events[] = {{.fd = listener, .events = POLLIN},
                              {.fd = signals, .events = POLLIN}};
    while (poll(events, 2, -1) >= 0 && events[1].revents == 0)
        accept_one(&server, listener);
    /* Without waiting for anybody: threads may sit in replies of a minute, and nothing is lost. */
    _exit(0);
}
