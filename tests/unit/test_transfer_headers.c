#include "io/transfer_headers.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const common[] = {"X-All: 1", "X-Token: all"};
static const char *const wild[] = {"X-Token: wild", "X-Wild: 1"};
static const char *const exact[] = {"x-token: exact"};
static const struct host_headers hosts[] = {
    {"*.example.org", wild, 2},
    {"a.example.org", exact, 1},
};

static const struct transfer_settings settings = {
    .headers = common,
    .header_count = 2,
    .host_headers = hosts,
    .host_headers_count = 2,
};

static struct job *job_for(const char *url)
{
    struct job *job = job_create(1, "list", 1, url, strlen(url));
    enum failure failure;
    const char *reason;
    ck_assert(job_use_mirror(job, 0, &failure, &reason));
    return job;
}

static void redirect(struct job *job, const char *url)
{
    enum failure failure;
    const char *reason;
    ck_assert(url_parse(url, strlen(url), &job->redirected, &failure, &reason));
    job->is_redirected = true;
}

static void expect(const struct job *job, const struct partial *part, const char *wanted)
{
    char found[1024] = "";
    size_t length = 0;
    struct curl_slist *list = transfer_headers_own(&settings, job, part);
    for (struct curl_slist *item = list; item != NULL; item = item->next)
        length += (size_t)snprintf(found + length, sizeof found - length, "%s|", item->data);
    curl_slist_free_all(list);
    ck_assert_str_eq(found, wanted);
}

static const struct {
    const char *url;
    const char *headers;
} sent[] = {
    {"http://example.org/", "X-All: 1|X-Token: all|"},
    {"http://b.example.org/", "X-All: 1|X-Token: wild|X-Wild: 1|"},
    {"http://A.Example.Org:8080/", "X-All: 1|X-Wild: 1|x-token: exact|"},
};

START_TEST(headers_of_a_host_replace_those_of_all_hosts)
{
    struct job *job = job_for(sent[_i].url);
    expect(job, NULL, sent[_i].headers);
    ck_assert_int_eq(transfer_headers_differ(&settings, job, NULL), _i > 0);
    job_destroy(job);
}
END_TEST

START_TEST(headers_of_a_line_replace_all_others)
{
    struct job *job = job_for("http://a.example.org/");
    char *headers[] = {"X-Token: line"};
    job->entry = memory_allocate_zeroed(1, sizeof *job->entry);
    job->entry->headers = headers;
    job->entry->header_count = 1;
    ck_assert(transfer_headers_differ(&settings, job, NULL));
    expect(job, NULL, "X-All: 1|X-Wild: 1|X-Token: line|");
    job->entry->headers = NULL;
    job->entry->header_count = 0;
    job_destroy(job);
}
END_TEST

START_TEST(only_what_haul_asks_itself_goes_to_another_origin)
{
    struct job *job = job_for("http://a.example.org/");
    redirect(job, "http://a.example.org/elsewhere");
    ck_assert(transfer_headers_is_listed_origin(job));
    url_clear(&job->redirected);
    redirect(job, "https://a.example.org/");
    ck_assert(!transfer_headers_is_listed_origin(job));
    expect(job, NULL, "");
    struct partial part = {.bytes = 1048577, .validator = "\"v\""};
    expect(job, &part, "Range: bytes=1048577-|If-Range: \"v\"|");
    job->is_probed_by_get = job->is_checked = true;
    expect(job, NULL, "Range: bytes=0-0|");
    job_destroy(job);
}
END_TEST

static const struct {
    const char *etag;
    const char *date;
    const char *headers;
} conditions[] = {
    {"\"v\"", NULL, "If-None-Match: \"v\"|"},
    {NULL, "Sun, 06 Nov 1994 08:49:37 GMT", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT|"},
    {"W/\"v\"", "x", "If-None-Match: W/\"v\"|If-Modified-Since: x|"},
    {NULL, NULL, ""},
    {"", "", ""},
    {"\"v\r\nX: y\"", NULL, ""},
};

START_TEST(news_are_asked_for_with_all_that_is_known)
{
    struct job *job = job_for("http://a.example.org/");
    redirect(job, "http://other/");
    job->wants_update = true;
    job->known_etag = memory_copy_string(conditions[_i].etag);
    job->known_date = memory_copy_string(conditions[_i].date);
    expect(job, NULL, conditions[_i].headers);
    ck_assert(transfer_headers_differ(&settings, job, NULL));
    ck_assert_int_eq(transfer_headers_ask_for_news(job), conditions[_i].headers[0] != '\0');
    job->wants_update = false;
    ck_assert(!transfer_headers_ask_for_news(job));
    expect(job, NULL, "");
    job_destroy(job);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transfer_headers");
    TCase *tests = tcase_create("headers");
    tcase_add_loop_test(tests, headers_of_a_host_replace_those_of_all_hosts, 0,
                        (int)ARRAY_LENGTH(sent));
    tcase_add_test(tests, headers_of_a_line_replace_all_others);
    tcase_add_test(tests, only_what_haul_asks_itself_goes_to_another_origin);
    tcase_add_loop_test(tests, news_are_asked_for_with_all_that_is_known, 0,
                        (int)ARRAY_LENGTH(conditions));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
