#include "io/source.h"
#include "io/source_columns.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "source_items.h"

#define BYTES(literal) (literal), sizeof(literal) - 1
#define OPEN "a quote that is not closed"
#define BEHIND "text behind a closing quote"

struct table {
    const char *list;
    size_t length;
    const char *items;
    unsigned lines, blank;
};

static const struct table TABLES[] = {
    {BYTES("url\nhttp://a/1\nhttp://a/2"), "2:http://a/1\n3:http://a/2\n", 3, 0},
    {BYTES("\xEF\xBB\xBF\"url\",out\r\nhttp://a/1,x\r\n"), "2:http://a/1 out=x\n", 2, 0},
    {BYTES("out,url,dir\nx,http://a/1,y\n,http://a/2,\n"),
     "2:http://a/1 out=x dir=y\n3:http://a/2 out= dir=\n", 3, 0},
    {BYTES("\n\r\nurl,out\n\nhttp://a/1,x\n\r\n"), "5:http://a/1 out=x\n", 6, 4},
    {BYTES("url,out\n# http://a/1,x\n"), "2:# http://a/1 out=x\n", 2, 0},
    {BYTES("url"), "", 1, 0},
    {BYTES("url,out\n  http://a/1 , x \n"), "2:  http://a/1  out= x \n", 2, 0},
    {BYTES("url,out\nhttp://a/\xC3\xA9,\xE2\x82\xAC\n"), "2:http://a/\xC3\xA9 out=\xE2\x82\xAC\n",
     2, 0},

    /* quotes */
    {BYTES("url,t\n\"http://a/1\",\"a,\"\"b\"\"\"\n\"http://a/2\",\"\"\n"),
     "2:http://a/1 t=a,\"b\"\n3:http://a/2 t=\n", 3, 0},
    {BYTES("url,t\nhttp://a/1,\"two\r\n\nlines\"\r\nhttp://a/2,x\n"),
     "2:http://a/1 t=two\r\n\nlines\n5:http://a/2 t=x\n", 5, 0},
    {BYTES("\"two\nlines\",url\nx,http://a/1\n"), "3:http://a/1 two\nlines=x\n", 3, 0},
    {BYTES("url,t\nhttp://a/\"1\",5\" wide \"\"\n"), "2:http://a/\"1\" t=5\" wide \"\"\n", 2, 0},
    {BYTES("url,t\n\"http://a/1\tb\",x\n"), "2:http://a/1\tb t=x\n", 2, 0},
    {BYTES("url,t\nhttp://a/1,a\rb\r\n"), "2:http://a/1 t=a\rb\n", 2, 0},
    {BYTES("url,t\nhttp://a/1,\"x\"y\nhttp://a/2,x\n"),
     "2!" BEHIND "@http://a/1\n3:http://a/2 t=x\n", 3, 0},
    {BYTES("url,t\nhttp://a/1,\"x\" \nhttp://a/2,\"x\"\ry\nhttp://a/3,\"x\"\r\"\n"),
     "2!" BEHIND "@http://a/1\n3!" BEHIND "@http://a/2\n4!" BEHIND "@http://a/3\n", 4, 0},
    {BYTES("url,t\n\"http://a/1\nhttp://a/2,y\nhttp://a/3,\"z\"\n"),
     "2!" BEHIND "\n3:http://a/2 t=y\n4:http://a/3 t=z\n", 4, 0},
    {BYTES("url,t\nhttp://a/1,\"x\n\nhttp://a/2,y\n"), "2!" OPEN "@http://a/1\n4:http://a/2 t=y\n",
     4, 1},
    {BYTES("url,t\nhttp://a/1,\"x"), "2!" OPEN "@http://a/1\n", 2, 0},
    {BYTES("url,t\nhttp://a/1,\"x\"\"\nhttp://a/2,y"), "2!" OPEN "@http://a/1\n3:http://a/2 t=y\n",
     3, 0},

    /* rows that do not fit */
    {BYTES("url,a,b\nhttp://a/1,2\nhttp://a/2,2,3,4\n1,2,3\n"),
     "2!too few columns: 2, but the first row has 3@http://a/1\n"
     "3!too many columns: 4, but the first row has 3@http://a/2\n4:1 a=2 b=3\n",
     4, 0},
    {BYTES("a,b,url\n1\n1,2,http://a/1\n"),
     "2!too few columns: 1, but the first row has 3\n3:http://a/1 a=1 b=2\n", 3, 0},
    {BYTES("url,a\n,1\n \t ,1\n\"\",1\n   \nhttp://a/1,1\n"),
     "2!no URL\n3!no URL@ \t \n4!no URL\n5!too few columns: 1, but the first row has 2@   \n"
     "6:http://a/1 a=1\n",
     6, 0},
    {BYTES("url,a\nhttp://a/1,\xFF\nhttp://a/2,\"x\n\xFF\"\nhttp://a/3,x\n"),
     "2!not UTF-8@http://a/1\n3!not UTF-8@http://a/2\n5:http://a/3 a=x\n", 5, 0},
    {BYTES("url,a\nhttp://a/1,\0\nhttp://a/2,x\n"),
     "2!NUL byte in the line (binary, or UTF-16?)@http://a/1\n3:http://a/2 a=x\n", 3, 0},
    {BYTES("\xFF\xFEu\0r\0l\0\n\0x\0\n\0\n\0"),
     "1!UTF-16, not UTF-8 (iconv converts it)\n2!UTF-16, not UTF-8 (iconv converts it)\n", 4, 2},

    /* names of columns */
    {BYTES("a,URL,a,,a,a_2,,\n1,http://a/1,2,3,4,5,6,7\n"),
     "2:http://a/1 a=1 a_2=2 column_4=3 a_3=4 a_2_2=5 column_7=6 column_8=7\n", 2, 0},
    {BYTES("column_2,,url\n1,2,http://a/1\n"), "2:http://a/1 column_2=1 column_2_2=2\n", 2, 0},
    {BYTES("url,header,header,url\nhttp://a/1,A: b,C: d,x\n"),
     "2:http://a/1 header=A: b header=C: d url_2=x\n", 2, 0},
    {BYTES("Url,url,URL\n1,http://a/1,2\n"), "2:http://a/1 Url=1 URL=2\n", 2, 0},
    {BYTES("a,b\n1,2\n"),
     "error: LIST has no column \"url\" (its columns: a, b): choose one with --url-column\n", 1, 0},
    {BYTES("http://a/1\nhttp://a/2\n"),
     "error: LIST has no column \"url\" (its columns: http://a/1): the first row must name the "
     "columns\n",
     1, 0},
    {BYTES("a\x1b[1m,\"b\nc\"\n"),
     "error: LIST has no column \"url\" (its columns: a\\x1b[1m, b\\x0ac): choose one with "
     "--url-column\n",
     2, 0},
    {BYTES("url,\"a\n"), "error: cannot read the column names of LIST (line 1): " OPEN "\n", 1, 0},
    {BYTES("\nurl,\"a\"b\n"), "error: cannot read the column names of LIST (line 2): " BEHIND "\n",
     2, 1},
    {BYTES("url,\xFF\n"), "error: cannot read the column names of LIST (line 1): not UTF-8\n", 1,
     0},
    {BYTES(""), "", 0, 0},
    {BYTES("\n\n"), "", 2, 2},
};

static const struct table TAB_TABLES[] = {
    {BYTES("url\tout\r\nhttp://a/1\tx,y\r\n\"http://a/2\thttp://b/2\"\t\"z\"\n"),
     "2:http://a/1 out=x,y\n3:http://a/2\thttp://b/2 out=z\n", 3, 0},
    {BYTES("a\turl\tb\n\thttp://a/1\t\n\t\t\n"), "2:http://a/1 a= b=\n3!no URL\n", 3, 0},
    {BYTES("url\ta\nhttp://a/1, 2\nhttp://a/2\t5\" \n"),
     "2!too few columns: 1, but the first row has 2@http://a/1, 2\n3:http://a/2 a=5\" \n", 3, 0},
};

/* The items, with the list's own name in errors replaced. */
static char *items_of(struct source *source, struct source_counts *counts)
{
    struct text text;
    char *name = strdup(source_name(source));
    char *items = source_items_of(source, counts, NULL);
    char *found = strstr(items, name);
    text_init(&text, SOURCE_ITEMS_TEXT_MAX);
    text_append(&text, items, found != NULL ? (size_t)(found - items) : strlen(items));
    if (found != NULL) {
        text_append_string(&text, "LIST");
        text_append_string(&text, found + strlen(name));
    }
    free(name);
    free(items);
    char *taken = text_take(&text);
    text_clear(&text);
    return taken;
}

static void check_table(const struct table *table, enum source_format format)
{
    struct source_counts counts;
    for (size_t piece = 0; piece <= table->length; piece++) {
        int descriptor = piece == 0 ? source_items_file(table->list, table->length)
                                    : source_items_pipe(table->list, table->length, piece);
        char *items = items_of(source_items_open(descriptor, format, NULL), &counts);
        ck_assert_str_eq(items, table->items);
        ck_assert_uint_eq(counts.lines, table->lines);
        ck_assert_uint_eq(counts.blank, table->blank);
        ck_assert_uint_eq(counts.comments, 0);
        free(items);
    }
}

START_TEST(every_row_is_read_as_the_standard_says_in_whatever_pieces_it_comes)
{
    check_table(&TABLES[_i], SOURCE_FORMAT_CSV);
}
END_TEST

START_TEST(tabs_separate_columns_in_the_same_way)
{
    check_table(&TAB_TABLES[_i], SOURCE_FORMAT_TSV);
}
END_TEST

static char *read_list(const struct text *list, const char *url_column, size_t piece)
{
    int descriptor = piece == 0 ? source_items_file(list->data, list->length)
                                : source_items_pipe(list->data, list->length, piece);
    return items_of(source_items_open(descriptor, SOURCE_FORMAT_CSV, url_column), NULL);
}

static void append_repeated(struct text *text, const char *string, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_append_string(text, string);
}

START_TEST(a_table_has_the_columns_that_names_are_made_of)
{
    static const struct {
        const char *names, *columns, *problem;
    } cases[] = {
        {"{column:b}.{ext}", "url,a,b", NULL},
        {"{column:url}", "a,url", NULL},
        {"{name}", "url", NULL},
        {"{column:B}", "url,a,b",
         "LIST has no column \"B\", which --name asks for (its columns: url, a, b)"},
        {"{column:b}{column:c}", "url,b",
         "LIST has no column \"c\", which --name asks for (its columns: url, b)"},
        {"{column:column_2}", "url,", NULL},
        {"{column:B}", "url,out", NULL}, /* names are given */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct error error = {0};
        struct list_field cells[8] = {0};
        size_t count = 0;
        for (const char *cell = cases[i].columns; cell != NULL; count++) {
            cells[count].value = cell;
            cells[count].value_length = strcspn(cell, ",");
            cell = strchr(cell, ',');
            cell += cell != NULL;
        }
        struct name_template *template = name_template_create(cases[i].names, &error);
        struct source_columns *columns = source_columns_create(cells, count, "url", "LIST", &error);
        ck_assert_ptr_nonnull(columns);
        bool serves = source_columns_serve(columns, template, "LIST", &error);
        ck_assert_str_eq(serves ? "" : error.text,
                         cases[i].problem != NULL ? cases[i].problem : "");
        ck_assert(source_columns_serve(columns, NULL, "LIST", &error));
        source_columns_destroy(columns);
        name_template_destroy(template);
    }
}
END_TEST

START_TEST(the_column_of_urls_can_be_chosen)
{
    static const struct {
        const char *column, *items;
    } cases[] = {
        {NULL, "2:1 link=2 LINK=3\n"},
        {"link", "2:2 url=1 LINK=3\n"},
        {"LINK", "2:3 url=1 link=2\n"},
        {"Link", "2:2 url=1 LINK=3\n"},
        {"none",
         "error: LIST has no column \"none\" (its columns: url, link, LINK): choose one with "
         "--url-column\n"},
    };
    struct text list;
    text_init(&list, 100);
    text_append_string(&list, "url,link,LINK\n1,2,3\n");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char *items = read_list(&list, cases[i].column, 0);
        ck_assert_str_eq(items, cases[i].items);
        free(items);
    }
    text_clear(&list);
}
END_TEST

START_TEST(a_table_may_have_as_many_columns_as_a_url_may_have_fields)
{
    struct text list;
    text_init(&list, SOURCE_LINE_MAX);
    text_append_string(&list, "url");
    append_repeated(&list, ",", LIST_ENTRY_FIELDS_MAX);
    size_t head = list.length;
    text_append_string(&list, "\nhttp://a/1");
    append_repeated(&list, ",", LIST_ENTRY_FIELDS_MAX);
    char *items = read_list(&list, NULL, 0);
    ck_assert_ptr_nonnull(strstr(items, "2:http://a/1 column_2= column_3= "));
    ck_assert_ptr_nonnull(strstr(items, " column_1025=\n"));
    free(items);
    text_cut(&list, head);
    text_append_string(&list, ",x\nhttp://a/1\n");
    items = read_list(&list, NULL, 0);
    ck_assert_str_eq(items, "error: LIST has 1026 columns; at most 1025 are read\n");
    free(items);
    text_clear(&list);
}
END_TEST

START_TEST(equal_names_of_a_thousand_columns_become_different)
{
    struct text list;
    struct text expected;
    text_init(&list, SOURCE_LINE_MAX);
    text_init(&expected, SOURCE_LINE_MAX);
    text_append_string(&list, "url");
    append_repeated(&list, ",n", 1000);
    text_append_string(&list, "\nu");
    append_repeated(&list, ",", 1000);
    text_append_string(&expected, "2:u n=");
    for (unsigned i = 2; i <= 1000; i++)
        text_append_format(&expected, " n_%u=", i);
    text_append_char(&expected, '\n');
    char *items = read_list(&list, NULL, 0);
    ck_assert_str_eq(items, expected.data);
    free(items);
    text_clear(&list);
    text_clear(&expected);
}
END_TEST

START_TEST(names_in_an_error_are_cut)
{
    struct text list;
    text_init(&list, SOURCE_LINE_MAX);
    append_repeated(&list, "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz,", 1000);
    char *items = read_list(&list, NULL, 0);
    ck_assert_ptr_nonnull(strstr(items, "abcdefghijklm, ...): choose one with --url-column\n"));
    ck_assert_uint_lt(strlen(items), 400);
    free(items);
    text_clear(&list);
}
END_TEST

/* Lengths of a row with a quoted line end in its middle, and whether it is one. */
static const struct {
    size_t first, second;
    bool fits;
} LONG_ROWS[] = {
    {100, 100, true},
    {100, SOURCE_LINE_MAX - 101, true},
    {100, SOURCE_LINE_MAX - 100, false},
    {SOURCE_LINE_MAX - 101, 100, true},
    {SOURCE_LINE_MAX - 100, 100, false},
    {SOURCE_LINE_MAX, 100, false},
    {100, SOURCE_LINE_MAX, false},
    {SOURCE_LINE_MAX, SOURCE_LINE_MAX, false},
};

START_TEST(a_row_of_more_than_64_kib_is_one_problem_and_its_second_line_is_read)
{
    struct text list;
    text_init(&list, 4 * SOURCE_LINE_MAX);
    text_append_string(&list, "t,url\n\"");
    append_repeated(&list, "x", LONG_ROWS[_i].first - 1);
    text_append_char(&list, '\n');
    append_repeated(&list, "y", LONG_ROWS[_i].second - 12);
    text_append_string(&list, "\",http://a/2\nz,http://a/4\n");
    for (size_t piece = 0; piece <= 4096; piece += 2048) {
        char *items = read_list(&list, NULL, piece);
        const char *begin = LONG_ROWS[_i].fits
                                ? "2:http://a/2 t=xxxx"
                                : "2!row longer than 64 KiB (a quote that is not closed?)\n"
                                  "3:http://a/2 t=yyyy";
        const char *end =
            LONG_ROWS[_i].fits ? "yyyy\n4:http://a/4 t=z\n" : "yyyy\"\n4:http://a/4 t=z\n";
        ck_assert(strncmp(items, begin, strlen(begin)) == 0);
        ck_assert_str_eq(items + strlen(items) - strlen(end), end);
        free(items);
    }
    text_clear(&list);
}
END_TEST

START_TEST(a_line_of_70_kib_is_one_problem)
{
    struct text list;
    text_init(&list, 4 * SOURCE_LINE_MAX);
    text_append_string(&list, "url,t\nhttp://a/1,\"");
    append_repeated(&list, "x", 70 * 1024);
    text_append_string(&list, "\"\nhttp://a/2,\"x\n");
    append_repeated(&list, "y", 70 * 1024);
    text_append_string(&list, "\nhttp://a/3,z\n");
    for (size_t piece = 0; piece <= 4096; piece += 2048) {
        char *items = read_list(&list, NULL, piece);
        ck_assert_str_eq(items,
                         "2!line longer than 64 KiB\n"
                         "3!row longer than 64 KiB (a quote that is not closed?)@http://a/2\n"
                         "4!line longer than 64 KiB\n5:http://a/3 t=z\n");
        free(items);
    }
    text_clear(&list);
}
END_TEST

/* Each of these lines opens a quote, read by itself as well as inside one: without a limit, every
 * one of them would make the 64 KiB behind it be read again. */
START_TEST(a_list_of_open_quotes_is_read_in_linear_time)
{
    enum { ROWS = 300000 };
    struct text list;
    text_init(&list, 4 * 1024 * 1024);
    text_append_string(&list, "url,t\n");
    append_repeated(&list, "x\",\"y\n", ROWS);
    struct source *source =
        source_items_open(source_items_file(list.data, list.length), SOURCE_FORMAT_CSV, NULL);
    struct source_item item;
    unsigned looked_at_more_lines = 0;
    for (uint64_t line = 2; line < ROWS + 2; line++) {
        enum source_answer answer;
        do {
            answer = source_next(source, &item, NULL);
        } while (answer == SOURCE_NOTHING);
        ck_assert_int_eq(answer, SOURCE_ITEM);
        ck_assert_uint_eq(item.line, line);
        ck_assert_ptr_nonnull(item.problem);
        ck_assert_uint_eq(source_counts(source).lines, line);
        looked_at_more_lines += strstr(item.problem, "64 KiB") != NULL;
    }
    ck_assert_uint_gt(looked_at_more_lines, 16);
    ck_assert_uint_lt(looked_at_more_lines, 1000);
    ck_assert_int_eq(source_next(source, &item, NULL), SOURCE_END);
    source_close(source);
    text_clear(&list);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source_csv");
    TCase *tests = tcase_create("csv");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_row_is_read_as_the_standard_says_in_whatever_pieces_it_comes,
                        0, ARRAY_LENGTH(TABLES));
    tcase_add_loop_test(tests, tabs_separate_columns_in_the_same_way, 0, ARRAY_LENGTH(TAB_TABLES));
    tcase_add_test(tests, the_column_of_urls_can_be_chosen);
    tcase_add_test(tests, a_table_has_the_columns_that_names_are_made_of);
    tcase_add_test(tests, a_table_may_have_as_many_columns_as_a_url_may_have_fields);
    tcase_add_test(tests, equal_names_of_a_thousand_columns_become_different);
    tcase_add_test(tests, names_in_an_error_are_cut);
    tcase_add_loop_test(tests, a_row_of_more_than_64_kib_is_one_problem_and_its_second_line_is_read,
                        0, ARRAY_LENGTH(LONG_ROWS));
    tcase_add_test(tests, a_line_of_70_kib_is_one_problem);
    tcase_add_test(tests, a_list_of_open_quotes_is_read_in_linear_time);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
