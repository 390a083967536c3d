#include "io/results_reader.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/slowest.h"
#include "json_check.h"
#include "scratch.h"

#define KEY "0123456789abcdeffedcba9876543210"
#define START "{\"schema\":\"haul.result/1\",\"i\":1,\"key\":\"" KEY "\""
/* As haul writes it, with a URL that looks like more. */
#define WHOLE                                                                                      \
    START ",\"source\":\"l\",\"line\":1,\"url\":\"http://h/,\\\"status\\\":\\\"kept\\\",\","       \
          "\"final_url\":null,\"status\":\"failed\",\"class\":\"timeout\",\"http\":200,"           \
          "\"curl\":28,\"us\":{\"queue\":1,\"total\":70},\"bytes\":{\"wire\":5,\"file\":null,"     \
          "\"expected\":9},\"path\":null,\"type\":{},\"image\":null,\"sha256\":null,"              \
          "\"etag\":\"\\\"e\\\"\",\"last_modified\":null,"                                         \
          "\"redirects\":[{\"http\":301,\"url\":\"http://h/2\"}],\"duplicate_of\":null,"           \
          "\"extra\":{\"status\":\"kept\"}}"

static struct results_reader *open_reader(const char *content)
{
    scratch_write("results.jsonl", content);
    int descriptor = open(in_scratch("results.jsonl"), O_RDONLY);
    ck_assert_int_ge(descriptor, 0);
    return results_reader_create(descriptor, "results.jsonl");
}

static struct results_line line_of(const char *text)
{
    return (struct results_line){text, strlen(text), 0};
}

START_TEST(lines_come_again_after_a_rewind)
{
    struct results_line line;
    struct error error = {0};
    struct results_reader *reader = open_reader("one\n\ntwo\ncut of");
    for (int pass = 0; pass < 2; pass++) {
        static const char *const expected[] = {"one", "", "two"};
        for (size_t i = 0; i < 3; i++) {
            ck_assert(results_reader_next(reader, &line));
            ck_assert_str_eq(line.bytes, expected[i]);
            ck_assert_uint_eq(line.length, strlen(expected[i]));
        }
        ck_assert_uint_eq(results_reader_damaged(reader), 0);
        ck_assert(!results_reader_next(reader, &line));
        ck_assert_uint_eq(results_reader_damaged(reader), 1);
        ck_assert(!results_reader_next(reader, &line));
        ck_assert_uint_eq(results_reader_damaged(reader), 1);
        ck_assert(results_reader_check(reader, &error));
        results_reader_rewind(reader);
    }
    results_reader_destroy(reader);
}
END_TEST

START_TEST(lines_longer_than_the_buffer_are_whole_and_endless_ones_are_passed_over)
{
    size_t size = 9 * 1024 * 1024;
    char *content = malloc(size + 1);
    memset(content, 'x', size);
    content[size] = '\0';
    content[3] = '\n';
    content[1000000] = '\n';
    content[size - 4] = '\n';
    struct results_reader *reader = open_reader(content);
    struct results_line line;
    ck_assert(results_reader_next(reader, &line));
    ck_assert_uint_eq(line.length, 3);
    ck_assert(results_reader_next(reader, &line));
    ck_assert_uint_eq(line.length, 1000000 - 4);
    ck_assert(!results_reader_next(reader, &line)); /* 8 MiB, then three bytes without an end */
    ck_assert_uint_eq(results_reader_damaged(reader), 2);
    results_reader_destroy(reader);
    free(content);
}
END_TEST

START_TEST(what_is_appended_later_is_not_read)
{
    struct results_reader *reader = open_reader("one\n");
    scratch_write("results.jsonl", "one\ntwo\n");
    struct results_line line;
    ck_assert(results_reader_next(reader, &line));
    ck_assert(!results_reader_next(reader, &line));
    ck_assert_uint_eq(results_reader_damaged(reader), 0);
    results_reader_destroy(reader);
}
END_TEST

START_TEST(a_directory_cannot_be_read)
{
    struct error error = {0};
    struct results_line line;
    struct results_reader *reader =
        results_reader_create(open(scratch, O_RDONLY | O_DIRECTORY), "a directory");
    ck_assert(!results_reader_next(reader, &line));
    ck_assert(!results_reader_check(reader, &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_ptr_nonnull(strstr(error.text, "a directory"));
    results_reader_destroy(reader);
}
END_TEST

static const char *const no_records[] = {
    "",
    "{}",
    "[]",
    "null",
    "12",
    "{\"schema\":\"haul.result/2\",\"key\":\"" KEY "\"}",
    "{\"schema\":null}",
    START ",\"source\":\"l\",\"line\":1",
    START ",\"a\":1}" START "}",
};

START_TEST(other_lines_are_no_records)
{
    struct results_line line = line_of(no_records[_i]);
    ck_assert_ptr_null(results_line_parse(&line));
    ck_assert_ptr_null(results_line_parse_verdict(&line));
    ck_assert_ptr_null(results_line_parse_file(&line));
}
END_TEST

static const struct {
    const char *line;
    bool has_key;
} keys[] = {
    {WHOLE, true},
    {START "}", true},
    {"{ \"key\": \"" KEY "\", \"schema\": \"haul.result/1\"}", true},
    {"{\"schema\":\"haul.result/1\",\"i\":1,\"key\":\"0123456789ABCDEFfedcba9876543210\"}", false},
    {"{\"schema\":\"haul.result/1\",\"i\":1,\"key\":\"0123\"}", false},
    {"{\"schema\":\"haul.result/1\",\"i\":1,\"key\":\"0123", false},
    {"{\"schema\":\"haul.result/1\",\"i\":1,\"key\":null}", false},
    {"{\"schema\":\"haul.result/1\"}", false},
    {"{\"schema\":\"haul.result/2\", \"key\": \"" KEY "\"}", false},
    {"", false},
};

START_TEST(a_key_is_32_digits)
{
    struct results_line line = line_of(keys[_i].line);
    struct key key = {0};
    ck_assert_int_eq(results_line_key(&line, &key), keys[_i].has_key);
    ck_assert_uint_eq(key.high, keys[_i].has_key ? UINT64_C(0x0123456789abcdef) : 0);
    ck_assert_uint_eq(key.low, keys[_i].has_key ? UINT64_C(0xfedcba9876543210) : 0);
}
END_TEST

START_TEST(a_verdict_says_what_the_record_says)
{
    static const char *const spaced =
        "{\"key\": \"" KEY "\", \"schema\": \"haul.result/1\", \"status\": \"failed\", "
        "\"class\": \"timeout\", \"http\": 200, \"bytes\": {\"wire\": 5}, "
        "\"etag\": \"\\\"e\\\"\", \"redirects\": [{\"http\": 301, \"url\": \"http://h/2\"}]}";
    static const char *const lines[] = {WHOLE, spaced};
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        struct results_line line = line_of(lines[i]);
        json_t *record = results_line_parse_verdict(&line);
        ck_assert_ptr_nonnull(record);
        assert_string(record, "status", "failed");
        assert_string(record, "class", "timeout");
        assert_integer(record, "http", 200);
        assert_integer(record, "bytes.wire", 5);
        assert_string(record, "etag", "\"e\"");
        assert_string(record, "redirects.0.url", "http://h/2");
        struct key key;
        ck_assert(results_record_key(record, &key));
        json_decref(record);
        record = results_line_parse_file(&line);
        ck_assert_ptr_nonnull(record);
        assert_string(record, "status", "failed");
        assert_integer(record, "bytes.wire", 5);
        if (i == 0) {
            assert_integer(record, "i", 1);
            assert_null(record, "image");
            assert_null(record, "path");
        }
        /* What was passed over in haul's own line; the other is taken as it is. */
        ck_assert_int_eq(json_object_get(record, "etag") == NULL, i == 0);
        json_decref(record);
    }
}
END_TEST

static const struct {
    const char *line;
    bool may_exceed_50;
} totals[] = {
    {WHOLE, true},
    {"{\"us\":{\"total\":51}}", true},
    {"{\"us\":{\"total\":50}}", false},
    {"{\"us\":{\"total\":  51}}", true},
    {"{\"us\":{\"total\":null}}", false},
    {"{\"us\":{\"total\":5},\"extra\":{\"total\":99}}", true},
    {"{\"url\":\"\\\"total\\\":99\",\"us\":{\"total\":5}}", false},
    {"{\"us\" : {\"total\" : 99}}", true}, /* not seen: to be parsed */
    {"{}", true},
};

START_TEST(only_slower_lines_are_parsed)
{
    struct results_line line = line_of(totals[_i].line);
    ck_assert_int_eq(results_line_may_exceed(&line, 50), totals[_i].may_exceed_50);
}
END_TEST

START_TEST(the_slowest_come_first)
{
    static const int64_t times[] = {5, 90, 7, 90, 0, -1, 3, 3, 100, 1, 2, 4, 6, 8, 60};
    static const int64_t expected[] = {100, 90, 90, 60, 8, 7, 6, 5, 4, 3, 3, 2, 1, 0};
    static const int expected_lines[] = {9, 2, 4, 15, 14, 3, 13, 1, 12, 7, 8, 11, 10, 5};
    char content[8192];
    size_t length = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
        char total[32] = "null";
        if (times[i] >= 0)
            snprintf(total, sizeof(total), "%lld", (long long)times[i]);
        length += (size_t)snprintf(content + length, sizeof(content) - length,
                                   "%s,\"line\":%zu,\"url\":\"u\",\"us\":{\"total\":%s},\"bytes\":{"
                                   "\"file\":1}}\nnothing\n",
                                   START, i + 1, total);
    }
    struct results_reader *reader = open_reader(content);
    struct slowest slowest;
    struct error error = {0};
    ck_assert(slowest_read(&slowest, reader, &error));
    ck_assert_uint_eq(slowest.count, ARRAY_LENGTH(expected));
    json_t *value = slowest_value(&slowest);
    for (size_t i = 0; i < ARRAY_LENGTH(expected); i++) {
        char path[32];
        ck_assert_int_eq(slowest.urls[i].total_us, expected[i]);
        snprintf(path, sizeof(path), "%zu.line", i);
        assert_integer(value, path, expected_lines[i]);
        snprintf(path, sizeof(path), "%zu.total_us", i);
        assert_integer(value, path, expected[i]);
    }
    assert_null(value, "0.class");
    assert_integer(value, "0.bytes", 1);
    json_decref(value);
    slowest_clear(&slowest);
    results_reader_destroy(reader);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("results_reader");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
    tcase_add_test(tests, lines_come_again_after_a_rewind);
    tcase_add_test(tests, lines_longer_than_the_buffer_are_whole_and_endless_ones_are_passed_over);
    tcase_add_test(tests, what_is_appended_later_is_not_read);
    tcase_add_test(tests, a_directory_cannot_be_read);
    tcase_add_loop_test(tests, other_lines_are_no_records, 0, (int)ARRAY_LENGTH(no_records));
    tcase_add_loop_test(tests, a_key_is_32_digits, 0, (int)ARRAY_LENGTH(keys));
    tcase_add_test(tests, a_verdict_says_what_the_record_says);
    tcase_add_loop_test(tests, only_slower_lines_are_parsed, 0, (int)ARRAY_LENGTH(totals));
    tcase_add_test(tests, the_slowest_come_first);
    Suite *suite = suite_create("results_reader");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
