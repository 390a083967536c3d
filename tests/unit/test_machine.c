#include "io/machine.h"

#include <sched.h>

#include "scratch.h"

static const struct {
    struct machine_load before, after;
    double share;
} loads[] = {
    {{100, 1000}, {150, 1100}, 0.5},
    {{100, 1000}, {100, 1100}, 0},
    {{100, 1000}, {200, 1100}, 1},
    {{100, 1000}, {102, 1008}, 0.25},
    {{100, 1000}, {103, 1004}, 0.75}, /* as short as can be judged */
    {{100, 1000}, {103, 1003}, -1},
    {{100, 1000}, {100, 1000}, -1},
    {{100, 1000}, {150, 900}, -1}, /* neither goes back */
    {{100, 1000}, {99, 1100}, -1},
    {{100, 1000}, {112, 1110}, 12 / 110.0},
    {{100, 1000}, {112, 1010}, 1}, /* iowait went back meanwhile */
    {{0, 0}, {150, 1100}, -1},     /* the first look failed */
    {{100, 1000}, {0, 0}, -1},     /* the second */
    {{UINT64_C(1) << 40, UINT64_C(1) << 50},
     {(UINT64_C(1) << 40) + 5, (UINT64_C(1) << 50) + 10},
     0.5},
};

START_TEST(the_load_between_two_looks_is_a_share_or_unknown)
{
    double share = machine_load_between(&loads[_i].before, &loads[_i].after);
    ck_assert_double_eq_tol(share, loads[_i].share, 1e-12);
}
END_TEST

START_TEST(this_machine_has_a_load)
{
    struct machine_load before = machine_load_now();
    struct machine_load after = machine_load_now();
    ck_assert_uint_gt(before.all, 0);
    ck_assert_uint_gt(before.busy, 0);
    ck_assert_uint_lt(before.busy, before.all);
    ck_assert_uint_ge(after.busy, before.busy);
}
END_TEST

START_TEST(this_machine_is_described)
{
    struct machine machine = machine_describe();
    ck_assert_uint_ge(machine.cpus, 1);
    ck_assert_uint_eq(machine.cpus, machine_cpus());
    ck_assert_int_gt(machine.memory_bytes, 1 << 20);
    ck_assert_int_eq(strncmp(machine.kernel, "Linux ", 6), 0);
    ck_assert_uint_eq(strcspn(machine.cpu_model, "\n"), strlen(machine.cpu_model));
}
END_TEST

static void on_one_cpu(void)
{
    cpu_set_t cpus;
    int first = 0;
    EXPECT(sched_getaffinity(0, sizeof(cpus), &cpus) == 0);
    while (!CPU_ISSET(first, &cpus))
        first++;
    CPU_ZERO(&cpus);
    CPU_SET(first, &cpus);
    EXPECT(sched_setaffinity(0, sizeof(cpus), &cpus) == 0);
    EXPECT(machine_cpus() == 1);
    EXPECT(machine_describe().cpus == 1);
}

START_TEST(only_cpus_that_this_process_may_use_count)
{
    if (machine_cpus() < 2)
        printf("SKIPPED fewer CPUs: there is one only\n");
    else
        scratch_child(on_one_cpu, "one CPU");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("machine");
    tcase_add_loop_test(cases, the_load_between_two_looks_is_a_share_or_unknown, 0,
                        (int)ARRAY_LENGTH(loads));
    tcase_add_test(cases, this_machine_has_a_load);
    tcase_add_test(cases, this_machine_is_described);
    tcase_add_test(cases, only_cpus_that_this_process_may_use_count);
    Suite *suite = suite_create("machine");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
