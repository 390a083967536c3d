#include "model/partial.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"
#define MODIFIED_SECONDS 784111777

static const struct {
    const char *etag;
    const char *modified;
    int64_t date; /* of the reply, relative to MODIFIED_SECONDS; -1 = unknown */
    const char *validator;
} validators[] = {
    {"\"abc\"", NULL, -1, "\"abc\""},
    {"\"abc\"", MODIFIED, 3600, "\"abc\""},
    {"\"\xC3\xA4!#~\"", NULL, -1, "\"\xC3\xA4!#~\""},
    {NULL, MODIFIED, 60, MODIFIED},
    {NULL, MODIFIED, 59, NULL},
    {NULL, MODIFIED, -1, NULL},
    {NULL, NULL, 3600, NULL},
    /* a date may not stand in for a tag that proves nothing */
    {"W/\"abc\"", MODIFIED, 3600, NULL},
    {"w/\"abc\"", NULL, 3600, NULL},
    {"abc", MODIFIED, 3600, NULL},
    {"\"\"", MODIFIED, 3600, NULL},
    {"\"", MODIFIED, 3600, NULL},
    {"", MODIFIED, 3600, NULL},
    {"\"a b\"", NULL, -1, NULL},
    {"\"a\"b\"", NULL, -1, NULL},
    {"\"a\rb\"", NULL, -1, NULL},
    {"\"a\", \"b\"", NULL, -1, NULL},
    {NULL, "Sun, 06 Nov 1994\r\nX: y", 3600, NULL},
    {NULL, "\"Sun, 06 Nov 1994 08:49:37 GMT\"", 3600, NULL},
    {NULL, "784111777", 3600, NULL},
    {NULL, "", 3600, NULL},
};

START_TEST(only_what_proves_a_version_is_a_validator)
{
    int64_t date = validators[_i].date < 0 ? -1 : MODIFIED_SECONDS + validators[_i].date;
    char *found = partial_validator(validators[_i].etag, validators[_i].modified,
                                    validators[_i].modified != NULL ? MODIFIED_SECONDS : -1, date);
    if (validators[_i].validator == NULL)
        ck_assert_msg(found == NULL, "row %d: %s", _i, found);
    else
        ck_assert_str_eq(found, validators[_i].validator);
    free(found);
}
END_TEST

START_TEST(a_tag_above_1_kib_is_no_validator)
{
    char etag[PARTIAL_VALIDATOR_BYTES + 2];
    memset(etag, 'x', sizeof etag);
    etag[0] = etag[PARTIAL_VALIDATOR_BYTES - 1] = '"';
    etag[PARTIAL_VALIDATOR_BYTES] = '\0';
    char *found = partial_validator(etag, NULL, -1, -1);
    ck_assert_str_eq(found, etag);
    free(found);
    etag[PARTIAL_VALIDATOR_BYTES - 1] = 'x';
    etag[PARTIAL_VALIDATOR_BYTES] = '"';
    etag[PARTIAL_VALIDATOR_BYTES + 1] = '\0';
    ck_assert_ptr_null(partial_validator(etag, NULL, -1, -1));
}
END_TEST

static const struct {
    const char *value;
    bool is_fine;
    struct content_range range;
} ranges[] = {
    {"bytes 0-0/1", true, {0, 0, 1}},
    {" BYTES 5-9/10\t", true, {5, 9, 10}},
    {"bytes 0-9223372036854775806/9223372036854775807", true, {0, INT64_MAX - 1, INT64_MAX}},
    {"bytes 0-0/9223372036854775808", false, {0}},
    {"bytes 18446744073709551616-18446744073709551617/18446744073709551618", false, {0}},
    {"bytes 0-1/1", false, {0}},
    {"bytes 2-1/3", false, {0}},
    {"bytes 0-0/*", false, {0}},
    {"bytes */10", false, {0}},
    {"bytes=0-0/1", false, {0}},
    {"bytes  0-0/1", false, {0}},
    {"bytes -1-2/3", false, {0}},
    {"bytes +1-2/3", false, {0}},
    {"bytes 0 - 1/3", false, {0}},
    {"bytes 0-1/3x", false, {0}},
    {"bytes 0-1/3, bytes 0-1/3", false, {0}},
    {"bytes 0-1", false, {0}},
    {"bytes", false, {0}},
    {"items 0-1/3", false, {0}},
    {"", false, {0}},
};

START_TEST(a_content_range_is_read_strictly)
{
    struct content_range range = {7, 7, 7};
    bool is_fine = content_range_parse(ranges[_i].value, strlen(ranges[_i].value), &range);
    ck_assert_msg(is_fine == ranges[_i].is_fine, "%s", ranges[_i].value);
    struct content_range wanted = is_fine ? ranges[_i].range : (struct content_range){7, 7, 7};
    ck_assert_int_eq(range.first, wanted.first);
    ck_assert_int_eq(range.last, wanted.last);
    ck_assert_int_eq(range.total, wanted.total);
}
END_TEST

static const struct {
    struct content_range range;
    bool fits;
} fits[] = {
    {{100, 999, 1000}, true},  {{99, 999, 1000}, false},  {{101, 999, 1000}, false},
    {{100, 998, 1000}, false}, {{100, 999, 1001}, false}, {{100, 1000, 1001}, false},
    {{100, 998, 999}, false},  {{0, 999, 1000}, false},
};

START_TEST(a_reply_goes_on_exactly_or_not_at_all)
{
    struct partial partial = {.bytes = 100, .total = 1000};
    ck_assert_int_eq(partial_fits(&partial, &fits[_i].range), fits[_i].fits);
}
END_TEST

static const struct {
    char *validator;
    const char *etag;
    const char *modified;
    bool contradicts;
} versions[] = {
    {"\"a\"", "\"a\"", NULL, false},
    {"\"a\"", NULL, MODIFIED, true},
    {"\"a\"", NULL, NULL, true},
    {"\"a\"", "\"b\"", NULL, true},
    {"\"a\"", "W/\"a\"", NULL, true},
    {MODIFIED, NULL, MODIFIED, false},
    {MODIFIED, NULL, NULL, false},
    {MODIFIED, "\"a\"", NULL, false},
    {MODIFIED, NULL, "Sun, 06 Nov 1994 08:49:38 GMT", true},
    {"\"a\"", "\"A\"", NULL, true},
};

START_TEST(another_version_is_seen)
{
    struct partial partial = {.validator = versions[_i].validator};
    ck_assert_int_eq(partial_contradicts(&partial, versions[_i].etag, versions[_i].modified),
                     versions[_i].contradicts);
}
END_TEST

static struct url url_of(const char *text)
{
    struct url url;
    enum failure failure;
    const char *reason;
    ck_assert(url_parse(text, strlen(text), &url, &failure, &reason));
    return url;
}

static const struct {
    const char *url;
    bool by_tag;
    bool by_date;
} places[] = {
    {"http://host/dir/file?a=1", true, true},    {"HTTP://HOST:80/dir/file?a=1#x", true, true},
    {"http://host/dir/file?a=2", true, false},   {"http://host/dir/file", true, false},
    {"http://host/dir/file2?a=1", false, false}, {"http://host/dir/fil?a=1", false, false},
    {"https://host/dir/file?a=1", false, false}, {"http://host:81/dir/file?a=1", false, false},
    {"http://other/dir/file?a=1", false, false},
};

START_TEST(a_validator_counts_where_it_was_given)
{
    struct url first = url_of("http://host/dir/file?a=1");
    struct url other = url_of(places[_i].url);
    struct partial partial = {.validator = "\"a\""};
    partial_set_url(&partial, &first);
    ck_assert_int_eq(partial_is_from(&partial, &other), places[_i].by_tag);
    partial.validator = MODIFIED;
    ck_assert_int_eq(partial_is_from(&partial, &other), places[_i].by_date);
    url_clear(&first);
    url_clear(&other);
}
END_TEST

static struct partial sample(char *validator)
{
    return (struct partial){
        .bytes = 5,
        .total = INT64_MAX,
        .synced_bytes = 4711,
        .place = {UINT64_C(0x0123456789abcdef), UINT64_MAX},
        .query = {1, 0},
        .validator = validator,
        .boot = "f7b0e70f-8ce3-4c9d-8f89-7260060d6ce1",
    };
}

static char longest[PARTIAL_VALIDATOR_BYTES + 1];

static const char *const written[] = {"\"a\"", "\"\xFF\x80!\"", MODIFIED, longest};

START_TEST(what_was_written_is_read_back)
{
    memset(longest, 'x', sizeof longest);
    longest[0] = longest[sizeof longest - 2] = '"';
    longest[sizeof longest - 1] = '\0';
    struct partial partial = sample((char *)written[_i]);
    struct partial found;
    struct text text;
    text_init(&text, PARTIAL_TEXT_BYTES);
    partial_format(&partial, &text);
    ck_assert(!text.is_full);
    ck_assert(partial_parse(text.data, text.length, &found));
    ck_assert_str_eq(found.validator, written[_i]);
    ck_assert_str_eq(found.boot, partial.boot);
    ck_assert_int_eq(found.total, partial.total);
    ck_assert_int_eq(found.synced_bytes, partial.synced_bytes);
    ck_assert_int_eq(found.bytes, 0);
    ck_assert_mem_eq(&found.place, &partial.place, sizeof found.place);
    ck_assert_mem_eq(&found.query, &partial.query, sizeof found.query);
    partial_clear(&found);
    text_clear(&text);
}
END_TEST

START_TEST(no_change_of_one_byte_and_no_cut_goes_unnoticed)
{
    struct partial partial = sample("\"etag\"");
    struct partial found;
    struct text text;
    text_init(&text, PARTIAL_TEXT_BYTES);
    partial_format(&partial, &text);
    for (size_t i = 0; i < text.length; i++) {
        ck_assert_msg(!partial_parse(text.data, i, &found), "cut at %zu", i);
        char before = text.data[i];
        static const char others[] = {'\0', '0', '9', 'f', 'a', '\n', '-', (char)0xFF};
        for (size_t k = 0; k < sizeof others; k++) {
            text.data[i] = others[k];
            ck_assert_msg(before == others[k] || !partial_parse(text.data, text.length, &found),
                          "byte %zu as %d", i, others[k]);
        }
        text.data[i] = before;
    }
    text_append_char(&text, '\n');
    ck_assert(!partial_parse(text.data, text.length, &found));
    text_clear(&text);
}
END_TEST

/* A hash is no signature: somebody else's text may carry a right one. */
static const char *const hostile[] = {
    "haul.part/1\ntotal 5\nsynced 0\nboot \nplace %s\nquery %s\nvalidator 220d0a583a20790a22\nend ",
    "haul.part/1\ntotal 5\nsynced 0\nboot \nplace %s\nquery %s\nvalidator 220022\nend ",
    "haul.part/1\ntotal 5\nsynced 0\nboot \nplace %s\nquery %s\nvalidator \nend ",
    "haul.part/1\ntotal 5\nsynced 0\nboot \nplace %s\nquery %s\nvalidator 2\nend ",
    "haul.part/1\ntotal -5\nsynced 0\nboot \nplace %s\nquery %s\nvalidator 226122\nend ",
    "haul.part/1\ntotal 99999999999999999999\nsynced 0\nboot \nplace %s\nquery %s\nvalidator "
    "226122\nend ",
    "haul.part/1\ntotal 5\nsynced 0\nboot x/../y\nplace %s\nquery %s\nvalidator 226122\nend ",
    "haul.part/1\ntotal 5\nsynced 0\nboot "
    "0123456789012345678901234567890123456789012345678901234567890123456789\nplace %s\nquery "
    "%s\nvalidator 226122\nend ",
    "haul.part/2\ntotal 5\nsynced 0\nboot \nplace %s\nquery %s\nvalidator 226122\nend ",
};

static bool parses_with_right_hash(const char *format)
{
    char bytes[1024], digits[KEY_TEXT_SIZE], zero[KEY_TEXT_SIZE];
    key_format((struct key){0}, zero);
    /* one of the fixed texts above */
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wformat-nonliteral\"")
        size_t length = (size_t)snprintf(bytes, sizeof bytes, format, zero, zero);
    _Pragma("GCC diagnostic pop") key_format(key_of(bytes, length), digits);
    snprintf(bytes + length, sizeof bytes - length, "%s\n", digits);
    struct partial found;
    bool is_fine = partial_parse(bytes, strlen(bytes), &found);
    if (is_fine)
        partial_clear(&found);
    return is_fine;
}

START_TEST(a_hostile_text_with_a_right_hash_is_refused)
{
    ck_assert(!parses_with_right_hash(hostile[_i]));
    ck_assert(parses_with_right_hash(
        "haul.part/1\ntotal 5\nsynced 0\nboot \nplace %s\nquery %s\nvalidator 226122\nend "));
}
END_TEST

START_TEST(parts_have_names_of_their_own)
{
    ck_assert(partial_is_name("0123456789abcdef0123456789abcdef.part", ".part"));
    static const char *const others[] = {"0123456789abcdef0123456789abcdef.info",
                                         "0123456789abcdef0123456789abcde.part",
                                         "0123456789abcdef0123456789abcdef0.part",
                                         "0123456789ABCDEF0123456789abcdef.part",
                                         "0123456789abcdef0123456789abcdef.part2",
                                         "0123456789abcdef0123456789abcdef",
                                         ".part",
                                         "",
                                         "17"};
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        ck_assert_msg(!partial_is_name(others[i], ".part"), "%s", others[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("partial");
    TCase *tests = tcase_create("partial");
    tcase_add_loop_test(tests, only_what_proves_a_version_is_a_validator, 0,
                        (int)ARRAY_LENGTH(validators));
    tcase_add_test(tests, a_tag_above_1_kib_is_no_validator);
    tcase_add_loop_test(tests, a_content_range_is_read_strictly, 0, (int)ARRAY_LENGTH(ranges));
    tcase_add_loop_test(tests, a_reply_goes_on_exactly_or_not_at_all, 0, (int)ARRAY_LENGTH(fits));
    tcase_add_loop_test(tests, another_version_is_seen, 0, (int)ARRAY_LENGTH(versions));
    tcase_add_loop_test(tests, a_validator_counts_where_it_was_given, 0, (int)ARRAY_LENGTH(places));
    tcase_add_loop_test(tests, what_was_written_is_read_back, 0, (int)ARRAY_LENGTH(written));
    tcase_add_test(tests, no_change_of_one_byte_and_no_cut_goes_unnoticed);
    tcase_add_loop_test(tests, a_hostile_text_with_a_right_hash_is_refused, 0,
                        (int)ARRAY_LENGTH(hostile));
    tcase_add_test(tests, parts_have_names_of_their_own);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
