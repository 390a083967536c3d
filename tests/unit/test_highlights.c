#include "model/highlights.h"

#include <check.h>
#include <stdlib.h>

static struct highlights highlights;
static struct job job;

static void set_up(void)
{
    highlights = (struct highlights){0};
    job = (struct job){0};
    outcome_init(&job.outcome);
}

/* Record number `index`, at ten times that. */
static void add(uint64_t index, int64_t total_us)
{
    job.index = index;
    job.outcome.us.total = total_us;
    highlights_add(&highlights, &job, (int64_t)index * 10);
}

START_TEST(the_slowest_come_first_and_of_equal_ones_the_earlier)
{
    static const int64_t TOTALS[] = {5, 90, -1, 7, 90, 0};
    static const uint64_t EXPECTED[] = {2, 5, 4, 1, 6};
    for (size_t i = 0; i < ARRAY_LENGTH(TOTALS); i++)
        add(i + 1, TOTALS[i]);
    ck_assert_uint_eq(highlights.slowest_count, ARRAY_LENGTH(EXPECTED));
    for (size_t i = 0; i < ARRAY_LENGTH(EXPECTED); i++) {
        ck_assert_uint_eq(highlights.slowest[i].index, EXPECTED[i]);
        ck_assert_int_eq(highlights.slowest[i].offset, (int64_t)EXPECTED[i] * 10);
        ck_assert_int_eq(highlights.slowest[i].total_us, TOTALS[EXPECTED[i] - 1]);
    }
}
END_TEST

START_TEST(only_so_many_are_kept)
{
    for (uint64_t i = 1; i <= 1000; i++)
        add(i, (int64_t)(i * 7919 % 1000)); /* every number below 1,000 once */
    add(1001, 1000 - HIGHLIGHTS_SLOWEST);   /* as slow as the last one, but later */
    ck_assert_uint_eq(highlights.slowest_count, HIGHLIGHTS_SLOWEST);
    for (size_t i = 0; i < HIGHLIGHTS_SLOWEST; i++) {
        ck_assert_int_eq(highlights.slowest[i].total_us, 999 - (int64_t)i);
        ck_assert_uint_le(highlights.slowest[i].index, 1000);
    }
}
END_TEST

static const struct {
    enum status status;
    const char *format;
    const char *path;
    bool is_image;
} image_cases[] = {
    {STATUS_DOWNLOADED, "png", "a.png", true}, {STATUS_KEPT, "png", "a.png", true},
    {STATUS_DOWNLOADED, NULL, "a.png", false}, {STATUS_DOWNLOADED, "png", NULL, false},
    {STATUS_FAILED, "png", "a.png", false},    {STATUS_OK, "png", "a.png", false},
};

START_TEST(an_image_is_a_file_that_is_there)
{
    job.outcome.status = image_cases[_i].status;
    job.outcome.image.format = image_cases[_i].format;
    job.outcome.path = (char *)(uintptr_t)image_cases[_i].path;
    add(1, 1);
    ck_assert_uint_eq(highlights.image_count, image_cases[_i].is_image);
    ck_assert_uint_eq(highlights.image_total, image_cases[_i].is_image);
}
END_TEST

START_TEST(the_first_images_are_kept_and_all_are_counted)
{
    job.outcome.status = STATUS_DOWNLOADED;
    job.outcome.image.format = "png";
    job.outcome.path = (char[]){"a.png"};
    for (uint64_t i = 1; i <= HIGHLIGHTS_IMAGES + 3; i++)
        add(i, 1);
    ck_assert_uint_eq(highlights.image_count, HIGHLIGHTS_IMAGES);
    ck_assert_uint_eq(highlights.image_total, HIGHLIGHTS_IMAGES + 3);
    ck_assert_uint_eq(highlights.images[HIGHLIGHTS_IMAGES - 1].index, HIGHLIGHTS_IMAGES);
}
END_TEST

static void add_failed(uint64_t index, enum failure failure)
{
    job.outcome.status = STATUS_FAILED;
    job.outcome.failure = failure;
    add(index, 1);
}

START_TEST(the_first_failures_of_the_lists_are_kept)
{
    for (uint64_t i = 1; i <= 3 * HIGHLIGHTS_FAILED; i++) {
        uint64_t index = _i == 0 ? i : 3 * HIGHLIGHTS_FAILED + 1 - i; /* whichever ends first */
        if (index % 2 == 0) {
            add_failed(index, FAILURE_NOT_FOUND);
        } else {
            job.outcome.status = STATUS_SKIPPED;
            add(index, 1);
        }
    }
    ck_assert_uint_eq(highlights.failed_count, HIGHLIGHTS_FAILED);
    for (size_t i = 0; i < HIGHLIGHTS_FAILED; i++) {
        ck_assert_uint_eq(highlights.failed[i].index, 2 * (i + 1));
        ck_assert_int_eq(highlights.failed[i].offset, (int64_t)(20 * (i + 1)));
    }
}
END_TEST

/* 1,000 not-found, and behind them five each of gone and tls, in any order. */
START_TEST(a_class_does_not_push_out_the_first_of_another)
{
    for (uint64_t i = 0; i < 1010; i++) {
        uint64_t index = (i * (_i == 0 ? 1 : _i == 1 ? 1009 : 397)) % 1010 + 1;
        add_failed(index, index <= 1000   ? FAILURE_NOT_FOUND
                          : index <= 1005 ? FAILURE_GONE
                                          : FAILURE_TLS);
    }
    ck_assert_uint_eq(highlights.failed_count, HIGHLIGHTS_FAILED);
    for (size_t i = 0; i < HIGHLIGHTS_FAILED - 6; i++)
        ck_assert_uint_eq(highlights.failed[i].index, i + 1);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(highlights.failed[HIGHLIGHTS_FAILED - 6 + i].index, 1001 + i);
        ck_assert_uint_eq(highlights.failed[HIGHLIGHTS_FAILED - 3 + i].index, 1006 + i);
    }
}
END_TEST

START_TEST(with_many_classes_each_has_its_first)
{
    unsigned counts[FAILURE_COUNT] = {0};
    for (uint64_t i = 0; i < 100; i++)
        for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++)
            add_failed(failure * 100 + i, failure);
    ck_assert_uint_eq(highlights.failed_count, HIGHLIGHTS_FAILED);
    for (size_t i = 0; i < HIGHLIGHTS_FAILED; i++)
        counts[highlights.failed[i].failure]++;
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++) {
        ck_assert_uint_ge(counts[failure], 1);
        ck_assert_uint_le(counts[failure], 2);
    }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("highlights");
    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_test(cases, the_slowest_come_first_and_of_equal_ones_the_earlier);
    tcase_add_test(cases, only_so_many_are_kept);
    tcase_add_loop_test(cases, an_image_is_a_file_that_is_there, 0, (int)ARRAY_LENGTH(image_cases));
    tcase_add_loop_test(cases, the_first_failures_of_the_lists_are_kept, 0, 2);
    tcase_add_loop_test(cases, a_class_does_not_push_out_the_first_of_another, 0, 3);
    tcase_add_test(cases, with_many_classes_each_has_its_first);
    tcase_add_test(cases, the_first_images_are_kept_and_all_are_counted);
    Suite *suite = suite_create("highlights");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
