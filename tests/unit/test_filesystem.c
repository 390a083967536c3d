#include "io/filesystem.h"

#include <check.h>
#include <sys/file.h>
#include <unistd.h>

#include "scratch.h"

static struct diagnosis_directory directory;

static void teardown(void)
{
    filesystem_clear(&directory);
    scratch_teardown();
}

START_TEST(a_directory_that_is_there_answers_for_itself)
{
    filesystem_survey(scratch, &directory);
    ck_assert(directory.is_there && directory.is_directory && directory.is_writable);
    ck_assert(!directory.is_held && !directory.is_read_only);
    ck_assert_str_eq(directory.nearest, scratch);
    ck_assert_int_gt(directory.free_bytes, 0);
}
END_TEST

START_TEST(one_that_is_not_is_answered_for_by_the_nearest_above)
{
    static const char *const below[] = {"a", "a/", "a/b/c", "a//b", "../nowhere/x"};
    for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
        struct diagnosis_directory facts;
        filesystem_survey(in_scratch(below[i]), &facts);
        ck_assert_msg(!facts.is_there && facts.is_directory, "%s", below[i]);
        ck_assert_msg(access(facts.nearest, F_OK) == 0, "%s: %s", below[i], facts.nearest);
        filesystem_clear(&facts);
    }
    filesystem_survey("no-such-name/below", &directory);
    ck_assert_str_eq(directory.nearest, ".");
    filesystem_clear(&directory);
    filesystem_survey("/no-such-name", &directory);
    ck_assert_str_eq(directory.nearest, "/");
    ck_assert_int_ne(access(in_scratch("a"), F_OK), 0); /* nothing was made */
}
END_TEST

START_TEST(a_file_is_no_directory)
{
    FILE *file = fopen(in_scratch("file"), "w");
    fclose(file);
    filesystem_survey(in_scratch("file"), &directory);
    ck_assert(directory.is_there && !directory.is_directory);
    filesystem_clear(&directory);
    filesystem_survey(in_scratch("file/below"), &directory);
    ck_assert(!directory.is_there && !directory.is_directory);
}
END_TEST

START_TEST(what_belongs_to_the_kernel_is_known_as_such)
{
    filesystem_survey("/proc/self", &directory);
    ck_assert_int_eq(directory.kind, FILESYSTEM_KERNEL);
    ck_assert_str_eq(directory.type, "proc");
}
END_TEST

START_TEST(a_run_that_holds_it_is_seen)
{
    ck_assert_int_eq(mkdir(in_scratch(".haul"), 0777), 0);
    int lock = open(in_scratch(".haul/lock"), O_RDWR | O_CREAT, 0600);
    ck_assert_int_eq(flock(lock, LOCK_EX), 0);
    filesystem_survey(scratch, &directory);
    ck_assert(directory.is_held);
    close(lock);
    filesystem_clear(&directory);
    filesystem_survey(scratch, &directory);
    ck_assert(!directory.is_held);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("filesystem");
    TCase *cases = tcase_create("cases");
    tcase_add_checked_fixture(cases, scratch_setup, teardown);
    tcase_add_test(cases, a_directory_that_is_there_answers_for_itself);
    tcase_add_test(cases, one_that_is_not_is_answered_for_by_the_nearest_above);
    tcase_add_test(cases, a_file_is_no_directory);
    tcase_add_test(cases, what_belongs_to_the_kernel_is_known_as_such);
    tcase_add_test(cases, a_run_that_holds_it_is_seen);
    suite_add_tcase(suite, cases);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
