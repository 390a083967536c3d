#include "model/url.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *url;
    const char *expected;
} cases[] = {
    /* nothing to hide */
    {"", ""},
    {"http://h/a", "http://h/a"},
    {"http://h:8080/a?b=c&d=e#f", "http://h:8080/a?b=c&d=e#f"},
    {"http://h/@user/pkg@1.2.3/x", "http://h/@user/pkg@1.2.3/x"},
    {"http://[::1]:80/@a", "http://[::1]:80/@a"},
    {"http://h/?mail=a@b", "http://h/?mail=a@b"},
    {"http://h/?tokens=1&monkey=2&keyword=3", "http://h/?tokens=1&monkey=2&keyword=3"},
    {"http://h/?token", "http://h/?token"},
    {"http://h/token/x=1", "http://h/token/x=1"},
    {"http://h/100%", "http://h/100%"},
    {"http://h/%", "http://h/%"},
    {"plain text", "plain text"},
    {"http://h/?private_token=1&x-api-key=2&user[password]=3",
     "http://h/?private_token=***&x-api-key=***&user[password]=***"},
    /* lines that are no URL */
    {" header=Authorization: Bearer abc", " header=***"},
    {"password: abc", "password:***"},
    /* userinfo */
    {"http://u:p@h/a", "http://h/a"},
    {"http://u@h/a", "http://h/a"},
    {"http://u:p@q@h/a", "http://h/a"},
    {"http://u:p%40q@h/a", "http://h/a"},
    {"HTTPS://u:p@h", "HTTPS://h"},
    {"http://u:p@h?x", "http://h?x"},
    {"//u:p@h/a", "//h/a"},
    {"u:p@h/a", "u:***"},
    {"u@h", "h"},
    {"http:u:p@h/a", "http:h/a"},
    {"http:/u:p@h/a", "http:/h/a"},
    {"http:///u:p@h/a", "http:///h/a"},
    {"http:\\\\u:p@h/a", "http:\\\\h/a"},
    {"http:/\\u:p@h/a", "http:/\\h/a"},
    {"\\\\u:p@h", "\\\\h"},
    {"http://h\\u:p@h/a", "http://h/a"},
    {"http://u:p/w@h/a", "http://h/a"},
    {"http://u:p?w@h/a", "http://h/a"},
    {"http://u:p#w@h/a", "http://h/a"},
    {"http://u:p w@h/a", "http://h/a"},
    {"http://u%3Ap%40h/a", "http://h/a"},
    {"ftp://u:p@h", "ftp://h"},
    {"http://a/http://u:p@h/b", "http://a/http://h/b"},
    {"http://a/?u=http://u:p@h/b", "http://a/?u=http://h/b"},
    {"http://a/?u=http%3A%2F%2Fu%3Ap%40h%2Fb", "http://a/?u=http%3A%2F%2Fh%2Fb"},
    {"see http://u:p@h and http://v:q@g", "see http://h and http://g"},
    /* secrets in the query */
    {"http://h/?token=s", "http://h/?token=***"},
    {"http://h/?a=1&token=s&b=2", "http://h/?a=1&token=***&b=2"},
    {"http://h/?a=1;token=s;b=2", "http://h/?a=1;token=***;b=2"},
    {"http://h/?token=s&token=t", "http://h/?token=***&token=***"},
    {"http://h/?token=", "http://h/?token=***"},
    {"http://h/?ToKeN=s", "http://h/?ToKeN=***"},
    {"http://h/?%74oken=s", "http://h/?%74oken=***"},
    {"http://h/?token[]=s", "http://h/?token[]=***"},
    {"http://h/?accessToken=s&ACCESS-TOKEN=s", "http://h/?accessToken=***&ACCESS-TOKEN=***"},
    {"http://h/?token=a=b==&c=d", "http://h/?token=***&c=d"},
    {"http://h/?token=s/t?u", "http://h/?token=***"},
    {"http://h/?token=s;t", "http://h/?token=***"},
    {"http://h/?token=s;t;a=1", "http://h/?token=***;a=1"},
    {"http://h/?token=s%26t&a=1", "http://h/?token=***&a=1"},
    {"http://h/?token=s#top", "http://h/?token=***"},
    {"http://h/?token=s#a=b", "http://h/?token=***#a=b"},
    {"http://h/#access_token=s&x=1", "http://h/#access_token=***&x=1"},
    {"http://h/a;sid=s?b=1", "http://h/a;sid=***"},
    {"http://h/?a=b?token=s", "http://h/?a=b?token=***"},
    {"http://h/?a=1&amp;token=s", "http://h/?a=1&amp;token=***"},
    {"http://h/?u=%2Fx%3Ftoken%3Ds%26a%3D1", "http://h/?u=%2Fx%3Ftoken%3D***%26a%3D1"},
    {"?token=s", "?token=***"},
    {"token=s", "token=***"},
    {"token=s:t", "token=***"},
    {"&&token=s", "&&token=***"},
    {"http://u:p@h/?key=s", "http://h/?key=***"},
    {"http://u:p&key=s@h&a=1", "http://&a=1"}, /* either of them may be the secret */
};

static char *mask(const char *url, const struct redaction *redaction)
{
    struct text text;
    text_init(&text, 1 << 20);
    url_append_masked(&text, url, redaction);
    return text.data;
}

START_TEST(what_gives_access_is_left_out)
{
    char *masked = mask(cases[_i].url, NULL);
    ck_assert_str_eq(masked, cases[_i].expected);
    free(masked);
}
END_TEST

static const char *const secret_keys[] = {
    "token",
    "access_token",
    "id_token",
    "refresh_token",
    "auth",
    "authorization",
    "key",
    "apikey",
    "api_key",
    "api-key",
    "secret",
    "client_secret",
    "password",
    "passwd",
    "pwd",
    "sig",
    "signature",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Goog-Signature",
    "X-Goog-Credential",
    "Policy",
    "Key-Pair-Id",
    "session",
    "sessionid",
    "sid",
    "jwt",
    "code",
};

START_TEST(every_secret_key_is_known)
{
    char url[128];
    char expected[128];
    stpcpy(stpcpy(stpcpy(url, "http://h/?a=1&"), secret_keys[_i]), "=hush&b=2");
    stpcpy(stpcpy(stpcpy(expected, "http://h/?a=1&"), secret_keys[_i]), "=***&b=2");
    char *masked = mask(url, NULL);
    ck_assert_str_eq(masked, expected);
    free(masked);
}
END_TEST

START_TEST(more_keys_can_be_named)
{
    static const char *const keys[] = {"ticket", "X-My_Key", "cl\xc3\xa9"};
    struct redaction redaction = {.keys = keys, .key_count = ARRAY_LENGTH(keys)};
    char *masked = mask("http://h/?Ticket=s&x-my-key=s&tickets=1&token=s", &redaction);
    ck_assert_str_eq(masked, "http://h/?Ticket=***&x-my-key=***&tickets=1&token=***");
    free(masked);
    masked = mask("http://h/?cl%C3%A9=s&cl\xc3\xa9=s&cle=1", &redaction);
    ck_assert_str_eq(masked, "http://h/?cl%C3%A9=***&cl\xc3\xa9=***&cle=1");
    free(masked);
    redaction.key_count = 0;
    masked = mask("http://h/?ticket=s", &redaction);
    ck_assert_str_eq(masked, "http://h/?ticket=s");
    free(masked);
}
END_TEST

START_TEST(masking_appends)
{
    struct text text;
    text_init(&text, 100);
    text_append_string(&text, "at ");
    url_append_masked(&text, "http://u:p@h/", NULL);
    url_append_masked(&text, " and http://h/", NULL);
    ck_assert_str_eq(text.data, "at http://h/ and http://h/");
    text_clear(&text);
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Appends up to `limit` characters of the alphabet; returns the new length. */
static size_t scatter(char *text, size_t length, size_t limit, const char *alphabet,
                      uint32_t *state)
{
    size_t count = next_random(state) % (limit + 1);
    while (count-- > 0)
        text[length++] = alphabet[next_random(state) % strlen(alphabet)];
    text[length] = '\0';
    return length;
}

START_TEST(a_password_never_comes_through)
{
    static const char garbage[] = "ab:@;=&%2F.~!\\\xc3\x01";
    static const char rest[] = "ab/?#:@;=&%2F\\.[]";
    static const char *const fronts[] = {"http://", "https://", "//",        "http:\\\\",
                                         "ftp://",  "http:///", "x/http://", "?u=https://"};
    uint32_t state = 2024;
    for (int round = 0; round < 20000; round++) {
        char url[256];
        strcpy(url, fronts[next_random(&state) % ARRAY_LENGTH(fronts)]);
        size_t length = scatter(url, strlen(url), 8, garbage, &state);
        length = (size_t)(stpcpy(url + length, ":HUSH") - url);
        length = scatter(url, length, 8, garbage, &state);
        length = (size_t)(stpcpy(url + length, "@host/") - url);
        scatter(url, length, 40, rest, &state);
        char *masked = mask(url, NULL);
        ck_assert_msg(strstr(masked, "HUSH") == NULL, "%s became %s", url, masked);
        free(masked);
    }
}
END_TEST

START_TEST(a_secret_value_never_comes_through)
{
    static const char before[] = "abc/:@.%2F?#&;";
    static const char value[] = "ab/?:@.%2F=\\ ";
    uint32_t state = 77;
    for (int round = 0; round < 20000; round++) {
        char url[256] = "http://host/";
        size_t length = scatter(url, strlen(url), 20, before, &state);
        url[length++] = "?&;#"[next_random(&state) % 4];
        length = (size_t)(stpcpy(url + length,
                                 secret_keys[next_random(&state) % ARRAY_LENGTH(secret_keys)]) -
                          url);
        url[length++] = '=';
        length = scatter(url, length, 20, value, &state);
        length = (size_t)(stpcpy(url + length, "HUSH") - url);
        scatter(url, length, 10, value, &state);
        char *masked = mask(url, NULL);
        ck_assert_msg(strstr(masked, "HUSH") == NULL, "%s became %s", url, masked);
        free(masked);
    }
}
END_TEST

START_TEST(long_garbage_is_masked_in_linear_time)
{
    static const char *const units[] = {"//", "/@", "http://a:b", ";token=", "%2F%2F", "\\\\", "="};
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        struct text text;
        text_init(&text, 1 << 20);
        while (text.length < 512 * 1024)
            text_append_string(&text, units[i]);
        char *masked = mask(text.data, NULL);
        ck_assert_uint_le(strlen(masked), text.length + text.length);
        free(masked);
        text_clear(&text);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("url_mask");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, what_gives_access_is_left_out, 0, ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, every_secret_key_is_known, 0, ARRAY_LENGTH(secret_keys));
    tcase_add_test(tests, more_keys_can_be_named);
    tcase_add_test(tests, masking_appends);
    tcase_add_test(tests, a_password_never_comes_through);
    tcase_add_test(tests, a_secret_value_never_comes_through);
    tcase_add_test(tests, long_garbage_is_masked_in_linear_time);
    Suite *suite = suite_create("url_mask");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
