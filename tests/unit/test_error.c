#include "base/error.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

START_TEST(an_error_has_a_kind_and_a_text)
{
    struct error error = {0};
    ck_assert(!error_set(&error, ERROR_USAGE, "--jobs: %d is above %d", 70000, 65535));
    ck_assert_int_eq(error.kind, ERROR_USAGE);
    ck_assert_str_eq(error.text, "--jobs: 70000 is above 65535");
}
END_TEST

START_TEST(the_meaning_of_errno_comes_last)
{
    struct error error = {0};
    ck_assert(!error_set_errno(&error, ERROR_INPUT, ENOENT, "cannot open %s", "urls.txt"));
    ck_assert_int_eq(error.kind, ERROR_INPUT);
    ck_assert_str_eq(error.text, "cannot open urls.txt: No such file or directory");
    ck_assert(!error_set_errno(&error, ERROR_LOCAL, 99999, "odd"));
    ck_assert_str_eq(error.text, "odd: Unknown error 99999");
}
END_TEST

START_TEST(nobody_need_want_the_error)
{
    ck_assert(!error_set(NULL, ERROR_BUSY, "unheard"));
    ck_assert(!error_set_errno(NULL, ERROR_BUSY, EBUSY, "unheard"));
}
END_TEST

START_TEST(foreign_bytes_in_an_error_are_printable)
{
    struct error error;
    error_set(&error, ERROR_INPUT, "line %d: \"%s\"", 3, "\x1b[2Ja\nb\xff\xe2\x80\xae");
    ck_assert_str_eq(error.text, "line 3: \"\\x1b[2Ja\\x0ab\\xff\\xe2\\x80\\xae\"");
}
END_TEST

START_TEST(an_error_can_be_wrapped_in_itself)
{
    struct error error;
    error_set(&error, ERROR_INPUT, "bad byte %s", "\x01");
    error_set(&error, ERROR_LOCAL, "list a: %s", error.text);
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_str_eq(error.text, "list a: bad byte \\x01");
    error_set_errno(&error, ERROR_LOCAL, EIO, "run: %s", error.text);
    ck_assert_str_eq(error.text, "run: list a: bad byte \\x01: Input/output error");
}
END_TEST

/* Every length around the size of the text, of characters with one, two and four bytes and of
 * bytes that need an escape. */
START_TEST(a_long_text_is_cut_on_a_character)
{
    static const struct {
        const char *character;
        size_t shown;
    } units[] = {{"a", 1}, {"\xc3\xa9", 2}, {"\xf0\x9f\x98\x80", 4}, {"\x02", 4}, {"\xff", 4}};
    static const char reason[] = ": No space left on device";
    size_t character = strlen(units[_i % 5].character);
    size_t shown = units[_i % 5].shown;
    char name[3000] = "";
    for (size_t count = 0; count < 600; count++) {
        struct error *error = malloc(sizeof *error); /* a sanitizer sees the byte after */
        error_set(error, ERROR_LOCAL, "%s", name);
        size_t fits = (sizeof error->text - 1) / shown;
        ck_assert_uint_eq(strlen(error->text), (count < fits ? count : fits) * shown);
        error_set_errno(error, ERROR_LOCAL, ENOSPC, "%s", name);
        fits = (sizeof error->text - sizeof reason) / shown;
        size_t length = (count < fits ? count : fits) * shown;
        ck_assert_str_eq(error->text + length, reason);
        free(error);
        memcpy(name + count * character, units[_i % 5].character, character + 1);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("error");
    tcase_add_test(tests, an_error_has_a_kind_and_a_text);
    tcase_add_test(tests, the_meaning_of_errno_comes_last);
    tcase_add_test(tests, nobody_need_want_the_error);
    tcase_add_test(tests, foreign_bytes_in_an_error_are_printable);
    tcase_add_test(tests, an_error_can_be_wrapped_in_itself);
    tcase_add_loop_test(tests, a_long_text_is_cut_on_a_character, 0, 5);
    Suite *suite = suite_create("error");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
