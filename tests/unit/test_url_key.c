#include "model/url.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *a;
    const char *b;
    bool same;
} identities[] = {
    {"http://h/a", "HTTP://H:80/a#x", true},     {"http://h", "http://h/", true},
    {"http://h/a/../b", "http://h/b", true},     {"http://h/a/%2e%2E/b", "http://h/b", true},
    {"http://h/a/.%2e/b", "http://h/b", true},   {"http://h/./a", "http://h/a", true},
    {"http://h/%2e/a", "http://h/a", true},      {"http://h/a/.", "http://h/a/", true},
    {"http://h/a/..", "http://h/", true},        {"http://h/../../a", "http://h/a", true},
    {"http://h/..", "http://h/", true},          {"http://h/a//../b", "http://h/a/b", true},
    {"http://h/a b", "http://h/a%20b", true},    {"http://h/a?x=/../y", "http://h/a?x=/y", false},
    {"http://h/a/...", "http://h/", false},      {"http://h/a/..b", "http://h/b", false},
    {"http://h/.a", "http://h/a", false},        {"http://h/%2ea", "http://h/a", false},
    {"http://h/%2f", "http://h/", false},        {"http://h/a", "http://h/A", false},
    {"http://h/a", "https://h/a", false},        {"http://h/a", "http://h:8/a", false},
    {"http://h/a", "http://h/a?", false},        {"http://h/a", "http://u:p@h/a", false},
    {"http://u:p@h/a", "http://u:q@h/a", false}, {"http://u:p@h/a", "http://u:%70@h/a", true},
    {"http://u@h/a", "http://u:@h/a", true},
};

static struct url parse(const char *text)
{
    struct url url;
    enum failure failure;
    const char *reason;
    ck_assert(url_parse(text, strlen(text), &url, &failure, &reason));
    return url;
}

START_TEST(identity_knows_what_does_not_matter)
{
    struct url a = parse(identities[_i].a);
    struct url b = parse(identities[_i].b);
    struct key key_a = url_key(&a);
    struct key key_b = url_key(&b);
    ck_assert_int_eq(key_a.high == key_b.high && key_a.low == key_b.low, identities[_i].same);
    url_clear(&a);
    url_clear(&b);
}
END_TEST

START_TEST(an_identity_lasts)
{
    /* State files keep keys: a plain URL's is the hash of what is requested. */
    struct url url = parse("HTTP://h:80/a?b#c");
    struct key key = url_key(&url);
    struct key expected = key_of("http://h/a?b", strlen("http://h/a?b"));
    ck_assert(key.high == expected.high && key.low == expected.low);
    url_clear(&url);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("url_key");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, identity_knows_what_does_not_matter, 0, ARRAY_LENGTH(identities));
    tcase_add_test(tests, an_identity_lasts);
    Suite *suite = suite_create("url_key");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
