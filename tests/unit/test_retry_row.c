#include "app/retry_row.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name, content)                                                                       \
    {                                                                                              \
        .key = (name), .key_length = strlen(name), .value = (content),                             \
        .value_length = strlen(content)                                                            \
    }

static const struct {
    const char *class_name;
    bool is_final;
} classes[] = {
    {"bad-url", true},
    {"unsupported-scheme", true},
    {"blocked-address", true},
    {"robots", true},
    {"not-found", true},
    {"gone", true},
    {"timeout", false},
    {"server-error", false},
    {"rate-limited", false},
    {"host-down", false},
    {"hash-mismatch", false},
    {"forbidden", false},
    {"", false},
    {"gone ", false},
    {"gon", false},
};

START_TEST(what_gives_the_same_again_is_final)
{
    struct list_field fields[] = {FIELD("dir", "gone"), FIELD("class", classes[_i].class_name)};
    ck_assert_int_eq(retry_row_is_final(fields, 2), classes[_i].is_final);
    ck_assert(!retry_row_is_final(fields, 1)); /* without a class, nobody knows */
}
END_TEST

static const struct {
    const char *http;
    int expected;
} statuses[] = {{"404", 404}, {"", 0}, {"4044", 0}, {"4x4", 0}, {"-04", 0}};

START_TEST(what_is_left_out_keeps_class_and_status)
{
    struct list_field fields[] = {FIELD("class", "not-found"), FIELD("http", statuses[_i].http)};
    struct job *job = job_create(1, "list", 1, "http://a/", 9);
    retry_row_leave_out(job, fields, ARRAY_LENGTH(fields));
    ck_assert_int_eq(job->outcome.status, STATUS_SKIPPED);
    ck_assert_int_eq(job->outcome.failure, FAILURE_NOT_FOUND);
    ck_assert_int_eq(job->outcome.http, statuses[_i].expected);
    ck_assert_ptr_nonnull(strstr(outcome_detail(&job->outcome), "--retry-all"));
    job_destroy(job);
}
END_TEST

static const struct {
    const char *place;
    const char *source;
    uint64_t line;
} places[] = {
    {"urls.txt:17", "urls.txt", 17},
    {"a:b.csv:3", "a:b.csv", 3},
    {"argument", "argument", 0},
    {"-:12", "-", 12},
    {"urls:x", "urls:x", 0},
    {":7", ":7", 0}, /* a list has a name */
    {"17", "17", 0},
    {"urls.txt:", "urls.txt:", 0},
    {"urls.txt:123456789012345678", "urls.txt", UINT64_C(123456789012345678)},
    {"urls.txt:1234567890123456789", "urls.txt:1234567890123456789", 0},
    {"", "failed.tsv", 3}, /* the row does not say */
};

START_TEST(a_row_says_where_it_was_listed_at_first)
{
    struct list_field fields[] = {FIELD("name", "x"), FIELD("line", places[_i].place)};
    struct retry_places kept = {0};
    struct job *job = job_create(1, "failed.tsv", 3, "http://a/", 9);
    retry_places_set(&kept, job, fields, 1);
    ck_assert_str_eq(job->source, "failed.tsv");
    retry_places_set(&kept, job, fields, 2);
    ck_assert_str_eq(job->source, places[_i].source);
    ck_assert_uint_eq(job->line, places[_i].line);
    job_destroy(job);
    retry_places_clear(&kept);
}
END_TEST

START_TEST(names_of_lists_are_kept_once_and_not_without_end)
{
    struct retry_places kept = {0};
    for (unsigned i = 0; i < 1000; i++) {
        char place[32];
        snprintf(place, sizeof place, "list-%u:7", i % 500);
        struct list_field fields[] = {FIELD("line", place)};
        struct job *job = job_create(1, "failed.tsv", 3, "http://a/", 9);
        retry_places_set(&kept, job, fields, 1);
        bool is_told = job->line == 7;
        ck_assert_int_eq(strcmp(job->source, "failed.tsv") != 0, is_told);
        ck_assert(is_told || i >= 10);
        job_destroy(job);
    }
    ck_assert_uint_le(kept.sources.count, 100);
    retry_places_clear(&kept);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("retry_row");
    TCase *tests = tcase_create("rows");
    tcase_add_loop_test(tests, what_gives_the_same_again_is_final, 0, ARRAY_LENGTH(classes));
    tcase_add_loop_test(tests, what_is_left_out_keeps_class_and_status, 0, ARRAY_LENGTH(statuses));
    tcase_add_loop_test(tests, a_row_says_where_it_was_listed_at_first, 0, ARRAY_LENGTH(places));
    tcase_add_test(tests, names_of_lists_are_kept_once_and_not_without_end);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
