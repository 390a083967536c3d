#include "model/host_sample.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS 100

/* The hosts 0 to HOSTS - 1, the first ones more often than the others. */
static struct host_sample *sample_of(size_t size, uint64_t seed, bool is_backwards)
{
    struct host_sample *sample = host_sample_create(size, seed);
    for (unsigned i = 0; i < 3 * HOSTS; i++) {
        char host[32];
        unsigned number = i < HOSTS ? i : i % 7;
        snprintf(host, sizeof(host), "h%u.example", is_backwards ? HOSTS - 1 - number : number);
        host_sample_add(sample, host);
    }
    return sample;
}

START_TEST(each_host_counts_once)
{
    struct host_sample *sample = sample_of(5, 1, false);
    ck_assert_uint_eq(host_sample_distinct(sample), HOSTS);
    ck_assert_uint_eq(host_sample_count(sample), 5);
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(host_sample_host(sample, i), host_sample_host(sample, j));
    }
    host_sample_destroy(sample);
}
END_TEST

START_TEST(the_order_of_the_list_does_not_matter)
{
    struct host_sample *one = sample_of(9, 7, false);
    struct host_sample *two = sample_of(9, 7, true);
    for (size_t i = 0; i < 9; i++)
        ck_assert_str_eq(host_sample_host(one, i), host_sample_host(two, i));
    host_sample_destroy(one);
    host_sample_destroy(two);
}
END_TEST

START_TEST(every_host_has_the_same_chance)
{
    unsigned drawn[HOSTS] = {0};
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct host_sample *sample = sample_of(10, seed, false);
        for (size_t i = 0; i < host_sample_count(sample); i++)
            drawn[strtoul(host_sample_host(sample, i) + 1, NULL, 10)]++;
        host_sample_destroy(sample);
    }
    /* 40 on average, a standard deviation of 6 */
    for (unsigned i = 0; i < HOSTS; i++)
        ck_assert_msg(drawn[i] > 10 && drawn[i] < 70, "host %u was drawn %u times", i, drawn[i]);
}
END_TEST

START_TEST(a_sample_of_nothing_counts_and_one_of_all_is_all)
{
    struct host_sample *none = sample_of(0, 1, false);
    struct host_sample *all = sample_of(2 * HOSTS, 1, false);
    ck_assert_uint_eq(host_sample_distinct(none), HOSTS);
    ck_assert_uint_eq(host_sample_count(none), 0);
    ck_assert_uint_eq(host_sample_count(all), HOSTS);
    host_sample_destroy(none);
    host_sample_destroy(all);
    host_sample_destroy(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("host_sample");
    TCase *cases = tcase_create("cases");
    tcase_add_test(cases, each_host_counts_once);
    tcase_add_test(cases, the_order_of_the_list_does_not_matter);
    tcase_add_test(cases, every_host_has_the_same_chance);
    tcase_add_test(cases, a_sample_of_nothing_counts_and_one_of_all_is_all);
    suite_add_tcase(suite, cases);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
