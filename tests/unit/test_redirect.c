#include "model/redirect.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(five_statuses_redirect)
{
    int found = 0;
    for (int http = 0; http < 1000; http++)
        found += redirect_is_status(http);
    ck_assert_int_eq(found, 5);
    ck_assert(redirect_is_status(301) && redirect_is_status(302) && redirect_is_status(303));
    ck_assert(redirect_is_status(307) && redirect_is_status(308));
}
END_TEST

static const struct {
    const char *current;
    const char *location;
    unsigned followed;
    const char *expected; /* NULL: refused */
    enum failure failure;
} cases[] = {
    {"http://h/a/b", "c", 0, "http://h/a/c", FAILURE_NONE},
    {"http://h/a/b", "/c", 9, "http://h/c", FAILURE_NONE},
    {"http://h/a/b", "https://g/", 0, "https://g/", FAILURE_NONE},
    {"https://h/a/b", "//g/c", 0, "https://g/c", FAILURE_NONE},
    {"https://h/a/b", "?q", 0, "https://h/a/b?q", FAILURE_NONE},
    {"http://h/a", "http://u:p@g/", 0, "http://g/", FAILURE_NONE},
    {"http://h/a", "/c", 10, NULL, FAILURE_TOO_MANY_REDIRECTS},
    {"http://h/a", "/c", 11, NULL, FAILURE_TOO_MANY_REDIRECTS},
    {"http://h/a", NULL, 0, NULL, FAILURE_BAD_REDIRECT},
    {"http://h/a", NULL, 10, NULL, FAILURE_BAD_REDIRECT},
    {"http://h/a", "", 0, NULL, FAILURE_BAD_REDIRECT},
    {"http://h/a", "  ", 0, NULL, FAILURE_BAD_REDIRECT},
    {"https://h/a", "http://h/a", 0, NULL, FAILURE_BAD_REDIRECT},
    {"http://h/a", "ftp://h/a", 0, NULL, FAILURE_BAD_REDIRECT},
    {"http://h/a", "file:///etc/passwd", 0, NULL, FAILURE_BAD_REDIRECT},
    {"http://h/a", "javascript:alert(1)", 0, NULL, FAILURE_BAD_REDIRECT},
    {"http://h/a", "http://", 0, NULL, FAILURE_BAD_REDIRECT},
    {"http://h/a", "http://h:99999/", 0, NULL, FAILURE_BAD_REDIRECT},
    {"http://h/a", "/a\r\nX: y", 0, NULL, FAILURE_BAD_REDIRECT},
};

START_TEST(a_redirect_leads_on_or_says_why_not)
{
    struct url current;
    struct url next = {0};
    enum failure failure = FAILURE_NONE;
    const char *reason = NULL;
    ck_assert(url_parse(cases[_i].current, strlen(cases[_i].current), &current, &failure, &reason));
    bool follows = redirect_next(&current, cases[_i].location, cases[_i].followed, 10, &next,
                                 &failure, &reason);
    ck_assert_int_eq(failure, cases[_i].failure);
    ck_assert_int_eq(follows, cases[_i].expected != NULL);
    if (follows) {
        ck_assert_str_eq(next.target, cases[_i].expected);
        ck_assert_ptr_null(next.userinfo);
    } else {
        ck_assert_ptr_nonnull(reason);
        ck_assert_ptr_null(next.target);
    }
    url_clear(&next);
    url_clear(&current);
}
END_TEST

START_TEST(a_limit_of_zero_follows_nothing)
{
    struct url current;
    struct url next;
    enum failure failure;
    const char *reason;
    ck_assert(url_parse("http://h/", 9, &current, &failure, &reason));
    ck_assert(!redirect_next(&current, "/a", 0, 0, &next, &failure, &reason));
    ck_assert_int_eq(failure, FAILURE_TOO_MANY_REDIRECTS);
    url_clear(&current);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("redirect");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, five_statuses_redirect);
    tcase_add_loop_test(tests, a_redirect_leads_on_or_says_why_not, 0, ARRAY_LENGTH(cases));
    tcase_add_test(tests, a_limit_of_zero_follows_nothing);
    Suite *suite = suite_create("redirect");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
