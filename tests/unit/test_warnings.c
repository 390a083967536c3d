#include "app/warnings.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void show(void *context, const char *words)
{
    unsigned *shown = context;
    ck_assert_str_ne(words, "");
    (*shown)++;
}

START_TEST(warnings_are_shown_and_kept_up_to_a_limit)
{
    struct warnings *warnings = warnings_create();
    unsigned shown = 0;
    size_t count;
    warnings_show_with(warnings, show, &shown);
    for (int i = 0; i < 250; i++)
        warnings_add(warnings, "number %d", i);
    ck_assert_uint_eq(shown, 100);
    char **copy = warnings_copy(warnings, &count);
    ck_assert_uint_eq(count, 101);
    ck_assert_str_eq(copy[0], "number 0");
    ck_assert_str_eq(copy[99], "number 99");
    ck_assert_str_eq(copy[100], "150 more warnings");
    warnings_free_copy(copy, count);
    warnings_destroy(warnings);
}
END_TEST

START_TEST(a_copy_is_a_copy_and_long_words_are_cut)
{
    struct warnings *warnings = warnings_create();
    unsigned shown = 0;
    size_t count;
    warnings_show_with(warnings, show, &shown);
    char **copy = warnings_copy(warnings, &count);
    ck_assert_uint_eq(count, 0);
    warnings_free_copy(copy, count);
    char words[2000];
    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    warnings_add(warnings, "%s", words);
    copy = warnings_copy(warnings, &count);
    warnings_destroy(warnings);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(strlen(copy[0]), 511);
    warnings_free_copy(copy, count);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("warnings");
    TCase *tests = tcase_create("warnings");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, warnings_are_shown_and_kept_up_to_a_limit);
    tcase_add_test(tests, a_copy_is_a_copy_and_long_words_are_cut);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
