#include "app/limits.h"

#include <check.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "child.h"

/* In a child of its own: a hard limit cannot be raised again. */
static void with_limit(rlim_t soft, rlim_t hard)
{
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        _exit(2);
}

static void check_fit(void)
{
    struct limits limits;
    with_limit(100, 4096);
    limits = limits_fit(200, 2, 1);
    struct rlimit now;
    getrlimit(RLIMIT_NOFILE, &now);
    if (limits.jobs != 200 || limits.connections != 400 || now.rlim_cur < 1000)
        _exit(3);
}

static void check_few(void)
{
    with_limit(64, 64);
    struct limits limits = limits_fit(200, 2, 1);
    /* connections and files of all workers must fit beside the rest */
    if (limits.jobs < 10 || limits.jobs > 20)
        _exit(3);
    if (limits.connections * 2 + limits.jobs > 64 - 24)
        _exit(4);
}

static void check_least(void)
{
    with_limit(28, 28);
    struct limits limits = limits_fit(200, 8, 1);
    if (limits.jobs != 1 || limits.connections != 1)
        _exit(3);
    with_limit(20, 20);
    if (limits_fit(200, 8, 1).jobs != 0)
        _exit(4);
}

static int exit_code_of(void (*body)(void))
{
    struct child child = child_run(body);
    return WIFEXITED(child.status) ? WEXITSTATUS(child.status) : -1;
}

START_TEST(the_soft_limit_is_raised_for_what_is_wanted)
{
    ck_assert_int_eq(exit_code_of(check_fit), 0);
}
END_TEST

START_TEST(a_hard_limit_lowers_the_downloads)
{
    ck_assert_int_eq(exit_code_of(check_few), 0);
}
END_TEST

START_TEST(a_very_low_limit_leaves_one_download_or_none)
{
    ck_assert_int_eq(exit_code_of(check_least), 0);
}
END_TEST

static const struct {
    uint64_t limit;
    unsigned jobs;
} foreseen[] = {{25, 0}, {26, 1}, {32, 1}, {34, 2}, {200, 85}, {UINT64_MAX, 200}};

START_TEST(what_would_fit_is_foreseen)
{
    struct limits limits = limits_within(foreseen[_i].limit, 200, 2, 0);
    ck_assert_uint_eq(limits.jobs, foreseen[_i].jobs);
}
END_TEST

START_TEST(what_is_wanted_is_enough_for_all)
{
    uint64_t wanted = limits_wanted(200, 2, 3);
    struct limits all = limits_within(wanted, 200, 2, 3);
    struct limits less = limits_within(wanted - 4, 200, 2, 3);
    ck_assert_uint_eq(all.jobs, 200);
    ck_assert_uint_eq(all.connections, limits_within(UINT64_MAX, 200, 2, 3).connections);
    ck_assert_uint_lt(less.connections, all.connections);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limits");
    TCase *tests = tcase_create("descriptors");
    tcase_add_test(tests, the_soft_limit_is_raised_for_what_is_wanted);
    tcase_add_test(tests, a_hard_limit_lowers_the_downloads);
    tcase_add_test(tests, a_very_low_limit_leaves_one_download_or_none);
    tcase_add_loop_test(tests, what_would_fit_is_foreseen, 0, ARRAY_LENGTH(foreseen));
    tcase_add_test(tests, what_is_wanted_is_enough_for_all);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
