#include "io/ping.h"

#include <arpa/inet.h>
#include <check.h>
#include <curl/curl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bell.h"

#define REQUESTS 16
#define SENT_LIMIT ((size_t)64 * 1024 * 1024) /* far less than is sent in ten seconds */
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
#define ERROR_500 "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#define HANG_UP "" /* no reply at all */
#define ENDLESS "HTTP/1.1 200 OK\r\n\r\n"
#define ENDLESS_HEADERS "HTTP/1.1 200 OK\r\n"

/* A health check on a loopback port: it notes each request, and answers the first with replies[0],
 * the second with replies[1] ... and OK when there are no more. */
static struct {
    const char *const *replies;
    size_t reply_count;
    int listener;
    int stop; /* eventfd */
    unsigned port;
    struct thread thread;
    struct bell bell; /* rings for each request, before its reply */
    /* Written by the thread before it rings. */
    char requests[REQUESTS][4096];
    unsigned request_count;
    size_t endless_bytes; /* read it after stop_server */
} server;

/* False when the server is stopped or the other end has nothing more. */
static bool wait_for(int descriptor, short events)
{
    struct pollfd waited[] = {{.fd = descriptor, .events = events},
                              {.fd = server.stop, .events = POLLIN}};
    ck_assert_int_ge(poll(waited, 2, -1), 1);
    return waited[1].revents == 0;
}

static bool read_request(int connection, char *request, size_t size)
{
    size_t length = 0;
    while (length < size - 1 && wait_for(connection, POLLIN)) {
        ssize_t got = recv(connection, request + length, size - 1 - length, 0);
        if (got <= 0)
            return false;
        length += (size_t)got;
        request[length] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL)
            return true;
    }
    return false;
}

static void send_all(int connection, const char *reply)
{
    size_t left = strlen(reply);
    while (left > 0 && wait_for(connection, POLLOUT)) {
        ssize_t sent = send(connection, reply, left, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        reply += sent;
        left -= (size_t)sent;
    }
}

static void send_endlessly(int connection, const char *line)
{
    ssize_t sent;
    while (wait_for(connection, POLLOUT) &&
           (sent = send(connection, line, strlen(line), MSG_NOSIGNAL)) > 0)
        server.endless_bytes += (size_t)sent;
}

static void serve(int connection)
{
    char request[sizeof server.requests[0]] = "";
    if (!read_request(connection, request, sizeof request))
        return;
    ck_assert_uint_lt(server.request_count, REQUESTS);
    unsigned number = server.request_count++;
    memcpy(server.requests[number], request, sizeof request);
    bell_ring(&server.bell);
    const char *reply = number < server.reply_count ? server.replies[number] : OK;
    send_all(connection, reply);
    if (strcmp(reply, ENDLESS) == 0)
        send_endlessly(connection, "0123456789abcdef\n");
    else if (strcmp(reply, ENDLESS_HEADERS) == 0)
        send_endlessly(connection, "X-More: 0123456789abcdef\r\n");
}

static void server_body(void *context)
{
    (void)context;
    while (wait_for(server.listener, POLLIN)) {
        int connection = accept4(server.listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            continue;
        serve(connection);
        close(connection);
    }
}

static void setup(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    memset(&server, 0, sizeof server);
    bell_init(&server.bell);
    server.stop = eventfd(0, EFD_CLOEXEC);
    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    ck_assert_int_eq(bind(server.listener, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(listen(server.listener, 8), 0);
    ck_assert_int_eq(getsockname(server.listener, (struct sockaddr *)&address, &length), 0);
    server.port = ntohs(address.sin_port);
}

static void start_server(const char *const *replies, size_t count)
{
    struct error error = {0};
    server.replies = replies;
    server.reply_count = count;
    ck_assert(thread_start(&server.thread, "server", server_body, NULL, &error));
}

/* After it nobody writes what was noted; twice is fine. */
static void stop_server(void)
{
    ck_assert_int_eq(eventfd_write(server.stop, 1), 0);
    thread_join(&server.thread);
}

static void teardown(void)
{
    stop_server();
    close(server.listener);
    close(server.stop);
    bell_clear(&server.bell);
    curl_global_cleanup();
}

/* rest: what follows the port. */
static struct ping *start_ping_of(const char *userinfo, const char *rest,
                                  const struct proxy_settings *proxy)
{
    static char url[256];
    snprintf(url, sizeof url, "http://%s127.0.0.1:%u%s", userinfo, server.port, rest);
    struct ping_settings settings = {.url = url, .user_agent = "haul/test", .proxy = proxy};
    struct ping *ping = ping_start(&settings);
    ck_assert_ptr_nonnull(ping);
    return ping;
}

static struct ping *start_ping(const char *rest)
{
    static const struct proxy_settings direct;
    return start_ping_of("", rest, &direct);
}

static void wait_for_requests(unsigned count)
{
    ck_assert(bell_wait(&server.bell, count, clock_monotonic_us() + BELL_DEADLINE_US));
}

static void assert_request(unsigned number, const char *target)
{
    char line[512];
    snprintf(line, sizeof line, "GET %s HTTP/1.1\r\n", target);
    ck_assert_msg(strncmp(server.requests[number], line, strlen(line)) == 0, "not %s: %s", line,
                  server.requests[number]);
}

static const struct {
    const char *rest;
    const char *start;
    const char *success;
    const char *failure; /* of exit code 143 */
} target_cases[] = {
    {"", "/start", "/", "/143"},
    {"/", "/start", "/", "/143"},
    {"/abc-123", "/abc-123/start", "/abc-123", "/abc-123/143"},
    {"/a/b/", "/a/b/start", "/a/b/", "/a/b/143"},
    {"/a?b=c&d", "/a/start?b=c&d", "/a?b=c&d", "/a/143?b=c&d"},
    {"/a/?b=/", "/a/start?b=/", "/a/?b=/", "/a/143?b=/"},
    {"?x=1", "/start?x=1", "/?x=1", "/143?x=1"},
    {"/a%20%2Fb", "/a%20%2Fb/start", "/a%20%2Fb", "/a%20%2Fb/143"},
    {"/a/../b", "/a/../b/start", "/a/../b", "/a/../b/143"},
    {"/a#b", "/a/start", "/a", "/a/143"},
};

START_TEST(start_and_end_are_told_behind_the_path)
{
    start_server(NULL, 0);
    for (int exit_code = 0; exit_code <= 143; exit_code += 143) {
        struct error error = {0};
        ck_assert(ping_finish(start_ping(target_cases[_i].rest), exit_code, &error));
        ck_assert_int_eq(error.kind, ERROR_NONE);
    }
    wait_for_requests(4);
    assert_request(0, target_cases[_i].start);
    assert_request(1, target_cases[_i].success);
    assert_request(2, target_cases[_i].start);
    assert_request(3, target_cases[_i].failure);
    ck_assert_uint_eq(bell_rings(&server.bell), 4);
}
END_TEST

START_TEST(the_start_is_told_before_the_end_is_known)
{
    start_server(NULL, 0);
    struct ping *ping = start_ping("/check");
    wait_for_requests(1);
    assert_request(0, "/check/start");
    struct error error = {0};
    ck_assert(ping_finish(ping, 1, &error));
    assert_request(1, "/check/1");
}
END_TEST

START_TEST(a_password_goes_into_a_header)
{
    start_server(NULL, 0);
    static const struct proxy_settings direct;
    struct error error = {0};
    ck_assert(ping_finish(start_ping_of("user:secret@", "/x", &direct), 0, &error));
    assert_request(0, "/x/start");
    for (unsigned i = 0; i < 2; i++) {
        ck_assert(strstr(server.requests[i], "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n") != NULL);
        ck_assert(strstr(server.requests[i], "User-Agent: haul/test\r\n") != NULL);
    }
}
END_TEST

START_TEST(a_proxy_is_used_where_there_is_one)
{
    start_server(NULL, 0);
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", server.port);
    struct proxy_settings settings = {.http = proxy};
    struct ping_settings ping = {
        .url = "http://check.invalid/id?q", .user_agent = "haul/test", .proxy = &settings};
    struct error error = {0};
    ck_assert(ping_finish(ping_start(&ping), 3, &error));
    assert_request(0, "http://check.invalid/id/start?q");
    assert_request(1, "http://check.invalid/id/3?q");
}
END_TEST

/* What was sent without end filled the buffers between at most. */
static void assert_cut_off(void)
{
    stop_server();
    ck_assert_uint_lt(server.endless_bytes, SENT_LIMIT);
}

static const char *const passing_replies[] = {
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.0 299 Whatever\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut",
    ("HTTP/1.1 103 Early Hints\r\n\r\n" OK),
    ENDLESS,
};

START_TEST(any_2xx_is_success_whatever_follows)
{
    const char *replies[] = {passing_replies[_i], passing_replies[_i]};
    start_server(replies, ARRAY_LENGTH(replies));
    struct error error = {0};
    ck_assert_msg(ping_finish(start_ping("/x"), 0, &error), "%s", error.text);
    ck_assert_uint_eq(bell_rings(&server.bell), 2);
    assert_cut_off();
}
END_TEST

static const struct {
    const char *reply;
    const char *reason;
} failing_replies[] = {
    {ERROR_500, ": HTTP status 500"},
    {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", ": HTTP status 404"},
    {"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
     ": HTTP status 302"},
    {"nonsense\r\n\r\n", "HTTP/0.9"},
    {HANG_UP, "mpty reply"},
};

START_TEST(anything_else_is_tried_three_times_and_then_told)
{
    const char *reply = failing_replies[_i].reply;
    const char *replies[] = {OK, reply, reply, reply};
    start_server(replies, ARRAY_LENGTH(replies));
    struct ping *ping = start_ping("/secret-id?token=secret");
    wait_for_requests(1);
    struct error error = {0};
    ck_assert(!ping_finish(ping, 2, &error));
    ck_assert_uint_eq(bell_rings(&server.bell), 4);
    for (unsigned i = 1; i < 4; i++)
        assert_request(i, "/secret-id/2?token=secret");
    char origin[64];
    snprintf(origin, sizeof origin, "http://127.0.0.1:%u ", server.port);
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_msg(strstr(error.text, origin) != NULL, "%s", error.text);
    ck_assert_msg(strstr(error.text, "the run's end") != NULL, "%s", error.text);
    ck_assert_msg(strstr(error.text, failing_replies[_i].reason) != NULL, "%s", error.text);
    ck_assert_msg(strstr(error.text, "secret") == NULL, "%s", error.text);
}
END_TEST

START_TEST(what_passes_is_tried_again)
{
    static const char *const replies[] = {ERROR_500, HANG_UP, OK, HANG_UP, ERROR_500, OK};
    start_server(replies, ARRAY_LENGTH(replies));
    struct ping *ping = start_ping("/x");
    wait_for_requests(3);
    struct error error = {0};
    ck_assert_msg(ping_finish(ping, 1, &error), "%s", error.text);
    ck_assert_uint_eq(bell_rings(&server.bell), 6);
    for (unsigned i = 0; i < 6; i++)
        assert_request(i, i < 3 ? "/x/start" : "/x/1");
}
END_TEST

START_TEST(a_start_that_fails_is_given_up_at_the_end)
{
    static const char *const replies[] = {ERROR_500};
    start_server(replies, ARRAY_LENGTH(replies));
    struct ping *ping = start_ping("/x");
    wait_for_requests(1);
    struct error error = {0};
    ck_assert(!ping_finish(ping, 0, &error));
    ck_assert_uint_eq(bell_rings(&server.bell), 2);
    assert_request(1, "/x");
    ck_assert_msg(strstr(error.text, "the run's start") != NULL, "%s", error.text);
}
END_TEST

START_TEST(endless_headers_are_cut_off)
{
    static const char *const replies[] = {ENDLESS_HEADERS, OK};
    start_server(replies, ARRAY_LENGTH(replies));
    struct ping *ping = start_ping("/x");
    wait_for_requests(1);
    struct error error = {0};
    ck_assert(ping_finish(ping, 0, &error));
    assert_request(1, "/x");
    assert_cut_off();
    ck_assert_uint_gt(server.endless_bytes, 0);
}
END_TEST

START_TEST(nobody_listening_is_an_error_of_the_ping_alone)
{
    close(server.listener);
    server.listener = eventfd(0, EFD_CLOEXEC); /* never readable */
    start_server(NULL, 0);
    struct error error = {0};
    ck_assert(!ping_finish(start_ping("/id"), 4, &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_msg(strstr(error.text, "/id") == NULL, "%s", error.text);
    ck_assert(ping_finish(NULL, 4, &error));
}
END_TEST

static const struct {
    const char *url;
    bool is_usable;
} check_cases[] = {
    {"https://hc.example.org/1234?x", true},
    {"http://user:pw@[::1]:8080", true},
    {"ftp://example.org/", false},
    {"file:///etc/passwd", false},
    {"example.org", false},
    {"https://user:geheim@exa mple.org/", false},
    {"http://a\nb/", false},
    {"", false},
};

START_TEST(only_web_addresses_can_be_pinged)
{
    start_server(NULL, 0);
    struct error error = {0};
    ck_assert(ping_check(check_cases[_i].url, &error) == check_cases[_i].is_usable);
    ck_assert_int_eq(error.kind, check_cases[_i].is_usable ? ERROR_NONE : ERROR_USAGE);
    ck_assert(strstr(error.text, "geheim") == NULL);
    if (!check_cases[_i].is_usable) {
        struct ping_settings settings = {.url = check_cases[_i].url, .user_agent = "haul/test"};
        ck_assert_ptr_null(ping_start(&settings));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ping");
    TCase *tests = tcase_create("requests");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, start_and_end_are_told_behind_the_path, 0,
                        ARRAY_LENGTH(target_cases));
    tcase_add_test(tests, the_start_is_told_before_the_end_is_known);
    tcase_add_test(tests, a_password_goes_into_a_header);
    tcase_add_test(tests, a_proxy_is_used_where_there_is_one);
    tcase_add_loop_test(tests, any_2xx_is_success_whatever_follows, 0,
                        ARRAY_LENGTH(passing_replies));
    tcase_add_loop_test(tests, anything_else_is_tried_three_times_and_then_told, 0,
                        ARRAY_LENGTH(failing_replies));
    tcase_add_test(tests, what_passes_is_tried_again);
    tcase_add_test(tests, a_start_that_fails_is_given_up_at_the_end);
    tcase_add_test(tests, endless_headers_are_cut_off);
    tcase_add_test(tests, nobody_listening_is_an_error_of_the_ping_alone);
    tcase_add_loop_test(tests, only_web_addresses_can_be_pinged, 0, ARRAY_LENGTH(check_cases));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
