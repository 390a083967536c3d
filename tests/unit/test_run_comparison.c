#include "model/run_comparison.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct run_comparison *comparison;

static void set_up(void)
{
    comparison = run_comparison_create();
}

static void tear_down(void)
{
    run_comparison_destroy(comparison);
}

static struct key key_number(uint64_t number)
{
    return key_of((const char *)&number, sizeof(number));
}

static struct run_result downloaded(void)
{
    return (struct run_result){.status = STATUS_DOWNLOADED, .size = 10, .http = 200};
}

static struct run_result failed(enum failure failure)
{
    return (struct run_result){.status = STATUS_FAILED, .failure = failure, .size = -1};
}

static void assert_counts(uint64_t added, uint64_t gone, uint64_t changed, uint64_t moved,
                          uint64_t unchanged, uint64_t not_tried)
{
    struct run_comparison_counts counts = run_comparison_counts(comparison);
    ck_assert_uint_eq(counts.added, added);
    ck_assert_uint_eq(counts.gone, gone);
    ck_assert_uint_eq(counts.changed, changed);
    ck_assert_uint_eq(counts.moved, moved);
    ck_assert_uint_eq(counts.unchanged, unchanged);
    ck_assert_uint_eq(counts.not_tried, not_tried);
}

#define OK STATUS_DOWNLOADED
#define SUM RUN_DIFFERS_SHA256
#define TAG RUN_DIFFERS_ETAG
#define SIZE RUN_DIFFERS_SIZE

/* Fields in order: digest, ETag, size, http, status, class. */
static const struct {
    struct run_result older;
    struct run_result newer;
    unsigned differences;
} pairs[] = {
    {{0, 0, 10, 200, OK, 0, 0}, {0, 0, 10, 200, OK, 0, 0}, 0},
    {{0, 0, 10, 200, OK, 0, 0}, {0, 0, 10, 0, STATUS_KEPT, 0, 0}, 0},
    {{0, 0, 10, 200, OK, 0, 0}, {0, 0, 11, 200, OK, 0, 0}, SIZE},
    {{0, 0, 10, 200, OK, 0, 0}, {0, 0, -1, 200, OK, 0, 0}, 0},
    {{0, 0, -1, 200, OK, 0, 0}, {0, 0, 0, 200, OK, 0, 0}, 0},
    {{0, 5, 10, 200, OK, 0, 0}, {0, 6, 10, 200, OK, 0, 0}, TAG},
    {{0, 5, 10, 200, OK, 0, 0}, {0, 0, 10, 0, STATUS_KEPT, 0, 0}, 0},
    {{0, 5, 10, 200, OK, 0, 0}, {0, 6, 12, 200, OK, 0, 0}, TAG | SIZE},
    {{7, 5, 10, 200, OK, 0, 0}, {7, 6, 10, 200, OK, 0, 0}, 0},
    {{7, 5, 10, 200, OK, 0, 0}, {8, 5, 10, 200, OK, 0, 0}, SUM},
    {{7, 5, 10, 200, OK, 0, 0}, {0, 6, 10, 200, OK, 0, 0}, TAG},
    {{0, 0, 10, 200, OK, 0, 0},
     {0, 0, -1, 404, STATUS_FAILED, FAILURE_NOT_FOUND, 0},
     RUN_DIFFERS_STATUS | RUN_DIFFERS_CLASS},
    {{0, 0, -1, 404, STATUS_FAILED, FAILURE_NOT_FOUND, 0},
     {0, 0, 10, 0, STATUS_KEPT, 0, 0},
     RUN_DIFFERS_STATUS | RUN_DIFFERS_CLASS},
    {{0, 0, -1, 0, STATUS_FAILED, FAILURE_TIMEOUT, 0},
     {0, 0, -1, 404, STATUS_FAILED, FAILURE_NOT_FOUND, 0},
     RUN_DIFFERS_CLASS},
    {{0, 0, -1, 500, STATUS_FAILED, FAILURE_SERVER_ERROR, 0},
     {0, 0, -1, 503, STATUS_FAILED, FAILURE_SERVER_ERROR, 0},
     0},
    {{0, 0, -1, 0, STATUS_SKIPPED, FAILURE_EXISTS, 0},
     {0, 0, -1, 0, STATUS_FAILED, FAILURE_EXISTS, 0},
     RUN_DIFFERS_STATUS},
};

START_TEST(results_differ_where_both_know)
{
    ck_assert_uint_eq(run_result_differences(&pairs[_i].older, &pairs[_i].newer),
                      pairs[_i].differences);
}
END_TEST

START_TEST(fingerprints_are_of_the_opaque_part)
{
    ck_assert_uint_eq(run_result_fingerprint(NULL), 0);
    ck_assert_uint_eq(run_result_fingerprint(""), 0);
    ck_assert_uint_ne(run_result_fingerprint("a"), 0);
    ck_assert_uint_ne(run_result_fingerprint("a"), run_result_fingerprint("b"));
    ck_assert_uint_eq(run_result_etag_fingerprint("W/\"a\""), run_result_etag_fingerprint("\"a\""));
    ck_assert_uint_ne(run_result_etag_fingerprint("\"b\""), run_result_etag_fingerprint("\"a\""));
    ck_assert_uint_eq(run_result_etag_fingerprint("W/"), 0);
    ck_assert_uint_eq(run_result_etag_fingerprint(NULL), 0);
}
END_TEST

START_TEST(every_url_is_counted_once)
{
    struct run_result fine = downloaded();
    struct run_result missing = failed(FAILURE_NOT_FOUND);
    struct run_result moved = downloaded();
    struct run_result untried = {.status = STATUS_NOT_TRIED, .size = -1};
    moved.is_moved = true;
    run_comparison_add_older(comparison, key_number(1), &fine);
    run_comparison_add_older(comparison, key_number(2), &fine);
    run_comparison_add_older(comparison, key_number(3), &fine);
    run_comparison_add_older(comparison, key_number(3), &missing); /* the first counts */
    run_comparison_add_older(comparison, key_number(4), &fine);
    run_comparison_add_older(comparison, key_number(5), &untried);
    assert_counts(0, 5, 0, 0, 0, 0);
    run_comparison_add_newer(comparison, key_number(1), &missing);
    run_comparison_add_newer(comparison, key_number(1), &fine);
    run_comparison_add_newer(comparison, key_number(2), &moved);
    run_comparison_add_newer(comparison, key_number(3), &untried);
    run_comparison_add_newer(comparison, key_number(5), &fine);
    run_comparison_add_newer(comparison, key_number(6), &moved);
    run_comparison_add_newer(comparison, key_number(6), &moved);
    assert_counts(1, 1, 1, 2, 1, 2);
}
END_TEST

START_TEST(a_change_is_taken_once)
{
    struct run_result older = {.sha256 = 3,
                               .etag = 4,
                               .size = INT64_MAX,
                               .http = 999,
                               .status = STATUS_FAILED,
                               .failure = FAILURE_COUNT - 1,
                               .is_moved = true};
    struct run_result newer = downloaded();
    struct run_result found;
    bool is_known;
    newer.is_moved = true;
    run_comparison_add_older(comparison, key_number(1), &older);
    run_comparison_add_older(comparison, key_number(2), &older);
    run_comparison_add_newer(comparison, key_number(1), &newer);
    run_comparison_add_newer(comparison, key_number(3), &newer);
    ck_assert(!run_comparison_take(comparison, key_number(1), RUN_CHANGE_NEW, &found, &is_known));
    ck_assert(!run_comparison_take(comparison, key_number(1), RUN_CHANGE_GONE, &found, &is_known));
    ck_assert(!run_comparison_take(comparison, key_number(9), RUN_CHANGE_NEW, &found, &is_known));
    ck_assert(!run_comparison_has(comparison, key_number(1), RUN_CHANGE_NEW));
    ck_assert(run_comparison_has(comparison, key_number(1), RUN_CHANGE_CHANGED));
    ck_assert(
        run_comparison_take(comparison, key_number(1), RUN_CHANGE_CHANGED, &found, &is_known));
    ck_assert(!run_comparison_has(comparison, key_number(1), RUN_CHANGE_CHANGED));
    ck_assert(is_known);
    ck_assert_uint_eq(found.sha256, 3);
    ck_assert_uint_eq(found.etag, 4);
    ck_assert_int_eq(found.size, INT64_MAX);
    ck_assert_int_eq(found.http, 999);
    ck_assert_int_eq(found.status, STATUS_FAILED);
    ck_assert_int_eq(found.failure, FAILURE_COUNT - 1);
    ck_assert(found.is_moved);
    ck_assert(
        !run_comparison_take(comparison, key_number(1), RUN_CHANGE_CHANGED, &found, &is_known));
    ck_assert(run_comparison_take(comparison, key_number(1), RUN_CHANGE_MOVED, &found, &is_known));
    ck_assert(run_comparison_take(comparison, key_number(2), RUN_CHANGE_GONE, &found, &is_known));
    ck_assert(run_comparison_take(comparison, key_number(3), RUN_CHANGE_NEW, &found, &is_known));
    ck_assert(!is_known);
}
END_TEST

START_TEST(keys_that_agree_in_one_half_are_two)
{
    struct run_result fine = downloaded();
    for (uint64_t i = 0; i < 100; i++) {
        run_comparison_add_older(comparison, (struct key){7, i}, &fine);
        run_comparison_add_older(comparison, (struct key){i + 1000, 7}, &fine);
    }
    assert_counts(0, 200, 0, 0, 0, 0);
    for (uint64_t i = 0; i < 100; i++)
        run_comparison_add_newer(comparison, (struct key){7, i}, &fine);
    assert_counts(0, 100, 0, 0, 100, 0);
}
END_TEST

START_TEST(memory_stays_within_64_bytes_a_url)
{
    struct run_result fine = downloaded();
    for (uint64_t i = 1; i <= 200000; i++)
        run_comparison_add_older(comparison, key_number(i), &fine);
    ck_assert_uint_le(run_comparison_bytes(comparison), 200000 * 64);
    for (uint64_t i = 100001; i <= 300000; i++)
        run_comparison_add_newer(comparison, key_number(i), &fine);
    assert_counts(100000, 100000, 0, 0, 100000, 0);
    ck_assert_uint_le(run_comparison_bytes(comparison), 300000 * 64);
}
END_TEST

START_TEST(destroy_accepts_nothing)
{
    run_comparison_destroy(NULL);
    assert_counts(0, 0, 0, 0, 0, 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("run_comparison");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, results_differ_where_both_know, 0, (int)ARRAY_LENGTH(pairs));
    tcase_add_test(tests, fingerprints_are_of_the_opaque_part);
    tcase_add_test(tests, every_url_is_counted_once);
    tcase_add_test(tests, a_change_is_taken_once);
    tcase_add_test(tests, keys_that_agree_in_one_half_are_two);
    tcase_add_test(tests, memory_stays_within_64_bytes_a_url);
    tcase_add_test(tests, destroy_accepts_nothing);
    Suite *suite = suite_create("run_comparison");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
