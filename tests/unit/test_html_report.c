#include "io/html_report.h"

#include <check.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vis.h"
#include "io/html_sections.h"
#include "io/json_field.h"
#include "io/json_tree.h"
#include "model/digest.h"

static struct text text;
static struct report_records records;

static void set_up(void)
{
    text_init(&text, HTML_REPORT_MAX_BYTES);
    records = (struct report_records){0};
}

static void tear_down(void)
{
    text_clear(&text);
    report_records_clear(&records);
}

static json_t *parse(const char *json)
{
    json_error_t error;
    json_t *value = json_loads(json, 0, &error);
    ck_assert_msg(value != NULL, "%s in %s", error.text, json);
    return value;
}

/* No character that steers, and every quote and angle bracket is the page's own. */
static void assert_is_plain(void)
{
    for (size_t i = 0; i < text.length;) {
        uint32_t code_point;
        size_t used = vis_decode(text.data + i, text.length - i, &code_point);
        ck_assert_uint_gt(used, 0);
        ck_assert_msg(code_point == '\n' || !vis_is_unsafe(code_point), "U+%04X at %zu",
                      (unsigned)code_point, i);
        i += used;
    }
}

static const char *make(const json_t *report, const char *links, const char *retry)
{
    struct html_page page = {.report = report,
                             .records = &records,
                             .links = links,
                             .retry = retry,
                             .no_retry = "it would be in vain"};
    text_reset(&text);
    ck_assert(html_report_append(&text, &page));
    assert_is_plain();
    return text.data;
}

static void assert_has(const char *words)
{
    ck_assert_msg(strstr(text.data, words) != NULL, "no %s in:\n%.3000s", words,
                  strstr(text.data, "</style>"));
}

static void assert_lacks(const char *words)
{
    ck_assert_msg(strstr(text.data, words) == NULL, "%s in the page", words);
}

/* Names of elements and attributes in their order; values and text are left out. */
static void structure_of(const char *html, struct text *out)
{
    while ((html = strchr(html, '<')) != NULL) {
        char quote = '\0';
        for (html++; *html != '\0' && (quote != '\0' || *html != '>'); html++) {
            if (quote != '\0' && *html == quote)
                quote = '\0';
            else if (quote == '\0' && (*html == '"' || *html == '\''))
                quote = *html;
            else if (quote == '\0')
                text_append_char(out, *html);
        }
        text_append_char(out, '\n');
    }
}

/* A report and two records in which every string is the same. */
static json_t *report_of(const char *string)
{
    static const char *const MEMBERS[] = {"run_id",  "command", "host",
                                          "outcome", "start",   "tool.version"};
    json_t *report = parse(
        "{\"counts\":{\"total\":3,\"failed\":2,\"downloaded\":1},\"exit_code\":1,\"tool\":{},"
        "\"timeline\":{\"slot_us\":100000,\"slots\":[{\"finished\":3,\"failed\":1}]},"
        "\"elapsed_us\":50000,\"latency_us\":{\"total\":{\"p50\":1},\"distribution\":[{\"from_us\":"
        "1,\"to_us\":2,\"count\":3}]},\"phases_share\":{\"dns\":0.5,\"ttfb\":0.5}}");
    for (size_t i = 0; i < ARRAY_LENGTH(MEMBERS); i++)
        if (strchr(MEMBERS[i], '.') == NULL)
            json_tree_put(report, MEMBERS[i], json_tree_string(string));
    json_tree_put(json_object_get(report, "tool"), "version", json_tree_string(string));
    json_tree_put(json_object_get(report, "tool"), "libcurl", json_tree_string(string));
    static const char *const ARRAYS[] = {"warnings", "hints", "arguments"};
    for (size_t i = 0; i < ARRAY_LENGTH(ARRAYS); i++) {
        json_t *array = json_tree_array();
        json_tree_append(array, json_tree_string(string));
        json_tree_put(report, ARRAYS[i], array);
    }
    json_t *host = json_tree_object();
    json_tree_put(host, "host", json_tree_string(string));
    json_t *hosts = json_tree_array();
    json_tree_append(hosts, host);
    json_tree_put(report, "hosts", json_deep_copy(hosts));
    json_t *failure = json_tree_object();
    json_tree_put(failure, "class", json_tree_string(string));
    json_tree_put(failure, "example", json_tree_string(string));
    json_tree_put(failure, "hosts", hosts);
    json_t *failures = json_tree_array();
    json_tree_append(failures, failure);
    json_tree_put(report, "failures", failures);
    json_t *settings = json_tree_object();
    json_t *key = json_tree_string(string);
    json_tree_put(settings, json_string_value(key), json_tree_string(string));
    json_decref(key);
    json_tree_put(report, "settings", settings);
    return report;
}

static json_t *record_of(const char *string, const char *format)
{
    static const char *const MEMBERS[] = {"url", "source", "class", "status", "path", "detail"};
    json_t *record = parse("{\"i\":1,\"line\":7,\"us\":{\"total\":5},\"bytes\":{\"file\":3}}");
    for (size_t i = 0; i < ARRAY_LENGTH(MEMBERS); i++)
        json_tree_put(record, MEMBERS[i], json_tree_string(string));
    json_t *image = parse("{\"width\":30,\"height\":20,\"complete\":false}");
    json_tree_put(image, "format", json_tree_string(format));
    json_tree_put(record, "image", image);
    return record;
}

static void add_records(const char *string, const char *format)
{
    slowest_add(&records.slowest, record_of(string, format));
    records.failed[records.failed_count++] = record_of(string, format);
    records.images[records.image_count++] = record_of(string, format);
    records.image_total = records.image_count;
}

static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "</style></title></bdi></td><h1>x",
    "&lt;b&gt; &#60;b&#62; &amp",
    "<!-- ",
    "]]>",
    "\x1b[31m\r\n\x01\x7f",
    "\xE2\x80\xAE gpj.exe \xE2\x81\xA6", /* U+202E, U+2066 */
    "\xFF\xFE\xC0\x80",
    "javascript:alert(1)",
    "http://evil.example/?a=\"b\"&c=<d>",
    "%s%n%d",
    "`${alert(1)}`",
    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", /* Hebrew */
};

START_TEST(no_string_changes_the_markup)
{
    struct text expected;
    struct text actual;
    text_init(&expected, SIZE_MAX / 4);
    text_init(&actual, SIZE_MAX / 4);
    json_t *report = report_of("plain");
    add_records("plain", "plain");
    structure_of(make(report, "./", "plain"), &expected);
    json_decref(report);
    report_records_clear(&records);

    report = report_of(hostile[_i]);
    add_records(hostile[_i], hostile[_i]);
    structure_of(make(report, hostile[_i], hostile[_i]), &actual);
    json_decref(report);
    ck_assert_str_eq(actual.data, expected.data);
    ck_assert_uint_gt(actual.length, 1000);
    text_clear(&expected);
    text_clear(&actual);
}
END_TEST

/* A string that may be anybody's never becomes a URL. */
START_TEST(nothing_is_linked_but_files)
{
    json_t *report = report_of("http://evil.example/");
    add_records("http://evil.example/", "png");
    make(report, "./", NULL);
    json_decref(report);
    assert_has("http://evil.example/");
    assert_lacks("=\"http");
    assert_lacks("<a href=\".");
    assert_lacks("<img");
}
END_TEST

static const struct {
    const char *report;
    const char *headline;
    const char *sentence; /* in HTML */
} outcome_cases[] = {
    {"{\"counts\":{\"total\":0}}", "There was no URL", "0 URLs."},
    {"{\"counts\":{\"total\":1,\"downloaded\":1},\"elapsed_us\":1500000,\"outcome\":\"complete\","
     "\"exit_code\":0}",
     "1 URL, and it is fine", "1 URL: 1 downloaded; took 1.50 s; complete, exit 0."},
    {"{\"counts\":{\"total\":10000,\"downloaded\":9710,\"kept\":128,\"failed\":162},\"elapsed_us\":"
     "87200000,\"outcome\":\"failed\",\"exit_code\":1}",
     "162 of 10,000 URLs failed",
     "10,000 URLs: 9,710 downloaded, 128 kept, 162 failed; took 1 min 27 s; failed, exit 1."},
    {"{\"counts\":{\"total\":1,\"failed\":1},\"outcome\":\"failed\",\"exit_code\":3}",
     "1 of 1 URL failed", "1 URL: 1 failed; failed, exit 3."},
    {"{\"counts\":{\"total\":5,\"ok\":5},\"outcome\":\"complete\",\"exit_code\":0}",
     "5 URLs, all fine", "5 URLs: 5 ok; complete, exit 0."},
    {"{\"counts\":{\"total\":5,\"downloaded\":2,\"not_tried\":3},\"outcome\":\"stopped\","
     "\"exit_code\":6,\"input\":{\"complete\":false}}",
     "3 of 5 URLs not tried",
     "5 URLs: 2 downloaded, 3 not tried; stopped, exit 6. The lists were not read to their end."},
    {"{\"counts\":{\"total\":7,\"failed\":1,\"downloaded\":6},\"outcome\":\"running\",\"exit_"
     "code\":"
     "null,\"elapsed_us\":2000000}",
     "Still running, or killed", "7 URLs: 6 downloaded, 1 failed; after 2.00 s; not at its end."},
    {"{\"command\":\"get\",\"counts\":{\"total\":200,\"failed\":14,\"downloaded\":10,\"not_tried\":"
     "176}}",
     "14 of 200 URLs failed and 176 not tried",
     "200 URLs: 10 downloaded, 14 failed, 176 not tried."},
    {"{\"command\":\"get\",\"counts\":{\"total\":1},\"outcome\":\"running\"}",
     "Still running, or killed",
     "1 URL; not at its end. Where it was killed, the same command goes on."},
};

START_TEST(the_outcome_is_said_in_a_heading_and_a_sentence)
{
    char words[300];
    json_t *report = parse(outcome_cases[_i].report);
    make(report, NULL, NULL);
    json_decref(report);
    snprintf(words, sizeof words, "<title>haul: %s</title>", outcome_cases[_i].headline);
    assert_has(words);
    snprintf(words, sizeof words, ">%s</h1>", outcome_cases[_i].headline);
    assert_has(words);
    snprintf(words, sizeof words, "<p class=\"lead\">%s</p>", outcome_cases[_i].sentence);
    assert_has(words);
}
END_TEST

START_TEST(rates_are_rounded_as_on_the_terminal)
{
    static const char *const CASES[][4] = {
        {"291.885581", "291.9/s", "1023.96", "1.0 KiB/s"},
        {"99.96", "100.0/s", "12.6", "13 B/s"},
        {"12345.678", "12345.7/s", "0.4", "0 B/s"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        char json[200];
        char expected[100];
        snprintf(json, sizeof json,
                 "{\"counts\":{\"total\":9},\"rate\":{\"urls_per_s\":%s,\"bytes_per_s\":%s}}",
                 CASES[i][0], CASES[i][2]);
        json_t *report = parse(json);
        make(report, NULL, NULL);
        snprintf(expected, sizeof expected, "<dt>URLs</dt><dd>%s <", CASES[i][1]);
        assert_has(expected);
        snprintf(expected, sizeof expected, "<dt>Received</dt><dd>%s <", CASES[i][3]);
        assert_has(expected);
        json_decref(report);
    }
}
END_TEST

START_TEST(what_there_is_nothing_to_tell_about_is_left_out)
{
    json_t *report = parse("{\"counts\":{\"total\":0}}");
    make(report, NULL, NULL);
    assert_lacks("<section");
    assert_lacks("<table");
    assert_lacks("href=\"#");
    json_decref(report);
    report = parse("{\"counts\":{\"total\":1},\"timeline\":{\"slot_us\":0,\"slots\":[1]},\"hosts\":"
                   "7,\"failures\":[],\"latency_us\":[],\"warnings\":\"x\",\"settings\":[]}");
    make(report, NULL, NULL);
    assert_lacks("<section");
    json_decref(report);
}
END_TEST

static const struct {
    const char *path;
    const char *format;
    const char *links;
    const char *expected; /* the beginning of the tile */
} image_cases[] = {
    {"a.png", "png", "./", "<li><a href=\"./a.png\"><img "},
    {"a b#c?d%25.JPG", "jpeg", "file:///x/",
     "<li><a href=\"file:///x/a%20b%23c%3Fd%2525.JPG\"><img "},
    {"d/\xC3\xA9.gif", "gif", "../", "<li><a href=\"../d/%C3%A9.gif\"><img "},
    {"javascript:1.png", "png", "./", "<li><a href=\"./javascript%3A1.png\"><img "},
    {"a.png", "jpeg", "./", "<li><a href=\"./a.png\"><img "}, /* still a picture */
    {"a.html", "jpeg", "./", "<li><img loading=\"lazy\""},    /* a browser would run it */
    {"a", "png", "./", "<li><img loading=\"lazy\""},
    {"a.svg", "svg", "./", "<li><img loading=\"lazy\""},
    {"a.png", "svg", "./", "<li><div class=\"none\">SVG</div>"},
    {"a.svg", "png", "./", "<li><img loading=\"lazy\""},
    {"a.tiff", "tiff", "./", "<li><div class=\"none\">TIFF</div>"},
    {"a.jxl", "jxl", "./", "<li><div class=\"none\">JPEG XL</div>"},
    {"a.png", "new", "./", "<li><div class=\"none\">new</div>"},
    {"a.png", "png", NULL, "<li><div class=\"none\">PNG</div>"},
    {".haul/a.png", "png", "./", "<li><div class=\"none\">PNG</div>"},
    {".haul2/a.png", "png", "./", "<li><a href=\"./.haul2/a.png\"><img "},
    {"../a.png", "png", "./", "<li><div class=\"none\">PNG</div>"},
    {"/etc/a.png", "png", "./", "<li><div class=\"none\">PNG</div>"},
    {"x/../../a.png", "png", "./", "<li><div class=\"none\">PNG</div>"},
};

START_TEST(a_picture_is_shown_and_linked_where_that_is_safe)
{
    json_t *report = parse("{\"counts\":{\"total\":1}}");
    records.images[records.image_count++] = record_of(image_cases[_i].path, image_cases[_i].format);
    records.image_total = 1;
    make(report, image_cases[_i].links, NULL);
    assert_has(image_cases[_i].expected);
    bool has_link = strstr(image_cases[_i].expected, "<a ") != NULL;
    ck_assert_int_eq(strstr(text.data, "<a href=\"#images\"") != NULL, true);
    ck_assert_int_eq(strstr(text.data, "</a><p>") != NULL, has_link);
    if (strstr(image_cases[_i].expected, "<img") != NULL)
        assert_has("width=\"30\" height=\"20\"");
    assert_has("30 \xC3\x97 20");
    assert_has("cut short");
    ck_assert_int_eq(strstr(text.data, "img-src") != NULL, image_cases[_i].links != NULL);
    json_decref(report);
}
END_TEST

static json_t *array_of(const char *element, size_t count)
{
    json_t *array = json_tree_array();
    for (size_t i = 0; i < count; i++)
        json_tree_append(array, parse(element));
    return array;
}

static size_t count_of(const char *words)
{
    size_t count = 0;
    for (const char *next = text.data; (next = strstr(next, words)) != NULL; next++)
        count++;
    return count;
}

START_TEST(what_is_cut_is_counted)
{
    json_t *report = parse("{\"counts\":{\"total\":9},\"other_hosts\":5000,\"settings\":{}}");
    json_tree_put(report, "hosts", array_of("{\"host\":\"the-host\"}", 60));
    json_tree_put(report, "failures", array_of("{\"class\":\"the-class\"}", 80));
    json_tree_put(report, "warnings", array_of("{\"x\":1}", 150));
    json_tree_put(report, "arguments", array_of("{\"x\":1}", 50));
    for (size_t i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "setting-%03zu", i);
        json_tree_put(json_object_get(report, "settings"), name, json_tree_count(1));
    }
    records.images[records.image_count++] = record_of("a.png", "png");
    records.image_total = 1234;
    make(report, "./", NULL);
    ck_assert_uint_eq(count_of("the-host"), 50);
    ck_assert_uint_eq(count_of("the-class"), 50);
    ck_assert_uint_eq(count_of(">setting-"), 200);
    assert_has("and 5,010 more hosts");
    assert_has("and 30 more classes");
    assert_has("and 49 more warnings");
    assert_has("and 30 more<");
    assert_has("and 100 more settings");
    assert_has("and 1,233 more images");
    json_decref(report);
}
END_TEST

START_TEST(what_failed_is_told_with_its_reason)
{
    json_t *report = parse("{\"counts\":{\"total\":90,\"failed\":62}}");
    json_t *record = parse("{\"i\":3,\"line\":5,\"http\":200}");
    json_tree_put(record, "url", json_tree_string("http://h/login.jpg"));
    json_tree_put(record, "source", json_tree_string("lists/table.csv"));
    json_tree_put(record, "class", json_tree_string("bad-type"));
    json_tree_put(record, "detail", json_tree_string("wanted image, got text/html"));
    records.failed[records.failed_count++] = record;
    make(report, NULL, NULL);
    assert_has("<a href=\"#failed\">What failed</a>");
    assert_has("<td><bdi>bad-type</bdi></td><td class=\"n\">200</td>");
    assert_has(
        "<bdi>http://h/login.jpg</bdi> <span class=\"soft\">(<bdi>table.csv</bdi>:5)</span>");
    assert_has("<bdi>wanted image, got text/html</bdi>");
    assert_has("and 61 more URLs, see failed.tsv");
    json_decref(report);
}
END_TEST

START_TEST(long_strings_are_cut_on_a_character)
{
    struct text url;
    json_t *report = parse("{\"counts\":{\"total\":1}}");
    json_t *record = record_of("x", "png");
    text_init(&url, SIZE_MAX / 4);
    text_append_char(&url, 'h');
    while (url.length < 60000)
        text_append_string(&url, "\xC3\xA9");
    json_tree_put(record, "url", json_tree_string(url.data));
    slowest_add(&records.slowest, record);
    make(report, NULL, NULL);
    assert_has("\xC3\xA9\xE2\x80\xA6</bdi>");
    ck_assert_uint_lt(text.length, 20000);
    text_clear(&url);
    json_decref(report);
}
END_TEST

/* Browsers apply a style only when the policy has the digest of its exact bytes. */
START_TEST(the_policy_allows_the_style_and_nothing_else)
{
    json_t *report = report_of("x");
    const char *style = strstr(make(report, NULL, NULL), "<style>");
    ck_assert_ptr_nonnull(style);
    style += strlen("<style>");
    const char *end = strstr(style, "</style>");
    struct digest *digest = digest_create(DIGEST_SHA256);
    digest_begin(digest);
    digest_add(digest, style, (size_t)(end - style));
    struct checksum checksum = digest_end(digest);
    digest_destroy(digest);
    unsigned char encoded[64];
    char policy[300];
    EVP_EncodeBlock(encoded, checksum.bytes, 32);
    snprintf(policy, sizeof policy,
             "content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action "
             "'none'\">",
             encoded);
    assert_has(policy);
    ck_assert_uint_eq(count_of("<style"), 1);
    ck_assert_uint_eq(count_of(" style="), 0);
    ck_assert_uint_eq(count_of("<script"), 0);
    ck_assert(strstr(text.data, "Content-Security-Policy") < style); /* it comes first */
    json_decref(report);
}
END_TEST

static const struct {
    const char *timeline;
    int64_t elapsed_us;
    const char *expected; /* in the description of a chart */
} course_cases[] = {
    /* The last slot has had 20 ms, too few to be a rate of its own. */
    {"{\"slot_us\":100000,\"slots\":[{\"finished\":11},{\"finished\":1}]}", 120000,
     "at most 100 per second"},
    {"{\"slot_us\":100000,\"slots\":[{\"finished\":4}]}", 40000, "at most 100 per second"},
    {"{\"slot_us\":100000,\"slots\":[{\"finished\":4,\"wire_bytes\":1048576}]}", 100000,
     "at most 10 MiB/s"},
    {"{\"slot_us\":100000,\"slots\":[{\"finished\":4,\"busy\":3.5}]}", 100000,
     "in progress, over the time of the run: at most 3.5 on average"},
    {"{\"slot_us\":100000,\"slots\":[{\"finished\":4,\"failed\":2}]}", 100000,
     "that failed, over the time of the run: at most 20 per second"},
    {"{\"slot_us\":100000,\"slots\":[{\"finished\":-4,\"busy\":1e300,\"failed\":[]}]}", 100000,
     "at most 0 per second"},
    {"{\"slot_us\":1,\"slots\":[{\"finished\":9223372036854775807}]}", 1, "at most 0 per second"},
};

START_TEST(charts_show_rates_over_the_time_that_has_passed)
{
    json_t *report = parse("{\"counts\":{\"total\":4}}");
    json_tree_put(report, "timeline", parse(course_cases[_i].timeline));
    json_tree_put(report, "elapsed_us", json_tree_known(course_cases[_i].elapsed_us));
    make(report, NULL, NULL);
    assert_has(course_cases[_i].expected);
    bool has_failures = strstr(course_cases[_i].timeline, "\"failed\":2") != NULL;
    ck_assert_uint_eq(count_of("<figure"), has_failures ? 4 : 3);
    json_decref(report);
}
END_TEST

START_TEST(many_slots_are_put_together)
{
    json_t *report = parse("{\"counts\":{\"total\":512},\"elapsed_us\":51200000,\"timeline\":{"
                           "\"slot_us\":100000}}");
    json_tree_put(json_object_get(report, "timeline"), "slots",
                  array_of("{\"finished\":1,\"failed\":0,\"wire_bytes\":7,\"busy\":1}", 512));
    make(report, NULL, NULL);
    assert_has("at most 10 per second");
    ck_assert_uint_lt(text.length, 60000);
    json_decref(report);
}
END_TEST

static const struct {
    int64_t from_us;
    int64_t to_us;
    const char *expected;
} range_cases[] = {
    {0, 1, "0 \xE2\x80\x93 1 us"},
    {700, 1000, "0.7 \xE2\x80\x93 1 ms"},
    {30000, 50000, "30 \xE2\x80\x93 50 ms"},
    {700000, 1000000, "0.7 \xE2\x80\x93 1 s"},
    {1000000, 1500000, "1 \xE2\x80\x93 1.5 s"},
    {70000000, 100000000, "70 \xE2\x80\x93 100 s"},
};

START_TEST(ranges_of_time_are_written_in_one_unit)
{
    char range[100];
    snprintf(range, sizeof range, "{\"from_us\":%lld,\"to_us\":%lld,\"count\":3}",
             (long long)range_cases[_i].from_us, (long long)range_cases[_i].to_us);
    json_t *report = parse("{\"counts\":{\"total\":3},\"latency_us\":{\"total\":{}}}");
    json_tree_put(json_object_get(report, "latency_us"), "distribution", array_of(range, 1));
    make(report, NULL, NULL);
    assert_has(range_cases[_i].expected);
    json_decref(report);
}
END_TEST

START_TEST(the_retry_is_shown_with_the_failures)
{
    json_t *report = report_of("x");
    make(report, NULL, "haul --retry-from 'a&b'");
    assert_has("<code>haul --retry-from &#39;a&amp;b&#39;</code>");
    assert_lacks("No retry");
    make(report, NULL, NULL);
    assert_lacks("<code>");
    assert_has("<p>No retry: it would be in vain.</p>");
    json_decref(report);
}
END_TEST

START_TEST(a_page_that_does_not_fit_leaves_nothing)
{
    json_t *report = report_of("x");
    struct html_page page = {.report = report};
    text_clear(&text);
    for (size_t limit = 10; limit < 20000; limit += 777) {
        text_init(&text, limit);
        text_append_string(&text, "before");
        bool fits = html_report_append(&text, &page);
        ck_assert_int_eq(fits, text.length > 6);
        ck_assert(fits || text.is_full);
        text_clear(&text);
    }
    text_init(&text, 10);
    json_decref(report);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("html_report");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, no_string_changes_the_markup, 0, (int)ARRAY_LENGTH(hostile));
    tcase_add_test(cases, nothing_is_linked_but_files);
    tcase_add_loop_test(cases, the_outcome_is_said_in_a_heading_and_a_sentence, 0,
                        (int)ARRAY_LENGTH(outcome_cases));
    tcase_add_test(cases, rates_are_rounded_as_on_the_terminal);
    tcase_add_test(cases, what_there_is_nothing_to_tell_about_is_left_out);
    tcase_add_loop_test(cases, a_picture_is_shown_and_linked_where_that_is_safe, 0,
                        (int)ARRAY_LENGTH(image_cases));
    tcase_add_test(cases, what_is_cut_is_counted);
    tcase_add_test(cases, long_strings_are_cut_on_a_character);
    tcase_add_test(cases, what_failed_is_told_with_its_reason);
    tcase_add_test(cases, the_policy_allows_the_style_and_nothing_else);
    tcase_add_loop_test(cases, charts_show_rates_over_the_time_that_has_passed, 0,
                        (int)ARRAY_LENGTH(course_cases));
    tcase_add_test(cases, many_slots_are_put_together);
    tcase_add_loop_test(cases, ranges_of_time_are_written_in_one_unit, 0,
                        (int)ARRAY_LENGTH(range_cases));
    tcase_add_test(cases, the_retry_is_shown_with_the_failures);
    tcase_add_test(cases, a_page_that_does_not_fit_leaves_nothing);
    Suite *suite = suite_create("html_report");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
