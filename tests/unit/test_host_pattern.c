#include "model/host_pattern.h"

#include <check.h>
#include <stdlib.h>

static const struct {
    const char *pattern, *host;
    bool matches;
} cases[] = {
    {"example.org", "example.org", true},
    {"Example.ORG", "example.org", true},
    {"example.org", "www.example.org", false},
    {"example.org", "example.orgs", false},
    {"example.org", "xample.org", false},
    {"*.example.org", "www.example.org", true},
    {"*.example.org", "a.b.example.org", true},
    {"*.EXAMPLE.org", "WWW.example.ORG", true},
    {"*.example.org", "example.org", false},
    {"*.example.org", ".example.org", false},
    {"*.example.org", "badexample.org", false},
    {"*.example.org", "www.example.org.evil.com", false},
    {"*.org", "example.org", true},
    {"192.0.2.1", "192.0.2.1", true},
    {"192.0.2.1", "192.0.2.10", false},
    {"[2001:DB8::1]", "[2001:db8::1]", true},
    {"[::1]", "::1", false},
    {"m\xc3\xbcnchen.example", "m\xc3\xbcnchen.example", true},
};

START_TEST(a_pattern_is_one_name_or_all_below_it)
{
    ck_assert(host_pattern_is_valid(cases[_i].pattern));
    ck_assert_msg(host_pattern_matches(cases[_i].pattern, cases[_i].host) == cases[_i].matches,
                  "%s and %s", cases[_i].pattern, cases[_i].host);
}
END_TEST

static const char *const invalid[] = {
    "",         "*",      "*.",      "**.a", "a.*.b", "*a.org", "a b",  "a:80",  "http://a",
    "a/b",      "a@b",    "a?",      "a#",   ".a",    "a..b",   "::1",  "[::1",  "[]",
    "[::1]:80", "[host]", "*.[::1]", "a\tb", "a\x01", "a\x7f",  "a\\b", "[a b]",
};

START_TEST(what_no_host_is_called_is_invalid)
{
    ck_assert_msg(!host_pattern_is_valid(invalid[_i]), "'%s'", invalid[_i]);
}
END_TEST

START_TEST(only_a_star_in_front_makes_a_pattern_inexact)
{
    ck_assert(host_pattern_is_exact("example.org"));
    ck_assert(host_pattern_is_exact("[::1]"));
    ck_assert(!host_pattern_is_exact("*.example.org"));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("host_pattern");
    tcase_add_loop_test(tests, a_pattern_is_one_name_or_all_below_it, 0, ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, what_no_host_is_called_is_invalid, 0, ARRAY_LENGTH(invalid));
    tcase_add_test(tests, only_a_star_in_front_makes_a_pattern_inexact);
    Suite *suite = suite_create("host_pattern");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
