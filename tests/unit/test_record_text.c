#include "io/record.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT (64 * 1024)

static const struct {
    const char *bytes;
    const char *json;   /* as written */
    const char *parsed; /* NULL: equal to bytes */
} string_cases[] = {
    {"plain", "\"plain\"", NULL},
    {"", "\"\"", NULL},
    {"a\"b\\c/d", "\"a\\\"b\\\\c/d\"", NULL},
    {"\t\r\n", "\"\\t\\r\\n\"", NULL},
    {"\x01\x1B[31m\x1F", "\"\\u0001\\u001b[31m\\u001f\"", NULL},
    {"\x7F~", "\"\\u007f~\"", NULL},
    {"\xC2\x80\xC2\x9B\xC2\xA0", "\"\\u0080\\u009b\xC2\xA0\"", NULL},
    {"\xE2\x80\xA8\xE2\x80\xA9", "\"\\u2028\\u2029\"", NULL},
    {"\xE2\x80\xAEgpj", "\"\\u202egpj\"", NULL},
    {"\xF3\xA0\x80\x81", "\"\\udb40\\udc01\"", NULL},
    {"na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80", "\"na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80\"",
     NULL},
    {"a\xFFz", "\"a\xEF\xBF\xBDz\"", "a\xEF\xBF\xBDz"},
    {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"",
     "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"cut \xE2\x82", "\"cut \xEF\xBF\xBD\xEF\xBF\xBD\"", "cut \xEF\xBF\xBD\xEF\xBF\xBD"},
};

START_TEST(a_json_string_is_what_its_bytes_were)
{
    const char *bytes = string_cases[_i].bytes;
    const char *parsed = string_cases[_i].parsed != NULL ? string_cases[_i].parsed : bytes;
    struct text text;
    text_init(&text, LIMIT);
    ck_assert(record_append_json_string(&text, bytes, strlen(bytes)));
    ck_assert_str_eq(text.data, string_cases[_i].json);
    json_t *value = json_loads(text.data, JSON_DECODE_ANY, NULL);
    ck_assert_ptr_nonnull(value);
    ck_assert_str_eq(json_string_value(value), parsed);
    json_decref(value);
    text_clear(&text);
}
END_TEST

START_TEST(every_byte_value_makes_a_valid_json_string)
{
    char bytes[512];
    for (int i = 0; i < 256; i++) {
        bytes[i] = (char)i; /* NUL too: the length counts */
        bytes[511 - i] = (char)i;
    }
    struct text text;
    text_init(&text, LIMIT);
    ck_assert(record_append_json_string(&text, bytes, sizeof(bytes)));
    json_t *value = json_loads(text.data, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_ptr_nonnull(value);
    ck_assert_uint_gt(json_string_length(value), sizeof(bytes));
    ck_assert_mem_eq(json_string_value(value), bytes, 128);
    json_decref(value);
    text_clear(&text);
}
END_TEST

static const struct {
    const char *listed;
    const char *detail;
    const char *source;
    uint64_t line;
    int http;
    const char *row;
} row_cases[] = {
    {"http://me:pw@a.example/x?token=1", "", "urls.txt", 12, 404,
     "http://me:pw@a.example/x?token=1\t\t\t\t\t\tnot-found\t404\t\turls.txt:12\n"},
    {"http://a.example/x", "gone\tfor\ngood\x1B\x7F", "-", 0, 0,
     "http://a.example/x\t\t\t\t\t\tnot-found\t\tgone for good  \t-\n"},
    {"a\tb\nc\rd\xC2\x85"
     "e\xE2\x80\xA8"
     "f",
     "\xC3\xA9\xFF", "l\x01.txt", 1, 200,
     "a b c d e f\t\t\t\t\t\tnot-found\t200\t\xC3\xA9\xEF\xBF\xBD\tl .txt:1\n"},
    {"\xFF\xFE", "", "urls.txt", 1, 0, "\xFF\xFE\t\t\t\t\t\tnot-found\t\t\turls.txt:1\n"},
    {"\"http://a", "say \"x\"", "\"l\".txt", 3, 0,
     "\"\"\"http://a\"\t\t\t\t\t\tnot-found\t\t\"say \"\"x\"\"\"\t\"\"\"l\"\".txt:3\"\n"},
};

START_TEST(a_failed_row_is_ten_cells_on_one_line)
{
    const char *listed = row_cases[_i].listed;
    struct job *job =
        job_create(1, row_cases[_i].source, row_cases[_i].line, listed, strlen(listed));
    job_fail(job, FAILURE_NOT_FOUND, row_cases[_i].detail);
    job->outcome.http = row_cases[_i].http;
    struct text text;
    text_init(&text, LIMIT);
    ck_assert(record_append_failed_row(&text, job));
    ck_assert_str_eq(text.data, row_cases[_i].row);
    size_t tabs = 0;
    for (const char *at = text.data; *at != '\0'; at++)
        tabs += *at == '\t';
    ck_assert_uint_eq(tabs, 9);
    text_clear(&text);
    text_init(&text, 10);
    ck_assert(!record_append_failed_row(&text, job));
    ck_assert_uint_eq(text.length, 0);
    text_clear(&text);
    job_destroy(job);
}
END_TEST

START_TEST(the_header_of_failed_tsv_names_the_keys_of_a_list)
{
    struct text text;
    text_init(&text, LIMIT);
    ck_assert(record_append_failed_header(&text));
    ck_assert_str_eq(text.data,
                     "url\tout\tdir\tchecksum\theader\treferer\tclass\thttp\tdetail\tline\n");
    text_clear(&text);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("record_text");
    tcase_add_loop_test(cases, a_json_string_is_what_its_bytes_were, 0,
                        (int)ARRAY_LENGTH(string_cases));
    tcase_add_test(cases, every_byte_value_makes_a_valid_json_string);
    tcase_add_loop_test(cases, a_failed_row_is_ten_cells_on_one_line, 0,
                        (int)ARRAY_LENGTH(row_cases));
    tcase_add_test(cases, the_header_of_failed_tsv_names_the_keys_of_a_list);
    Suite *suite = suite_create("record_text");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
