#include "base/xml_string.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BAD "\xEF\xBF\xBD"

static const struct {
    const char *bytes;
    size_t length;
    const char *expected;
} cases_of_text[] = {
    {"", 0, ""},
    {"plain text", 10, "plain text"},
    {"<a href=\"x\">&'", 14, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"},
    {"&amp;", 5, "&amp;amp;"},
    {"]]>", 3, "]]&gt;"},
    {"\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x98\x80", 9, "\xC3\xA4\xE4\xB8\xAD\xF0\x9F\x98\x80"},
    {"a\0b", 3, "a" BAD "b"},
    {"\x01\t\n\r\x1B\x7F", 6, BAD BAD BAD BAD BAD BAD},
    {"\xC2\x85", 2, BAD},     /* C1 */
    {"\xE2\x80\xAE", 3, BAD}, /* U+202E */
    {"\xEF\xBF\xBE", 3, BAD}, /* U+FFFE */
    {"\xEF\xBF\xBF", 3, BAD}, /* U+FFFF */
    {"\xEF\xBF\xBC", 3, "\xEF\xBF\xBC"},
    {"\xED\xA0\x80", 3, BAD BAD BAD}, /* a surrogate */
    {"\xC0\xBC", 2, BAD BAD},         /* an overlong < */
    {"\xFF<\xE4\xB8", 4, BAD "&lt;" BAD BAD},
};

START_TEST(what_steers_markup_or_is_no_character_is_not_appended)
{
    struct text text;
    text_init(&text, 1000);
    text_append_string(&text, "before ");
    ck_assert(xml_string_append(&text, cases_of_text[_i].bytes, cases_of_text[_i].length));
    ck_assert_str_eq(text.data + strlen("before "), cases_of_text[_i].expected);
    text_clear(&text);
}
END_TEST

START_TEST(what_does_not_fit_leaves_nothing_behind)
{
    struct text text;
    text_init(&text, 8);
    text_append_string(&text, "abc");
    ck_assert(!xml_string_append(&text, "x<y", 3));
    ck_assert_str_eq(text.data, "abc");
    text_clear(&text);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("xml_string");
    tcase_add_loop_test(cases, what_steers_markup_or_is_no_character_is_not_appended, 0,
                        (int)ARRAY_LENGTH(cases_of_text));
    tcase_add_test(cases, what_does_not_fit_leaves_nothing_behind);
    Suite *suite = suite_create("xml_string");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
