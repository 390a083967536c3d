#include "base/random.h"

#include <check.h>
#include <stdlib.h>

/* From the reference implementation (Vigna, splitmix64.c). */
static const struct {
    uint64_t seed;
    uint64_t position;
    uint64_t number;
} numbers[] = {
    {0, 0, UINT64_C(0xE220A8397B1DCDAF)},        {0, 1, UINT64_C(0x6E789E6AA1B965F4)},
    {0, 2, UINT64_C(0x06C45D188009454F)},        {0, 3, UINT64_C(0xF88BB8A8724C81EC)},
    {0, 4, UINT64_C(0x1B39896A51A8749B)},        {1234567, 0, UINT64_C(6457827717110365317)},
    {1234567, 1, UINT64_C(3203168211198807973)}, {1234567, 2, UINT64_C(9817491932198370423)},
    {1234567, 3, UINT64_C(4593380528125082431)}, {1234567, 4, UINT64_C(16408922859458223821)},
};

START_TEST(a_seed_begins_the_sequence_of_splitmix64)
{
    ck_assert_uint_eq(random_at(numbers[_i].seed, numbers[_i].position), numbers[_i].number);
}
END_TEST

START_TEST(a_number_depends_on_its_place_and_not_on_the_order_of_the_questions)
{
    for (size_t i = ARRAY_LENGTH(numbers); i-- > 0;)
        ck_assert_uint_eq(random_at(numbers[i].seed, numbers[i].position), numbers[i].number);
}
END_TEST

START_TEST(the_largest_seed_and_place_wrap_around)
{
    /* The golden ratio is added modulo 2^64: one less of the seed is made up for by the place. */
    uint64_t step = UINT64_C(0x9E3779B97F4A7C15);
    ck_assert_uint_eq(random_at(0 - step, 1), random_at(0, 0));
    ck_assert_uint_eq(random_at(UINT64_MAX, UINT64_MAX), random_at(UINT64_MAX - step, 0));
}
END_TEST

START_TEST(seeds_side_by_side_share_no_number)
{
    enum { SEEDS = 40, PLACES = 40 };
    static uint64_t seen[SEEDS * PLACES];
    size_t count = 0;
    unsigned ones = 0;
    bool is_shared = false;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        for (uint64_t place = 0; place < PLACES; place++) {
            uint64_t number = random_at(seed, place);
            for (size_t i = 0; i < count; i++)
                is_shared = is_shared || seen[i] == number;
            seen[count++] = number;
            ones += (unsigned)__builtin_popcountll(number);
        }
    }
    ck_assert(!is_shared);
    /* Half of all bits, within 5 standard deviations of 80. */
    unsigned half = SEEDS * PLACES * 32;
    ck_assert_uint_ge(ones, half - 5 * 160);
    ck_assert_uint_le(ones, half + 5 * 160);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("random");
    tcase_add_loop_test(cases, a_seed_begins_the_sequence_of_splitmix64, 0,
                        (int)ARRAY_LENGTH(numbers));
    tcase_add_test(cases, a_number_depends_on_its_place_and_not_on_the_order_of_the_questions);
    tcase_add_test(cases, the_largest_seed_and_place_wrap_around);
    tcase_add_test(cases, seeds_side_by_side_share_no_number);
    Suite *suite = suite_create("random");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
