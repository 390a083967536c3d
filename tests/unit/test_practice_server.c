#include "io/practice_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "base/memory.h"

#define DEADLINE_US (30 * CLOCK_SECOND_US)
#define REPLY_MAX ((size_t)4 << 20)
#define CROWD 1000

struct reply {
    struct text head; /* up to and with the empty line */
    struct text body;
    int status;
    long announced; /* Content-Length, -1 = none */
};

static struct practice_server *start(unsigned url_count, int64_t delay_us, int64_t jitter_us)
{
    struct error error;
    struct practice_server *server = practice_server_start(
        &(struct practice_settings){
            .seed = 1, .url_count = url_count, .delay_us = delay_us, .jitter_us = jitter_us},
        &error);
    ck_assert_msg(server != NULL, "%s", error.text);
    return server;
}

static int connect_to(const struct practice_server *server)
{
    int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(sock, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(practice_server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    ck_assert_int_eq(connect(sock, (struct sockaddr *)&address, sizeof(address)), 0);
    struct timeval limit = {.tv_sec = DEADLINE_US / CLOCK_SECOND_US};
    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return sock;
}

static void send_request(int sock, const char *method, const char *path)
{
    char request[256];
    int length = snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                          method, path);
    ck_assert_int_eq(send(sock, request, (size_t)length, MSG_NOSIGNAL), length);
}

/* Value of a header as a string of its own, or NULL. */
static char *header_value(const struct reply *reply, const char *name)
{
    char start_of_line[80];
    snprintf(start_of_line, sizeof(start_of_line), "\r\n%s: ", name);
    const char *found = strcasestr(reply->head.data, start_of_line);
    if (found == NULL)
        return NULL;
    found += strlen(start_of_line);
    return memory_copy_bytes(found, strcspn(found, "\r"));
}

static bool has_header(const struct reply *reply, const char *name, const char *value)
{
    char *actual = header_value(reply, name);
    bool is_equal = actual != NULL && strcmp(actual, value) == 0;
    free(actual);
    return is_equal;
}

/* Reads one reply: until its announced length is there, or the connection ends. */
static void read_reply(int sock, bool has_body, struct reply *reply)
{
    text_init(&reply->head, REPLY_MAX);
    text_init(&reply->body, REPLY_MAX);
    char byte;
    while (strstr(reply->head.data, "\r\n\r\n") == NULL && recv(sock, &byte, 1, 0) == 1)
        text_append_char(&reply->head, byte);
    reply->status = reply->head.length > 12 ? atoi(reply->head.data + 9) : 0;
    char *length = header_value(reply, "Content-Length");
    reply->announced = length != NULL ? atol(length) : -1;
    free(length);
    while (has_body && (long)reply->body.length < reply->announced) {
        char bytes[4096];
        size_t wanted = (size_t)reply->announced - reply->body.length;
        ssize_t count = recv(sock, bytes, wanted < sizeof(bytes) ? wanted : sizeof(bytes), 0);
        if (count <= 0)
            break;
        text_append(&reply->body, bytes, (size_t)count);
    }
}

static void reply_clear(struct reply *reply)
{
    text_clear(&reply->head);
    text_clear(&reply->body);
}

static void fetch(const struct practice_server *server, const char *method, const char *path,
                  struct reply *reply)
{
    int sock = connect_to(server);
    send_request(sock, method, path);
    read_reply(sock, strcmp(method, "HEAD") != 0, reply);
    close(sock);
}

/* The list's paths, one line each; the caller frees. */
static char *list_of_paths(const struct practice_server *server)
{
    struct text list;
    text_init(&list, REPLY_MAX);
    practice_server_append_list(server, &list);
    char origin[64];
    snprintf(origin, sizeof(origin), "http://127.0.0.1:%u/",
             (unsigned)practice_server_port(server));
    struct text paths;
    text_init(&paths, REPLY_MAX);
    for (char *rest = NULL, *url = strtok_r(list.data, "\n", &rest); url != NULL;
         url = strtok_r(NULL, "\n", &rest)) {
        ck_assert_int_eq(strncmp(url, origin, strlen(origin)), 0);
        text_append_format(&paths, "%s\n", url + strlen(origin) - 1);
    }
    text_clear(&list);
    return paths.data;
}

/* Waits until the server has seen so many requests at once. */
static void wait_for_peak(struct practice_server *server, unsigned peak)
{
    int64_t deadline_us = clock_monotonic_us() + DEADLINE_US;
    while (practice_server_peak(server) < peak) {
        ck_assert_int_lt(clock_monotonic_us(), deadline_us);
        poll(NULL, 0, 1);
    }
}

/* Fetches a photo with everything that a good client does, and counts what was in its way. */
static void fetch_to_the_end(const struct practice_server *server, const char *path,
                             struct practice_plan *met)
{
    struct reply reply;
    fetch(server, "GET", path, &reply);
    if (reply.status == 503) {
        met->try_later++;
        ck_assert(has_header(&reply, "Retry-After", "0"));
        reply_clear(&reply);
        fetch(server, "GET", path, &reply);
    } else if (reply.status == 302) {
        met->redirected++;
        char *target = header_value(&reply, "Location");
        ck_assert_ptr_nonnull(target);
        ck_assert_str_ne(target, path);
        reply_clear(&reply);
        fetch(server, "GET", target, &reply);
        free(target);
    } else if (reply.status == 200 && (long)reply.body.length < reply.announced) {
        met->cut_off++;
        ck_assert_uint_gt(reply.body.length, 0);
        reply_clear(&reply);
        fetch(server, "GET", path, &reply);
    }
    ck_assert_int_eq((long)reply.body.length, reply.announced);
    met->urls++;
    if (reply.status == 404) {
        met->not_found++;
        reply_clear(&reply);
        return;
    }
    ck_assert_int_eq(reply.status, 200);
    met->downloaded++;
    met->evil_name +=
        has_header(&reply, "Content-Disposition", "attachment; filename=\"../../evil.sh\"");
    if (has_header(&reply, "Content-Type", "text/html")) {
        met->html_as_jpeg++;
        ck_assert_ptr_nonnull(strstr(path, ".jpg"));
        ck_assert_int_eq(strncmp(reply.body.data, "<!DOCTYPE html>", 15), 0);
    } else {
        bool is_png = strstr(path, ".png") != NULL;
        ck_assert(has_header(&reply, "Content-Type", is_png ? "image/png" : "image/jpeg"));
        ck_assert_int_eq(memcmp(reply.body.data, is_png ? "\x89PNG" : "\xFF\xD8\xFF\xE0", 4), 0);
        char *etag = header_value(&reply, "ETag"), *date = header_value(&reply, "Last-Modified");
        ck_assert_int_eq(etag[0], '"');
        ck_assert_ptr_nonnull(strstr(date, " GMT"));
        free(etag);
        free(date);
    }
    reply_clear(&reply);
}

START_TEST(every_url_of_the_list_answers_as_planned)
{
    struct practice_server *server = start(200, 0, 0);
    for (unsigned round = 0; round < 2; round++) {
        struct practice_plan met = {.slow = 1}; /* a matter of time, not seen here */
        char *paths = list_of_paths(server);
        for (char *rest = NULL, *path = strtok_r(paths, "\n", &rest); path != NULL;
             path = strtok_r(NULL, "\n", &rest))
            fetch_to_the_end(server, path, &met);
        free(paths);
        struct practice_plan plan = practice_server_plan(server);
        ck_assert_mem_eq(&met, &plan, sizeof(plan));
        practice_server_reset(server); /* all troubles come again */
    }
    practice_server_stop(server);
}
END_TEST

START_TEST(every_photo_is_a_file_of_its_own_and_the_same_in_the_next_server)
{
    struct practice_server *first = start(60, 0, 0), *second = start(60, 0, 0);
    char *paths = list_of_paths(first), *other_paths = list_of_paths(second);
    ck_assert_str_eq(paths, other_paths);
    struct reply last;
    fetch(first, "GET", "/nothing", &last);
    for (char *rest = NULL, *path = strtok_r(paths, "\n", &rest); path != NULL;
         path = strtok_r(NULL, "\n", &rest)) {
        struct reply one, two;
        fetch(first, "GET", path, &one);
        fetch(second, "GET", path, &two);
        ck_assert_int_eq(one.status, two.status);
        ck_assert_uint_eq(one.body.length, two.body.length);
        ck_assert_mem_eq(one.body.data, two.body.data, one.body.length);
        if (one.status == 200 && last.body.length == one.body.length)
            ck_assert_mem_ne(one.body.data, last.body.data, one.body.length);
        reply_clear(&last);
        reply_clear(&two);
        last = one;
    }
    reply_clear(&last);
    free(paths);
    free(other_paths);
    practice_server_stop(first);
    practice_server_stop(second);
}
END_TEST

START_TEST(one_connection_carries_many_requests)
{
    struct practice_server *server = start(1, 1000, 0);
    char *path = list_of_paths(server);
    path[strcspn(path, "\n")] = '\0';
    static const struct {
        const char *method, *path; /* NULL = the photo */
        int status;
        bool has_body;
    } requests[] = {
        {"GET", NULL, 200, true},      {"HEAD", NULL, 200, false}, {"GET", "/none", 404, true},
        {"HEAD", "/none", 404, false}, {"PUT", NULL, 405, true},   {"GET", NULL, 200, true},
    };
    int sock = connect_to(server);
    long length = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
        struct reply reply;
        send_request(sock, requests[i].method, requests[i].path ? requests[i].path : path);
        read_reply(sock, requests[i].has_body, &reply);
        ck_assert_int_eq(reply.status, requests[i].status);
        ck_assert_int_gt(reply.announced, 0);
        if (requests[i].has_body)
            ck_assert_int_eq((long)reply.body.length, reply.announced);
        if (reply.status == 200)
            ck_assert(length == 0 || length == reply.announced);
        length = reply.status == 200 ? reply.announced : length;
        reply_clear(&reply);
    }
    close(sock);
    free(path);
    practice_server_stop(server);
}
END_TEST

START_TEST(a_thousand_requests_wait_side_by_side)
{
    struct rlimit files;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    unsigned crowd = files.rlim_cur > 2 * CROWD + 100 ? CROWD : (unsigned)files.rlim_cur / 4;
    struct practice_server *server = start(1, CLOCK_SECOND_US, CLOCK_SECOND_US / 4);
    char *path = list_of_paths(server);
    path[strcspn(path, "\n")] = '\0';
    int *socks = memory_allocate_zeroed(crowd, sizeof(*socks));
    int64_t start_us = clock_monotonic_us();
    for (unsigned i = 0; i < crowd; i++)
        socks[i] = connect_to(server);
    for (unsigned i = 0; i < crowd; i++)
        send_request(socks[i], "GET", path);
    for (unsigned i = 0; i < crowd; i++) {
        struct reply reply;
        read_reply(socks[i], true, &reply);
        ck_assert_int_eq(reply.status, 200);
        ck_assert_int_eq((long)reply.body.length, reply.announced);
        reply_clear(&reply);
        close(socks[i]);
    }
    /* One after the other they would take a quarter of an hour. */
    ck_assert_int_ge(clock_monotonic_us() - start_us, CLOCK_SECOND_US * 3 / 4);
    ck_assert_int_lt(clock_monotonic_us() - start_us, DEADLINE_US);
    ck_assert_uint_gt(practice_server_peak(server), crowd / 2);
    ck_assert_uint_le(practice_server_peak(server), crowd);
    practice_server_reset(server);
    struct reply reply;
    fetch(server, "GET", path, &reply);
    ck_assert_uint_eq(practice_server_peak(server), 1);
    reply_clear(&reply);
    free(socks);
    free(path);
    practice_server_stop(server);
}
END_TEST

START_TEST(stop_does_not_wait_for_delayed_replies)
{
    struct practice_server *server = start(10, 60 * CLOCK_SECOND_US, 0);
    int socks[20];
    for (size_t i = 0; i < ARRAY_LENGTH(socks); i++) {
        socks[i] = connect_to(server);
        send_request(socks[i], "GET", "/any");
    }
    wait_for_peak(server, ARRAY_LENGTH(socks));
    int64_t start_us = clock_monotonic_us();
    practice_server_stop(server);
    ck_assert_int_lt(clock_monotonic_us() - start_us, DEADLINE_US);
    for (size_t i = 0; i < ARRAY_LENGTH(socks); i++)
        close(socks[i]);
}
END_TEST

START_TEST(impossible_settings_and_a_taken_port_are_errors)
{
    struct practice_server *server = start(1, 0, 0);
    const struct {
        struct practice_settings settings;
        enum error_kind kind;
    } cases[] = {
        {{.port = practice_server_port(server), .url_count = 1}, ERROR_LOCAL},
        {{.url_count = 1, .delay_us = -1}, ERROR_USAGE},
        {{.url_count = 1, .jitter_us = INT64_MAX}, ERROR_USAGE},
        {{.url_count = UINT32_MAX}, ERROR_USAGE},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct error error = {0};
        ck_assert_ptr_null(practice_server_start(&cases[i].settings, &error));
        ck_assert_int_eq(error.kind, cases[i].kind);
        ck_assert_str_ne(error.text, "");
    }
    practice_server_stop(server);
    practice_server_stop(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("practice server");
    TCase *serving = tcase_create("serving");
    tcase_set_timeout(serving, 60);
    tcase_add_test(serving, every_url_of_the_list_answers_as_planned);
    tcase_add_test(serving, every_photo_is_a_file_of_its_own_and_the_same_in_the_next_server);
    tcase_add_test(serving, one_connection_carries_many_requests);
    tcase_add_test(serving, a_thousand_requests_wait_side_by_side);
    tcase_add_test(serving, stop_does_not_wait_for_delayed_replies);
    tcase_add_test(serving, impossible_settings_and_a_taken_port_are_errors);
    suite_add_tcase(suite, serving);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
