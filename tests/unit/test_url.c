#include "model/url.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    const char *target;
    const char *userinfo; /* NULL: none */
    const char *host;
    unsigned port;
} good[] = {
    {"http://h", "http://h/", NULL, "h", 80},
    {"https://h/", "https://h/", NULL, "h", 443},
    {"HTTP://USER:PA%20SS@Example.COM:80/a/../b?x=1#frag", "http://example.com/a/../b?x=1",
     "USER:PA SS", "example.com", 80},
    {"https://h:443/", "https://h/", NULL, "h", 443},
    {"https://h:80/", "https://h:80/", NULL, "h", 80},
    {"http://h:/x", "http://h/x", NULL, "h", 80},
    {"http://h:00080/", "http://h/", NULL, "h", 80},
    {"http://h:65535/", "http://h:65535/", NULL, "h", 65535},
    {"http://h?q", "http://h/?q", NULL, "h", 80},
    {"http://h/?", "http://h/?", NULL, "h", 80},
    {"http://h#f", "http://h/", NULL, "h", 80},
    {"http://h/a#f?g#h", "http://h/a", NULL, "h", 80},
    {"http://h/a b?c d", "http://h/a%20b?c%20d", NULL, "h", 80},
    {"http://h/caf\xc3\xa9?\xe2\x82\xac", "http://h/caf%C3%A9?%E2%82%AC", NULL, "h", 80},
    {"http://h/%7e%zz%2F;x=|{}\\^`\"<>", "http://h/%7e%zz%2F;x=|{}\\^`\"<>", NULL, "h", 80},
    {"http://h//a/./b/%2e%2e/c", "http://h//a/./b/%2e%2e/c", NULL, "h", 80},
    {"http://h/@x:y", "http://h/@x:y", NULL, "h", 80},
    {"http://h/?u=http://a:b@c/", "http://h/?u=http://a:b@c/", NULL, "h", 80},
    {"http://u@h/", "http://h/", "u:", "h", 80},
    {"http://:p@h/", "http://h/", ":p", "h", 80},
    {"http://@h/", "http://h/", NULL, "h", 80},
    {"http://:@h/", "http://h/", NULL, "h", 80},
    {"http://u%40d:p%3Aq%2F@h/", "http://h/", "u@d:p:q/", "h", 80},
    {"http://EX\xc3\x84MPLE.Com/", "http://ex\xc3\x84mple.com/", NULL, "ex\xc3\x84mple.com", 80},
    {"http://ex%61mple.com/", "http://example.com/", NULL, "example.com", 80},
    {"http://a_b-c.d./", "http://a_b-c.d./", NULL, "a_b-c.d.", 80},
    {"http://[::1]:8080/", "http://[::1]:8080/", NULL, "[::1]", 8080},
    {"http://[FE80::1%25eth0]/", "http://[fe80::1%25eth0]/", NULL, "[fe80::1%25eth0]", 80},
    {"http://127.1/", "http://127.0.0.1/", NULL, "127.0.0.1", 80},
    {"http://0x7f.1/", "http://127.0.0.1/", NULL, "127.0.0.1", 80},
};

START_TEST(a_good_url_is_split)
{
    struct url url;
    enum failure failure;
    const char *reason;
    ck_assert(url_parse(good[_i].text, strlen(good[_i].text), &url, &failure, &reason));
    ck_assert_str_eq(url.target, good[_i].target);
    ck_assert_pstr_eq(url.userinfo, good[_i].userinfo);
    ck_assert_str_eq(url.host, good[_i].host);
    ck_assert_uint_eq(url.port, good[_i].port);
    ck_assert_int_eq(url.is_https, strncmp(url.target, "https:", 6) == 0);
    /* What will be sent means the same when it is read once more, by libcurl. */
    struct url again;
    ck_assert(url_parse(url.target, strlen(url.target), &again, &failure, &reason));
    ck_assert_str_eq(again.target, url.target);
    ck_assert(url_same_origin(&again, &url));
    url_clear(&again);
    url_clear(&url);
}
END_TEST

static const struct {
    const char *text;
    enum failure failure;
} bad[] = {
    {"", FAILURE_BAD_URL},
    {"example.com/a.jpg", FAILURE_BAD_URL},
    {"//example.com/", FAILURE_BAD_URL},
    {"http:", FAILURE_BAD_URL},
    {"http:/h/", FAILURE_BAD_URL},
    {"http:h", FAILURE_BAD_URL},
    {"http://", FAILURE_BAD_URL},
    {"http:///h/", FAILURE_BAD_URL},
    {"http://?q", FAILURE_BAD_URL},
    {"http://u:p@/", FAILURE_BAD_URL},
    {"http://:80/", FAILURE_BAD_URL},
    {"http://h:0/", FAILURE_BAD_URL},
    {"http://h:65536/", FAILURE_BAD_URL},
    {"http://h:99999999999999999999/", FAILURE_BAD_URL},
    {"http://h:-1/", FAILURE_BAD_URL},
    {"http://h:8x/", FAILURE_BAD_URL},
    {"http://h\\@g/", FAILURE_BAD_URL},
    {"http://h\\/", FAILURE_BAD_URL},
    {"http:\\\\h\\", FAILURE_BAD_URL},
    {"http://a b/", FAILURE_BAD_URL},
    {"http://a%20b/", FAILURE_BAD_URL},
    {"http://a%2fb/", FAILURE_BAD_URL},
    {"http://a%00b/", FAILURE_BAD_URL},
    {"http://a@b@c/", FAILURE_BAD_URL},
    {"http://./", FAILURE_BAD_URL},
    {"http://a<b/", FAILURE_BAD_URL},
    {"http://a|b/", FAILURE_BAD_URL},
    {"http://\xe2\x80\xae/", FAILURE_BAD_URL},
    {"http://%ff/", FAILURE_BAD_URL},
    {"http://[::1/", FAILURE_BAD_URL},
    {"http://[::1]x/", FAILURE_BAD_URL},
    {"http://[fe80::1%25a<b]/", FAILURE_BAD_URL},
    {"http://u:p%0a@h/", FAILURE_BAD_URL},
    {"http://u%00:p@h/", FAILURE_BAD_URL},
    {"http://h/\x01", FAILURE_BAD_URL},
    {"http://h/a\tb", FAILURE_BAD_URL},
    {"http://h/a\nHost: g", FAILURE_BAD_URL},
    {"http://h/\x7f", FAILURE_BAD_URL},
    {"http://h/\xe9", FAILURE_BAD_URL},
    {"http://h/\xc0\xaf", FAILURE_BAD_URL},
    {"1http://h/", FAILURE_BAD_URL},
    {"ht tp://h/", FAILURE_BAD_URL},
    {"://h/", FAILURE_BAD_URL},
    {"ftp://h/", FAILURE_UNSUPPORTED_SCHEME},
    {"FTP://h/", FAILURE_UNSUPPORTED_SCHEME},
    {"file:///etc/passwd", FAILURE_UNSUPPORTED_SCHEME},
    {"httpx://h/", FAILURE_UNSUPPORTED_SCHEME},
    {"http+unix://h/", FAILURE_UNSUPPORTED_SCHEME},
};

START_TEST(a_bad_url_is_refused)
{
    struct url url = {.port = 7};
    enum failure failure = FAILURE_NONE;
    const char *reason = NULL;
    ck_assert(!url_parse(bad[_i].text, strlen(bad[_i].text), &url, &failure, &reason));
    ck_assert_int_eq(failure, bad[_i].failure);
    ck_assert_ptr_nonnull(reason);
    ck_assert_uint_eq(url.port, 7);
}
END_TEST

/* Compares with what url_parse makes of it. */
static void parse_next(struct url_memo *memo, const char *text)
{
    struct url url = {0};
    struct url expected = {0};
    enum failure failure = FAILURE_NONE;
    enum failure expected_failure = FAILURE_NONE;
    const char *reason = NULL;
    const char *expected_reason = NULL;
    bool is_good = url_parse(text, strlen(text), &expected, &expected_failure, &expected_reason);
    ck_assert(url_parse_next(memo, text, strlen(text), &url, &failure, &reason) == is_good);
    ck_assert_int_eq(failure, expected_failure);
    ck_assert_pstr_eq(reason, expected_reason);
    ck_assert_pstr_eq(url.target, expected.target);
    ck_assert_pstr_eq(url.userinfo, expected.userinfo);
    ck_assert_pstr_eq(url.host, expected.host);
    ck_assert_uint_eq(url.port, expected.port);
    ck_assert_int_eq(url.is_https, expected.is_https);
    url_clear(&url);
    url_clear(&expected);
}

START_TEST(an_authority_that_comes_again_gives_the_same)
{
    struct url_memo memo = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
        parse_next(&memo, good[i].text);
        parse_next(&memo, good[i].text);
        parse_next(&memo, bad[i % ARRAY_LENGTH(bad)].text);
        parse_next(&memo, good[i].text);
    }
    parse_next(&memo, "http://u:p@h:80/a");
    parse_next(&memo, "https://u:p@h:80/a"); /* another origin */
    parse_next(&memo, "http://u:p@h:80/b c#d");
    parse_next(&memo, "http://u:p@h:8/b"); /* the beginning of the last one */
    parse_next(&memo, "http://u:q@h:8/b");
    url_memo_clear(&memo);
    url_memo_clear(&memo);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
    struct url url;
    enum failure failure;
    const char *reason;
    ck_assert(!url_parse("http://h/\0x", 11, &url, &failure, &reason));
    ck_assert(!url_parse("http://h\0.g/", 12, &url, &failure, &reason));
}
END_TEST

START_TEST(length_has_a_limit)
{
    size_t length = URL_MAX_BYTES + 1;
    char *text = malloc(length);
    ck_assert_ptr_nonnull(text);
    memset(text, ' ', length);
    memcpy(text, "http://h/", 9);
    struct url url;
    enum failure failure;
    const char *reason;
    ck_assert(url_parse(text, length - 1, &url, &failure, &reason));
    ck_assert_uint_eq(strlen(url.target), 9 + 3 * (URL_MAX_BYTES - 9));
    url_clear(&url);
    ck_assert(!url_parse(text, length, &url, &failure, &reason));
    memset(text, 'a', length);
    memcpy(text, "http://", 7);
    ck_assert(!url_parse(text, length - 1, &url, &failure, &reason)); /* no host is that long */
    free(text);
}
END_TEST

static const struct {
    const char *location;
    const char *target;   /* NULL: refused */
    enum failure failure; /* against http://u:p@h:8/d/e/f?z */
} locations[] = {
    {"g", "http://h:8/d/e/g", FAILURE_NONE},
    {"./g", "http://h:8/d/e/g", FAILURE_NONE},
    {"../g", "http://h:8/d/g", FAILURE_NONE},
    {"../../../g", "http://h:8/g", FAILURE_NONE},
    {"/g", "http://h:8/g", FAILURE_NONE},
    {"/a/./b/../c", "http://h:8/a/c", FAILURE_NONE},
    {"?y", "http://h:8/d/e/f?y", FAILURE_NONE},
    {"#s", "http://h:8/d/e/f?z", FAILURE_NONE},
    {"g#s", "http://h:8/d/e/g", FAILURE_NONE},
    {";x", "http://h:8/d/e/;x", FAILURE_NONE},
    {"g?y=../x", "http://h:8/d/e/g?y=../x", FAILURE_NONE},
    {"//g", "http://g/", FAILURE_NONE},
    {"//u:p@g:9/x", "http://g:9/x", FAILURE_NONE},
    {"http://g", "http://g/", FAILURE_NONE},
    {"HTTPS://G:443/X", "https://g/X", FAILURE_NONE},
    {"https://u:p@g/", "https://g/", FAILURE_NONE},
    {"https://g?x", "https://g/?x", FAILURE_NONE},
    {" /g\t", "http://h:8/g", FAILURE_NONE},
    {"/a b", "http://h:8/a%20b", FAILURE_NONE},
    {"/caf\xc3\xa9", "http://h:8/caf%C3%A9", FAILURE_NONE},
    {"/caf\xe9", "http://h:8/caf%E9", FAILURE_NONE}, /* Latin-1, as some servers send it */
    {"http://g/caf\xe9?a b", "http://g/caf%E9?a%20b", FAILURE_NONE},
    {"/a%2", "http://h:8/a%2", FAILURE_NONE},
    {"/\\g", "http://h:8/\\g", FAILURE_NONE}, /* a path on the same host, not a host */
    {"/a:b", "http://h:8/a:b", FAILURE_NONE},
    {"", NULL, FAILURE_BAD_URL},
    {" ", NULL, FAILURE_BAD_URL},
    {"/a\rb", NULL, FAILURE_BAD_URL},
    {"/a\x7f", NULL, FAILURE_BAD_URL},
    {"http:", NULL, FAILURE_BAD_URL},
    {"http:g", NULL, FAILURE_BAD_URL},
    {"http://", NULL, FAILURE_BAD_URL},
    {"//", NULL, FAILURE_BAD_URL},
    {"http://g:0/", NULL, FAILURE_BAD_URL},
    {"http://g:65536/", NULL, FAILURE_BAD_URL},
    {"http://g\\@h/", NULL, FAILURE_BAD_URL},
    {"//g\\@h/", NULL, FAILURE_BAD_URL},
    {"http://caf\xe9/", NULL, FAILURE_BAD_URL},
    {"ftp://g/", NULL, FAILURE_UNSUPPORTED_SCHEME},
    {"file:///etc/passwd", NULL, FAILURE_UNSUPPORTED_SCHEME},
    {"javascript:alert(1)", NULL, FAILURE_UNSUPPORTED_SCHEME},
    {"data:,x", NULL, FAILURE_UNSUPPORTED_SCHEME},
    {"mailto:a@b", NULL, FAILURE_UNSUPPORTED_SCHEME},
};

static struct url parse(const char *text)
{
    struct url url;
    enum failure failure;
    const char *reason;
    ck_assert(url_parse(text, strlen(text), &url, &failure, &reason));
    return url;
}

START_TEST(a_location_is_resolved)
{
    struct url base = parse("http://u:p@h:8/d/e/f?z");
    struct url url = {0};
    enum failure failure = FAILURE_NONE;
    const char *reason = NULL;
    bool resolved = url_resolve(&base, locations[_i].location, &url, &failure, &reason);
    ck_assert_int_eq(resolved, locations[_i].target != NULL);
    ck_assert_int_eq(failure, locations[_i].failure);
    ck_assert_pstr_eq(url.target, locations[_i].target);
    ck_assert_ptr_null(url.userinfo);
    ck_assert_int_eq(reason == NULL, resolved);
    url_clear(&url);
    url_clear(&base);
}
END_TEST

START_TEST(a_location_has_a_limit)
{
    size_t length = URL_MAX_BYTES + 1;
    char *location = malloc(length + 1);
    ck_assert_ptr_nonnull(location);
    memset(location, 'a', length);
    location[length] = '\0';
    struct url base = parse("http://h/");
    struct url url;
    enum failure failure;
    const char *reason;
    ck_assert(!url_resolve(&base, location, &url, &failure, &reason));
    location[1000] = '\0';
    ck_assert(url_resolve(&base, location, &url, &failure, &reason));
    url_clear(&url);
    url_clear(&base);
    free(location);
}
END_TEST

START_TEST(an_origin_is_scheme_host_and_port)
{
    static const char *const texts[] = {"http://h/a", "https://h/a", "http://g/a", "http://h:8/a"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        for (size_t j = 0; j < ARRAY_LENGTH(texts); j++) {
            struct url a = parse(texts[i]);
            struct url b = parse(texts[j]);
            ck_assert_int_eq(url_same_origin(&a, &b), i == j);
            url_clear(&a);
            url_clear(&b);
        }
    }
    struct url a = parse("http://u:p@H:80/x");
    struct url b = parse("http://h/y");
    ck_assert(url_same_origin(&a, &b));
    url_clear(&a);
    url_clear(&b);
}
END_TEST

static const struct {
    const char *text;
    const char *segment;
} segments[] = {
    {"http://h", ""},
    {"http://h/", ""},
    {"http://h/a", "a"},
    {"http://h/a/", ""},
    {"http://h/a/b.jpg", "b.jpg"},
    {"http://h/a?b/c", "a"},
    {"http://h/a%2Fb", "a%2Fb"},
    {"http://h?x/y", ""},
    {"http://h/a#b/c", "a"},
};

START_TEST(the_last_segment_ends_before_the_query)
{
    struct url url = parse(segments[_i].text);
    size_t length;
    const char *segment = url_last_segment(&url, &length);
    ck_assert_uint_eq(length, strlen(segments[_i].segment));
    ck_assert_int_eq(strncmp(segment, segments[_i].segment, length), 0);
    url_clear(&url);
}
END_TEST

START_TEST(clearing_twice_is_fine)
{
    struct url url = parse("https://u:p@h:8/a");
    url_clear(&url);
    ck_assert_ptr_null(url.target);
    url_clear(&url);
    ck_assert_ptr_null(url.host);
}
END_TEST

START_TEST(no_bytes_make_a_url_that_reads_differently_again)
{
    static const char alphabet[] = "ah01./:@?#[]%\\ -&=\xc3\xa9\x01";
    uint32_t state = 4711;
    int parsed = 0;
    for (int round = 0; round < 20000; round++) {
        char text[64] = "http://";
        size_t length = 7;
        while (length < 30) {
            state = state * 1664525u + 1013904223u;
            text[length++] = alphabet[(state >> 16) % (sizeof alphabet - 1)];
            if ((state >> 8) % 16 == 0)
                break;
        }
        struct url url;
        enum failure failure;
        const char *reason;
        if (!url_parse(text, length, &url, &failure, &reason))
            continue;
        parsed++;
        const char *rest = url.target + strlen("http://") + strlen(url.host);
        while (*rest > ' ' && *rest < 0x7f)
            rest++;
        ck_assert_int_eq(*rest, '\0');
        struct url again = parse(url.target);
        ck_assert_str_eq(again.target, url.target);
        ck_assert_ptr_null(again.userinfo);
        url_clear(&again);
        url_clear(&url);
    }
    ck_assert_int_gt(parsed, 500); /* it is not only refusals that were tested */
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("url");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, a_good_url_is_split, 0, ARRAY_LENGTH(good));
    tcase_add_loop_test(tests, a_bad_url_is_refused, 0, ARRAY_LENGTH(bad));
    tcase_add_test(tests, an_authority_that_comes_again_gives_the_same);
    tcase_add_test(tests, a_nul_byte_is_refused);
    tcase_add_test(tests, length_has_a_limit);
    tcase_add_loop_test(tests, a_location_is_resolved, 0, ARRAY_LENGTH(locations));
    tcase_add_test(tests, a_location_has_a_limit);
    tcase_add_test(tests, an_origin_is_scheme_host_and_port);
    tcase_add_loop_test(tests, the_last_segment_ends_before_the_query, 0, ARRAY_LENGTH(segments));
    tcase_add_test(tests, clearing_twice_is_fine);
    tcase_add_test(tests, no_bytes_make_a_url_that_reads_differently_again);
    Suite *suite = suite_create("url");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
