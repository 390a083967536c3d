#include "io/source.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "source_items.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *list;
    size_t length;
    const char *items;
    unsigned lines, comments, blank;
} LISTS[] = {
    {BYTES(""), "", 0, 0, 0},
    {BYTES("\n"), "", 1, 0, 1},
    {BYTES("http://a/1\nhttp://a/2\n"), "1:http://a/1\n2:http://a/2\n", 2, 0, 0},
    {BYTES("http://a/1"), "1:http://a/1\n", 1, 0, 0},
    {BYTES("http://a/1\r"), "1:http://a/1\n", 1, 0, 0},
    {BYTES("\xEF\xBB\xBFhttp://a/1\r\nhttp://a/2\r\n"), "1:http://a/1\n2:http://a/2\n", 2, 0, 0},
    {BYTES("\xEF\xBB\xBF# note\nhttp://a/1\n"), "2:http://a/1\n", 2, 1, 0},
    {BYTES("\xEF\xBB\xBF\nhttp://a/1\n"), "2:http://a/1\n", 2, 0, 1},
    {BYTES("\xEF\xBB\xBF"), "", 1, 0, 1},
    {BYTES("\xEF\xBB"), "1!not UTF-8@\xEF\xBB\n", 1, 0, 0},
    {BYTES("http://a/1\n\xEF\xBB\xBFhttp://a/2\n"), "1:http://a/1\n2:\xEF\xBB\xBFhttp://a/2\n", 2,
     0, 0},
    {BYTES("# note\n\n \t \r\n\r\nhttp://a/1\n"), "5:http://a/1\n", 5, 1, 3},
    {BYTES("# latin \xE9 and \0 in a comment\nhttp://a/1\n"), "2:http://a/1\n", 2, 1, 0},
    {BYTES("  http://a/1 \t\n"), "1:http://a/1\n", 1, 0, 0},
    {BYTES("http://a/x y\n"), "1:http://a/x y\n", 1, 0, 0},
    {BYTES("http://a/\xC3\xA9\n"), "1:http://a/\xC3\xA9\n", 1, 0, 0},
    {BYTES("\thttp://a/1\thttp://b/1\t\thttp://c/1\t\n"),
     "1:http://a/1\thttp://b/1\t\thttp://c/1\n", 1, 0, 0},

    /* what cannot be used, and its neighbours */
    {BYTES("http://a/\xFF\nhttp://a/2\n"), "1!not UTF-8@http://a/\xFF\n2:http://a/2\n", 2, 0, 0},
    {BYTES("http://a/long enough \xC3\nhttp://a/2"),
     "1!not UTF-8@http://a/long enough \xC3\n2:http://a/2\n", 2, 0, 0},
    {BYTES("\xFF\xFEh\0t\0t\0p\0\r\0\n\0\r\0\n\0x\0\n\0"),
     "1!UTF-16, not UTF-8 (iconv converts it)\n3!UTF-16, not UTF-8 (iconv converts it)\n", 4, 0, 2},
    {BYTES("\xFE\xFF\0h\0\r\0\n\0 \0x\0\n"),
     "1!UTF-16, not UTF-8 (iconv converts it)\n2!UTF-16, not UTF-8 (iconv converts it)\n", 2, 0, 0},
    {BYTES("\xFF\xFE"), "", 1, 0, 1},

    /* options */
    {BYTES("http://a/1\n out=x\n\tdir=d e \r\n  header = A\nhttp://a/2\n"),
     "1:http://a/1 out=x dir=d e\n4:header = A\n5:http://a/2\n", 5, 0, 0},
    {BYTES("http://a/1\n out=a=b\n out=\n a-B-c=\t\xC3\xA9\t\n"),
     "1:http://a/1 out=a=b out= a-B-c=\xC3\xA9\n", 4, 0, 0},
    {BYTES("http://a/1\n\n# note\n  \n out=x\n\nhttp://a/2\n out=y"),
     "1:http://a/1 out=x\n7:http://a/2 out=y\n", 8, 1, 3},
    {BYTES("http://a/1\n  http://a/2?x=1\n  =x\n  a_b=x\n  1=x\n"),
     "1:http://a/1\n2:http://a/2?x=1\n3:=x\n4:a_b=x\n5:1=x\n", 5, 0, 0},
    {BYTES("http://a/1\nout=x\n out=y\n"), "1:http://a/1\n2:out=x out=y\n", 3, 0, 0},
    {BYTES(" out=x\n\n header=secret\nhttp://a/1\n"),
     "1!option \"out\" without a URL above it\n3!option \"header\" without a URL above it\n"
     "4:http://a/1\n",
     4, 0, 1},
    {BYTES(" out=\xFF\nhttp://a/1\n"), "1!not UTF-8\n2:http://a/1\n", 2, 0, 0},
    {BYTES("http://a/1\n out=x\n dir=\xFF\n referer=y\nhttp://a/2\n"),
     "1!its option in line 3: not UTF-8@http://a/1\n5:http://a/2\n", 5, 0, 0},
    {BYTES("http://a/\xFF\n out=x\nhttp://a/2\n"), "1!not UTF-8@http://a/\xFF\n3:http://a/2\n", 3,
     0, 0},
};

START_TEST(every_line_is_read_as_the_grammar_says)
{
    struct source_counts counts;
    int descriptor = source_items_file(LISTS[_i].list, LISTS[_i].length);
    struct source *source = source_items_open(descriptor, SOURCE_FORMAT_TEXT, NULL);
    char *items = source_items_of(source, &counts, NULL);
    ck_assert_str_eq(items, LISTS[_i].items);
    ck_assert_uint_eq(counts.lines, LISTS[_i].lines);
    ck_assert_uint_eq(counts.comments, LISTS[_i].comments);
    ck_assert_uint_eq(counts.blank, LISTS[_i].blank);
    free(items);
}
END_TEST

START_TEST(a_list_is_the_same_in_whatever_pieces_it_comes)
{
    for (size_t piece = 1; piece <= LISTS[_i].length; piece++) {
        int descriptor = source_items_pipe(LISTS[_i].list, LISTS[_i].length, piece);
        struct source *source = source_items_open(descriptor, SOURCE_FORMAT_TEXT, NULL);
        char *items = source_items_of(source, NULL, NULL);
        ck_assert_str_eq(items, LISTS[_i].items);
        free(items);
    }
}
END_TEST

static char *read_list(const struct text *list, struct source_counts *out_counts)
{
    int descriptor = source_items_file(list->data, list->length);
    struct source *source = source_items_open(descriptor, SOURCE_FORMAT_TEXT, NULL);
    return source_items_of(source, out_counts, NULL);
}

START_TEST(a_nul_byte_makes_one_bad_item)
{
    static const char list[] = "http://a/1\nhttp://a/\0x\n out=a\nhttp://a/3\n out=\0\nhttp://a/6";
    static const uint64_t bad_lines[] = {2, 4};
    struct source *source =
        source_items_open(source_items_file(list, sizeof(list) - 1), SOURCE_FORMAT_TEXT, NULL);
    struct source_item item;
    uint64_t lines[4];
    size_t bad = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
        lines[i] = item.line;
        if (item.problem == NULL)
            continue;
        ck_assert_uint_lt(bad, ARRAY_LENGTH(bad_lines));
        ck_assert_uint_eq(item.line, bad_lines[bad++]);
        ck_assert_ptr_nonnull(strstr(item.problem, "NUL byte"));
        ck_assert_uint_eq(item.field_count, 0);
    }
    ck_assert_uint_eq(bad, ARRAY_LENGTH(bad_lines));
    ck_assert_uint_eq(lines[3], 6);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_END);
    source_close(source);
}
END_TEST

static void append_repeated(struct text *text, char character, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_append_char(text, character);
}

static const size_t LONG_LENGTHS[] = {
    SOURCE_LINE_MAX + 1,
    2 * SOURCE_LINE_MAX - 1,
    2 * SOURCE_LINE_MAX,
    4 * SOURCE_LINE_MAX + 1,
    5 * SOURCE_LINE_MAX,
    71680,
    1000000,
};

START_TEST(a_long_line_is_one_bad_item_and_reading_goes_on)
{
    struct source_counts counts;
    struct text list;
    text_init(&list, 2 * 1000000);
    text_append_string(&list, "http://a/1\n");
    append_repeated(&list, 'x', LONG_LENGTHS[_i]);
    size_t without_end = list.length;
    text_append_string(&list, "\n out=x\nhttp://a/4\n");
    char *items = read_list(&list, &counts);
    ck_assert_int_eq(strncmp(items, "1:http://a/1\n2!line longer than 64 KiB@xxxx", 43), 0);
    ck_assert_str_eq(strchr(items + 43, '\n'), "\n4:http://a/4\n");
    ck_assert_uint_eq(counts.lines, 4);
    free(items);

    text_cut(&list, without_end);
    items = read_list(&list, &counts);
    ck_assert_str_eq(strchr(items + 43, '\n'), "\n");
    ck_assert_uint_eq(counts.lines, 2);
    free(items);
    text_clear(&list);
}
END_TEST

START_TEST(the_longest_allowed_line_is_whole)
{
    struct text list;
    text_init(&list, 2 * SOURCE_LINE_MAX);
    append_repeated(&list, 'x', SOURCE_LINE_MAX);
    text_append_char(&list, '\n');
    struct source *source =
        source_items_open(source_items_file(list.data, list.length), SOURCE_FORMAT_TEXT, NULL);
    struct source_item item;
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    ck_assert_ptr_null(item.problem);
    ck_assert_uint_eq(item.url_length, SOURCE_LINE_MAX);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_END);
    source_close(source);
    text_clear(&list);
}
END_TEST

START_TEST(options_have_a_limit_in_bytes_and_in_number)
{
    static const struct {
        size_t value_bytes; /* of each option; its key has one more */
        size_t options;
        const char *problem;
    } cases[] = {
        {0, LIST_ENTRY_FIELDS_MAX, NULL},
        {0, LIST_ENTRY_FIELDS_MAX + 1, "its option in line 1026: too many options"},
        {32767, 2, NULL},
        {32768, 2, "its option in line 3: more than 64 KiB of options"},
        {65535, 1, "its option in line 2: line longer than 64 KiB"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct text list;
        text_init(&list, 4 * SOURCE_LINE_MAX);
        text_append_string(&list, "http://a/1\n");
        for (size_t option = 0; option < cases[i].options; option++) {
            text_append_string(&list, " k=");
            append_repeated(&list, 'v', cases[i].value_bytes);
            text_append_char(&list, '\n');
        }
        text_append_string(&list, "http://a/last\n");
        struct source *source =
            source_items_open(source_items_file(list.data, list.length), SOURCE_FORMAT_TEXT, NULL);
        struct source_item item;
        ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
        ck_assert_pstr_eq(item.problem, cases[i].problem);
        ck_assert_uint_eq(item.field_count, cases[i].problem == NULL ? cases[i].options : 0);
        ck_assert(item.has_options);
        ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
        ck_assert_uint_eq(item.line, cases[i].options + 2);
        ck_assert_ptr_null(item.problem);
        ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_END);
        source_close(source);
        text_clear(&list);
    }
}
END_TEST

START_TEST(options_of_every_url_find_theirs_wherever_a_buffer_ends)
{
    struct text list;
    struct text expected;
    text_init(&list, 8 * SOURCE_LINE_MAX);
    text_init(&expected, 8 * SOURCE_LINE_MAX);
    for (unsigned i = 0; list.length < 6 * SOURCE_LINE_MAX; i++) {
        unsigned line = 3 * i + 1;
        text_append_format(&list, "http://a/%u\n# %u\n  out=%u\n", i, i, i);
        text_append_format(&expected, "%u:http://a/%u out=%u\n", line, i, i);
    }
    char *items = read_list(&list, NULL);
    ck_assert_str_eq(items, expected.data);
    free(items);
    static const size_t pieces[] = {2047, 3001, 4096};
    for (size_t i = 0; i < ARRAY_LENGTH(pieces); i++) {
        int descriptor = source_items_pipe(list.data, list.length, pieces[i]);
        items =
            source_items_of(source_items_open(descriptor, SOURCE_FORMAT_TEXT, NULL), NULL, NULL);
        ck_assert_str_eq(items, expected.data);
        free(items);
    }
    text_clear(&list);
    text_clear(&expected);
}
END_TEST

static void write_text(int descriptor, const char *text)
{
    ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
}

START_TEST(a_url_with_nothing_behind_it_is_given_while_the_list_stays_open)
{
    int ends[2];
    struct source_item item;
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    write_text(ends[1], "http://a/1\nhttp://a/2\n out=two\n");
    struct source *source = source_items_open(ends[0], SOURCE_FORMAT_TEXT, NULL);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    ck_assert_uint_eq(item.line, 1);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    ck_assert_uint_eq(item.line, 2);
    ck_assert_uint_eq(item.field_count, 1);
    ck_assert_ptr_null(item.problem);
    write_text(ends[1], " checksum=late\nhttp://a/4\n dir=d\n");
    close(ends[1]);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    ck_assert_uint_eq(item.line, 4);
    ck_assert_ptr_nonnull(strstr(item.problem, "\"checksum\" came more than a second"));
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_ITEM);
    ck_assert_uint_eq(item.line, 5);
    ck_assert_uint_eq(item.field_count, 1);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_END);
    source_close(source);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source_text");
    TCase *tests = tcase_create("text");
    tcase_add_loop_test(tests, every_line_is_read_as_the_grammar_says, 0, ARRAY_LENGTH(LISTS));
    tcase_add_loop_test(tests, a_list_is_the_same_in_whatever_pieces_it_comes, 0,
                        ARRAY_LENGTH(LISTS));
    tcase_add_test(tests, a_nul_byte_makes_one_bad_item);
    tcase_add_loop_test(tests, a_long_line_is_one_bad_item_and_reading_goes_on, 0,
                        ARRAY_LENGTH(LONG_LENGTHS));
    tcase_add_test(tests, the_longest_allowed_line_is_whole);
    tcase_add_test(tests, options_have_a_limit_in_bytes_and_in_number);
    tcase_add_test(tests, options_of_every_url_find_theirs_wherever_a_buffer_ends);
    tcase_add_test(tests, a_url_with_nothing_behind_it_is_given_while_the_list_stays_open);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
