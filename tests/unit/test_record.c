#include "io/record.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT (4 * 1024 * 1024)
#define LONG_URL (64 * 1024)

/* One job whose URL was downloaded on the second try, behind a redirect. */
static struct job *new_job(const char *listed)
{
    struct job *job = job_create(7, "lists/urls.txt", 12, listed, strlen(listed));
    struct outcome *outcome = &job->outcome;
    job->key = (struct key){UINT64_C(0x0123456789ABCDEF), UINT64_C(0xFEDCBA9876543210)};
    job->origin.host = strdup("a.example");
    job->is_redirected = true;
    job->redirected.target = strdup("https://b.example/final.jpg");
    outcome->status = STATUS_DOWNLOADED;
    outcome->failure = FAILURE_NONE;
    outcome->http = 200;
    outcome->curl = 0;
    outcome->attempts = 2;
    outcome->start_us = INT64_C(1795176030123456);
    outcome->worker = 3;
    strcpy(outcome->ip, "2001:db8::1");
    outcome->http_version = 11;
    outcome->reused = true;
    outcome->us = (struct phases){1, 2, 3, -1, 5, 6, 8, 20};
    outcome->wire_bytes = 1234;
    outcome->file_bytes = 1000;
    outcome->path = strdup("final.jpg");
    outcome->declared_type = strdup("image/jpeg");
    outcome->detected_type = "image/png";
    outcome->etag = strdup("\"abc\"");
    outcome->last_modified = 784111777;
    outcome_add_hop(outcome, 302, "https://u:pw@b.example/final.jpg?token=abcdef");
    return job;
}

static struct job *new_untried_job(void)
{
    const char *listed = "http://a.example/x";
    struct job *job = job_create(1, NULL, 0, listed, strlen(listed));
    job->outcome.status = STATUS_NOT_TRIED;
    job->outcome.failure = FAILURE_NONE;
    return job;
}

/* Formats, checks that it is one line, and parses. */
static json_t *parse(const struct job *job)
{
    struct text text;
    text_init(&text, LIMIT);
    ck_assert(record_append_json(&text, job, NULL));
    ck_assert_uint_eq(strcspn(text.data, "\n"), text.length - 1);
    json_error_t error;
    json_t *record = json_loads(text.data, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(record != NULL, "%s in %s", error.text, text.data);
    text_clear(&text);
    return record;
}

static json_int_t integer_at(const json_t *object, const char *key)
{
    ck_assert_msg(json_is_integer(json_object_get(object, key)), "%s is no integer", key);
    return json_integer_value(json_object_get(object, key));
}

static const char *string_at(const json_t *object, const char *key)
{
    ck_assert_msg(json_is_string(json_object_get(object, key)), "%s is no string", key);
    return json_string_value(json_object_get(object, key));
}

START_TEST(the_keys_are_those_of_the_schema_in_their_order)
{
    static const char *const KEYS[] = {"schema",       "i",
                                       "key",          "source",
                                       "line",         "url",
                                       "final_url",    "status",
                                       "class",        "http",
                                       "curl",         "detail",
                                       "attempts",     "start",
                                       "worker",       "ip",
                                       "http_version", "reused",
                                       "us",           "bytes",
                                       "path",         "type",
                                       "image",        "sha256",
                                       "etag",         "last_modified",
                                       "redirects",    "duplicate_of",
                                       "extra"};
    struct job *job = new_job("http://a.example/x.jpg");
    json_t *record = parse(job);
    size_t i = 0;
    for (void *at = json_object_iter(record); at != NULL; at = json_object_iter_next(record, at))
        ck_assert_str_eq(json_object_iter_key(at), KEYS[i++]);
    ck_assert_uint_eq(i, ARRAY_LENGTH(KEYS));
    json_decref(record);
    job_destroy(job);
}
END_TEST

START_TEST(a_download_is_told_in_full)
{
    struct job *job = new_job("http://me:secret@a.example/x.jpg?key=hidden&w=1");
    json_t *record = parse(job);
    ck_assert_str_eq(string_at(record, "schema"), "haul.result/1");
    ck_assert_int_eq(integer_at(record, "i"), 7);
    ck_assert_str_eq(string_at(record, "key"), "0123456789abcdeffedcba9876543210");
    ck_assert_str_eq(string_at(record, "source"), "lists/urls.txt");
    ck_assert_int_eq(integer_at(record, "line"), 12);
    ck_assert_str_eq(string_at(record, "url"), "http://a.example/x.jpg?key=***&w=1");
    ck_assert_str_eq(string_at(record, "final_url"), "https://b.example/final.jpg");
    ck_assert_str_eq(string_at(record, "status"), "downloaded");
    ck_assert(json_is_null(json_object_get(record, "class")));
    ck_assert_int_eq(integer_at(record, "http"), 200);
    ck_assert_int_eq(integer_at(record, "curl"), 0);
    ck_assert(json_is_null(json_object_get(record, "detail")));
    ck_assert_int_eq(integer_at(record, "attempts"), 2);
    ck_assert_str_eq(string_at(record, "start"), "2026-11-20T12:00:30.123456Z");
    ck_assert_int_eq(integer_at(record, "worker"), 3);
    ck_assert_str_eq(string_at(record, "ip"), "2001:db8::1");
    ck_assert(json_is_true(json_object_get(record, "reused")));
    const json_t *us = json_object_get(record, "us");
    ck_assert_int_eq(integer_at(us, "queue"), 1);
    ck_assert(json_is_null(json_object_get(us, "tls")));
    ck_assert_int_eq(integer_at(us, "receive"), 6);
    ck_assert_int_eq(integer_at(us, "write"), 8);
    ck_assert_int_eq(integer_at(us, "total"), 20);
    const json_t *bytes = json_object_get(record, "bytes");
    ck_assert_int_eq(integer_at(bytes, "wire"), 1234);
    ck_assert_int_eq(integer_at(bytes, "file"), 1000);
    ck_assert(json_is_null(json_object_get(bytes, "expected")));
    ck_assert_str_eq(string_at(record, "path"), "final.jpg");
    const json_t *type = json_object_get(record, "type");
    ck_assert_str_eq(string_at(type, "declared"), "image/jpeg");
    ck_assert_str_eq(string_at(type, "detected"), "image/png");
    ck_assert_str_eq(string_at(record, "etag"), "\"abc\"");
    ck_assert_str_eq(string_at(record, "last_modified"), "1994-11-06T08:49:37Z");
    const json_t *hop = json_array_get(json_object_get(record, "redirects"), 0);
    ck_assert_int_eq(integer_at(hop, "http"), 302);
    ck_assert_str_eq(string_at(hop, "url"), "https://b.example/final.jpg?token=***");
    ck_assert_uint_eq(json_array_size(json_object_get(record, "redirects")), 1);
    json_decref(record);
    job_destroy(job);
}
END_TEST

START_TEST(a_url_that_was_requested_as_listed_is_masked_twice)
{
    static const size_t LENGTHS[] = {40, 500, 600}; /* long ones take another way */
    for (size_t i = 0; i < ARRAY_LENGTH(LENGTHS); i++) {
        char listed[1024] = "http://a.example/x?token=hidden&z=";
        memset(listed + strlen(listed), 'z', LENGTHS[i]);
        struct job *job = new_job(listed);
        free(job->redirected.target);
        job->redirected.target = strdup(listed);
        json_t *record = parse(job);
        ck_assert_ptr_null(strstr(string_at(record, "url"), "hidden"));
        ck_assert_uint_gt(strlen(string_at(record, "url")), LENGTHS[i]);
        ck_assert_str_eq(string_at(record, "final_url"), string_at(record, "url"));
        json_decref(record);
        job_destroy(job);
    }
}
END_TEST

START_TEST(what_is_unknown_is_null)
{
    static const char *const NULLS[] = {
        "source", "line",  "final_url",     "class",  "http",         "curl",
        "detail", "start", "worker",        "ip",     "reused",       "path",
        "image",  "etag",  "last_modified", "sha256", "http_version", "duplicate_of"};
    struct job *job = new_untried_job();
    job->origin.target = strdup("http://a.example/x"); /* known, but nothing was sent there */
    json_t *record = parse(job);
    for (size_t i = 0; i < ARRAY_LENGTH(NULLS); i++)
        ck_assert_msg(json_is_null(json_object_get(record, NULLS[i])), "%s", NULLS[i]);
    ck_assert_str_eq(string_at(record, "status"), "not_tried");
    ck_assert_int_eq(integer_at(record, "attempts"), 0);
    ck_assert_int_eq(integer_at(json_object_get(record, "bytes"), "wire"), 0);
    const json_t *value;
    const char *key;
    json_object_foreach(json_object_get(record, "us"), key, value)
        ck_assert_msg(json_is_null(value), "us.%s", key);
    ck_assert_uint_eq(json_object_size(json_object_get(record, "us")), 8);
    ck_assert_uint_eq(json_array_size(json_object_get(record, "redirects")), 0);
    ck_assert(json_is_object(json_object_get(record, "extra")));
    json_decref(record);
    job_destroy(job);
}
END_TEST

START_TEST(sha512_has_a_key_behind_sha256_only_when_it_was_asked_for)
{
    struct job *job = new_job("http://a.example/x");
    json_t *record = parse(job);
    size_t keys = json_object_size(record);
    ck_assert_ptr_null(json_object_get(record, "sha512"));
    json_decref(record);
    job->outcome.sha512 = strdup("cf83e1");
    record = parse(job);
    ck_assert_uint_eq(json_object_size(record), keys + 1);
    ck_assert_str_eq(string_at(record, "sha512"), "cf83e1");
    ck_assert(json_is_null(json_object_get(record, "sha256")));
    void *before = json_object_iter_at(record, "sha256");
    ck_assert_str_eq(json_object_iter_key(json_object_iter_next(record, before)), "sha512");
    json_decref(record);
    job_destroy(job);
}
END_TEST

START_TEST(a_duplicate_names_the_record_that_it_repeats)
{
    struct job *job = new_untried_job();
    job->outcome.status = STATUS_DUPLICATE;
    job->outcome.duplicate_of = 6;
    json_t *record = parse(job);
    ck_assert_str_eq(string_at(record, "status"), "duplicate");
    ck_assert_int_eq(integer_at(record, "duplicate_of"), 6);
    json_decref(record);
    job_destroy(job);
}
END_TEST

static const struct {
    int http_version;
    const char *name;
} version_cases[] = {{10, "1.0"}, {11, "1.1"}, {20, "2"}, {30, "3"}, {0, NULL}, {99, NULL}};

START_TEST(http_versions_have_their_names)
{
    struct job *job = new_job("http://a.example/");
    job->outcome.http_version = version_cases[_i].http_version;
    json_t *record = parse(job);
    const json_t *version = json_object_get(record, "http_version");
    if (version_cases[_i].name == NULL)
        ck_assert(json_is_null(version));
    else
        ck_assert_str_eq(json_string_value(version), version_cases[_i].name);
    json_decref(record);
    job_destroy(job);
}
END_TEST

START_TEST(extreme_numbers_stay_numbers)
{
    struct job *job = new_job("http://a.example/");
    struct outcome *outcome = &job->outcome;
    job->index = INT64_MAX;
    job->line = INT64_MAX;
    outcome->attempts = UINT32_MAX;
    outcome->http = INT32_MAX;
    outcome->start_us = INT64_MAX;
    outcome->last_modified = INT64_MAX;
    outcome->wire_bytes = INT64_MAX;
    outcome->us.total = INT64_MAX;
    outcome->us.queue = INT64_MIN;
    outcome->worker = -5;
    json_t *record = parse(job);
    ck_assert_int_eq(integer_at(record, "i"), INT64_MAX);
    ck_assert_int_eq(integer_at(record, "line"), INT64_MAX);
    ck_assert_int_eq(integer_at(record, "attempts"), UINT32_MAX);
    ck_assert_int_eq(integer_at(json_object_get(record, "bytes"), "wire"), INT64_MAX);
    ck_assert_int_eq(integer_at(json_object_get(record, "us"), "total"), INT64_MAX);
    ck_assert(json_is_null(json_object_get(json_object_get(record, "us"), "queue")));
    ck_assert(json_is_null(json_object_get(record, "worker")));
    ck_assert(json_is_null(json_object_get(record, "last_modified"))); /* no such year */
    ck_assert_uint_eq(strlen(string_at(record, "start")), strlen("2026-11-20T12:00:30.123456Z"));
    json_decref(record);
    job_destroy(job);
}
END_TEST

START_TEST(hostile_bytes_everywhere_leave_a_valid_line)
{
    static const char HOSTILE[] =
        "\"\\\x1B]0;x\x07\x7F\xFF\xC2\x9B\n\t\xE2\x80\xA8{},:[\xED\xA0\x80";
    struct job *job = new_job(HOSTILE);
    job->source = HOSTILE;
    free(job->redirected.target);
    job->redirected.target = strdup(HOSTILE);
    outcome_set_detail(&job->outcome, "%s", HOSTILE);
    strcpy(job->outcome.ip, HOSTILE);
    free(job->outcome.path);
    job->outcome.path = strdup(HOSTILE);
    free(job->outcome.etag);
    job->outcome.etag = strdup(HOSTILE);
    free(job->outcome.declared_type);
    job->outcome.declared_type = strdup(HOSTILE);
    outcome_add_hop(&job->outcome, 301, HOSTILE);
    json_t *record = parse(job);
    static const char EXPECTED[] = "\"\\\x1B]0;x\x07\x7F\xEF\xBF\xBD\xC2\x9B\n\t\xE2\x80\xA8{},:["
                                   "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD";
    ck_assert_str_eq(string_at(record, "detail"), EXPECTED);
    ck_assert_str_eq(string_at(record, "path"), EXPECTED);
    ck_assert_str_eq(string_at(record, "etag"), EXPECTED);
    ck_assert_str_eq(string_at(record, "url"), EXPECTED);
    ck_assert_str_eq(string_at(record, "source"), EXPECTED);
    json_decref(record);
    job_destroy(job);
}
END_TEST

static char *long_url(char filler)
{
    char *url = malloc(LONG_URL + 1);
    ck_assert_ptr_nonnull(url);
    memset(url, filler, LONG_URL);
    memcpy(url, "http://a.example/", strlen("http://a.example/"));
    url[LONG_URL] = '\0';
    return url;
}

START_TEST(a_url_of_64_kib_is_kept_whole)
{
    static const char FILLERS[] = {'a', '"', '\x01', '\xFF'};
    for (size_t i = 0; i < ARRAY_LENGTH(FILLERS); i++) {
        char *url = long_url(FILLERS[i]);
        struct job *job = new_job(url);
        json_t *record = parse(job);
        size_t length = strlen(string_at(record, "url"));
        if (FILLERS[i] == '\xFF')
            ck_assert_uint_gt(length, 2 * LONG_URL); /* a replacement has three bytes */
        else
            ck_assert_str_eq(string_at(record, "url"), url);
        json_decref(record);
        job_destroy(job);
        free(url);
    }
}
END_TEST

START_TEST(a_record_that_does_not_fit_leaves_nothing_behind)
{
    struct job *job = new_job("http://a.example/\x01\xFF");
    struct text whole;
    text_init(&whole, LIMIT);
    ck_assert(record_append_json(&whole, job, NULL));
    for (size_t limit = 0; limit <= whole.length; limit++) {
        struct text text;
        text_init(&text, 3 + limit);
        text_append_string(&text, "abc");
        ck_assert(record_append_json(&text, job, NULL) == (limit == whole.length));
        ck_assert_uint_eq(text.length, limit == whole.length ? 3 + whole.length : 3);
        ck_assert_int_eq(strncmp(text.data, "abc", 3), 0);
        text_clear(&text);
    }
    text_clear(&whole);
    job_destroy(job);
}
END_TEST

/* Samples for the schema test: every status, every class, and the hostile ones. */
static void write_samples(const char *path)
{
    struct text text;
    text_init(&text, LIMIT);
    uint64_t index = 0;
    for (size_t failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++) {
        struct job *job = new_untried_job();
        job->index = ++index;
        job_fail(job, (enum failure)failure, "\xFF\x1B\"");
        record_append_json(&text, job, NULL);
        job_destroy(job);
    }
    for (size_t status = 0; status < STATUS_COUNT; status++) {
        bool was_sent = status == STATUS_DOWNLOADED || status == STATUS_FAILED;
        struct job *job = was_sent ? new_job("http://\x7F\xFF/") : new_untried_job();
        job->index = ++index;
        job->outcome.status = (enum status)status;
        job->outcome.failure = status == STATUS_FAILED    ? FAILURE_RESET
                               : status == STATUS_SKIPPED ? FAILURE_EXISTS
                                                          : FAILURE_NONE;
        job->outcome.duplicate_of = status == STATUS_DUPLICATE ? 1 : 0;
        record_append_json(&text, job, NULL);
        job_destroy(job);
    }
    FILE *file = fopen(path, "w");
    if (file == NULL || text.is_full || fwrite(text.data, 1, text.length, file) != text.length ||
        fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    text_clear(&text);
}

/* With an argument: writes sample records there instead of testing. */
int main(int argument_count, char **arguments)
{
    if (argument_count > 1) {
        write_samples(arguments[1]);
        return EXIT_SUCCESS;
    }
    TCase *cases = tcase_create("record");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, the_keys_are_those_of_the_schema_in_their_order);
    tcase_add_test(cases, a_download_is_told_in_full);
    tcase_add_test(cases, a_url_that_was_requested_as_listed_is_masked_twice);
    tcase_add_test(cases, what_is_unknown_is_null);
    tcase_add_test(cases, sha512_has_a_key_behind_sha256_only_when_it_was_asked_for);
    tcase_add_test(cases, a_duplicate_names_the_record_that_it_repeats);
    tcase_add_loop_test(cases, http_versions_have_their_names, 0, (int)ARRAY_LENGTH(version_cases));
    tcase_add_test(cases, extreme_numbers_stay_numbers);
    tcase_add_test(cases, hostile_bytes_everywhere_leave_a_valid_line);
    tcase_add_test(cases, a_url_of_64_kib_is_kept_whole);
    tcase_add_test(cases, a_record_that_does_not_fit_leaves_nothing_behind);
    Suite *suite = suite_create("record");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
