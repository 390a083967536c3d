#include "model/hash_table.h"

#include <check.h>
#include <stdlib.h>

/* Spreads small numbers over 64 bits, as a hash does. */
static uint64_t hash_of(uint64_t number)
{
    uint64_t hash = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

START_TEST(what_was_set_is_found_through_all_growth)
{
    struct hash_table *table = hash_table_create(HASH_TABLE_VALUE_32);
    for (uint64_t i = 0; i < 50000; i++) {
        uint64_t value = UINT64_MAX;
        ck_assert(!hash_table_find(table, hash_of(i), &value));
        ck_assert_uint_eq(value, UINT64_MAX);
        hash_table_set(table, hash_of(i), i);
    }
    ck_assert_uint_eq(hash_table_count(table), 50000);
    for (uint64_t i = 0; i < 50000; i++) {
        uint64_t value;
        ck_assert(hash_table_find(table, hash_of(i), &value));
        ck_assert_uint_eq(value, i);
    }
    hash_table_destroy(table);
}
END_TEST

START_TEST(set_replaces_a_value)
{
    struct hash_table *table = hash_table_create(HASH_TABLE_VALUE_32);
    uint64_t value;
    hash_table_set(table, 7, 1);
    hash_table_set(table, 7, UINT32_MAX);
    ck_assert(hash_table_find(table, 7, &value));
    ck_assert_uint_eq(value, UINT32_MAX);
    ck_assert_uint_eq(hash_table_count(table), 1);
    hash_table_destroy(table);
}
END_TEST

START_TEST(pairs_under_one_hash_are_told_apart)
{
    struct hash_table *table = hash_table_create(HASH_TABLE_VALUE_64);
    for (uint64_t value = 0; value < 5; value++) {
        ck_assert(hash_table_add(table, 42, value << 40));
        ck_assert(hash_table_add(table, 43, value << 40));
    }
    for (uint64_t value = 0; value < 5; value++) {
        ck_assert(!hash_table_add(table, 42, value << 40));
        ck_assert(!hash_table_add(table, 43, value << 40));
    }
    ck_assert_uint_eq(hash_table_count(table), 10);
    hash_table_destroy(table);
}
END_TEST

START_TEST(hashes_in_a_row_are_no_slower_to_hold)
{
    /* Without the secret, all of these would want the same slot. */
    struct hash_table *table = hash_table_create(HASH_TABLE_VALUE_64);
    for (uint64_t i = 0; i < 200000; i++)
        ck_assert(hash_table_add(table, i, i));
    ck_assert_uint_eq(hash_table_count(table), 200000);
    ck_assert_uint_le(hash_table_bytes(table), 200000 * 24);
    hash_table_destroy(table);
}
END_TEST

START_TEST(memory_stays_within_four_thirds_of_the_entries)
{
    struct hash_table *table = hash_table_create(HASH_TABLE_VALUE_32);
    for (uint64_t i = 1; i <= 300000; i++) {
        hash_table_set(table, hash_of(i), i);
        if (i % 100 == 0)
            ck_assert_uint_le(hash_table_bytes(table), i * 16 + 16384);
    }
    hash_table_destroy(table);
}
END_TEST

START_TEST(destroy_accepts_nothing)
{
    hash_table_destroy(NULL);
    ck_assert_uint_eq(hash_table_secret(NULL) & 1, 1);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("hash_table");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, what_was_set_is_found_through_all_growth);
    tcase_add_test(tests, set_replaces_a_value);
    tcase_add_test(tests, pairs_under_one_hash_are_told_apart);
    tcase_add_test(tests, hashes_in_a_row_are_no_slower_to_hold);
    tcase_add_test(tests, memory_stays_within_four_thirds_of_the_entries);
    tcase_add_test(tests, destroy_accepts_nothing);
    Suite *suite = suite_create("hash_table");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
