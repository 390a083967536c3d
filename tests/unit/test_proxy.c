#include "io/proxy.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void clear_environment(void)
{
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                        "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        unsetenv(names[i]);
}

static struct url url_of(const char *host, bool is_https)
{
    return (struct url){.host = (char *)host, .is_https = is_https};
}

static const struct {
    const char *none;
    const char *host;
    bool is_direct;
} exceptions[] = {
    {"example.org", "example.org", true},
    {"example.org", "img.example.org", true},
    {".example.org", "img.example.org", true},
    {".example.org", "example.org", true},
    {"example.org", "badexample.org", false},
    {"example.org", "example.org.evil.net", false},
    {"a.net, example.org b.net", "example.org", true},
    {"a.net,,b.net", "c.net", false},
    {"EXAMPLE.org", "example.org", true},
    {"*", "anything.net", true},
    {"", "example.org", false},
    {",", "example.org", false},
    {".", "example.org", false},
    {"::1", "[::1]", true},
    {"127.0.0.1", "127.0.0.1", true},
};

START_TEST(hosts_below_a_name_are_asked_directly)
{
    struct proxy_settings settings = {.http = "http://p:1", .none = exceptions[_i].none};
    struct url url = url_of(exceptions[_i].host, false);
    bool is_direct = proxy_for(&settings, &url) == NULL;
    ck_assert_msg(is_direct == exceptions[_i].is_direct, "%s in %s", exceptions[_i].host,
                  exceptions[_i].none);
}
END_TEST

static const struct {
    const char *proxy;
    const char *shown;
} shown[] = {
    {"http://u:PW@127.0.0.1:9", "http://127.0.0.1:9"}, {"u:PW@127.0.0.1:9", "http://127.0.0.1:9"},
    {"u@proxy.example", "http://proxy.example"},       {"localhost:3128", "http://localhost:3128"},
    {"u:P/W@localhost:3128", "http://localhost:3128"}, {"u:P@W@[::1]:3128", "http://[::1]:3128"},
    {"socks5h://u:PW@h:1080", "socks5h://h:1080"},
};

START_TEST(a_proxy_is_shown_without_its_password_but_with_its_host)
{
    struct text text;
    text_init(&text, 256);
    proxy_append_masked(&text, shown[_i].proxy, NULL);
    ck_assert_str_eq(text.data, shown[_i].shown);
    text_clear(&text);
}
END_TEST

START_TEST(the_option_wins_over_the_environment)
{
    setenv("http_proxy", "http://environment:1", 1);
    setenv("no_proxy", "local.net", 1);
    struct proxy_settings settings = proxy_settings_read("http://option:2");
    ck_assert_str_eq(settings.http, "http://option:2");
    ck_assert_str_eq(settings.https, "http://option:2");
    ck_assert_str_eq(settings.none, "local.net");
}
END_TEST

START_TEST(an_empty_option_means_no_proxy)
{
    setenv("all_proxy", "http://environment:1", 1);
    struct proxy_settings settings = proxy_settings_read("");
    struct url url = url_of("example.org", true);
    ck_assert_ptr_null(proxy_for(&settings, &url));
}
END_TEST

START_TEST(each_scheme_has_its_variable)
{
    setenv("http_proxy", "http://plain:1", 1);
    setenv("HTTPS_PROXY", "http://secure:2", 1);
    struct proxy_settings settings = proxy_settings_read(NULL);
    struct url plain = url_of("example.org", false);
    struct url secure = url_of("example.org", true);
    ck_assert_str_eq(proxy_for(&settings, &plain), "http://plain:1");
    ck_assert_str_eq(proxy_for(&settings, &secure), "http://secure:2");
}
END_TEST

START_TEST(a_request_header_of_a_gateway_sets_no_proxy)
{
    setenv("HTTP_PROXY", "http://evil:1", 1);
    ck_assert_ptr_null(proxy_settings_read(NULL).http);
}
END_TEST

START_TEST(the_general_variable_fills_in)
{
    setenv("ALL_PROXY", "http://all:1", 1);
    setenv("https_proxy", "", 1);
    struct proxy_settings settings = proxy_settings_read(NULL);
    ck_assert_str_eq(settings.http, "http://all:1");
    ck_assert_str_eq(settings.https, "http://all:1");
}
END_TEST

START_TEST(who_named_a_proxy_is_told)
{
    setenv("ALL_PROXY", "http://all:1", 1);
    setenv("https_proxy", "http://secure:2", 1);
    struct proxy_settings settings = proxy_settings_read(NULL);
    ck_assert_str_eq(settings.http_origin, "ALL_PROXY");
    ck_assert_str_eq(settings.https_origin, "https_proxy");
    settings = proxy_settings_read("http://option:3");
    ck_assert_str_eq(settings.http_origin, "--proxy");
    ck_assert_str_eq(settings.https_origin, "--proxy");
}
END_TEST

START_TEST(some_proxies_are_told_addresses)
{
    ck_assert(proxy_looks_up("http://h:1"));
    ck_assert(proxy_looks_up("h:1"));
    ck_assert(proxy_looks_up("socks5h://h:1"));
    ck_assert(proxy_looks_up("socks4a://h:1"));
    ck_assert(!proxy_looks_up("socks5://h:1"));
    ck_assert(!proxy_looks_up("SOCKS4://h:1"));
}
END_TEST

static const struct {
    const char *proxy;
    bool is_usable;
} proxies[] = {
    {"http://h:1", true},
    {"h:3128", true},
    {"socks5h://u:p@h:1080", true},
    {"HTTPS://h", true},
    {"ftp://u:SECRET@h:1", false},
    {"http://u:SECRET@h:99999/", false},
    {"http://u:SECRET@[bad/", false},
    {"http://u:SECRET%00@127.0.0.1:1", false},
    {"http://u:SECRET%0a@127.0.0.1:1", false},
    {"socks5://SECRET%1F:p@127.0.0.1:1", false},
    {"u:SECRET%00@127.0.0.1:1", false},
    {"http://u%40x:p%25%zz@127.0.0.1:1", true},
    {"foo://SECRET", false},
    {"http://u:SEC RET@h/", false},
};

START_TEST(an_unusable_proxy_is_refused_without_being_shown)
{
    struct error error = {0};
    bool is_usable = proxy_check(proxies[_i].proxy, &error);
    ck_assert_msg(is_usable == proxies[_i].is_usable, "%s", proxies[_i].proxy);
    ck_assert_ptr_null(strstr(error.text, "SEC"));
    if (!is_usable)
        ck_assert_int_eq(error.kind, ERROR_USAGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proxy");
    TCase *tests = tcase_create("choice");
    tcase_add_checked_fixture(tests, clear_environment, clear_environment);
    tcase_add_loop_test(tests, hosts_below_a_name_are_asked_directly, 0, ARRAY_LENGTH(exceptions));
    tcase_add_loop_test(tests, an_unusable_proxy_is_refused_without_being_shown, 0,
                        ARRAY_LENGTH(proxies));
    tcase_add_loop_test(tests, a_proxy_is_shown_without_its_password_but_with_its_host, 0,
                        ARRAY_LENGTH(shown));
    tcase_add_test(tests, the_option_wins_over_the_environment);
    tcase_add_test(tests, an_empty_option_means_no_proxy);
    tcase_add_test(tests, each_scheme_has_its_variable);
    tcase_add_test(tests, a_request_header_of_a_gateway_sets_no_proxy);
    tcase_add_test(tests, the_general_variable_fills_in);
    tcase_add_test(tests, who_named_a_proxy_is_told);
    tcase_add_test(tests, some_proxies_are_told_addresses);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
