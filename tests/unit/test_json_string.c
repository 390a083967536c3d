#include "base/json_string.h"

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
    ck_assert(json_string_append(&text, bytes, strlen(bytes)));
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
    ck_assert(json_string_append(&text, bytes, sizeof(bytes)));
    json_t *value = json_loads(text.data, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_ptr_nonnull(value);
    ck_assert_uint_gt(json_string_length(value), sizeof(bytes));
    ck_assert_mem_eq(json_string_value(value), bytes, 128);
    json_decref(value);
    text_clear(&text);
}
END_TEST

START_TEST(a_string_that_does_not_fit_leaves_nothing)
{
    struct text text;
    for (size_t limit = 0; limit < 13; limit++) {
        text_init(&text, limit);
        ck_assert(!json_string_append(&text,
                                      "abc\xE2\x80\xAE"
                                      "de",
                                      8));
        ck_assert_uint_eq(text.length, 0);
        ck_assert(text.is_full);
        text_clear(&text);
    }
    text_init(&text, 13);
    ck_assert(json_string_append(&text,
                                 "abc\xE2\x80\xAE"
                                 "de",
                                 8));
    ck_assert_str_eq(text.data, "\"abc\\u202ede\"");
    text_clear(&text);
}
END_TEST

static const struct {
    const char *json;
    const char *expected;
} json_cases[] = {
    {"1.50e3", "1.50e3"},
    {"null", "null"},
    {"{\"a\" : [\"\\\"\\\\\", true]}", "{\"a\" : [\"\\\"\\\\\", true]}"},
    {"{\n\t\"a\":\r1}", "{  \"a\": 1}"},
    {"[\"\xC3\xA9\xF0\x9F\x98\x80\"]", "[\"\xC3\xA9\xF0\x9F\x98\x80\"]"},
    {"[\"\xE2\x80\xAEgpj\x7F\xC2\x9B\"]", "[\"\\u202egpj\\u007f\\u009b\"]"},
    {"[\"\xFF\"]", "[\"\xEF\xBF\xBD\"]"},
};

START_TEST(json_text_keeps_its_value_and_cannot_steer_a_terminal)
{
    struct text text;
    text_init(&text, LIMIT);
    ck_assert(json_string_append_json(&text, json_cases[_i].json, strlen(json_cases[_i].json)));
    ck_assert_str_eq(text.data, json_cases[_i].expected);
    json_t *before = json_loads(json_cases[_i].json, JSON_DECODE_ANY, NULL);
    json_t *after = json_loads(text.data, JSON_DECODE_ANY, NULL);
    ck_assert_ptr_nonnull(after);
    ck_assert(before == NULL || json_equal(before, after)); /* bad UTF-8 cannot be read before */
    json_decref(before);
    json_decref(after);
    text_clear(&text);
    for (size_t limit = 0; limit < strlen(json_cases[_i].expected); limit++) {
        text_init(&text, limit);
        ck_assert(
            !json_string_append_json(&text, json_cases[_i].json, strlen(json_cases[_i].json)));
        ck_assert_uint_eq(text.length, 0);
        text_clear(&text);
    }
}
END_TEST

START_TEST(the_plain_prefix_ends_at_the_first_byte_that_needs_an_escape)
{
    char bytes[] = "plain text ~";
    ck_assert_uint_eq(json_string_plain_prefix(bytes, 12), 12);
    ck_assert_uint_eq(json_string_plain_prefix(bytes, 5), 5);
    for (int byte = 0; byte < 256; byte++) {
        bytes[3] = (char)byte;
        bool is_plain = byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
        ck_assert_uint_eq(json_string_plain_prefix(bytes, 12), is_plain ? 12 : 3);
    }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("json_string");
    tcase_add_loop_test(cases, a_json_string_is_what_its_bytes_were, 0,
                        (int)ARRAY_LENGTH(string_cases));
    tcase_add_test(cases, every_byte_value_makes_a_valid_json_string);
    tcase_add_test(cases, a_string_that_does_not_fit_leaves_nothing);
    tcase_add_loop_test(cases, json_text_keeps_its_value_and_cannot_steer_a_terminal, 0,
                        (int)ARRAY_LENGTH(json_cases));
    tcase_add_test(cases, the_plain_prefix_ends_at_the_first_byte_that_needs_an_escape);
    Suite *suite = suite_create("json_string");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
