#include "io/transfer_reply.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum failure feed(struct transfer_reply *reply, const char *lines)
{
    const char *objection = NULL;
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n") + 1;
        enum failure failure = transfer_reply_add_line(reply, lines, length, &objection);
        if (failure != FAILURE_NONE) {
            ck_assert_ptr_nonnull(objection);
            return failure;
        }
        lines += length;
    }
    return FAILURE_NONE;
}

static const struct {
    const char *lines;
    enum failure failure;
    int status;
    int64_t length;
} replies[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", FAILURE_NONE, 200, 5},
    {"HTTP/1.1 200 OK\r\ncontent-length:5  \r\n\r\n", FAILURE_NONE, 200, 5},
    {"HTTP/1.1 200\r\n\r\n", FAILURE_NONE, 200, -1},
    {"HTTP/2 404 \r\n\r\n", FAILURE_NONE, 404, -1},
    {"HTTP/1.1 200 OK\nContent-Length: 5\n\n", FAILURE_NONE, 200, 5},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", FAILURE_NONE, 200, 5},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", FAILURE_NONE, 200, 5},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", FAILURE_NONE,
     200, -1},
    {"HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
     "5\r\n\r\n",
     FAILURE_NONE, 200, 5},
    {"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", FAILURE_NONE, 200,
     INT64_MAX},
    {"HTTP/1.1 200 OK\r\nX-Content-Length: x\r\n\r\n", FAILURE_NONE, 200, -1},
    {"HTTP/1.1 200 OK\r\n\r\nContent-Length: x\r\n", FAILURE_NONE, 200, -1}, /* a trailer */
    {"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5,\r\n\r\n", FAILURE_PROTOCOL, 200, 5},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5, 500\r\n\r\n", FAILURE_PROTOCOL, 200, 5},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", FAILURE_PROTOCOL, 200, 5},
    {"HTTP/1.1 200 OK\r\n Content-Length: 3\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", FAILURE_NONE, 200, -1},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n 00\r\n\r\n", FAILURE_PROTOCOL, 200, 5},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nContent-Range: bytes 1-2/3\r\n 4\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 302 Found\r\nLocation: /a\r\n /b\r\n\r\n", FAILURE_PROTOCOL, 302, -1},
    {"HTTP/1.1 200 OK\r\nContent-Length : 500\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked \r\n\r\n", FAILURE_NONE, 200, -1},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n", FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     FAILURE_PROTOCOL, 200, -1},
    {"HTTP/1.1 404 No\r\nHTTP/1.1 200 OK: x\r\n\r\n", FAILURE_NONE, 404, -1},
    {"HTTP/1.1 206 Partial\r\n\r\n", FAILURE_PROTOCOL, 206, -1},
    {"HTTP/1.1 304 Not Modified\r\n\r\n", FAILURE_PROTOCOL, 304, -1},
};

START_TEST(replies_are_read_or_refused)
{
    struct transfer_reply reply;
    transfer_reply_init(&reply);
    ck_assert_msg(feed(&reply, replies[_i].lines) == replies[_i].failure, "%s", replies[_i].lines);
    ck_assert_int_eq(reply.status, replies[_i].status);
    ck_assert_int_eq(reply.length, replies[_i].length);
}
END_TEST

START_TEST(a_reply_that_was_asked_for_is_none_of_the_caller_s_surprises)
{
    static const int statuses[] = {206, 304};
    for (int i = 0; i < 4; i++) {
        struct transfer_reply reply;
        char lines[64];
        transfer_reply_init(&reply);
        reply.may_be_partial = i & 1;
        reply.may_be_unchanged = i & 2;
        for (size_t k = 0; k < ARRAY_LENGTH(statuses); k++) {
            struct transfer_reply copy = reply;
            bool was_asked = statuses[k] == 206 ? reply.may_be_partial : reply.may_be_unchanged;
            snprintf(lines, sizeof lines, "HTTP/1.1 %d X\r\n\r\n", statuses[k]);
            ck_assert_int_eq(feed(&copy, lines), was_asked ? FAILURE_NONE : FAILURE_PROTOCOL);
        }
    }
}
END_TEST

static const struct {
    const char *lines;
    bool has_range;
} range_lines[] = {
    {"Content-Range: bytes 5-9/10\r\n", true},
    {"content-range:bytes 5-9/10 \r\n", true},
    {"Content-Range: bytes 5-9/10\r\nContent-Range: bytes 5-9/10\r\n", false},
    {"Content-Range: bytes x\r\n", false},
    {"X-Content-Range: bytes 5-9/10\r\n", false},
    {"Content-Range: bytes 5-9/10\r\n\r\nHTTP/1.1 206 OK\r\n", false}, /* of an interim reply */
    {"", false},
};

START_TEST(a_range_is_read_once_and_of_the_final_reply)
{
    struct transfer_reply reply;
    char lines[256];
    transfer_reply_init(&reply);
    reply.may_be_partial = true;
    bool has_interim = strstr(range_lines[_i].lines, "HTTP/") != NULL;
    snprintf(lines, sizeof lines, "HTTP/1.1 %d X\r\n%s\r\n", has_interim ? 103 : 206,
             range_lines[_i].lines);
    ck_assert_int_eq(feed(&reply, lines), FAILURE_NONE);
    ck_assert_int_eq(reply.has_range, range_lines[_i].has_range);
    if (reply.has_range)
        ck_assert(reply.range.first == 5 && reply.range.last == 9 && reply.range.total == 10);
}
END_TEST

START_TEST(headers_end_with_the_final_reply_only)
{
    struct transfer_reply reply;
    transfer_reply_init(&reply);
    feed(&reply, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    ck_assert(!reply.has_ended);
    feed(&reply, "HTTP/1.1 200 OK\r\n");
    ck_assert(!reply.has_ended);
    feed(&reply, "\r\n");
    ck_assert(reply.has_ended);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
    struct transfer_reply reply;
    const char *objection = NULL;
    transfer_reply_init(&reply);
    ck_assert_int_eq(transfer_reply_add_line(&reply, "X: a\0b\r\n", 8, &objection),
                     FAILURE_PROTOCOL);
}
END_TEST

START_TEST(lines_of_headers_and_trailers_share_one_budget)
{
    struct transfer_reply reply;
    const char *objection = NULL;
    transfer_reply_init(&reply);
    feed(&reply, "HTTP/1.1 200 OK\r\n\r\n");
    unsigned lines = 2;
    while (transfer_reply_add_line(&reply, "T: x\r\n", 6, &objection) == FAILURE_NONE)
        lines++;
    ck_assert_uint_eq(lines, TRANSFER_HEADER_LINES);
    ck_assert_int_eq(transfer_reply_add_line(&reply, "T: x\r\n", 6, &objection),
                     FAILURE_HEADERS_TOO_LARGE);
}
END_TEST

START_TEST(bytes_share_one_budget_too)
{
    struct transfer_reply reply;
    const char *objection = NULL;
    static char line[64 * 1024];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    transfer_reply_init(&reply);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(transfer_reply_add_line(&reply, line, sizeof line, &objection),
                         FAILURE_NONE);
    ck_assert_int_eq(transfer_reply_add_line(&reply, "\n", 1, &objection),
                     FAILURE_HEADERS_TOO_LARGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transfer_reply");
    TCase *tests = tcase_create("headers");
    tcase_add_loop_test(tests, replies_are_read_or_refused, 0, ARRAY_LENGTH(replies));
    tcase_add_test(tests, a_reply_that_was_asked_for_is_none_of_the_caller_s_surprises);
    tcase_add_loop_test(tests, a_range_is_read_once_and_of_the_final_reply, 0,
                        ARRAY_LENGTH(range_lines));
    tcase_add_test(tests, headers_end_with_the_final_reply_only);
    tcase_add_test(tests, a_nul_byte_is_refused);
    tcase_add_test(tests, lines_of_headers_and_trailers_share_one_budget);
    tcase_add_test(tests, bytes_share_one_budget_too);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
