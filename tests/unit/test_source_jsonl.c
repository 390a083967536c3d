#include "io/source.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "source_items.h"

#define BYTES(literal) (literal), sizeof(literal) - 1
#define NO_KEY "no key of URLs (see --url-column)"
#define MORE "holds more than strings without control characters"

static const struct {
    const char *list;
    size_t length;
    const char *items;
    unsigned lines, blank;
} LISTS[] = {
    {BYTES("{\"url\":\"http://a/1\"}\n{\"url\":\"http://a/2\"}"), "1:http://a/1\n2:http://a/2\n", 2,
     0},
    {BYTES("\xEF\xBB\xBF{\"url\":\"http://a/1\"}\r\n\r\n \t \n{ \"url\" : \"http://a/2\" } \r\n"),
     "1:http://a/1\n4:http://a/2\n", 4, 2},
    {BYTES(""), "", 0, 0},

    /* the URL */
    {BYTES("{\"url\":[\"http://a/1\",\"http://b/1\"],\"x\":[\"y\"]}\n"),
     "1:http://a/1\thttp://b/1 x~[\"y\"]\n", 1, 0},
    {BYTES("{\"url\":[\"http://a/1\"]}\n{\"url\":[]}\n{\"url\":[\"\",\"http://a/3\"]}\n"),
     "1:http://a/1\n2!no URL\n3:http://a/3\n", 3, 0},
    {BYTES("{\"url\":[\"http://a/1\",2]}\n{\"url\":[\"a\\tb\"]}\n{\"url\":[\"a\\u007f\"]}\n"),
     "1!\"url\" " MORE "\n2!\"url\" " MORE "\n3!\"url\" " MORE "\n", 3, 0},
    {BYTES("{\"url\":\"a\\tb\"}\n"), "1:a\tb\n", 1, 0},
    {BYTES("{}\n{\"url\":\"\"}\n{\"url\":\" \\t\"}\n{\"url\":null}\n{\"link\":\"a\"}\n"),
     "1!" NO_KEY "\n2!no URL\n3!no URL@ \t\n4!no URL\n5!" NO_KEY "\n", 5, 0},
    {BYTES("{\"url\":1}\n{\"url\":{}}\n"), "1!\"url\" is no string\n2!\"url\" is no string\n", 2,
     0},
    {BYTES("{\"Url\":\"b\",\"url\":\"a\",\"URL\":\"c\"}\n{\"URL\":\"b\",\"Url\":\"a\"}\n"),
     "1:a Url=b URL=c\n2:b Url=a\n", 2, 0},
    {BYTES("{\"url\":\"http://a/\\u00e9\\ud83d\\ude00/\xC3\xA9\"}\n"),
     "1:http://a/\xC3\xA9\xF0\x9F\x98\x80/\xC3\xA9\n", 1, 0},

    /* what is beside it */
    {BYTES("{\"out\":\"x\",\"url\":\"a\",\"dir\":\"d\",\"z\":\"\",\"\":\"e\",\"a\":\"f\"}\n"),
     "1:a out=x dir=d z= =e a=f\n", 1, 0},
    {BYTES("{\"url\":\"a\",\"t\":true,\"f\":false,\"n\":null,\"i\":-12,\"o\":{\"b\":[1,{}],\"a\":"
           "\"\\n\"},"
           "\"l\":[ ]}\n"),
     "1:a t~true f~false n~null i~-12 o~{\"b\":[1,{}],\"a\":\"\\n\"} l~[]\n", 1, 0},
    {BYTES("{\"url\":\"a\",\"r\":[0.1,1.50,2.0,1e22,-0.0,0.30000000000000004,1e-7,5e-324]}\n"),
     "1:a r~[0.1,1.5,2.0,1e22,-0.0,0.30000000000000004,1e-7,4.94065645841247e-324]\n", 1, 0},
    {BYTES("{\"url\":\"a\",\"i\":9223372036854775807,\"j\":-9223372036854775808,\"s\":["
           "\"\xE2\x80\xAE\"]}"),
     "1:a i~9223372036854775807 j~-9223372036854775808 s~[\"\\u202e\"]\n", 1, 0},
    {BYTES("{\"url\":\"a\",\"priority\":-7}\n{\"url\":\"a\",\"priority\":\"5\"}\n"),
     "1:a priority=-7\n2:a priority=5\n", 2, 0},
    {BYTES("{\"url\":\"a\",\"header\":[\"A: b\",\"\",\"C: d\"],\"x\":1}\n"
           "{\"url\":\"a\",\"header\":\"A: b\"}\n{\"url\":\"a\",\"header\":[]}\n"),
     "1:a header=A: b\tC: d x~1\n2:a header=A: b\n3:a header=\n", 3, 0},
    {BYTES("{\"url\":\"a\",\"out\":null,\"dir\":null,\"checksum\":null,\"priority\":null,"
           "\"header\":null,"
           "\"referer\":null,\"Out\":null}\n"),
     "1:a Out~null\n", 1, 0},
    {BYTES("{\"url\":\"a\",\"x\":1,\"x\":2}\n"), "1:a x~2\n", 1, 0},
    {BYTES(
         "{\"url\":\"a\",\"out\":1}\n{\"url\":\"a\",\"dir\":[]}\n{\"url\":\"a\",\"checksum\":{}}\n"
         "{\"url\":\"a\",\"referer\":true}\n{\"url\":\"a\",\"header\":1}\n"
         "{\"url\":\"a\",\"header\":[1]}\n{\"url\":\"a\",\"header\":[\"A: b\\tC: d\"]}\n"
         "{\"url\":[\"a\",\"b\"],\"priority\":1.5}\n"),
     "1!\"out\" is no string@a\n2!\"dir\" is no string@a\n3!\"checksum\" is no string@a\n"
     "4!\"referer\" is no string@a\n5!\"header\" is no string@a\n6!\"header\" " MORE "@a\n"
     "7!\"header\" " MORE "@a\n8!\"priority\" is no integer@a\tb\n",
     8, 0},

    /* what is no object */
    {BYTES("http://a/1\n# note\n[]\n\"a\"\n1\nnull\n{\"url\":\"http://a/7\"}\n"),
     "1!not JSON: invalid token (byte 4)\n2!not JSON: invalid token (byte 1)\n"
     "3!not a JSON object, of which there is one in each line\n4!not a JSON object, of which there "
     "is one in each line\n5!not a JSON object, of which there is one in each line\n6!not a JSON "
     "object, of which there is one in each line\n"
     "7:http://a/7\n",
     7, 0},
    {BYTES("{\"url\":\"a\"\n{\"url\":\"a\"} {}\n{\"url\":\"secret\" \"token\"}\n"),
     "1!not JSON: '}' expected near end of file (byte 10)\n"
     "2!not JSON: end of file expected (byte 13)\n3!not JSON: '}' expected (byte 23)\n",
     3, 0},
    {BYTES("{\"url\":\"a\",\"i\":9223372036854775808}\n{\"url\":\"a\",\"i\":1e999}\n"
           "{\"url\":\"a\\u0000\"}\n{\"u\\u0000\":\"a\"}\n"),
     "1!a number that is too large\n2!a number that is too large\n3!U+0000 in a string\n"
     "4!U+0000 in a string\n",
     4, 0},
    {BYTES("{\"url\":\"\xFF\"}\n{\"url\":\"\0\"}\n{\"url\":\"\\ud800\"}\n{\"url\":\"a\"}\n"),
     "1!not UTF-8\n2!NUL byte in the line (binary, or UTF-16?)\n"
     "3!not JSON: invalid Unicode '\\uD800' (byte 15)\n4:a\n",
     4, 0},
    {BYTES("\xFE\xFF\0{\0}\0\n\0\r\0\n"), "1!UTF-16, not UTF-8 (iconv converts it)\n", 2, 1},
};

START_TEST(every_line_is_an_object_in_whatever_pieces_it_comes)
{
    struct source_counts counts;
    for (size_t piece = 0; piece <= LISTS[_i].length; piece++) {
        int descriptor = piece == 0 ? source_items_file(LISTS[_i].list, LISTS[_i].length)
                                    : source_items_pipe(LISTS[_i].list, LISTS[_i].length, piece);
        struct source *source = source_items_open(descriptor, SOURCE_FORMAT_JSONL, NULL);
        char *items = source_items_of(source, &counts, NULL);
        ck_assert_str_eq(items, LISTS[_i].items);
        ck_assert_uint_eq(counts.lines, LISTS[_i].lines);
        ck_assert_uint_eq(counts.blank, LISTS[_i].blank);
        ck_assert_uint_eq(counts.comments, 0);
        free(items);
    }
}
END_TEST

static char *read_list(const struct text *list, const char *url_key)
{
    int descriptor = source_items_file(list->data, list->length);
    return source_items_of(source_items_open(descriptor, SOURCE_FORMAT_JSONL, url_key), NULL, NULL);
}

START_TEST(the_key_of_urls_can_be_chosen)
{
    struct text list;
    text_init(&list, 100);
    text_append_string(&list, "{\"url\":\"a\",\"LINK\":\"b\"}\n{\"link\":[\"c\"],\"LINK\":1}\n");
    char *items = read_list(&list, "link");
    ck_assert_str_eq(items, "1:b url=a\n2:c LINK~1\n");
    free(items);
    text_clear(&list);
}
END_TEST

static void append_repeated(struct text *text, const char *string, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_append_string(text, string);
}

START_TEST(nesting_has_a_limit)
{
    static const struct {
        const char *open, *close;
        unsigned depth; /* of the whole object */
        bool is_fine;
    } cases[] = {
        {"[", "]", 32, true},     {"[", "]", 33, false},          {"{\"k\":", "}", 33, false},
        {"[", "]", 20000, false}, {"{\"k\":", "}", 10000, false}, {"[", "", 10000, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct text list;
        text_init(&list, SOURCE_LINE_MAX);
        text_append_string(&list,
                           "{\"url\":\"a\",\"s\":\"[[[[[[[[[[[[\\\"[[[[[[[[[[[[[[[[[[[[[[[[\","
                           "\"deep\":");
        append_repeated(&list, cases[i].open, cases[i].depth - 1);
        if (cases[i].open[0] == '{')
            text_append_string(&list, "1");
        append_repeated(&list, cases[i].close, cases[i].depth - 1);
        text_append_string(&list, "}\n{\"url\":\"b\"}\n");
        char *items = read_list(&list, NULL);
        if (cases[i].is_fine)
            ck_assert_int_eq(strncmp(items, "1:a s=[[", 8), 0);
        else
            ck_assert_int_eq(strncmp(items, "1!nested deeper than 32\n", 24), 0);
        ck_assert_str_eq(items + strlen(items) - 5, "\n2:b\n");
        free(items);
        text_clear(&list);
    }
}
END_TEST

START_TEST(an_object_has_a_limit_of_keys)
{
    for (unsigned keys = LIST_ENTRY_FIELDS_MAX; keys <= LIST_ENTRY_FIELDS_MAX + 1; keys++) {
        struct text list;
        text_init(&list, SOURCE_LINE_MAX);
        text_append_string(&list, "{\"url\":\"a\"");
        for (unsigned i = 0; i < keys; i++)
            text_append_format(&list, ",\"%u\":0", i);
        text_append_string(&list, "}\n");
        char *items = read_list(&list, NULL);
        if (keys == LIST_ENTRY_FIELDS_MAX)
            ck_assert_str_eq(items + strlen(items) - 8, " 1023~0\n");
        else
            ck_assert_str_eq(items, "1!more than 1024 keys@a\n");
        free(items);
        text_clear(&list);
    }
}
END_TEST

START_TEST(a_line_of_70_kib_is_one_problem_and_one_of_64_is_none)
{
    struct text list;
    text_init(&list, 4 * SOURCE_LINE_MAX);
    text_append_string(&list, "{\"url\":\"a\",\"x\":\"");
    append_repeated(&list, "x", 70 * 1024);
    text_append_string(&list, "\"}\n{\"url\":\"b\",\"x\":[\"");
    append_repeated(&list, "\x7f", SOURCE_LINE_MAX - 22);
    text_append_string(&list, "\"]}\n{\"url\":\"c\"}\n");
    char *items = read_list(&list, NULL);
    ck_assert_int_eq(strncmp(items, "1!line longer than 64 KiB\n2:b x~[\"\\u007f\\u007f", 45), 0);
    ck_assert_str_eq(items + strlen(items) - 13, "\\u007f\"]\n3:c\n");
    ck_assert_uint_eq(strlen(items), 26 + 8 + 6 * (SOURCE_LINE_MAX - 22) + 3 + 4);
    free(items);
    text_clear(&list);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source_jsonl");
    TCase *tests = tcase_create("jsonl");
    tcase_add_loop_test(tests, every_line_is_an_object_in_whatever_pieces_it_comes, 0,
                        ARRAY_LENGTH(LISTS));
    tcase_add_test(tests, the_key_of_urls_can_be_chosen);
    tcase_add_test(tests, nesting_has_a_limit);
    tcase_add_test(tests, an_object_has_a_limit_of_keys);
    tcase_add_test(tests, a_line_of_70_kib_is_one_problem_and_one_of_64_is_none);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
