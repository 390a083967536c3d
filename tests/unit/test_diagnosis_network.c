#include "model/diagnosis_network.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "finding_check.h"

static struct findings findings;

static void teardown(void)
{
    findings_clear(&findings);
}

static const struct diagnosis_list none = {.is_given = false};
static const struct diagnosis_list plain = {.is_given = true, .urls = 5};
static const struct diagnosis_list secure = {.is_given = true, .urls = 5, .https = 1};

static const struct {
    const struct diagnosis_list *list;
    enum proxy_state state;
    uint64_t urls;
    const char *check;
    int level;
} proxies[] = {
    {&plain, PROXY_ANSWERS, 5, "answers", FINDING_OK},
    {&plain, PROXY_REFUSES, 5, "refuses", FINDING_FAILURE},
    {&plain, PROXY_UNKNOWN, 5, "unknown", FINDING_FAILURE},
    {&plain, PROXY_SAYS_NOTHING, 5, "silent", FINDING_FAILURE},
    {&none, PROXY_REFUSES, 0, "refuses", FINDING_FAILURE},
    /* no URL of the list goes through it */
    {&plain, PROXY_REFUSES, 0, "refuses", FINDING_WARNING},
    {&plain, PROXY_SAYS_NOTHING, 0, "silent", FINDING_WARNING},
    /* but a run does not even start with what is no proxy */
    {&plain, PROXY_UNUSABLE, 0, "unusable", FINDING_FAILURE},
};

START_TEST(a_proxy_that_is_needed_must_answer)
{
    struct diagnosis_proxies facts = {
        .items = {{.schemes = "http",
                   .shown = "http://proxy.example:3128",
                   .origin = "http_proxy",
                   .state = proxies[_i].state,
                   .detail = "a reason",
                   .urls = proxies[_i].urls}},
        .count = 1,
        .direct = "local.example",
    };
    diagnosis_add_proxies(&findings, proxies[_i].list, &facts);
    check_level(&findings, proxies[_i].check, proxies[_i].level, "proxy");
    check_words(&findings, proxies[_i].check, "http_proxy");
    check_words(&findings, "direct", "local.example");
    ck_assert_ptr_null(find_finding(&findings, "none"));
}
END_TEST

START_TEST(no_proxy_is_fine_and_a_variable_in_vain_is_told)
{
    struct diagnosis_proxies facts = {.direct = "x"};
    diagnosis_add_proxies(&findings, &none, &facts);
    check_level(&findings, "none", FINDING_OK, "no proxy");
    ck_assert_uint_eq(findings.count, 1);
    facts.has_upper_case = true;
    diagnosis_add_proxies(&findings, &none, &facts);
    check_level(&findings, "upper-case", FINDING_NOTE, "HTTP_PROXY");
}
END_TEST

static const struct {
    const char *what;
    const struct diagnosis_list *list;
    struct diagnosis_certificates facts;
    const char *check;
    int level;
} certificates[] = {
    {"good", &secure, {.file = "f", .count = 9}, "file", FINDING_OK},
    {"good", &secure, {.file = "f", .count = 9}, "dates", NOT_FOUND},
    {"good", &secure, {.file = "f", .count = 9}, "variable", NOT_FOUND},
    {"missing", &secure, {.file = "f", .file_errno = ENOENT}, "file", FINDING_FAILURE},
    {"missing, no list", &none, {.file = "f", .file_errno = ENOENT}, "file", FINDING_FAILURE},
    {"missing, no https", &plain, {.file = "f", .file_errno = ENOENT}, "file", FINDING_WARNING},
    {"missing beside a directory",
     &secure,
     {.file = "f", .file_errno = ENOENT, .directory = "d", .directory_count = 9},
     "file",
     FINDING_FAILURE},
    {"empty", &secure, {.file = "f"}, "file", FINDING_FAILURE},
    {"directory alone", &secure, {.directory = "d", .directory_count = 9}, "none", NOT_FOUND},
    {"directory alone", &secure, {.directory = "d", .directory_count = 9}, "directory", FINDING_OK},
    {"nothing", &secure, {.directory = "d"}, "none", FINDING_FAILURE},
    {"nothing, no https", &plain, {.directory = NULL}, "none", FINDING_WARNING},
    {"a few are old", &secure, {.file = "f", .count = 9, .expired = 4}, "dates", NOT_FOUND},
    {"most are old", &secure, {.file = "f", .count = 9, .expired = 5}, "dates", FINDING_FAILURE},
    {"most are new", &secure, {.file = "f", .count = 9, .future = 9}, "dates", FINDING_FAILURE},
    {"variable",
     &secure,
     {.file = "f", .count = 9, .unread = "SSL_CERT_FILE"},
     "variable",
     FINDING_NOTE},
};

START_TEST(certificate_authorities_are_judged)
{
    diagnosis_add_certificates(&findings, certificates[_i].list, &certificates[_i].facts);
    check_level(&findings, certificates[_i].check, certificates[_i].level, certificates[_i].what);
}
END_TEST

#define GOOD                                                                                       \
    .version = "8.1.2", .tls = "OpenSSL/3", .built = 0x075801, .runs = 0x080102,                   \
    .has_openssl = true, .has_http2 = true, .has_international_names = true, .has_ipv6 = true

static const struct diagnosis_list abroad = {.is_given = true, .urls = 5, .international = 1};

static const struct {
    const struct diagnosis_list *list;
    struct diagnosis_library facts;
    const char *check;
    int level;
} libraries[] = {
    {&secure, {GOOD}, "version", FINDING_OK},
    {&secure, {GOOD}, "tls", NOT_FOUND},
    {&secure, {GOOD}, "lookups", NOT_FOUND},
    {&secure, {.version = "7", .built = 0x075801, .runs = 0x075500}, "version", FINDING_WARNING},
    {&secure, {.version = "7"}, "tls", FINDING_FAILURE},
    {&plain, {.version = "7"}, "tls", FINDING_WARNING},
    {&secure, {.version = "7", .tls = "GnuTLS/3"}, "tls", FINDING_WARNING},
    {&secure, {.version = "7", .waits_for_names = true}, "lookups", FINDING_WARNING},
    {&plain, {.version = "7"}, "international", FINDING_NOTE},
    {&abroad, {.version = "7"}, "international", FINDING_WARNING},
    {&plain, {.version = "7"}, "http2", FINDING_NOTE},
    {&plain, {.version = "7"}, "ipv6", FINDING_NOTE},
};

START_TEST(what_libcurl_lacks_is_told)
{
    diagnosis_add_library(&findings, libraries[_i].list, &libraries[_i].facts);
    check_level(&findings, libraries[_i].check, libraries[_i].level, "libcurl");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diagnosis_network");
    TCase *cases = tcase_create("cases");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_loop_test(cases, a_proxy_that_is_needed_must_answer, 0, ARRAY_LENGTH(proxies));
    tcase_add_test(cases, no_proxy_is_fine_and_a_variable_in_vain_is_told);
    tcase_add_loop_test(cases, certificate_authorities_are_judged, 0, ARRAY_LENGTH(certificates));
    tcase_add_loop_test(cases, what_libcurl_lacks_is_told, 0, ARRAY_LENGTH(libraries));
    suite_add_tcase(suite, cases);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
