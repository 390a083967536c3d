#include "model/list_secret.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/list_entry.h"

static const struct {
    const char *key;
    bool is_secret;
} keys[] = {
    {"http-passwd", true}, {"PASSWORD", true},   {"cookie", true},       {"Header", true},
    {"api_token", true},   {"X-Api-Key", true},  {"load-cookies", true}, {"Authorization", true},
    {"db.pwd", true},      {"session", true},    {"caption", false},     {"key", false},
    {"pass", false},       {"", false},          {"author", false},      {"tokens", false},
    {"header_img", false}, {"authority", false},
};

START_TEST(keys_that_name_secrets_are_known)
{
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        ck_assert_msg(list_secret_is_key(keys[i].key, strlen(keys[i].key)) == keys[i].is_secret,
                      "%s", keys[i].key);
}
END_TEST

static const struct {
    const char *value, *shown;
} values[] = {
    {"plain \"text\"", "\"plain \\\"text\\\"\""},
    {"http://u:p@a.example/x", "\"http://a.example/x\""},
    {"http://a.example/x?token=abc&b=c", "\"http://a.example/x?token=***&b=c\""},
    {"", "\"\""},
    {"by @joe via https://x.y/ (cc) foo@bar.com", "\"by @joe via https://x.y/ (cc) foo@bar.com\""},
    {"time 12:30 via ://x @noon", "\"time 12:30 via ://x @noon\""},
    {"two http://u:p@a/ and (https://v:q@b/x)", "\"two http://a/ and (https://b/x)\""},
};

START_TEST(urls_in_values_are_masked)
{
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        struct text text;
        text_init(&text, 1000);
        list_secret_append(&text, values[i].value, strlen(values[i].value));
        ck_assert_str_eq(text.data, values[i].shown);
        text_clear(&text);
    }
}
END_TEST

static const struct {
    const char *json, *shown;
} json_values[] = {
    {"1.5", "1.5"},
    {"[true,null]", "[true,null]"},
    {"{\"a\":0.1}", "{\"a\":0.1}"},
    {"{\"password\":\"hunter2\",\"a\":0.1}", "{\"password\":\"***\",\"a\":0.1}"},
    {"{\"x\":{\"cookie\":[1,2]}}", "{\"x\":{\"cookie\":\"***\"}}"},
    {"[\"https://u:p@h/x?token=abc\",\"y\"]", "[\"https://h/x?token=***\",\"y\"]"},
    {"\"https://u:p@h/\"", "\"https://h/\""},
};

START_TEST(secrets_inside_json_values_are_hidden)
{
    for (size_t i = 0; i < ARRAY_LENGTH(json_values); i++) {
        struct text text;
        text_init(&text, 1000);
        list_secret_append_json(&text, json_values[i].json, strlen(json_values[i].json));
        ck_assert_str_eq(text.data, json_values[i].shown);
        text_clear(&text);
    }
}
END_TEST

/* The problem of a URL with mirrors and one field; "" when there is none. */
static void build(const char *url, const char *key, const char *value,
                  char problem[LIST_PROBLEM_SIZE], char **out_extra)
{
    struct list_field field = {key, strlen(key), value, strlen(value), false};
    struct list_entry *entry = NULL;
    const char *first;
    size_t length;
    problem[0] = '\0';
    list_entry_build(url, strlen(url), &field, 1, &first, &length, &entry, NULL, problem);
    *out_extra = entry != NULL ? memory_copy_string(entry->extra) : NULL;
    list_entry_destroy(entry);
}

START_TEST(an_entry_shows_no_secret_and_has_limits)
{
    char problem[LIST_PROBLEM_SIZE];
    char *extra;
    build("http://a/", "http-passwd", "hunter2", problem, &extra);
    ck_assert_str_eq(extra, "{\"http-passwd\":\"***\"}");
    free(extra);

    struct text list;
    text_init(&list, 100000);
    for (int i = 0; i < LIST_ENTRY_MIRRORS_MAX + 1; i++)
        text_append_format(&list, "%shttp://a/%d", i == 0 ? "" : "\t", i);
    build(list.data, "x", "y", problem, &extra);
    ck_assert_str_eq(problem, "");
    free(extra);
    text_append_string(&list, "\thttp://a/one-too-many");
    build(list.data, "x", "y", problem, &extra);
    ck_assert_str_eq(problem, "more than 64 mirrors");

    text_reset(&list);
    text_append_string(&list, "http://a/");
    for (int i = 0; i < 60 * 1024; i++)
        text_append_char(&list, 'x');
    build(list.data, "caption", "is no matter", problem, &extra);
    ck_assert_str_eq(problem, "");
    free(extra);
    build(list.data, "referer", "http://b/", problem, &extra);
    ck_assert_str_eq(problem, "more than 60 KiB of URLs, names and headers");
    text_clear(&list);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("list_secret");
    TCase *tests = tcase_create("list_secret");
    tcase_add_test(tests, keys_that_name_secrets_are_known);
    tcase_add_test(tests, urls_in_values_are_masked);
    tcase_add_test(tests, secrets_inside_json_values_are_hidden);
    tcase_add_test(tests, an_entry_shows_no_secret_and_has_limits);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
