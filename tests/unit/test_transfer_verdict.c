#include "io/transfer_verdict.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DONE(status_, length_)                                                                     \
    .error_text = "", .has_resolved = true, .has_connected = true, .has_headers = true,            \
    .status = (status_), .length = (length_), .timeout_us = 1000

static const struct {
    struct transfer_evidence evidence;
    enum failure failure;
} verdicts[] = {
    {{DONE(200, -1)}, FAILURE_NONE},
    {{DONE(203, -1)}, FAILURE_NONE},
    {{DONE(200, 5), .body_bytes = 5}, FAILURE_NONE},
    {{DONE(200, 5), .body_bytes = 4}, FAILURE_TRUNCATED},
    {{DONE(200, -1), .was_cut_off = true}, FAILURE_TRUNCATED},
    {{DONE(404, -1), .was_cut_off = true}, FAILURE_NOT_FOUND},
    {{DONE(201, -1)}, FAILURE_PROTOCOL},
    {{DONE(204, -1)}, FAILURE_NO_CONTENT},
    {{DONE(205, -1)}, FAILURE_NO_CONTENT},
    {{DONE(206, -1)}, FAILURE_PROTOCOL},
    {{DONE(206, 5), .body_bytes = 5, .is_rest = true}, FAILURE_NONE},
    {{DONE(206, 5), .body_bytes = 4, .is_rest = true}, FAILURE_TRUNCATED},
    {{DONE(206, 5), .code = CURLE_PARTIAL_FILE, .body_bytes = 4, .is_rest = true},
     FAILURE_TRUNCATED},
    {{DONE(206, 5), .code = CURLE_WRITE_ERROR, .is_rest = true, .sink_error = ENOSPC},
     FAILURE_DISK_FULL},
    {{DONE(300, -1)}, FAILURE_PROTOCOL},
    {{DONE(304, -1)}, FAILURE_PROTOCOL},
    {{DONE(400, -1)}, FAILURE_CLIENT_ERROR},
    {{DONE(401, -1)}, FAILURE_AUTH},
    {{DONE(403, -1)}, FAILURE_FORBIDDEN},
    {{DONE(404, -1)}, FAILURE_NOT_FOUND},
    {{DONE(407, -1)}, FAILURE_AUTH},
    {{DONE(410, -1)}, FAILURE_GONE},
    {{DONE(418, -1)}, FAILURE_CLIENT_ERROR},
    {{DONE(429, -1)}, FAILURE_RATE_LIMITED},
    {{DONE(451, -1)}, FAILURE_FORBIDDEN},
    {{DONE(500, -1)}, FAILURE_SERVER_ERROR},
    {{DONE(599, -1)}, FAILURE_SERVER_ERROR},
    {{DONE(600, -1)}, FAILURE_PROTOCOL},
    {{DONE(0, -1)}, FAILURE_PROTOCOL},
    /* what the server said counts more than how its error page ended */
    {{DONE(404, -1), .code = CURLE_PARTIAL_FILE}, FAILURE_NOT_FOUND},
    {{DONE(404, -1), .code = CURLE_WRITE_ERROR}, FAILURE_NOT_FOUND},
    {{DONE(503, -1), .code = CURLE_OPERATION_TIMEDOUT, .seen = FAILURE_STALLED},
     FAILURE_SERVER_ERROR},
    {{DONE(404, -1), .seen = FAILURE_CANCELED}, FAILURE_CANCELED},
    {{DONE(404, -1), .seen = FAILURE_HEADERS_TOO_LARGE}, FAILURE_HEADERS_TOO_LARGE},
    /* objections of callbacks */
    {{DONE(200, -1), .code = CURLE_WRITE_ERROR, .seen = FAILURE_TOO_LARGE}, FAILURE_TOO_LARGE},
    {{DONE(200, -1), .code = CURLE_OPERATION_TIMEDOUT, .seen = FAILURE_STALLED}, FAILURE_STALLED},
    {{DONE(200, -1), .code = CURLE_WRITE_ERROR, .sink_error = ENOSPC}, FAILURE_DISK_FULL},
    {{DONE(200, -1), .code = CURLE_WRITE_ERROR, .sink_error = EDQUOT}, FAILURE_DISK_FULL},
    {{DONE(200, -1), .code = CURLE_WRITE_ERROR, .sink_error = EIO}, FAILURE_IO},
    /* success by libcurl, but the headers never ended */
    {{.code = CURLE_OK, .error_text = "", .has_connected = true, .status = 200}, FAILURE_RESET},
    /* broken connections */
    {{.code = CURLE_GOT_NOTHING, .error_text = "", .has_connected = true}, FAILURE_RESET},
    {{.code = CURLE_RECV_ERROR, .error_text = "", .has_connected = true}, FAILURE_RESET},
    {{DONE(200, -1), .code = CURLE_RECV_ERROR, .os_errno = ECONNRESET}, FAILURE_RESET},
    {{DONE(200, -1), .code = CURLE_RECV_ERROR}, FAILURE_TRUNCATED},
    {{.code = CURLE_RECV_ERROR,
      .error_text = "Malformed encoding found in chunked-encoding",
      .has_connected = true,
      .has_headers = true,
      .status = 200,
      .length = -1},
     FAILURE_PROTOCOL},
    {{DONE(200, -1), .code = CURLE_PARTIAL_FILE}, FAILURE_TRUNCATED},
    {{.code = CURLE_PARTIAL_FILE, .error_text = "", .has_connected = true}, FAILURE_RESET},
    {{DONE(200, -1), .code = CURLE_HTTP2_STREAM}, FAILURE_RESET},
    {{DONE(200, -1), .code = CURLE_HTTP2}, FAILURE_PROTOCOL},
    {{.code = CURLE_UNSUPPORTED_PROTOCOL, .error_text = "", .has_connected = true},
     FAILURE_PROTOCOL},
    {{.code = CURLE_OUT_OF_MEMORY, .error_text = "", .has_connected = true},
     FAILURE_HEADERS_TOO_LARGE},
    {{DONE(200, -1), .code = CURLE_OUT_OF_MEMORY}, FAILURE_INTERNAL},
    /* before the request */
    {{.code = CURLE_COULDNT_RESOLVE_HOST, .error_text = ""}, FAILURE_DNS_TEMPORARY},
    {{.code = CURLE_COULDNT_CONNECT, .error_text = "", .os_errno = ECONNREFUSED}, FAILURE_REFUSED},
    {{.code = CURLE_COULDNT_CONNECT, .error_text = "", .os_errno = ENETUNREACH}, FAILURE_CONNECT},
    {{.code = CURLE_COULDNT_CONNECT, .error_text = "", .seen = FAILURE_BLOCKED_ADDRESS},
     FAILURE_BLOCKED_ADDRESS},
    {{.code = CURLE_PEER_FAILED_VERIFICATION, .error_text = ""}, FAILURE_TLS},
    {{.code = CURLE_SSL_CONNECT_ERROR, .error_text = ""}, FAILURE_TLS},
    /* time limits, told apart by how far the request had come */
    {{.code = CURLE_OPERATION_TIMEDOUT, .error_text = "", .elapsed_us = 5000, .timeout_us = 9000},
     FAILURE_DNS_TEMPORARY},
    {{.code = CURLE_OPERATION_TIMEDOUT,
      .error_text = "",
      .has_resolved = true,
      .elapsed_us = 5000,
      .timeout_us = 9000},
     FAILURE_CONNECT},
    {{.code = CURLE_OPERATION_TIMEDOUT, .error_text = "", .elapsed_us = 9000, .timeout_us = 9000},
     FAILURE_TIMEOUT},
    {{.code = CURLE_OPERATION_TIMEDOUT, /* libcurl's clock ran ahead of ours */
      .error_text = "",
      .has_resolved = true,
      .elapsed_us = 8999,
      .timeout_us = 9000},
     FAILURE_TIMEOUT},
    {{DONE(200, -1), .code = CURLE_OPERATION_TIMEDOUT, .elapsed_us = 1000}, FAILURE_TIMEOUT},
    {{.code = CURLE_FAILED_INIT, .error_text = ""}, FAILURE_INTERNAL},
};

START_TEST(evidence_leads_to_a_class)
{
    char detail[200];
    enum failure failure = transfer_judge(&verdicts[_i].evidence, detail, sizeof detail);
    ck_assert_msg(failure == verdicts[_i].failure, "row %d: %s", _i, failure_name(failure));
    ck_assert_uint_lt(strlen(detail), sizeof detail);
    if (failure == FAILURE_NONE)
        ck_assert_str_eq(detail, "");
}
END_TEST

START_TEST(a_short_body_says_how_short)
{
    struct transfer_evidence evidence = {DONE(200, 500), .code = CURLE_PARTIAL_FILE,
                                         .body_bytes = 20};
    char detail[200];
    transfer_judge(&evidence, detail, sizeof detail);
    ck_assert_str_eq(detail, "got 20 of 500 bytes");
}
END_TEST

START_TEST(a_detail_is_cut_not_overrun)
{
    struct transfer_evidence evidence = {
        .code = CURLE_SSL_CONNECT_ERROR,
        .error_text = "a text of libcurl that is longer than the room that there is"};
    char detail[8];
    transfer_judge(&evidence, detail, sizeof detail);
    ck_assert_str_eq(detail, "a text ");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transfer_verdict");
    TCase *tests = tcase_create("judgement");
    tcase_add_loop_test(tests, evidence_leads_to_a_class, 0, ARRAY_LENGTH(verdicts));
    tcase_add_test(tests, a_short_body_says_how_short);
    tcase_add_test(tests, a_detail_is_cut_not_overrun);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
