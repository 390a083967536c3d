#include "model/timeline.h"

#include <check.h>
#include <stdlib.h>

#define SLOT TIMELINE_FIRST_SLOT_US

static struct timeline timeline;

static void set_up(void)
{
    timeline_init(&timeline);
}

static void add(int64_t end_us, int64_t duration_us, int64_t bytes)
{
    timeline_add(&timeline, &(struct timeline_event){.end_us = end_us,
                                                     .duration_us = duration_us,
                                                     .busy_us = duration_us,
                                                     .wire_bytes = bytes});
}

static int64_t sum_of_busy(void)
{
    int64_t sum = 0;
    for (size_t i = 0; i < TIMELINE_SLOTS; i++)
        sum += timeline.slots[i].busy_us;
    return sum;
}

static int64_t sum_of_bytes(void)
{
    int64_t sum = 0;
    for (size_t i = 0; i < TIMELINE_SLOTS; i++)
        sum += timeline.slots[i].wire_bytes;
    return sum;
}

/* A download of 1,000 bytes, and what the first four slots get of it. */
static const struct {
    int64_t end_us;
    int64_t duration_us;
    int64_t busy_us[4];
    int64_t bytes[4];
    size_t finished;
} spread_cases[] = {
    {SLOT / 2, SLOT / 4, {SLOT / 4}, {1000}, 0},
    {SLOT / 2, 0, {0}, {1000}, 0},
    {SLOT / 2, -1, {0}, {1000}, 0},
    {-5, 3, {0}, {1000}, 0},
    {SLOT, SLOT, {SLOT, 0}, {1000, 0}, 1},
    {2 * SLOT + SLOT / 2, 2 * SLOT, {SLOT / 2, SLOT, SLOT / 2}, {250, 500, 250}, 2},
    {4 * SLOT - 1, 4 * SLOT - 1, {SLOT, SLOT, SLOT, SLOT - 1}, {250, 250, 250, 250}, 3},
    {SLOT + SLOT / 2, 100 * SLOT, {SLOT, SLOT / 2}, {666, 334}, 1}, /* longer than the run */
};

START_TEST(a_download_is_spread_over_the_slots_that_it_spans)
{
    int64_t busy_us = spread_cases[_i].duration_us;
    if (busy_us > spread_cases[_i].end_us) /* as long as the run, or nothing before it */
        busy_us = spread_cases[_i].end_us > 0 ? spread_cases[_i].end_us : 0;
    timeline_add(&timeline, &(struct timeline_event){.end_us = spread_cases[_i].end_us,
                                                     .duration_us = spread_cases[_i].duration_us,
                                                     .busy_us = busy_us,
                                                     .wire_bytes = 1000,
                                                     .has_failed = _i % 2 == 1});
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_le(llabs(timeline.slots[i].busy_us - spread_cases[_i].busy_us[i]), 1);
        ck_assert_int_le(llabs(timeline.slots[i].wire_bytes - spread_cases[_i].bytes[i]), 1);
        ck_assert_uint_eq(timeline.slots[i].finished, i == spread_cases[_i].finished);
        ck_assert_uint_eq(timeline.slots[i].failed, _i % 2 == 1 && i == spread_cases[_i].finished);
    }
    ck_assert_int_eq(sum_of_bytes(), 1000);
}
END_TEST

START_TEST(a_pause_between_attempts_counts_for_none_of_the_slots_more)
{
    timeline_add(&timeline, &(struct timeline_event){
                                .end_us = 4 * SLOT, .duration_us = 4 * SLOT, .busy_us = SLOT});
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(timeline.slots[i].busy_us, SLOT / 4);
}
END_TEST

static const struct {
    int64_t end_us;
    int64_t slot_us;
    size_t slot;
} widening_cases[] = {
    {511 * SLOT, SLOT, 511},
    {512 * SLOT, 2 * SLOT, 256},
    {1023 * SLOT + SLOT - 1, 2 * SLOT, 511},
    {1024 * SLOT, 4 * SLOT, 256},
    {864000 * SLOT, 2048 * SLOT, 421},
    {INT64_MAX, (INT64_C(1) << 38) * SLOT, 335},
};

START_TEST(slots_become_wider_when_time_runs_past_the_last)
{
    int64_t slot_us = widening_cases[_i].slot_us;
    for (int64_t i = 0; i < 4; i++)
        timeline_add(&timeline, &(struct timeline_event){.end_us = i * SLOT,
                                                         .duration_us = SLOT / 10,
                                                         .busy_us = SLOT / 10,
                                                         .wire_bytes = 10,
                                                         .has_failed = true});
    int64_t busy_us = sum_of_busy();
    add(widening_cases[_i].end_us, 0, 1);
    ck_assert_int_eq(timeline.slot_us, slot_us);
    ck_assert_uint_eq(timeline.slots[widening_cases[_i].slot].finished, 1);
    uint64_t early = slot_us == SLOT ? 1 : slot_us == 2 * SLOT ? 2 : 4;
    ck_assert_uint_eq(timeline.slots[0].finished, early);
    ck_assert_uint_eq(timeline.slots[0].failed, early);
    ck_assert_int_eq(sum_of_busy(), busy_us);
    ck_assert_int_eq(sum_of_bytes(), 41);
    ck_assert_uint_eq(timeline_length(&timeline, 0), widening_cases[_i].slot + 1);
}
END_TEST

START_TEST(the_length_is_what_has_passed_or_has_happened)
{
    ck_assert_uint_eq(timeline_length(&timeline, -1), 1);
    ck_assert_uint_eq(timeline_length(&timeline, 0), 1);
    ck_assert_uint_eq(timeline_length(&timeline, 3 * SLOT + 1), 4);
    ck_assert_uint_eq(timeline_length(&timeline, INT64_MAX), TIMELINE_SLOTS);
    add(5 * SLOT, 10, 1);
    ck_assert_uint_eq(timeline_length(&timeline, 3 * SLOT), 6);
}
END_TEST

START_TEST(sums_stop_at_their_maximum)
{
    for (int i = 0; i < 3; i++)
        add(INT64_MAX, INT64_MAX, INT64_MAX);
    for (size_t i = 0; i < TIMELINE_SLOTS; i++) {
        ck_assert_int_ge(timeline.slots[i].busy_us, 0);
        ck_assert_int_ge(timeline.slots[i].wire_bytes, 0);
    }
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("timeline");
    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_loop_test(cases, a_download_is_spread_over_the_slots_that_it_spans, 0,
                        (int)ARRAY_LENGTH(spread_cases));
    tcase_add_test(cases, a_pause_between_attempts_counts_for_none_of_the_slots_more);
    tcase_add_loop_test(cases, slots_become_wider_when_time_runs_past_the_last, 0,
                        (int)ARRAY_LENGTH(widening_cases));
    tcase_add_test(cases, the_length_is_what_has_passed_or_has_happened);
    tcase_add_test(cases, sums_stop_at_their_maximum);
    Suite *suite = suite_create("timeline");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
