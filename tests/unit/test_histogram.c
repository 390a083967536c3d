#include "model/histogram.h"

#include <check.h>
#include <stdlib.h>

#define HOUR_US INT64_C(3600000000)

static struct histogram *new_histogram(void)
{
    struct histogram *histogram = calloc(1, sizeof(*histogram));
    ck_assert_ptr_nonnull(histogram);
    return histogram;
}

START_TEST(an_empty_histogram_has_no_percentiles)
{
    struct histogram *histogram = new_histogram();
    ck_assert_int_eq(histogram_percentile(histogram, 0.5), -1);
    histogram_add(histogram, -1);
    histogram_add(histogram, INT64_MIN);
    ck_assert_uint_eq(histogram->count, 0);
    ck_assert_int_eq(histogram_percentile(histogram, 1), -1);
    free(histogram);
}
END_TEST

START_TEST(one_value_is_every_percentile)
{
    static const int64_t VALUES[] = {0, 1, 63, 64, 65, 142000, 100 * HOUR_US, INT64_MAX};
    for (size_t i = 0; i < ARRAY_LENGTH(VALUES); i++) {
        struct histogram *histogram = new_histogram();
        histogram_add(histogram, VALUES[i]);
        ck_assert_int_eq(histogram_percentile(histogram, 0), VALUES[i]);
        ck_assert_int_eq(histogram_percentile(histogram, 0.5), VALUES[i]);
        ck_assert_int_eq(histogram_percentile(histogram, 1), VALUES[i]);
        free(histogram);
    }
}
END_TEST

START_TEST(no_value_up_to_100_hours_is_reported_more_than_3_percent_too_high)
{
    struct histogram *histogram = new_histogram();
    int64_t previous = 0;
    for (int64_t value = 1; value < 100 * HOUR_US; value += value / 97 + 1) {
        *histogram = (struct histogram){0};
        histogram_add(histogram, value);
        histogram_add(histogram, 200 * HOUR_US); /* so that the maximum does not help */
        int64_t median = histogram_percentile(histogram, 0.5);
        ck_assert_int_ge(median, value);
        ck_assert_int_le(median - value, value * 3 / 100);
        ck_assert_int_ge(median, previous);
        previous = median;
    }
    free(histogram);
}
END_TEST

static const struct {
    double share;
    int64_t expected;
} share_cases[] = {{0, 1},       {0.01, 100},   {0.5, 5000}, {0.9, 9000},
                   {0.99, 9900}, {0.999, 9990}, {1, 10000}};

START_TEST(percentiles_of_a_known_distribution_are_right)
{
    struct histogram *histogram = new_histogram();
    for (int64_t value = 10000; value >= 1; value--)
        histogram_add(histogram, value);
    int64_t expected = share_cases[_i].expected;
    int64_t found = histogram_percentile(histogram, share_cases[_i].share);
    ck_assert_int_ge(found, expected);
    ck_assert_int_le(found, expected + expected * 3 / 100);
    ck_assert_int_le(found, 10000);
    ck_assert_uint_eq(histogram->count, 10000);
    ck_assert_int_eq(histogram->sum_us, 50005000);
    free(histogram);
}
END_TEST

START_TEST(merging_is_the_same_as_adding_all_to_one)
{
    struct histogram *all = new_histogram();
    struct histogram *parts[2] = {new_histogram(), new_histogram()};
    int64_t value = 1;
    for (int i = 0; i < 5000; i++) {
        value = value * 48271 % 2147483647;
        histogram_add(all, value);
        histogram_add(parts[i % 3 == 0], value);
    }
    histogram_merge(parts[0], parts[1]);
    ck_assert_mem_eq(parts[0], all, sizeof(*all));
    free(parts[0]);
    free(parts[1]);
    free(all);
}
END_TEST

static const struct {
    int64_t values[4];
    size_t count;
    struct histogram_range first;
    struct histogram_range last;
    size_t ranges;
} range_cases[] = {
    {{0}, 0, {0}, {0}, 0},
    {{0}, 1, {0, 1, 1}, {0, 1, 1}, 1},
    {{1, 2, 2, 9}, 4, {1, 2, 1}, {7, 10, 1}, 5},
    {{12, 12, 17, 60}, 4, {10, 15, 2}, {50, 70, 1}, 5},
    {{80000, 120000, 130000, 800000}, 4, {70000, 100000, 1}, {700000, 1000000, 1}, 7},
    {{60, INT64_MAX}, 2, {50, 70, 1}, {500000000000, 700000000000, 1}, 61},
};

START_TEST(ranges_for_people_go_from_the_first_entry_to_the_last)
{
    struct histogram *histogram = new_histogram();
    struct histogram_range ranges[HISTOGRAM_RANGES];
    for (size_t i = 0; i < range_cases[_i].count; i++)
        histogram_add(histogram, range_cases[_i].values[i]);
    size_t count = histogram_ranges(histogram, ranges);
    ck_assert_uint_eq(count, range_cases[_i].ranges);
    if (count > 0) {
        ck_assert_mem_eq(&ranges[0], &range_cases[_i].first, sizeof ranges[0]);
        ck_assert_mem_eq(&ranges[count - 1], &range_cases[_i].last, sizeof ranges[0]);
    }
    free(histogram);
}
END_TEST

START_TEST(every_entry_is_in_the_range_of_its_value)
{
    struct histogram *histogram = new_histogram();
    struct histogram_range ranges[HISTOGRAM_RANGES];
    uint64_t sum = 0;
    int64_t value = 1;
    for (int i = 0; i < 20000; i++) {
        value = value * 48271 % 2147483647;
        histogram_add(histogram, value);
    }
    histogram_add(histogram, 0);
    histogram_add(histogram, INT64_MAX);
    size_t count = histogram_ranges(histogram, ranges);
    ck_assert_uint_eq(count, HISTOGRAM_RANGES);
    for (size_t i = 0; i < count; i++) {
        sum += ranges[i].count;
        ck_assert_int_eq(ranges[i].from_us, i > 0 ? ranges[i - 1].to_us : 0);
        /* The generator's values are evenly spread. */
        if (ranges[i].from_us == 1000000000)
            ck_assert_int_lt(llabs((long long)ranges[i].count - 4657), 300);
    }
    ck_assert_uint_eq(sum, histogram->count);
    free(histogram);
}
END_TEST

START_TEST(extreme_values_do_not_overflow)
{
    struct histogram *histogram = new_histogram();
    struct histogram *copy = new_histogram();
    histogram_add(histogram, INT64_MAX);
    histogram_add(histogram, INT64_MAX);
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        histogram->buckets[i] = UINT32_MAX;
    *copy = *histogram;
    histogram_merge(histogram, copy);
    histogram_add(histogram, 5);
    ck_assert_int_eq(histogram->sum_us, INT64_MAX);
    ck_assert_int_eq(histogram->max_us, INT64_MAX);
    ck_assert_uint_eq(histogram->buckets[5], UINT32_MAX);
    ck_assert_uint_eq(histogram->count, 5);
    free(copy);
    free(histogram);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("histogram");
    tcase_add_test(cases, an_empty_histogram_has_no_percentiles);
    tcase_add_test(cases, one_value_is_every_percentile);
    tcase_add_test(cases, no_value_up_to_100_hours_is_reported_more_than_3_percent_too_high);
    tcase_add_loop_test(cases, percentiles_of_a_known_distribution_are_right, 0,
                        (int)ARRAY_LENGTH(share_cases));
    tcase_add_test(cases, merging_is_the_same_as_adding_all_to_one);
    tcase_add_loop_test(cases, ranges_for_people_go_from_the_first_entry_to_the_last, 0,
                        (int)ARRAY_LENGTH(range_cases));
    tcase_add_test(cases, every_entry_is_in_the_range_of_its_value);
    tcase_add_test(cases, extreme_values_do_not_overflow);
    Suite *suite = suite_create("histogram");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
