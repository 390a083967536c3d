#include "model/header_field.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    enum header_field_problem problem;
} check_cases[] = {
    {"X-A: 1", HEADER_FIELD_FINE},
    {"X-A:1", HEADER_FIELD_FINE},
    {"X-A:  two words ", HEADER_FIELD_FINE},
    {"X'!#$%&*+-.^_`|~9: \xc3\xa9", HEADER_FIELD_FINE},
    {"Authorization: Basic eDp5", HEADER_FIELD_FINE},
    {"Accept: image/*, */*;q=0.1", HEADER_FIELD_FINE},
    {"Ranges: a", HEADER_FIELD_FINE},
    {"If: a", HEADER_FIELD_FINE},
    {"If-: a", HEADER_FIELD_FINE},
    {"X-Range: a", HEADER_FIELD_FINE},
    {"A: b: c", HEADER_FIELD_FINE},
    {"", HEADER_FIELD_MALFORMED},
    {"secret", HEADER_FIELD_MALFORMED},
    {"A;", HEADER_FIELD_MALFORMED}, /* libcurl would send an empty header */
    {": b", HEADER_FIELD_MALFORMED},
    {":authority: b", HEADER_FIELD_MALFORMED},
    {" A: b", HEADER_FIELD_MALFORMED},
    {"A : b", HEADER_FIELD_MALFORMED},
    {"A\xc3\xa9: b", HEADER_FIELD_MALFORMED},
    {"A(b): c", HEADER_FIELD_MALFORMED},
    {"@file", HEADER_FIELD_MALFORMED},
    {"host: b", HEADER_FIELD_RESERVED},
    {"Content-Length: 1", HEADER_FIELD_RESERVED},
    {"TRANSFER-ENCODING: x", HEADER_FIELD_RESERVED},
    {"te: trailers", HEADER_FIELD_RESERVED},
    {"Trailer: x", HEADER_FIELD_RESERVED},
    {"Connection: x", HEADER_FIELD_RESERVED},
    {"keep-alive: x", HEADER_FIELD_RESERVED},
    {"Proxy-Connection: x", HEADER_FIELD_RESERVED},
    {"Upgrade: h2c", HEADER_FIELD_RESERVED},
    {"EXPECT: 100-continue", HEADER_FIELD_RESERVED},
    {"Range: bytes=0-1", HEADER_FIELD_RESERVED},
    {"IF-RANGE: x", HEADER_FIELD_RESERVED},
    {"if-none-match: x", HEADER_FIELD_RESERVED},
    {"Host:", HEADER_FIELD_RESERVED},
    {"A:", HEADER_FIELD_EMPTY},
    {"A:   ", HEADER_FIELD_EMPTY},
    {"A: b\r\nC: d", HEADER_FIELD_CONTROL},
    {"A: b\nHost: d", HEADER_FIELD_CONTROL},
    {"A: b\tc", HEADER_FIELD_CONTROL},
    {"A: \x7F", HEADER_FIELD_CONTROL},
    {"A: \x1B[31m", HEADER_FIELD_CONTROL},
    {"Host: \x01", HEADER_FIELD_CONTROL},
    {"A\n", HEADER_FIELD_CONTROL},
};

START_TEST(only_a_header_that_changes_nothing_else_is_fine)
{
    ck_assert_msg(header_field_check(check_cases[_i].text) == check_cases[_i].problem, "%s: %d",
                  check_cases[_i].text, (int)header_field_check(check_cases[_i].text));
}
END_TEST

START_TEST(every_problem_can_be_explained)
{
    ck_assert_ptr_null(header_field_explain(HEADER_FIELD_FINE));
    ck_assert_str_eq(header_field_explain(HEADER_FIELD_MALFORMED), "is not like 'Name: value'");
    ck_assert_str_eq(header_field_explain(HEADER_FIELD_RESERVED), "is set by haul itself");
    ck_assert_str_eq(header_field_explain(HEADER_FIELD_EMPTY), "has no value");
    ck_assert_str_eq(header_field_explain(HEADER_FIELD_CONTROL), "holds a control character");
}
END_TEST

static const struct {
    const char *a;
    const char *b;
    bool is_same;
} name_cases[] = {
    {"Accept: a", "accept:b", true},
    {"Accept: a", "Accept", true},
    {"Accept: a", "Accept-X: a", false},
    {"Accept-X: a", "Accept: a", false},
    {"A: x", "B: x", false},
    {"A_: x", "A\x7F: x", false},
    {"User-Agent: x", "USER-AGENT: y", true},
};

START_TEST(names_are_the_same_in_any_case)
{
    ck_assert(header_field_same_name(name_cases[_i].a, name_cases[_i].b) == name_cases[_i].is_same);
    ck_assert_uint_eq(header_field_name_length(name_cases[_i].a),
                      (size_t)(strchr(name_cases[_i].a, ':') - name_cases[_i].a));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("header_field");
    tcase_add_loop_test(cases, only_a_header_that_changes_nothing_else_is_fine, 0,
                        (int)ARRAY_LENGTH(check_cases));
    tcase_add_test(cases, every_problem_can_be_explained);
    tcase_add_loop_test(cases, names_are_the_same_in_any_case, 0, (int)ARRAY_LENGTH(name_cases));
    Suite *suite = suite_create("header_field");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
