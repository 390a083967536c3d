#include "model/status_set.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *has; /* in blanks */
    int count;
} good[] = {
    {"404", "404", 1},
    {"404,410", "404 410", 2},
    {"520-529", "520 525 529", 10},
    {"100-599", "100 163 164 227 228 599", 500},
    {"404,400-410,404", "400 404 410", 11},
    {"599-599", "599", 1},
};

START_TEST(codes_and_ranges_are_read)
{
    struct status_set set;
    int count = 0;
    memset(&set, 0xff, sizeof(set));
    ck_assert_msg(status_set_parse(good[_i].text, &set), "%s", good[_i].text);
    for (int status = 0; status < 1000; status++)
        count += status_set_has(&set, status);
    ck_assert_int_eq(count, good[_i].count);
    for (const char *at = good[_i].has; *at != '\0'; at += at[3] == ' ' ? 4 : 3)
        ck_assert_msg(status_set_has(&set, atoi(at)), "%s lacks %.3s", good[_i].text, at);
}
END_TEST

static const char *const bad[] = {
    "",        ",",           "404,",     ",404", "40",      "4040", "099",
    "600",     "4xx",         "404 410",  " 404", "404 ",    "-404", "404-",
    "410-404", "404-410-420", "404,,410", "+404", "404;410", "1e2",
};

START_TEST(anything_else_is_refused_and_changes_nothing)
{
    struct status_set set, before;
    memset(&set, 0x5a, sizeof(set));
    before = set;
    ck_assert_msg(!status_set_parse(bad[_i], &set), "'%s'", bad[_i]);
    ck_assert_int_eq(memcmp(&set, &before, sizeof(set)), 0);
}
END_TEST

START_TEST(no_other_number_is_ever_in_a_set)
{
    struct status_set set;
    memset(&set, 0xff, sizeof(set));
    ck_assert(status_set_has(&set, 100) && status_set_has(&set, 599));
    ck_assert(!status_set_has(&set, 99) && !status_set_has(&set, 600));
    ck_assert(!status_set_has(&set, 0) && !status_set_has(&set, -404));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("status_set");
    tcase_add_loop_test(tests, codes_and_ranges_are_read, 0, ARRAY_LENGTH(good));
    tcase_add_loop_test(tests, anything_else_is_refused_and_changes_nothing, 0, ARRAY_LENGTH(bad));
    tcase_add_test(tests, no_other_number_is_ever_in_a_set);
    Suite *suite = suite_create("status_set");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
