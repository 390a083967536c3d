#include "model/key.h"

#include <check.h>
#include <stdlib.h>

START_TEST(a_key_is_written_as_32_hex_digits)
{
    char text[KEY_TEXT_SIZE];
    struct key key = {.high = UINT64_C(0x0123456789abcdef), .low = UINT64_C(0xf0)};
    ck_assert_ptr_eq(key_format(key, text), text);
    ck_assert_str_eq(text, "0123456789abcdef00000000000000f0");
}
END_TEST

START_TEST(a_key_is_the_same_in_every_run)
{
    /* The value of XXH3-128 for no bytes at all, from its specification: state files keep keys. */
    char text[KEY_TEXT_SIZE];
    ck_assert_str_eq(key_format(key_of("", 0), text), "99aa06d3014798d86001c324468d497f");
    struct key a = key_of("http://h/a", 10);
    struct key b = key_of("http://h/b", 10);
    ck_assert(a.high != b.high && a.low != b.low);
}
END_TEST

START_TEST(a_set_takes_each_key_once)
{
    struct key_set *set = key_set_create();
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < 20000; i++) {
            struct key key = key_of((const char *)&i, sizeof i);
            uint64_t first = 0;
            ck_assert_int_eq(key_set_add(set, key, i + 1, &first), round == 0);
            ck_assert_uint_eq(first, round == 0 ? 0 : i + 1);
        }
    }
    ck_assert_uint_eq(key_set_count(set), 20000);
    key_set_destroy(set);
}
END_TEST

START_TEST(keys_that_share_a_half_are_different)
{
    struct key_set *set = key_set_create();
    uint64_t first;
    for (uint64_t i = 0; i < 50000; i++) {
        ck_assert(key_set_add(set, (struct key){.high = 5, .low = i}, 1, &first));
        ck_assert(key_set_add(set, (struct key){.high = i + 6, .low = UINT64_MAX}, 1, &first));
    }
    ck_assert(!key_set_add(set, (struct key){.high = 5, .low = 0}, 1, &first));
    ck_assert(key_set_add(set, (struct key){.high = 5, .low = UINT64_MAX}, 1, &first));
    ck_assert_uint_eq(key_set_count(set), 100001);
    key_set_destroy(set);
}
END_TEST

START_TEST(an_index_that_is_too_large_is_forgotten)
{
    struct key_set *set = key_set_create();
    uint64_t first = 7;
    ck_assert(key_set_add(set, (struct key){1, 2}, UINT64_C(1) << 32, &first));
    ck_assert_uint_eq(first, 7);
    ck_assert(!key_set_add(set, (struct key){1, 2}, 9, &first));
    ck_assert_uint_eq(first, 0);
    key_set_destroy(set);
}
END_TEST

START_TEST(a_set_takes_at_most_24_bytes_per_key)
{
    struct key_set *set = key_set_create();
    uint64_t first;
    for (uint64_t i = 1; i <= 500000; i++) {
        key_set_add(set, key_of((const char *)&i, sizeof i), i, &first);
        if (i % 1000 == 0)
            ck_assert_uint_le(key_set_bytes(set), i * 24 + 16384);
    }
    ck_assert_uint_le(key_set_bytes(set), 500000 * 24);
    ck_assert_uint_ge(key_set_bytes(set), 500000 * 16);
    key_set_destroy(set);
}
END_TEST

START_TEST(destroy_accepts_nothing)
{
    key_set_destroy(NULL);
    struct key_set *set = key_set_create();
    ck_assert_uint_eq(key_set_count(set), 0);
    key_set_destroy(set);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("key");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, a_key_is_written_as_32_hex_digits);
    tcase_add_test(tests, a_key_is_the_same_in_every_run);
    tcase_add_test(tests, a_set_takes_each_key_once);
    tcase_add_test(tests, keys_that_share_a_half_are_different);
    tcase_add_test(tests, an_index_that_is_too_large_is_forgotten);
    tcase_add_test(tests, a_set_takes_at_most_24_bytes_per_key);
    tcase_add_test(tests, destroy_accepts_nothing);
    Suite *suite = suite_create("key");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
