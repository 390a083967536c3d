#include "io/screen_line.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct text text;

static void setup(void)
{
    text_init(&text, 10000);
}

static void teardown(void)
{
    text_clear(&text);
}

static const struct {
    unsigned columns;
    bool is_unicode;
    const char *string;
    const char *shown;
} cut[] = {
    {10, true, "abcdefghi", "abcdefghi"},
    {10, true, "abcdefghijk", "abcdefghi"}, /* the last column stays free */
    {10, true,
     "ab\xc3\xa9"
     "defghij",
     "ab\xc3\xa9"
     "defghi"},
    {6, true, "日本語", "日本"}, /* two columns each */
    {5, true, "日本語", "日本"},
    {4, true, "日本語", "日"}, /* half a character does not fit */
    {5, true,
     "e\xcc\x81"
     "abc!",
     "e\xcc\x81"
     "abc"}, /* combining */
    {20, false,
     "a\xc3\xa9"
     "b",
     "a\\xc3\\xa9b"},
    {6, false,
     "a\xc3\xa9"
     "b",
     "a"}, /* an escape is not cut */
    {10, true,
     "a\xff"
     "b",
     "a\\xffb"},
    {1, true, "abc", "a"},
    {0, true, "abc", "a"},
};

START_TEST(a_line_ends_before_the_edge)
{
    struct screen screen = {.columns = cut[_i].columns, .is_unicode = cut[_i].is_unicode};
    struct screen_line line;
    screen_line_begin(&line, &text, &screen);
    screen_line_add(&line, SCREEN_RED, cut[_i].string); /* there is no colour */
    ck_assert_str_eq(text.data, cut[_i].shown);
    ck_assert_uint_eq(line.width, screen_width(cut[_i].shown, &screen));
}
END_TEST

static const struct {
    unsigned width;
    bool is_unicode;
    const char *string;
    const char *shown;
} fields[] = {
    {6, true, "abc", "abc   "},
    {6, true, "abcdef", "abcdef"},
    {6, true, "abcdefg", "abcde…"},
    {6, false, "abcdefg", "abc..."},
    {6, true, "日本語x", "日本… "},
    {2, false, "abc", "ab"},
    {60, true, "abc", "abc                "}, /* not beyond the screen */
};

START_TEST(a_field_has_its_width)
{
    struct screen screen = {.columns = 20, .is_unicode = fields[_i].is_unicode};
    struct screen_line line;
    screen_line_begin(&line, &text, &screen);
    screen_line_add_field(&line, SCREEN_PLAIN, fields[_i].string, fields[_i].width);
    ck_assert_str_eq(text.data, fields[_i].shown);
}
END_TEST

START_TEST(colours_take_no_room_and_are_switched_off_again)
{
    struct screen screen = {.columns = 6, .is_unicode = true, .has_colour = true};
    struct screen_line line;
    screen_line_begin(&line, &text, &screen);
    screen_line_add(&line, SCREEN_RED, "abc");
    screen_line_add(&line, SCREEN_PLAIN, "de");
    screen_line_add(&line, SCREEN_GREEN, "fgh");
    ck_assert_str_eq(text.data, "\x1b[31mabc\x1b[0mde\x1b[32m\x1b[0m");
}
END_TEST

START_TEST(whole_text_keeps_its_lines)
{
    struct screen screen = {.columns = 4};
    const char *lines = "a long line\n\xe2\x82\xac\n";
    screen_append(&text, lines, strlen(lines), &screen);
    ck_assert_str_eq(text.data, "a long line\n\\xe2\\x82\\xac\n");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("screen line");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, a_line_ends_before_the_edge, 0, (int)ARRAY_LENGTH(cut));
    tcase_add_loop_test(cases, a_field_has_its_width, 0, (int)ARRAY_LENGTH(fields));
    tcase_add_test(cases, colours_take_no_room_and_are_switched_off_again);
    tcase_add_test(cases, whole_text_keeps_its_lines);
    Suite *suite = suite_create("screen line");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
