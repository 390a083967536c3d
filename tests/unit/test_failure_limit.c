#include "app/failure_limit.h"

#include <check.h>
#include <stdlib.h>

static const struct {
    const char *text;
    bool is_share;
    double share;
    uint64_t count;
} good[] = {
    {"0", false, 0, 0},
    {"20", false, 0, 20},
    {"5%", true, 0.05, 0},
    {"0%", true, 0, 0},
    {"100%", true, 1, 0},
    {"0.5%", true, 0.005, 0},
    {"100.0%", true, 1, 0},
    {"33.333%", true, 0.33333, 0},
    {"9223372036854775807", false, 0, INT64_MAX},
};

START_TEST(numbers_and_shares_are_read)
{
    struct failure_limit limit = {0};
    ck_assert_msg(failure_limit_parse(good[_i].text, &limit), "%s", good[_i].text);
    ck_assert(limit.is_set);
    ck_assert(limit.is_share == good[_i].is_share);
    ck_assert_double_eq_tol(limit.share, good[_i].share, 1e-12);
    ck_assert_uint_eq(limit.count, good[_i].count);
}
END_TEST

static const char *const bad[] = {
    "",
    "%",
    "-1",
    "+1",
    "1.5",
    "101%",
    "100.1%",
    ".5%",
    "5.%",
    "5%%",
    "5 %",
    " 5%",
    "5% ",
    "5x",
    "nan%",
    "1e1%",
    "inf%",
    "0x5%",
    "5,5%",
    "1000000000000000000000000000000000%",
    "9223372036854775808",
};

START_TEST(anything_else_is_refused_and_changes_nothing)
{
    struct failure_limit limit = {.count = 7};
    ck_assert_msg(!failure_limit_parse(bad[_i], &limit), "'%s'", bad[_i]);
    ck_assert(!limit.is_set && limit.count == 7);
}
END_TEST

static const struct {
    const char *text;
    uint64_t failed, total;
    bool is_exceeded;
} cases[] = {
    {"0", 0, 10, false},
    {"0", 1, 10, true},
    {"20", 20, 20, false},
    {"20", 21, 1000, true},
    {"5%", 5, 100, false},
    {"5%", 6, 100, true},
    {"7%", 7, 100, false},
    {"0.7%", 7, 1000, false},
    {"0.7%", 8, 1000, true},
    {"0%", 0, 0, false},
    {"0%", 1, 1000000, true},
    {"100%", 10, 10, false},
    {"33.3%", 333, 1000, false},
    {"33.3%", 334, 1000, true},
    {"29%", 29, 100, false},
    {"58%", 5800000, 10000000, false},
    {"58%", 5800001, 10000000, true},
};

START_TEST(exactly_the_limit_is_still_fine)
{
    struct failure_limit limit;
    ck_assert(failure_limit_parse(cases[_i].text, &limit));
    ck_assert_msg(failure_limit_is_exceeded(&limit, cases[_i].failed, cases[_i].total) ==
                      cases[_i].is_exceeded,
                  "%s: %ju of %ju", cases[_i].text, (uintmax_t)cases[_i].failed,
                  (uintmax_t)cases[_i].total);
}
END_TEST

START_TEST(without_a_limit_nothing_is_too_much)
{
    struct failure_limit limit = {0};
    ck_assert(!failure_limit_is_exceeded(&limit, 10, 10));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("failure_limit");
    tcase_add_loop_test(tests, numbers_and_shares_are_read, 0, ARRAY_LENGTH(good));
    tcase_add_loop_test(tests, anything_else_is_refused_and_changes_nothing, 0, ARRAY_LENGTH(bad));
    tcase_add_loop_test(tests, exactly_the_limit_is_still_fine, 0, ARRAY_LENGTH(cases));
    tcase_add_test(tests, without_a_limit_nothing_is_too_much);
    Suite *suite = suite_create("failure_limit");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
