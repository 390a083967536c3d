#include "base/log.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int received_by; /* each write to stderr arrives here as one packet */
static int saved_stderr;

static void catch_stderr(void)
{
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
    close(ends[1]);
    received_by = ends[0];
}

static void release_stderr(void)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(received_by);
    log_set_level(LOG_INFO);
}

/* The next packet, or an empty string when there is none. */
static const char *next_write(char *out, size_t size)
{
    ssize_t length = recv(received_by, out, size - 1, MSG_DONTWAIT);
    out[length > 0 ? length : 0] = '\0';
    return out;
}

START_TEST(a_level_lets_through_what_is_at_least_as_grave)
{
    static const char *const lines[] = {
        [LOG_ERROR] = "haul: e 1\n",
        [LOG_WARNING] = "haul: warning: w 2\n",
        [LOG_INFO] = "haul: i 3\n",
        [LOG_DEBUG] = "haul: d 4\n",
    };
    char line[64];
    enum log_level level = (enum log_level)_i;
    log_set_level(level);
    ck_assert_int_eq(log_get_level(), level);
    log_error("e %d", 1);
    log_warning("w %d", 2);
    log_info("i %d", 3);
    log_debug("d %d", 4);
    for (enum log_level shown = LOG_ERROR; shown <= level; shown++)
        ck_assert_str_eq(next_write(line, sizeof line), lines[shown]);
    ck_assert_str_eq(next_write(line, sizeof line), "");
}
END_TEST

START_TEST(info_is_the_default)
{
    ck_assert_int_eq(log_get_level(), LOG_INFO);
}
END_TEST

START_TEST(a_line_is_one_printable_write)
{
    char line[64];
    log_error("a\nb \x1b[31m %s", "\\x0a\xff");
    ck_assert_str_eq(next_write(line, sizeof line), "haul: a\\x0ab \\x1b[31m \\x0a\\xff\n");
    ck_assert_str_eq(next_write(line, sizeof line), "");
}
END_TEST

START_TEST(a_closed_stderr_leaves_errno_alone)
{
    close(STDERR_FILENO);
    errno = ENOSPC;
    log_error("unheard");
    ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

START_TEST(a_long_line_is_cut_at_4_kib)
{
    char line[9000];
    char word[9000];
    memset(word, 'w', sizeof word);
    for (int length = 4000; length < 4200; length++) {
        log_info("%.*s", length, word);
        size_t expected = strlen("haul: ") + (size_t)length + 1;
        next_write(line, sizeof line);
        ck_assert_uint_eq(strlen(line), expected < 4096 ? expected : 4096);
        ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    }
    /* Two-byte characters from an odd start: none is left in half. */
    for (size_t i = 1; i + 1 < sizeof word; i += 2)
        memcpy(word + i, "\xc3\xa9", 2);
    word[sizeof word - 1] = '\0';
    for (int skip = 0; skip <= 1; skip++) {
        log_info("%s%s", skip ? "x" : "", word);
        next_write(line, sizeof line);
        ck_assert_uint_ge(strlen(line), 4095);
        ck_assert_ptr_null(strstr(line, "\\x"));
        ck_assert_mem_eq(line + strlen(line) - 3, "\xc3\xa9\n", 3);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("log");
    tcase_add_checked_fixture(tests, catch_stderr, release_stderr);
    tcase_add_test(tests, info_is_the_default);
    tcase_add_loop_test(tests, a_level_lets_through_what_is_at_least_as_grave, LOG_QUIET,
                        LOG_DEBUG + 1);
    tcase_add_test(tests, a_line_is_one_printable_write);
    tcase_add_test(tests, a_closed_stderr_leaves_errno_alone);
    tcase_add_test(tests, a_long_line_is_cut_at_4_kib);
    Suite *suite = suite_create("log");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
