#include "model/config_parser.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define LONG_LINE (CONFIG_PARSER_LINE_MAX + 1)

/* Items as "line[word NAME]" and "line:name=value" ('!' behind it: bare), separated by blanks. */
static bool note(void *context, const struct config_item *item, struct error *error)
{
    struct text *seen = context;
    if (strcmp(item->name, "refused") == 0)
        return error_set(error, ERROR_USAGE, "no such thing");
    if (item->kind == CONFIG_ITEM_SECTION)
        return text_append_format(seen, "%u[%s %s] ", item->line, item->name, item->value);
    return text_append_format(seen, "%u:%s=%s%s ", item->line, item->name, item->value,
                              item->is_bare ? "!" : "");
}

static const struct {
    const char *text;
    const char *items;
} good[] = {
    {"", ""},
    {"\n\r\n \t\n", ""},
    {"# a = b\n; c = d\n  # e = f\n", ""},
    {"jobs = 4\n", "1:jobs=4 "},
    {"jobs=4", "1:jobs=4 "},
    {"\xef\xbb\xbfjobs = 4\r\nrate = 5\r\n", "1:jobs=4 2:rate=5 "},
    {"jobs = 4\r", "1:jobs=4 "},
    {"\t jobs \t=\t 4 \t\n", "1:jobs=4 "},
    {"a=b=c", "1:a=b=c "},
    {"a = b # no comment ; here", "1:a=b # no comment ; here "},
    {"a =", "1:a=! "},
    {"a = \t", "1:a=! "},
    {"a = \"\"", "1:a= "},
    {"a = \" b \"", "1:a= b  "},
    {"a = \"x\" \"y\"", "1:a=\"x\" \"y\" "},
    {"a = \"x\" y", "1:a=\"x\" y "},
    {"a = it's \"x\"", "1:a=it's \"x\" "},
    {"a = \\n", "1:a=\\n "},
    {"[profile nightly]\na = 1\n", "1[profile nightly] 2:a=1 "},
    {" [ host \t *.example.org ] ", "1[host *.example.org] "},
    {"[host [::1]]", "1[host [::1]] "},
    {"[profile two words]", "1[profile two words] "},
    {"[other]", "1[other ] "},
    {"\n\na = [x]", "3:a=[x] "},
};

START_TEST(lines_are_read_as_people_write_them)
{
    struct text seen;
    struct error error = {0};
    unsigned line = 77;
    text_init(&seen, 4096);
    ck_assert_msg(
        config_parser_run(good[_i].text, strlen(good[_i].text), note, &seen, &line, &error), "%s",
        error.text);
    ck_assert_str_eq(seen.data, good[_i].items);
    ck_assert_uint_eq(line, 77);
    text_clear(&seen);
}
END_TEST

static const struct {
    const char *text;
    unsigned line;
    const char *error;
    const char *items; /* before it */
} bad[] = {
    {"a = 1\nb\nc = 2", 2, "neither 'name = value' nor a [section]", "1:a=1 "},
    {"= 1", 1, "there is no name before the '='", ""},
    {"\n[profile x", 2, "a section has to end with ']'", ""},
    {"[profile x] # y", 1, "a section has to end with ']'", ""},
    {"[]", 1, "a section without a name", ""},
    {"[ ]", 1, "a section without a name", ""},
    {"[", 1, "a section has to end with ']'", ""},
    {"]", 1, "neither 'name = value' nor a [section]", ""},
    {"a = \"x", 1, "a: the quote is not closed", ""},
    {"a = \"", 1, "a: the quote is not closed", ""},
    {"a = 1\n\nrefused = 1\nb = 2", 3, "no such thing", "1:a=1 "},
    {"\xef\xbb\xbf\xef\xbb\xbf", 1, "neither 'name = value' nor a [section]", ""},
};

START_TEST(what_cannot_be_read_is_told_with_its_line)
{
    struct text seen;
    struct error error = {0};
    unsigned line = 0;
    text_init(&seen, 4096);
    ck_assert(!config_parser_run(bad[_i].text, strlen(bad[_i].text), note, &seen, &line, &error));
    ck_assert_int_eq(error.kind, ERROR_USAGE);
    ck_assert_str_eq(error.text, bad[_i].error);
    ck_assert_uint_eq(line, bad[_i].line);
    ck_assert_str_eq(seen.data, bad[_i].items);
    text_clear(&seen);
}
END_TEST

START_TEST(a_nul_byte_is_refused_anywhere_even_in_a_comment)
{
    static const char text[] = "a = 1\n# b\0c\n";
    struct text seen;
    struct error error = {0};
    unsigned line = 0;
    text_init(&seen, 4096);
    ck_assert(!config_parser_run(text, sizeof(text) - 1, note, &seen, &line, &error));
    ck_assert_str_eq(error.text, "a NUL byte: this is no text file");
    ck_assert_uint_eq(line, 2);
    text_clear(&seen);
}
END_TEST

START_TEST(a_line_has_a_limit_and_a_file_too)
{
    char *text = malloc(CONFIG_PARSER_BYTES_MAX + 1);
    struct text seen;
    struct error error = {0};
    unsigned line = 0;

    ck_assert_ptr_nonnull(text);
    text_init(&seen, 2 * LONG_LINE);
    memset(text, 'x', CONFIG_PARSER_BYTES_MAX + 1);
    memcpy(text, "\na=", 3);
    ck_assert(config_parser_run(text, LONG_LINE, note, &seen, &line, &error));
    ck_assert_uint_eq(seen.length, strlen("2:a= ") + LONG_LINE - 3);
    ck_assert(!config_parser_run(text, 1 + LONG_LINE, note, &seen, &line, &error));
    ck_assert_str_eq(error.text, "a line of more than 65536 bytes");
    ck_assert_uint_eq(line, 2);

    memset(text, '\n', CONFIG_PARSER_BYTES_MAX + 1);
    ck_assert(config_parser_run(text, CONFIG_PARSER_BYTES_MAX, note, &seen, &line, &error));
    ck_assert(!config_parser_run(text, CONFIG_PARSER_BYTES_MAX + 1, note, &seen, &line, &error));
    ck_assert_str_eq(error.text, "larger than 1048576 bytes");
    text_clear(&seen);
    free(text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("config_parser");
    tcase_add_loop_test(tests, lines_are_read_as_people_write_them, 0, ARRAY_LENGTH(good));
    tcase_add_loop_test(tests, what_cannot_be_read_is_told_with_its_line, 0, ARRAY_LENGTH(bad));
    tcase_add_test(tests, a_nul_byte_is_refused_anywhere_even_in_a_comment);
    tcase_add_test(tests, a_line_has_a_limit_and_a_file_too);
    Suite *suite = suite_create("config_parser");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
