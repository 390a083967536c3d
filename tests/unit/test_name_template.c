#include "model/name_template.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/name_path.h"
#include "model/name_table.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static const struct list_field fields[] = {
    {"title", 5, "A fine day", 10, false},
    {"set", 3, "old", 3, false},
    {"path", 4, "../../etc/passwd", 16, false},
    {"percent", 7, "100%41", 6, false},
    {"empty", 5, "", 0, false},
    {"dots", 4, "..", 2, false},
    {"number", 6, "12.50", 5, true},
    {"null", 4, "null", 4, true},
    {"object", 6, "{\"a\":1}", 7, true},
    {"two words", 9, "x", 1, false},
    {"set", 3, "new", 3, false},
};

/* The zeros are there, also when every component has to get a number. */
static void check_digest(const char *path, size_t digest)
{
    ck_assert_msg(strncmp(path + digest, ZEROS, NAME_DIGEST_LENGTH) == 0, "%s", path);
    struct name_table *table = name_table_create();
    char claimed[NAME_PATH_SIZE];
    for (size_t i = 1; i <= strlen(path); i++) {
        char *prefix = strndup(path, i);
        if (path[i] == '/' || path[i] == '\0')
            name_table_claim(table, prefix, true, (struct name_owner){0}, claimed);
        free(prefix);
    }
    name_table_claim(table, path, true, (struct name_owner){0}, claimed);
    ck_assert_str_ne(claimed, path);
    digest = name_path_follow(path, digest, claimed);
    ck_assert_msg(strncmp(claimed + digest, ZEROS, NAME_DIGEST_LENGTH) == 0, "%s", claimed);
    name_table_destroy(table);
}

/* Expands for record 7 of line 1234, behind what is in `path`. */
static size_t expand(const char *text, const char *listed, struct text *path)
{
    struct url url;
    enum failure failure;
    const char *reason;
    ck_assert_msg(url_parse(listed, strlen(listed), &url, &failure, &reason), "%s", listed);
    struct error error = {0};
    struct name_template *template = name_template_create(text, &error);
    ck_assert_msg(template != NULL, "%s", error.text);
    struct name_values values = {
        .url = &url,
        .index = 7,
        .line = 1234,
        .fields = fields,
        .field_count = ARRAY_LENGTH(fields),
    };
    size_t digest = 0;
    name_template_expand(template, &values, path, &digest);
    ck_assert_int_eq(name_template_has_digest(template), digest != SIZE_MAX);
    ck_assert_int_eq(name_template_is_default(template), strcmp(text, "{name}") == 0);
    name_template_destroy(template);
    url_clear(&url);
    ck_assert_msg(name_path_is_safe(path->data), "%s", path->data);
    ck_assert_uint_eq(path->length, strlen(path->data));
    if (digest != SIZE_MAX)
        check_digest(path->data, digest);
    return digest;
}

#define PHOTO "http://Img.Example.org:8080/a/b/photo.jpg?size=1"

static const struct {
    const char *template;
    const char *url;
    const char *expected;
} cases[] = {
    {"{name}", PHOTO, "photo.jpg"},
    {"{stem}", PHOTO, "photo"},
    {"{ext}", PHOTO, "jpg"},
    {"{host}", PHOTO, "img.example.org"},
    {"{path}", PHOTO, "a/b/photo.jpg"},
    {"{index}", PHOTO, "7"},
    {"{line}", PHOTO, "1234"},
    {"{host}/{path}", PHOTO, "img.example.org/a/b/photo.jpg"},
    {"{stem}-{index:06}.{ext}", PHOTO, "photo-000007.jpg"},
    {"{index:3}_{name}", PHOTO, "007_photo.jpg"},
    {"{line:018}", PHOTO, "000000000000001234"},
    {"{line:2}", PHOTO, "1234"},
    {"all", PHOTO, "all"},
    {"x/{name}", PHOTO, "x/photo.jpg"},
    {"{{{name}}}", PHOTO, "{photo.jpg}"},
    {"{{name}}", PHOTO, "{name}"},
    {"}}{{", PHOTO, "}{"},
    {"x{path}y", PHOTO, "xa/b/photo.jpgy"},
    {"{path}/{name}", PHOTO, "a/b/photo.jpg/photo.jpg"},
    /* nothing to say */
    {"{name}", "http://h/a/", "index"},
    {"{stem}.{ext}", "http://h/a/", "index"},
    {"{index}-{name}", "http://h/", "7-index"},
    {"{ext}", "http://h/a", "index"},
    {"{ext}/{name}", "http://h/a", "index/a"},
    {"{stem}.{ext}", "http://h/README", "README"},
    {"{stem}.{ext}", "http://h/a.tar.gz", "a.tar.gz"},
    {"{stem}", "http://h/a.tar.gz", "a"},
    {"{ext}", "http://h/a.tar.gz", "tar.gz"},
    {"{path}", "http://h", "index"},
    {"{path}", "http://h/?a/b", "index"},
    {"{column:nothing}", PHOTO, "index"},
    {"{column:empty}/{column:nothing}{column:empty}/{name}", PHOTO, "index/index/photo.jpg"},
    {"a{column:nothing}b", PHOTO, "ab"},
    /* columns */
    {"{column:title}.{ext}", PHOTO, "A fine day.jpg"},
    {"{column:set}", PHOTO, "new"},
    {"{column:two words}", PHOTO, "x"},
    {"{column:number}", PHOTO, "12.50"},
    {"{column:null}", PHOTO, "null"},
    {"{column:object}", PHOTO, "{%22a%22%3A1}"},
    {"{column:Title}", PHOTO, "index"},
    {"{column:path}", PHOTO, "%2E.%2F..%2Fetc%2Fpasswd"},
    {"{column:percent}", PHOTO, "100%2541"},
    {"{column:dots}/{name}", PHOTO, "index/photo.jpg"},
    {"{column:dots}{column:dots}", PHOTO, "index"},
    {".{column:dots}", PHOTO, "index"},
    {"a/.{column:empty}/b", PHOTO, "a/index/b"},
    {"{column:percent}{index}", PHOTO, "100%25417"},
    /* what a URL says stays in its component */
    {"{name}", "http://h/..%2F..%2Fx", "%2E.%2F..%2Fx"},
    {"a/{name}", "http://h/..%2F..%2Fx", "a/%2E.%2F..%2Fx"},
    {"a-{name}", "http://h/..%2Fx", "a-..%2Fx"},
    {"{path}", "http://h/../%2e%2e/x/%2E./y", "y"},
    {"{path}", "http://h/a%2Fb/c", "a%2Fb/c"},
    {"{path}/x", "http://h/..", "index/x"},
    {"{stem}41", "http://h/a%25.jpg", "a%2541"},
    {"{name}41", "http://h/a%25", "a%2541"},
    {"{name}41", "http://h/a%", "a%2541"},
    {"{stem}{ext}", "http://h/%252e.2e", "%252e2e"},
    {"-{name}", "http://h/rf", "%2Drf"},
    {".{name}", "http://h/rc", "%2Erc"},
    {" {name} ", PHOTO, "photo.jpg"},
    {"{name}.", PHOTO, "photo.jpg"},
    {"con.{ext}", PHOTO, "_con.jpg"},
    {"{host}", "http://[::1]/a", "[%3A%3A1]"},
    {"{host}/{path}", "http://[fe80::1%25eth0]/a", "[fe80%3A%3A1%2525eth0]/a"},
    {"{host}", "http://127.0.0.1:81/", "127.0.0.1"},
    /* literal text */
    {"100%41", PHOTO, "100%2541"},
    {"%2e%2e/x", PHOTO, "%252e%252e/x"},
    {"a\\b:c", PHOTO, "a%5Cb%3Ac"},
    {"caf\xc3\xa9/{name}", PHOTO, "caf\xc3\xa9/photo.jpg"},
    {"a\n{name}", PHOTO, "a%0Aphoto.jpg"},
    {".haul/{name}", PHOTO, "%2Ehaul/photo.jpg"},
};

START_TEST(a_template_gives_a_path)
{
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    ck_assert_uint_eq(expand(cases[_i].template, cases[_i].url, &path), SIZE_MAX);
    ck_assert_msg(strcmp(path.data, cases[_i].expected) == 0, "%s of %s: %s, not %s",
                  cases[_i].template, cases[_i].url, path.data, cases[_i].expected);
    text_reset(&path);
    text_append_string(&path, "d/e");
    expand(cases[_i].template, cases[_i].url, &path);
    ck_assert_int_eq(strncmp(path.data, "d/e/", 4), 0);
    ck_assert_str_eq(path.data + 4, cases[_i].expected);
    text_clear(&path);
}
END_TEST

static const struct {
    const char *template;
    const char *problem; /* part of the error's text */
} broken[] = {
    {"{nmae}", "{nmae} is none of {name} {stem}"},
    {"{}", "is none of"},
    {"{NAME}", "is none of"},
    {"{ name}", "is none of"},
    {"{names}", "is none of"},
    {"{na}", "is none of"},
    {"{:3}", "is none of"},
    {"{name", "no '}'"},
    {"a{", "no '}'"},
    {"{{{", "no '}'"},
    {"{column:", "no '}'"},
    {"name}", "without a '{'"},
    {"{name}}", "without a '{'"},
    {"{{name}", "without a '{'"},
    {"{column}", "no column"},
    {"{column:}", "no column"},
    {"{index:}", "width"},
    {"{index:0}", "width"},
    {"{index:19}", "width"},
    {"{index:x}", "width"},
    {"{index:-1}", "width"},
    {"{index:+1}", "width"},
    {"{index:6d}", "width"},
    {"{index:0006}", "width"},
    {"{index:18446744073709551617}", "width"},
    {"{line:99}", "width"},
    {"{name:3}", "cannot have a width"},
    {"{sha256:3}", "cannot have a width"},
    {"{path:}", "cannot have a width"},
    {"{sha256}{sha256}", "twice"},
    {"{sha256}/x/{sha256}", "twice"},
    {"", "empty"},
    {"/", "empty"},
    {"/{name}", "empty"},
    {"{name}/", "empty"},
    {"a//{name}", "empty"},
    {".", "empty"},
    {"..", "empty"},
    {"../{name}", "empty"},
    {"{name}/..", "empty"},
    {"a/./{name}", "empty"},
    {"a/ /{name}", "empty"},
    {"a/.../{name}", "empty"},
};

START_TEST(a_broken_template_is_refused_with_a_reason)
{
    struct error error = {0};
    ck_assert_ptr_null(name_template_create(broken[_i].template, &error));
    ck_assert_int_eq(error.kind, ERROR_USAGE);
    ck_assert_msg(strstr(error.text, broken[_i].problem) != NULL, "%s: %s", broken[_i].template,
                  error.text);
    ck_assert_ptr_null(name_template_create(broken[_i].template, NULL));
}
END_TEST

START_TEST(a_template_has_a_limit)
{
    char text[NAME_TEMPLATE_MAX + 2];
    memset(text, 'a', sizeof text);
    text[NAME_TEMPLATE_MAX] = '\0';
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    expand(text, PHOTO, &path);
    text_clear(&path);
    text[NAME_TEMPLATE_MAX] = '%';
    text[NAME_TEMPLATE_MAX + 1] = '\0';
    struct error error;
    ck_assert_ptr_null(name_template_create(text, &error));
    ck_assert_int_eq(error.kind, ERROR_USAGE);
}
END_TEST

static const struct {
    const char *template;
    const char *expected;
} digests[] = {
    {"{sha256}", ZEROS},
    {"{sha256}.{ext}", ZEROS ".jpg"},
    {"{stem}-{sha256}.{ext}", "photo-" ZEROS ".jpg"},
    {"{sha256}/{name}", ZEROS "/photo.jpg"},
    {"x/{sha256}/{path}", "x/" ZEROS "/a/b/photo.jpg"},
    {"{path}/{sha256}", "a/b/photo.jpg/" ZEROS},
    {".{sha256}", "%2E" ZEROS},
    {" {sha256} ", ZEROS},
    {"0{sha256}0", "0" ZEROS "0"},
    {"%{sha256}", "%25" ZEROS},
    {"nul.{sha256}", "_nul." ZEROS},
    {"{column:percent}{sha256}", "100%2541" ZEROS},
};

START_TEST(a_digest_has_its_place)
{
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    size_t digest = expand(digests[_i].template, PHOTO, &path);
    ck_assert_str_eq(path.data, digests[_i].expected);
    const char *run = strstr(path.data, ZEROS);
    ck_assert_uint_eq(digest, (size_t)(run - path.data) + (digests[_i].template[0] == '0'));
    text_reset(&path);
    text_append_string(&path, "d");
    ck_assert_uint_eq(expand(digests[_i].template, PHOTO, &path), digest + 2);
    text_clear(&path);
}
END_TEST

static const char *const long_digests[] = {
    "{name}-{sha256}.{ext}",
    "{sha256}-{name}",
    "{name}{sha256}{name}",
    "{sha256}{path}",
    "{path}{sha256}",
    "{path}/{sha256}",
    "{sha256}/{path}",
    "{path}/{sha256}/{path}",
    "{path}/{name}{sha256}{name}/{path}",
    "{path}/x{sha256}{name}/{host}",
    "..........................................................................................."
    "..........................................................................................."
    "{sha256}{name}",
    "                                                                                           "
    "{name}{stem}{ext}{sha256}",
    "nul.{name}{name}{name}{sha256}.tar.gz",
};

/* Every length of the last segment, so that every place of the cut is met. */
START_TEST(a_digest_is_never_cut)
{
    for (size_t length = 1; length < 320; length++) {
        struct text url;
        text_init(&url, URL_MAX_BYTES);
        text_append_string(&url, "http://h");
        for (size_t depth = 0; depth < length / 8; depth++)
            text_append_string(&url, "/directory-%2F");
        text_append_char(&url, '/');
        for (size_t i = 0; i < length; i++)
            text_append_string(&url, i % 7 == 0 ? "%C3%A9" : i % 11 == 0 ? "%3A" : "0");
        text_append_string(&url, ".jpg");
        struct text path;
        text_init(&path, NAME_PATH_TEXT_MAX);
        expand(long_digests[_i], url.data, &path);
        text_clear(&path);
        text_clear(&url);
    }
}
END_TEST

START_TEST(a_digest_that_is_not_cut_keeps_the_extension)
{
    char url[400] = "http://h/";
    memset(url + 9, 'a', 300);
    strcpy(url + 309, ".tar.gz");
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    size_t digest = expand("x/{stem}-{sha256}.{ext}", url, &path);
    ck_assert_uint_eq(digest, 113);
    ck_assert_str_eq(path.data + digest, ZEROS ".tar.gz");
    text_clear(&path);
}
END_TEST

START_TEST(the_limits_count_what_is_there_before)
{
    for (size_t count = 0; count < 60; count++) {
        struct text path;
        text_init(&path, NAME_PATH_TEXT_MAX);
        for (size_t i = 0; i < count; i++)
            name_path_append_segment(&path, "a-directory-of-a-list", 21);
        expand("{path}/{name}", PHOTO, &path);
        ck_assert_str_eq(path.data + name_path_last(path.data), "photo.jpg");
        text_reset(&path);
        for (size_t i = 0; i < count; i++)
            name_path_append_segment(&path, "a-directory-of-a-list", 21);
        expand("{name}", PHOTO, &path);
        ck_assert_str_eq(path.data + name_path_last(path.data), "photo.jpg");
        text_clear(&path);
    }
}
END_TEST

START_TEST(long_values_that_differ_give_paths_that_differ)
{
    char value[20000];
    memset(value, 'v', sizeof value);
    struct list_field field = {"c", 1, value, sizeof value, false};
    struct url url = {.target = (char[]){"http://h/a.jpg"}, .host = (char[]){"h"}};
    struct name_values values = {.url = &url, .fields = &field, .field_count = 1};
    struct name_template *template = name_template_create("{column:c}.{ext}", NULL);
    struct text first;
    struct text second;
    text_init(&first, NAME_PATH_TEXT_MAX);
    text_init(&second, NAME_PATH_TEXT_MAX);
    size_t digest;
    name_template_expand(template, &values, &first, &digest);
    value[10000] = 'w';
    name_template_expand(template, &values, &second, &digest);
    ck_assert_str_ne(first.data, second.data);
    ck_assert_str_eq(first.data + first.length - 4, ".jpg");
    ck_assert_uint_le(first.length, NAME_MAX_BYTES);
    text_clear(&first);
    text_clear(&second);
    name_template_destroy(template);
}
END_TEST

START_TEST(an_argument_has_line_zero)
{
    struct url url = {.target = (char[]){"http://h/a.jpg"}, .host = (char[]){"h"}};
    struct name_values values = {.url = &url, .index = UINT64_MAX};
    struct name_template *template = name_template_create("{line}-{line:3}-{index:18}", NULL);
    struct text path;
    text_init(&path, NAME_PATH_TEXT_MAX);
    size_t digest;
    name_template_expand(template, &values, &path, &digest);
    ck_assert_str_eq(path.data, "0-000-18446744073709551615");
    text_clear(&path);
    name_template_destroy(template);
    name_template_destroy(NULL);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("name_template");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, a_template_gives_a_path, 0, ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, a_broken_template_is_refused_with_a_reason, 0, ARRAY_LENGTH(broken));
    tcase_add_test(tests, a_template_has_a_limit);
    tcase_add_loop_test(tests, a_digest_has_its_place, 0, ARRAY_LENGTH(digests));
    tcase_add_loop_test(tests, a_digest_is_never_cut, 0, ARRAY_LENGTH(long_digests));
    tcase_add_test(tests, a_digest_that_is_not_cut_keeps_the_extension);
    tcase_add_test(tests, the_limits_count_what_is_there_before);
    tcase_add_test(tests, long_values_that_differ_give_paths_that_differ);
    tcase_add_test(tests, an_argument_has_line_zero);
    Suite *suite = suite_create("name_template");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
