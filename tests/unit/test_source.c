#include "io/source.h"

#include "base/text.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"

/* What a list holds: each item as "LINE:URL" or "LINE!problem", one per line. */
static char *read_all(const char *path, struct source_counts *out_counts)
{
    struct error error = {0};
    struct source *source = source_open(path, -1, &error);
    ck_assert_msg(source != NULL, "%s", error.text);
    struct text text;
    text_init(&text, 1 << 20);
    struct source_item item;
    enum source_answer answer;
    while ((answer = source_next(source, &item, &error)) == SOURCE_ITEM) {
        text_append_unsigned(&text, item.line);
        if (item.problem != NULL)
            text_append_format(&text, "!%s", item.problem);
        else
            text_append_format(&text, ":%.*s", (int)item.url_length, item.url);
        text_append_char(&text, '\n');
    }
    ck_assert_int_eq(answer, SOURCE_END);
    *out_counts = source_counts(source);
    source_close(source);
    char *taken = text_take(&text);
    text_clear(&text);
    return taken;
}

static void write_list(const char *name, const char *bytes, size_t length)
{
    int descriptor = open(in_scratch(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, bytes, length), (ssize_t)length);
    close(descriptor);
}

static const struct {
    const char *list;
    const char *items;
    unsigned lines, comments, blank;
} lists[] = {
    {"", "", 0, 0, 0},
    {"http://a/1\nhttp://a/2\n", "1:http://a/1\n2:http://a/2\n", 2, 0, 0},
    {"http://a/1", "1:http://a/1\n", 1, 0, 0},
    {"\xEF\xBB\xBFhttp://a/1\r\nhttp://a/2\r\n", "1:http://a/1\n2:http://a/2\n", 2, 0, 0},
    {"\xEF\xBB\xBF# note\nhttp://a/1\n", "2:http://a/1\n", 2, 1, 0},
    {"http://a/1\n\xEF\xBB\xBFhttp://a/2\n", "1:http://a/1\n2:\xEF\xBB\xBFhttp://a/2\n", 2, 0, 0},
    {"# note\n\n \t \r\n\r\nhttp://a/1\n", "5:http://a/1\n", 5, 1, 3},
    {"  http://a/1 \t\n", "1:http://a/1\n", 1, 0, 0},
    {"http://a/x y\n", "1:http://a/x y\n", 1, 0, 0},
    {"http://a/\xC3\xA9\n", "1:http://a/\xC3\xA9\n", 1, 0, 0},
    {"http://a/\xFF\nhttp://a/2\n", "1!not UTF-8\n2:http://a/2\n", 2, 0, 0},
    {"http://a/\xC3\nhttp://a/2\n", "1!not UTF-8\n2:http://a/2\n", 2, 0, 0},
    {"\n\n", "", 2, 0, 2},
};

START_TEST(text_lists_are_read_line_by_line)
{
    struct source_counts counts;
    write_list("list", lists[_i].list, strlen(lists[_i].list));
    char *items = read_all(in_scratch("list"), &counts);
    ck_assert_str_eq(items, lists[_i].items);
    ck_assert_uint_eq(counts.lines, lists[_i].lines);
    ck_assert_uint_eq(counts.comments, lists[_i].comments);
    ck_assert_uint_eq(counts.blank, lists[_i].blank);
    free(items);
}
END_TEST

START_TEST(a_nul_byte_makes_one_bad_item)
{
    static const char list[] = "http://a/1\nhttp://a/\0x\nhttp://a/3\n";
    struct source_counts counts;
    write_list("list", list, sizeof list - 1);
    char *items = read_all(in_scratch("list"), &counts);
    ck_assert_str_eq(items, "1:http://a/1\n2!NUL byte in the line (binary, or UTF-16?)\n"
                            "3:http://a/3\n");
    free(items);
}
END_TEST

static const size_t long_lengths[] = {
    SOURCE_LINE_MAX + 1,     2 * SOURCE_LINE_MAX - 1, 2 * SOURCE_LINE_MAX,
    2 * SOURCE_LINE_MAX + 1, 5 * SOURCE_LINE_MAX,     1000000,
};

START_TEST(a_long_line_is_one_bad_item_and_reading_goes_on)
{
    size_t length = long_lengths[_i];
    char *list = malloc(length + 64);
    ck_assert_ptr_nonnull(list);
    strcpy(list, "http://a/1\n");
    size_t head = strlen(list);
    memset(list + head, 'x', length);
    strcpy(list + head + length, "\nhttp://a/3\n");
    struct source_counts counts;
    write_list("list", list, head + length + strlen(list + head + length));
    char *items = read_all(in_scratch("list"), &counts);
    ck_assert_str_eq(items, "1:http://a/1\n2!line longer than 64 KiB\n3:http://a/3\n");
    ck_assert_uint_eq(counts.lines, 3);

    write_list("list", list, head + length); /* without an end of line */
    free(items);
    items = read_all(in_scratch("list"), &counts);
    ck_assert_str_eq(items, "1:http://a/1\n2!line longer than 64 KiB\n");
    free(items);
    free(list);
}
END_TEST

START_TEST(the_longest_allowed_line_is_whole)
{
    char *list = malloc(SOURCE_LINE_MAX + 1);
    ck_assert_ptr_nonnull(list);
    memset(list, 'x', SOURCE_LINE_MAX);
    list[SOURCE_LINE_MAX] = '\n';
    write_list("list", list, SOURCE_LINE_MAX + 1);
    struct error error = {0};
    struct source *source = source_open(in_scratch("list"), -1, &error);
    struct source_item item;
    ck_assert_int_eq(source_next(source, &item, &error), SOURCE_ITEM);
    ck_assert_ptr_null(item.problem);
    ck_assert_uint_eq(item.url_length, SOURCE_LINE_MAX);
    ck_assert_int_eq(source_next(source, &item, &error), SOURCE_END);
    source_close(source);
    free(list);
}
END_TEST

START_TEST(a_missing_list_and_a_directory_are_errors_of_input)
{
    struct error error = {0};
    ck_assert_ptr_null(source_open(in_scratch("missing"), -1, &error));
    ck_assert_int_eq(error.kind, ERROR_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "missing"));
    error = (struct error){0};
    ck_assert_ptr_null(source_open(in_scratch("."), -1, &error));
    ck_assert_int_eq(error.kind, ERROR_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "directory"));
}
END_TEST

START_TEST(waiting_for_a_pipe_ends_when_told)
{
    int list[2];
    int stop[2];
    ck_assert_int_eq(pipe(list), 0);
    ck_assert_int_eq(pipe(stop), 0);
    ck_assert_int_eq(dup2(list[0], STDIN_FILENO), STDIN_FILENO);
    struct error error = {0};
    struct source *source = source_open("-", stop[0], &error);
    ck_assert_ptr_nonnull(source);
    ck_assert(!source_is_regular(source));
    struct source_item item;
    ck_assert_int_eq(write(list[1], "http://a/1\nhalf", 15), 15);
    ck_assert_int_eq(source_next(source, &item, &error), SOURCE_ITEM);
    ck_assert_int_eq(write(stop[1], "x", 1), 1);
    ck_assert_int_eq(source_next(source, &item, &error), SOURCE_STOPPED);
    source_close(source);
    for (int i = 0; i < 2; i++) {
        close(list[i]);
        close(stop[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source");
    TCase *tests = tcase_create("text");
    tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
    tcase_add_loop_test(tests, text_lists_are_read_line_by_line, 0, ARRAY_LENGTH(lists));
    tcase_add_test(tests, a_nul_byte_makes_one_bad_item);
    tcase_add_loop_test(tests, a_long_line_is_one_bad_item_and_reading_goes_on, 0,
                        ARRAY_LENGTH(long_lengths));
    tcase_add_test(tests, the_longest_allowed_line_is_whole);
    tcase_add_test(tests, a_missing_list_and_a_directory_are_errors_of_input);
    tcase_add_test(tests, waiting_for_a_pipe_ends_when_told);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
