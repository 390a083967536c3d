#include "model/list_entry.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL "http://a.example/x"
#define FIELDS_MAX 8
#define MD5 "md5=900150983cd24fb0d6963f7d28e17f72"
#define SHA256 "sha-256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* "key=value", or "key:json" with JSON text as the value. */
static struct list_field field_of(const char *text)
{
    size_t key_length = strcspn(text, "=:");
    const char *value = text + key_length + 1;
    return (struct list_field){text, key_length, value, strlen(value), text[key_length] == ':'};
}

struct built {
    bool is_fine;
    const char *url;
    size_t url_length;
    struct list_entry *entry;
    const struct list_field *unknown;
    char problem[LIST_PROBLEM_SIZE];
    struct list_field fields[FIELDS_MAX];
};

static void build(struct built *built, const char *url, const char *const *texts)
{
    size_t count = 0;
    *built = (struct built){.problem = ""};
    while (count < FIELDS_MAX && texts[count] != NULL) {
        built->fields[count] = field_of(texts[count]);
        count++;
    }
    built->is_fine =
        list_entry_build(url, strlen(url), built->fields, count, &built->url, &built->url_length,
                         &built->entry, &built->unknown, built->problem);
}

/* The entry in one line: what is given, in a fixed order. */
static void describe(const struct list_entry *entry, char *out, size_t size)
{
    char digits[DIGEST_TEXT_SIZE];
    FILE *stream = fmemopen(out, size, "w");
    ck_assert_ptr_nonnull(stream);
    if (entry->out != NULL)
        fprintf(stream, "out[%s]", entry->out);
    if (entry->dir != NULL)
        fprintf(stream, "dir[%s]", entry->dir);
    if (entry->referer != NULL)
        fprintf(stream, "referer[%s]", entry->referer);
    if (entry->checksum.algorithm != DIGEST_NONE)
        fprintf(stream, "%s[%.8s]", digest_name(entry->checksum.algorithm),
                checksum_format(&entry->checksum, digits));
    if (entry->priority != 0)
        fprintf(stream, "priority[%lld]", (long long)entry->priority);
    for (size_t i = 0; i < entry->header_count; i++)
        fprintf(stream, "header[%s]", entry->headers[i]);
    for (size_t i = 0; i < entry->mirror_count; i++)
        fprintf(stream, "mirror[%s]", entry->mirrors[i]);
    if (entry->extra != NULL)
        fprintf(stream, "extra%s", entry->extra);
    fputc('\0', stream);
    fclose(stream);
}

static const struct {
    const char *url;
    const char *fields[FIELDS_MAX];
    const char *expected; /* "" = there is nothing beside the URL */
} entry_cases[] = {
    {URL, {NULL}, ""},
    {URL, {"out=a b.jpg"}, "out[a b.jpg]"},
    {URL, {"out=  a b.jpg "}, "out[a b.jpg]"},
    {URL, {"dir=2026/11", "out=a.jpg"}, "out[a.jpg]dir[2026/11]"},
    {URL, {"out=\xC3\xA9\xE2\x82\xAC"}, "out[\xC3\xA9\xE2\x82\xAC]"},
    {URL, {"referer=http://b.example/"}, "referer[http://b.example/]"},
    {URL, {"checksum= " MD5 " "}, "md5[90015098]"},
    {URL, {"checksum=" SHA256}, "sha-256[ba7816bf]"},
    {URL, {"priority=5"}, "priority[5]"},
    {URL, {"priority= +7 "}, "priority[7]"},
    {URL, {"priority=-2147483648"}, "priority[-2147483648]"},
    {URL, {"priority=2147483647"}, "priority[2147483647]"},
    {URL, {"priority=-9223372036854775807"}, "priority[-9223372036854775807]"},
    {URL, {"priority=9223372036854775807"}, "priority[9223372036854775807]"},
    {URL, {"priority=0"}, ""},
    {URL, {"priority=-0"}, ""},
    {URL, {"priority=0000000000000000000000012"}, "priority[12]"},
    {URL, {"priority:12"}, "priority[12]"},
    {URL, {"header=X-A: 1"}, "header[X-A: 1]"},
    {URL, {"header=X-A: 1\t X-B: 2 \t\tX-C:3"}, "header[X-A: 1]header[X-B: 2]header[X-C:3]"},
    {URL, {"header=X-A: 1", "out=a", "header=X-A: 1"}, "out[a]header[X-A: 1]header[X-A: 1]"},
    /* the last one counts */
    {URL, {"out=a", "dir=b", "out=c"}, "out[c]dir[b]"},
    {URL, {"priority=1", "priority=2"}, "priority[2]"},
    {URL, {"checksum=" MD5, "checksum=" SHA256}, "sha-256[ba7816bf]"},
    {URL, {"referer=a", "referer=b"}, "referer[b]"},
    /* an empty value is none, and takes one back */
    {URL, {"out=", "dir= ", "referer=", "checksum=", "priority=  ", "header=", "header= \t "}, ""},
    {URL, {"out=a", "out="}, ""},
    {URL, {"out=a", "out:null"}, ""},
    {URL, {"checksum=" MD5, "checksum:null"}, ""},
    {URL, {"priority=1", "priority="}, ""},
    {URL, {"header=X-A: 1", "header="}, "header[X-A: 1]"},
    {URL,
     {"out:null", "dir:null", "referer:null", "checksum:null", "priority:null", "header:null"},
     ""},
    {URL, {"out=null"}, "out[null]"},
    {URL, {"out:123"}, "out[123]"},
    {URL, {"dir:-1.5"}, "dir[-1.5]"},
    /* what the contract does not know */
    {URL, {"alt=a \"b\""}, "extra{\"alt\":\"a \\\"b\\\"\"}"},
    {URL,
     {"n:1", "t:true", "z:null", "o:{\"a\":[1]}", "s=", "e= x "},
     "extra{\"n\":1,\"t\":true,\"z\":null,\"o\":{\"a\":[1]},\"s\":\"\",\"e\":\" x \"}"},
    {URL, {"o:[1,\n2]"}, "extra{\"o\":[1, 2]}"},
    {URL, {"a=1", "b=2", "a=3"}, "extra{\"b\":\"2\",\"a\":\"3\"}"},
    {URL, {"b=1", "a=2", "b:3", "b=", "c=4"}, "extra{\"a\":\"2\",\"b\":\"\",\"c\":\"4\"}"},
    {URL,
     {"Out=a", "OUT=b", "ou=c", "outs=d", "=e"},
     "extra{\"Out\":\"a\",\"OUT\":\"b\",\"ou\":\"c\",\"outs\":\"d\",\"\":\"e\"}"},
    {URL, {"url=x"}, "extra{\"url\":\"x\"}"},
    {URL,
     {"a\"\n\xE2\x80\xAE=\t\x1B\xFF"},
     "extra{\"a\\\"\\n\\u202e\":\"\\t\\u001b\xEF\xBF\xBD\"}"},
    {URL, {"x=1", "out=a", "priority=3"}, "out[a]priority[3]extra{\"x\":\"1\"}"},
    /* mirrors */
    {URL "\thttp://b/", {NULL}, "mirror[http://b/]"},
    {"  " URL "  \t  http://b/ x \t\t \thttp://c/\t",
     {NULL},
     "mirror[http://b/ x]mirror[http://c/]"},
    {URL "\tb\t" URL "\tc\tb\ta", {NULL}, "mirror[b]mirror[c]mirror[a]"},
    {URL "\t" URL, {NULL}, ""},
    {"\t\t" URL "\tb", {NULL}, "mirror[b]"},
    {URL "\tb",
     {"header=X-A: 1", "x=1", "out=o"},
     "out[o]header[X-A: 1]mirror[b]extra{\"x\":\"1\"}"},
};

START_TEST(an_entry_is_what_the_fields_say)
{
    char found[1024] = "";
    struct built built;
    build(&built, entry_cases[_i].url, entry_cases[_i].fields);
    ck_assert_msg(built.is_fine, "%s", built.problem);
    ck_assert_uint_eq(built.url_length, strlen(URL));
    ck_assert(memcmp(built.url, URL, built.url_length) == 0);
    if (built.entry != NULL)
        describe(built.entry, found, sizeof(found));
    ck_assert_str_eq(found, entry_cases[_i].expected);
    ck_assert((built.entry == NULL) == (entry_cases[_i].expected[0] == '\0'));
    if (built.entry != NULL && built.entry->extra != NULL) {
        json_t *extra = json_loads(built.entry->extra, JSON_REJECT_DUPLICATES, NULL);
        ck_assert_msg(json_is_object(extra), "%s", built.entry->extra);
        json_decref(extra);
    }
    list_entry_destroy(built.entry);
}
END_TEST

static const struct {
    const char *field;
    const char *problem;
} problem_cases[] = {
    {"out=a\nb", "out: holds a control character"},
    {"out=a\tb", "out: holds a control character"},
    {"dir=a\x7F", "dir: holds a control character"},
    {"dir=\x1B[31m", "dir: holds a control character"},
    {"referer=a\r\nHost: b", "referer: holds a control character"},
    {"checksum=a\nb", "checksum: holds a control character"},
    {"priority=1\n", "priority: holds a control character"},
    {"out:true", "out: not a string"},
    {"dir:[\"a\"]", "dir: not a string"},
    {"referer:{}", "referer: not a string"},
    {"header:[\"X-A: 1\"]", "header: not a string"},
    {"checksum:false", "checksum: not a string"},
    {"checksum=sha-256=abc", "checksum: sha-256 needs 64 hex digits"},
    {"checksum:12", "checksum: not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"checksum=crc32=00000000", "checksum: not like sha-256=HEX (or md5, sha-1, sha-512)"},
    {"priority=high", "priority: not an integer"},
    {"priority=1.0", "priority: not an integer"},
    {"priority:1e3", "priority: not an integer"},
    {"priority:true", "priority: not an integer"},
    {"priority=-", "priority: not an integer"},
    {"priority=+", "priority: not an integer"},
    {"priority=+-1", "priority: not an integer"},
    {"priority=0x10", "priority: not an integer"},
    {"priority=1 2", "priority: not an integer"},
    {"priority=9223372036854775808", "priority: larger than 64 bits hold"},
    {"priority=-9223372036854775808", "priority: larger than 64 bits hold"},
    {"priority=99999999999999999999999999", "priority: larger than 64 bits hold"},
    {"header=Range: bytes=0-", "header: 'Range' is set by haul itself"},
    {"header=X-A: 1\thost: b", "header: 'host' is set by haul itself"},
    {"header=X-Secret:", "header: 'X-Secret' has no value"},
    {"header=secret", "header: the value is not like 'Name: value'"},
    {"header=X-A: secret\r\nX-B: 2", "header: the value holds a control character"},
    {"header:5", "header: the value is not like 'Name: value'"},
    {"header=If-0123456789012345678901234567890123456789012345678901234567890123456789: x",
     "header: 'If-012345678901234567890123456789012345678901234567890123456...' is set by haul "
     "itself"},
};

START_TEST(a_field_that_cannot_be_used_is_a_problem_with_its_reason)
{
    const char *texts[] = {"x=1", problem_cases[_i].field, "out=fine", NULL};
    struct built built;
    build(&built, URL "\tb", texts);
    ck_assert(!built.is_fine);
    ck_assert_str_eq(built.problem, problem_cases[_i].problem);
    ck_assert_ptr_null(built.entry);
    ck_assert_ptr_null(built.unknown);
    ck_assert_uint_eq(built.url_length, strlen(URL));
}
END_TEST

START_TEST(the_first_unknown_field_is_told)
{
    const char *const texts[] = {"out=a", "Out=b", "x=c", NULL};
    struct built built;
    build(&built, URL, texts);
    ck_assert(built.is_fine);
    ck_assert_ptr_eq(built.unknown, &built.fields[1]);
    list_entry_destroy(built.entry);
    const char *const known[] = {"out=a", NULL};
    build(&built, URL, known);
    ck_assert(built.is_fine);
    ck_assert_ptr_null(built.unknown);
    list_entry_destroy(built.entry);
}
END_TEST

static const struct {
    const char *url;
    const char *first;
} url_cases[] = {
    {"", ""},     {"   ", ""},  {"\t \t", ""},      {" a ", "a"},
    {"a\t", "a"}, {"\ta", "a"}, {" a b\tc", "a b"},
};

START_TEST(the_first_url_has_no_blanks_around_it)
{
    const char *const none[] = {NULL};
    struct built built;
    build(&built, url_cases[_i].url, none);
    ck_assert(built.is_fine);
    ck_assert_uint_eq(built.url_length, strlen(url_cases[_i].first));
    ck_assert(memcmp(built.url, url_cases[_i].first, built.url_length) == 0);
    list_entry_destroy(built.entry);
}
END_TEST

static const struct {
    size_t headers; /* of so many bytes each */
    size_t bytes;
    bool is_fine;
} header_cases[] = {
    {1, LIST_ENTRY_HEADERS_BYTES_MAX, true},
    {1, LIST_ENTRY_HEADERS_BYTES_MAX + 1, false},
    {1, 60 * 1024, false},
    {8, 1024, true},
    {9, 1024, false},
    {8, 1025, false},
};

START_TEST(headers_are_limited_together)
{
    struct list_field fields[16];
    struct list_entry *entry = NULL;
    const char *url;
    size_t url_length;
    char problem[LIST_PROBLEM_SIZE] = "";
    char *header = malloc(header_cases[_i].bytes);
    ck_assert_ptr_nonnull(header);
    memset(header, 'x', header_cases[_i].bytes);
    memcpy(header, "A: ", 3);
    for (size_t i = 0; i < header_cases[_i].headers; i++)
        fields[i] = (struct list_field){"header", 6, header, header_cases[_i].bytes, false};
    ck_assert(list_entry_build(URL, strlen(URL), fields, header_cases[_i].headers, &url,
                               &url_length, &entry, NULL, problem) == header_cases[_i].is_fine);
    ck_assert_str_eq(problem, header_cases[_i].is_fine ? "" : "header: more than 8 KiB together");
    if (entry != NULL)
        ck_assert_uint_eq(entry->header_count, header_cases[_i].headers);
    list_entry_destroy(entry);
    free(header);
}
END_TEST

static bool build_one(const char *key, size_t length, char problem[LIST_PROBLEM_SIZE])
{
    struct list_entry *entry = NULL;
    const char *url;
    size_t url_length;
    char *value = malloc(length);
    ck_assert_ptr_nonnull(value);
    memset(value, 'x', length);
    struct list_field field = {key, strlen(key), value, length, false};
    bool is_fine =
        list_entry_build(URL, strlen(URL), &field, 1, &url, &url_length, &entry, NULL, problem);
    ck_assert(is_fine == (entry != NULL));
    list_entry_destroy(entry);
    free(value);
    return is_fine;
}

START_TEST(other_limits_hold_too)
{
    char problem[LIST_PROBLEM_SIZE];
    ck_assert(build_one("referer", LIST_ENTRY_HEADERS_BYTES_MAX, problem));
    ck_assert(!build_one("referer", LIST_ENTRY_HEADERS_BYTES_MAX + 1, problem));
    ck_assert_str_eq(problem, "referer: longer than 8 KiB");
    ck_assert(build_one("note", LIST_ENTRY_FIELDS_BYTES_MAX - 4, problem));
    ck_assert(!build_one("note", LIST_ENTRY_FIELDS_BYTES_MAX - 3, problem));
    ck_assert_str_eq(problem, "more than 128 KiB beside the URL");

    static struct list_field fields[LIST_ENTRY_FIELDS_MAX + 1];
    struct list_entry *entry = NULL;
    const char *url;
    size_t url_length;
    for (size_t i = 0; i < ARRAY_LENGTH(fields); i++)
        fields[i] = (struct list_field){"x", 1, "y", 1, false};
    ck_assert(!list_entry_build(URL, strlen(URL), fields, ARRAY_LENGTH(fields), &url, &url_length,
                                &entry, NULL, problem));
    ck_assert_str_eq(problem, "more than 1024 fields");
    ck_assert(list_entry_build(URL, strlen(URL), fields, LIST_ENTRY_FIELDS_MAX, &url, &url_length,
                               &entry, NULL, problem));
    ck_assert_str_eq(entry->extra, "{\"x\":\"y\"}");
    list_entry_destroy(entry);
}
END_TEST

START_TEST(the_largest_extra_fits_when_every_byte_is_escaped)
{
    struct list_entry *entry = NULL;
    const char *url;
    size_t url_length;
    char problem[LIST_PROBLEM_SIZE];
    size_t length = LIST_ENTRY_FIELDS_BYTES_MAX - LIST_ENTRY_FIELDS_MAX * 2;
    char *value = malloc(length);
    char keys[LIST_ENTRY_FIELDS_MAX][2];
    static struct list_field fields[LIST_ENTRY_FIELDS_MAX];
    ck_assert_ptr_nonnull(value);
    memset(value, '\x01', length);
    for (size_t i = 0; i < LIST_ENTRY_FIELDS_MAX; i++) {
        keys[i][0] = (char)(1 + i % 30);
        keys[i][1] = (char)(32 + i / 30);
        fields[i] = (struct list_field){keys[i], 2, value, i == 0 ? length : 0, false};
    }
    ck_assert(list_entry_build(URL, strlen(URL), fields, LIST_ENTRY_FIELDS_MAX, &url, &url_length,
                               &entry, NULL, problem));
    ck_assert_ptr_nonnull(entry->extra);
    json_t *extra = json_loads(entry->extra, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_uint_eq(json_object_size(extra), LIST_ENTRY_FIELDS_MAX);
    json_decref(extra);
    list_entry_destroy(entry);
    free(value);
}
END_TEST

START_TEST(mirrors_listed_thousands_of_times_are_told_apart)
{
    enum { COUNT = 16000 };
    struct list_entry *entry = NULL;
    const char *url;
    size_t url_length;
    char problem[LIST_PROBLEM_SIZE];
    char *list = malloc(4 * COUNT);
    ck_assert_ptr_nonnull(list);
    for (size_t i = 0; i < COUNT; i++) {
        list[4 * i] = (char)('a' + i / 8 % 8);
        list[4 * i + 1] = (char)('a' + i % 8);
        list[4 * i + 2] = ' ';
        list[4 * i + 3] = '\t';
    }
    ck_assert(list_entry_build(list, 4 * COUNT, NULL, 0, &url, &url_length, &entry, NULL, problem));
    ck_assert_uint_eq(entry->mirror_count, 8 * 8 - 1);
    for (size_t i = 0; i < entry->mirror_count; i++)
        ck_assert(entry->mirrors[i][0] == 'a' + (char)((i + 1) / 8) &&
                  entry->mirrors[i][1] == 'a' + (char)((i + 1) % 8));
    ck_assert_uint_eq(list_entry_bytes(entry),
                      sizeof(*entry) + entry->mirror_count * (sizeof(char *) + 3));
    list_entry_destroy(entry);
    free(list);
}
END_TEST

START_TEST(the_bytes_of_an_entry_are_those_of_its_block)
{
    const char *const texts[] = {"out=123", "header=A: b", "x=y", NULL};
    struct built built;
    build(&built, URL "\tmirror", texts);
    ck_assert_uint_eq(list_entry_bytes(built.entry),
                      sizeof(struct list_entry) + 2 * sizeof(char *) + sizeof("123") +
                          sizeof("A: b") + sizeof("mirror") + sizeof("{\"x\":\"y\"}"));
    list_entry_destroy(built.entry);
    ck_assert_uint_eq(list_entry_bytes(NULL), 0);
    list_entry_destroy(NULL);
}
END_TEST

START_TEST(a_field_is_found_by_its_whole_key_and_the_last_counts)
{
    const struct list_field fields[] = {field_of("a=1"), field_of("ab=2"), field_of("a=3"),
                                        field_of("=4")};
    ck_assert_ptr_eq(list_field_find(fields, 4, "a", 1), &fields[2]);
    ck_assert_ptr_eq(list_field_find(fields, 2, "a", 1), &fields[0]);
    ck_assert_ptr_eq(list_field_find(fields, 4, "abc", 2), &fields[1]);
    ck_assert_ptr_eq(list_field_find(fields, 4, "", 0), &fields[3]);
    ck_assert_ptr_null(list_field_find(fields, 4, "A", 1));
    ck_assert_ptr_null(list_field_find(fields, 4, "abc", 3));
    ck_assert_ptr_null(list_field_find(NULL, 0, "a", 1));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("list_entry");
    tcase_add_loop_test(cases, an_entry_is_what_the_fields_say, 0, (int)ARRAY_LENGTH(entry_cases));
    tcase_add_loop_test(cases, a_field_that_cannot_be_used_is_a_problem_with_its_reason, 0,
                        (int)ARRAY_LENGTH(problem_cases));
    tcase_add_test(cases, the_first_unknown_field_is_told);
    tcase_add_loop_test(cases, the_first_url_has_no_blanks_around_it, 0,
                        (int)ARRAY_LENGTH(url_cases));
    tcase_add_loop_test(cases, headers_are_limited_together, 0, (int)ARRAY_LENGTH(header_cases));
    tcase_add_test(cases, other_limits_hold_too);
    tcase_add_test(cases, the_largest_extra_fits_when_every_byte_is_escaped);
    tcase_add_test(cases, mirrors_listed_thousands_of_times_are_told_apart);
    tcase_add_test(cases, the_bytes_of_an_entry_are_those_of_its_block);
    tcase_add_test(cases, a_field_is_found_by_its_whole_key_and_the_last_counts);
    Suite *suite = suite_create("list_entry");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
