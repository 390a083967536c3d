#include "app/event_limit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct event_limit *limit;
static struct text text;
static struct text notice;

static void setup(void)
{
    limit = event_limit_create();
    text_init(&text, 100000);
    text_init(&notice, 100000);
}

static void teardown(void)
{
    text_clear(&text);
    text_clear(&notice);
    event_limit_destroy(limit);
}

static unsigned admitted(enum status status, enum failure failure, const char *host, unsigned count)
{
    unsigned shown = 0;
    for (unsigned i = 0; i < count; i++)
        shown += event_limit_admits(limit, status, failure, host, &notice);
    return shown;
}

START_TEST(five_of_a_class_and_host_are_shown)
{
    ck_assert_uint_eq(admitted(STATUS_FAILED, FAILURE_NOT_FOUND, "a", 1217), 5);
    ck_assert_uint_eq(admitted(STATUS_FAILED, FAILURE_NOT_FOUND, "b", 5), 5);
    ck_assert_uint_eq(admitted(STATUS_FAILED, FAILURE_TIMEOUT, "a", 7), 5);
    ck_assert_uint_eq(admitted(STATUS_SKIPPED, FAILURE_EXISTS, "a", 6), 5);
    ck_assert_uint_eq(admitted(STATUS_FAILED, FAILURE_BAD_URL, NULL, 8), 5);
    ck_assert_uint_eq(admitted(STATUS_DOWNLOADED, FAILURE_NONE, "a", 9), 5);
    event_limit_append_rest(&text, limit);
    ck_assert_str_eq(notice.data, "FAIL not-found     --  a  more of these are only counted\n"
                                  "FAIL timeout       --  a  more of these are only counted\n"
                                  "SKIP exists        --  a  more of these are only counted\n"
                                  "FAIL bad-url       --  more of these are only counted\n"
                                  "WARN image         --  a  more of these are only counted\n");
    ck_assert_str_eq(text.data, "FAIL not-found     --  a  and 1,212 more\n"
                                "WARN image         --  a  and 4 more\n"
                                "FAIL bad-url       --  and 3 more\n"
                                "FAIL timeout       --  a  and 2 more\n"
                                "SKIP exists        --  a  and 1 more\n");
}
END_TEST

START_TEST(nothing_is_told_when_all_was_shown)
{
    ck_assert_uint_eq(admitted(STATUS_FAILED, FAILURE_NOT_FOUND, "a", 5), 5);
    event_limit_append_rest(&text, limit);
    ck_assert_str_eq(text.data, "");
}
END_TEST

START_TEST(many_hosts_do_not_flood_the_screen)
{
    unsigned shown = 0;
    for (int i = 0; i < 5000; i++) {
        char host[32];
        snprintf(host, sizeof host, "h%d", i);
        shown += admitted(STATUS_FAILED, FAILURE_DNS, host, 1);
    }
    ck_assert_uint_eq(shown, 50);
    ck_assert_str_eq(notice.data, "FAIL dns           --  more of these are only counted\n");
    event_limit_append_rest(&text, limit);
    ck_assert_str_eq(text.data, "FAIL dns           --  and 4,950 more\n");
    /* Hosts are not told apart any more, but what comes is not of one host for that. */
    shown = 0;
    for (int i = 0; i < 60; i++) {
        char host[32];
        snprintf(host, sizeof host, "t%d", i);
        shown += admitted(STATUS_FAILED, FAILURE_TIMEOUT, host, 1);
    }
    ck_assert_uint_eq(shown, 50);
    ck_assert_uint_eq(admitted(STATUS_FAILED, FAILURE_BAD_URL, NULL, 8), 5);
}
END_TEST

START_TEST(a_host_is_printable)
{
    admitted(STATUS_FAILED, FAILURE_DNS, "a\x1b[31m\n", 6);
    event_limit_append_rest(&text, limit);
    ck_assert_str_eq(text.data, "FAIL dns           --  a\\x1b[31m\\x0a  and 1 more\n");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("event limit");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, five_of_a_class_and_host_are_shown);
    tcase_add_test(cases, nothing_is_told_when_all_was_shown);
    tcase_add_test(cases, many_hosts_do_not_flood_the_screen);
    tcase_add_test(cases, a_host_is_printable);
    Suite *suite = suite_create("event limit");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
