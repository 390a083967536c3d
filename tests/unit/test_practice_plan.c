#include "io/practice_plan.h"

#include <stdlib.h>

#include <check.h>

static const struct practice_plan plans[] = {
    {.urls = 0},
    {.urls = 1, .downloaded = 1},
    {.urls = 2, .downloaded = 1, .not_found = 1},
    {.urls = 3, .downloaded = 2, .not_found = 1, .try_later = 1},
    {10, 9, 1, 1, 1, 1, 1, 1, 1},
    {200, 194, 6, 4, 1, 1, 3, 1, 1},
    {2000, 1940, 60, 40, 1, 1, 30, 1, 1},
};

START_TEST(plans_have_every_trouble_that_there_is_room_for)
{
    struct practice_plan expected = plans[_i];
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct practice_plan plan;
        struct practice_photo *photos = practice_plan_create(seed, expected.urls, true, &plan);
        ck_assert_mem_eq(&plan, &expected, sizeof(plan));
        unsigned by[PRACTICE_TROUBLE_COUNT] = {0};
        for (unsigned i = 0; i < plan.urls; i++) {
            by[photos[i].trouble]++;
            if (photos[i].trouble == PRACTICE_HTML_AS_JPEG)
                ck_assert_int_eq(photos[i].format, PRACTICE_JPEG);
        }
        ck_assert_uint_eq(by[PRACTICE_NOT_FOUND], plan.not_found);
        ck_assert_uint_eq(by[PRACTICE_TRY_LATER], plan.try_later);
        ck_assert_uint_eq(by[PRACTICE_REDIRECTED], plan.redirected);
        ck_assert_uint_ge(by[PRACTICE_FINE] * 10, plan.urls * 3);
        free(photos);
    }
}
END_TEST

START_TEST(delays_stay_within_the_jitter_and_only_the_slow_photo_exceeds_it)
{
    struct practice_settings settings = {.seed = 5, .delay_us = 80000, .jitter_us = 40000};
    int64_t least = INT64_MAX, most = 0;
    for (unsigned number = 1; number <= 1000; number++) {
        struct practice_photo photo = {.trouble = PRACTICE_FINE};
        int64_t delay_us = practice_delay_us(&settings, &photo, number);
        ck_assert_int_eq(delay_us, practice_delay_us(&settings, &photo, number));
        least = delay_us < least ? delay_us : least;
        most = delay_us > most ? delay_us : most;
        photo.trouble = PRACTICE_SLOW;
        ck_assert_int_gt(practice_delay_us(&settings, &photo, number), 1400000);
    }
    ck_assert_int_ge(least, 40000);
    ck_assert_int_lt(least, 45000);
    ck_assert_int_gt(most, 115000);
    ck_assert_int_le(most, 120000);
    settings.delay_us = 10000; /* less than the jitter */
    for (unsigned number = 1; number <= 1000; number++)
        ck_assert_int_ge(practice_delay_us(&settings, &(struct practice_photo){0}, number), 0);
}
END_TEST

static const struct {
    const char *path;
    unsigned number;
} paths[] = {
    {"/photo/0001.jpg", 1},
    {"/photo/0003.jpg", 3},
    {"/photo/0001.png", 0},
    {"/photo/1.jpg", 0},
    {"/photo/00001.jpg", 0},
    {"/photo/+001.jpg", 0},
    {"/photo/ 001.jpg", 0},
    {"/photo/0000.jpg", 0},
    {"/photo/0004.jpg", 0},
    {"/photo/0001.jpg/", 0},
    {"/photo/0001.jpgx", 0},
    {"/photo/-001.jpg", 0},
    {"/moved/0001.jpg", 0},
    {"/photo/", 0},
    {"/photo", 0},
    {"/photos/0001.jpg", 0},
    {"/", 0},
    {"", 0},
    {"/photo/99999999999999", 0},
};

START_TEST(only_exact_paths_are_photos)
{
    struct practice_photo photos[3];
    for (size_t i = 0; i < ARRAY_LENGTH(photos); i++)
        photos[i] = (struct practice_photo){.format = PRACTICE_JPEG};
    ck_assert_uint_eq(practice_path_number(paths[_i].path, "photo", photos, 3), paths[_i].number);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("practice plan");
    TCase *tests = tcase_create("plans");
    tcase_add_loop_test(tests, plans_have_every_trouble_that_there_is_room_for, 0,
                        (int)ARRAY_LENGTH(plans));
    tcase_add_test(tests, delays_stay_within_the_jitter_and_only_the_slow_photo_exceeds_it);
    tcase_add_loop_test(tests, only_exact_paths_are_photos, 0, (int)ARRAY_LENGTH(paths));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
