#include "io/run_folder.h"

#include "base/clock.h"
#include "scratch.h"

#define NOON_US INT64_C(1795176000000000) /* 2026-11-20T12:00:00Z */

static struct root *root;

static void setup(void)
{
    scratch_setup();
    struct error error = {0};
    root = root_open(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
}

static void teardown(void)
{
    root_close(root);
    scratch_teardown();
}

static struct run_folder *create(int64_t wall_us, unsigned keep_runs)
{
    struct error error = {0};
    struct run_folder *folder = run_folder_create(root, wall_us, keep_runs, &error);
    ck_assert_msg(folder != NULL, "%s", error.text);
    return folder;
}

static const char *in_runs(const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof(path), "out/.haul/runs/%.1000s", name);
    return path;
}

START_TEST(a_run_has_a_folder_of_its_own_and_last_leads_to_it)
{
    struct run_folder *folder = create(NOON_US + 999999, 10);
    const char *id = run_folder_id(folder);
    ck_assert_int_eq(strncmp(id, "20261120T120000Z-", 17), 0);
    ck_assert_uint_eq(strlen(id), 21);
    ck_assert_uint_eq(strspn(id + 17, "0123456789abcdef"), 4);
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/.haul/runs/%s", in_scratch("out"), id);
    ck_assert_str_eq(run_folder_path(folder), path);
    struct stat status;
    ck_assert_int_eq(lstat(path, &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFDIR | 0700);
    char target[PATH_MAX] = {0};
    ck_assert_int_gt(readlink(in_scratch("out/.haul/last"), target, sizeof(target) - 1), 0);
    ck_assert_int_eq(strncmp(target, "runs/", 5), 0);
    ck_assert_str_eq(target + 5, id);
    run_folder_destroy(folder);
    ck_assert_int_eq(scratch_kind(in_runs(target + 5)), S_IFDIR);
    run_folder_destroy(NULL);
}
END_TEST

START_TEST(two_runs_of_one_second_have_different_folders_and_last_is_the_newer)
{
    struct run_folder *first = create(NOON_US, 10);
    struct run_folder *second = create(NOON_US, 10);
    ck_assert_str_ne(run_folder_id(first), run_folder_id(second));
    char target[PATH_MAX] = {0};
    ck_assert_int_gt(readlink(in_scratch("out/.haul/last"), target, sizeof(target) - 1), 0);
    ck_assert_str_eq(target + strlen("runs/"), run_folder_id(second));
    ck_assert_int_eq(scratch_kind("out/.haul/last.new"), 0);
    run_folder_destroy(first);
    run_folder_destroy(second);
}
END_TEST

static const struct {
    unsigned keep;
    int left; /* of five runs and a new one */
} keep_cases[] = {{0, 1}, {1, 1}, {3, 3}, {5, 5}, {6, 6}, {100, 6}};

START_TEST(the_oldest_runs_are_removed)
{
    static const char *const ids[] = {"20200101T000000Z-ffff", "20210101T000000Z-0000",
                                      "20220101T000000Z-0000", "20220101T000000Z-0001",
                                      "20230101T000000Z-00aa"};
    run_folder_destroy(create(INT64_C(1000000000000000), 10)); /* makes runs/; the oldest of all */
    for (size_t i = 0; i < ARRAY_LENGTH(ids); i++) {
        ck_assert_int_eq(mkdir(in_scratch(in_runs(ids[i])), 0700), 0);
        char file[64];
        snprintf(file, sizeof(file), "%s/results.jsonl", ids[i]);
        scratch_write(in_runs(file), "{}\n");
    }
    struct run_folder *folder = create(NOON_US, keep_cases[_i].keep);
    int left = scratch_kind(in_runs(run_folder_id(folder))) == S_IFDIR;
    for (size_t i = 0; i < ARRAY_LENGTH(ids); i++) {
        bool is_left = scratch_kind(in_runs(ids[i])) == S_IFDIR;
        left += is_left;
        ck_assert(is_left == (ARRAY_LENGTH(ids) - i < keep_cases[_i].keep));
    }
    ck_assert_int_eq(left, keep_cases[_i].left);
    run_folder_destroy(folder);
}
END_TEST

START_TEST(a_clock_that_went_back_does_not_remove_the_run_that_begins)
{
    run_folder_destroy(create(NOON_US, 10));
    struct run_folder *folder = create(NOON_US - 3600 * CLOCK_SECOND_US, 1);
    int descriptor = run_folder_create_file(folder, "results.jsonl");
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    ck_assert_int_eq(scratch_kind(in_runs(run_folder_id(folder))), S_IFDIR);
    run_folder_destroy(folder);
}
END_TEST

START_TEST(what_does_not_look_like_a_run_stays)
{
    static const char *const names[] = {"notes",
                                        "20200101T000000Z-FFFF",
                                        "20200101T000000Z-0000x",
                                        "2020-01-01T000000Z-00",
                                        "20200101t000000Z-0000",
                                        ".hidden"};
    run_folder_destroy(create(NOON_US, 10));
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        ck_assert_int_eq(mkdir(in_scratch(in_runs(names[i])), 0700), 0);
    scratch_write(in_runs("20200101T000000Z-0000"), "a file, not a run");
    ck_assert_int_eq(mkdir(in_scratch("elsewhere"), 0700), 0);
    scratch_write("elsewhere/precious", "x");
    ck_assert_int_eq(symlink(in_scratch("elsewhere"), in_scratch(in_runs("20200101T000000Z-0001"))),
                     0);
    ck_assert_int_eq(mkdir(in_scratch(in_runs("20200101T000000Z-0002")), 0700), 0);
    ck_assert_int_eq(symlink(in_scratch("elsewhere/precious"),
                             in_scratch(in_runs("20200101T000000Z-0002/link"))),
                     0);
    scratch_write(in_runs("20200101T000000Z-0002/failed.tsv"), "x");
    run_folder_destroy(create(NOON_US, 1));
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        ck_assert_int_eq(scratch_kind(in_runs(names[i])), S_IFDIR);
    ck_assert(scratch_holds(in_runs("20200101T000000Z-0000"), "a file, not a run"));
    ck_assert_int_eq(scratch_kind(in_runs("20200101T000000Z-0001")), S_IFLNK);
    ck_assert(scratch_holds("elsewhere/precious", "x"));
    ck_assert_int_eq(scratch_kind(in_runs("20200101T000000Z-0002/link")), S_IFLNK);
    ck_assert_int_eq(scratch_kind(in_runs("20200101T000000Z-0002/failed.tsv")), 0);
}
END_TEST

START_TEST(a_file_is_made_once_and_only_for_its_owner)
{
    struct run_folder *folder = create(NOON_US, 10);
    mode_t mask = umask(0);
    int descriptor = run_folder_create_file(folder, "results.jsonl");
    umask(mask);
    struct stat status;
    ck_assert_int_eq(fstat(descriptor, &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFREG | 0600);
    close(descriptor);
    ck_assert_int_eq(run_folder_create_file(folder, "results.jsonl"), -EEXIST);
    static const char *const names[] = {"", ".", "..", "../x", "a/b", "/tmp/x"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        ck_assert_int_eq(run_folder_create_file(folder, names[i]), -EINVAL);
    run_folder_destroy(folder);
}
END_TEST

START_TEST(only_a_regular_file_of_the_folder_is_read)
{
    struct run_folder *folder = create(NOON_US, 10);
    char link[PATH_MAX];
    char byte = 0;
    ck_assert_int_eq(run_folder_replace_file(folder, "results.jsonl", "x", 1, false), 0);
    int descriptor = run_folder_open_file(folder, "results.jsonl");
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(read(descriptor, &byte, 1), 1);
    ck_assert_int_eq(byte, 'x');
    ck_assert_int_lt(write(descriptor, "y", 1), 0);
    close(descriptor);
    ck_assert_int_eq(run_folder_open_file(folder, "nothing"), -ENOENT);
    snprintf(link, sizeof link, "%s/link", run_folder_path(folder));
    ck_assert_int_eq(symlink("results.jsonl", link), 0);
    ck_assert_int_eq(run_folder_open_file(folder, "link"), -ELOOP);
    static const char *const NAMES[] = {"", ".", "..", "../x", "a/b"};
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++)
        ck_assert_int_eq(run_folder_open_file(folder, NAMES[i]), -EINVAL);
    run_folder_destroy(folder);
}
END_TEST

START_TEST(a_file_is_replaced_whole)
{
    struct run_folder *folder = create(NOON_US, 10);
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "out/.haul/runs/%s/report.json", run_folder_id(folder));
    ck_assert_int_eq(run_folder_replace_file(folder, "report.json", "first", 5, false), 0);
    ck_assert(scratch_holds(path, "first"));
    ck_assert_int_eq(run_folder_replace_file(folder, "report.json", "2", 1, true), 0);
    ck_assert(scratch_holds(path, "2"));
    ck_assert_int_eq(run_folder_replace_file(folder, "report.json", "", 0, false), 0);
    ck_assert(scratch_holds(path, ""));
    ck_assert_int_eq(run_folder_replace_file(folder, "a/b", "x", 1, false), -EINVAL);
    char name[NAME_MAX + 1];
    memset(name, 'a', sizeof(name));
    name[NAME_MAX] = '\0';
    ck_assert_int_eq(run_folder_replace_file(folder, name, "x", 1, false), -ENAMETOOLONG);
    run_folder_destroy(folder);
}
END_TEST

static const char *const link_cases[] = {"out/.haul/runs", "out/.haul/last"};

START_TEST(a_planted_link_is_not_followed_and_a_planted_last_is_replaced)
{
    ck_assert_int_eq(mkdir(in_scratch("elsewhere"), 0700), 0);
    ck_assert_int_eq(symlink(in_scratch("elsewhere"), in_scratch(link_cases[_i])), 0);
    struct error error = {0};
    struct run_folder *folder = run_folder_create(root, NOON_US, 10, &error);
    if (_i == 0) {
        ck_assert_ptr_null(folder);
        ck_assert_int_eq(error.kind, ERROR_LOCAL);
        ck_assert_ptr_nonnull(strstr(error.text, "runs"));
    } else {
        ck_assert_ptr_nonnull(folder);
    }
    run_folder_destroy(folder);
    ck_assert_int_eq(rmdir(in_scratch("elsewhere")), 0); /* nothing was made in there */
}
END_TEST

START_TEST(a_directory_called_last_is_an_error_and_stays)
{
    ck_assert_int_eq(mkdir(in_scratch("out/.haul/last"), 0700), 0);
    struct error error = {0};
    ck_assert_ptr_null(run_folder_create(root, NOON_US, 10, &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_int_eq(scratch_kind("out/.haul/last"), S_IFDIR);
    ck_assert_int_eq(rmdir(in_scratch("out/.haul/runs")), 0); /* and left no folder */
}
END_TEST

static void on_a_small_disk(void)
{
    scratch_mount("size=1600k");
    struct error error = {0};
    struct root *small = root_open(in_scratch("small"), &error);
    EXPECT(small != NULL);
    struct run_folder *folder = run_folder_create(small, NOON_US, 10, &error);
    EXPECT(folder != NULL);
    size_t length = (size_t)1024 * 1024;
    char *report = calloc(1, length);
    EXPECT(run_folder_replace_file(folder, "report.json", "old", 3, false) == 0);
    EXPECT(run_folder_replace_file(folder, "report.json", report, length, true) == -ENOSPC);
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "small/.haul/runs/%s/report.json", run_folder_id(folder));
    EXPECT(scratch_holds(path, "old"));
    root_free_reserve(small);
    EXPECT(run_folder_replace_file(folder, "report.json", report, length, true) == 0);
    free(report);
    run_folder_destroy(folder);
    root_close(small);
}

START_TEST(a_full_disk_leaves_the_old_report_and_the_reserve_makes_room_for_the_new)
{
    scratch_child(on_a_small_disk, "a full disk");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("run_folder");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, a_run_has_a_folder_of_its_own_and_last_leads_to_it);
    tcase_add_test(cases, two_runs_of_one_second_have_different_folders_and_last_is_the_newer);
    tcase_add_loop_test(cases, the_oldest_runs_are_removed, 0, (int)ARRAY_LENGTH(keep_cases));
    tcase_add_test(cases, a_clock_that_went_back_does_not_remove_the_run_that_begins);
    tcase_add_test(cases, what_does_not_look_like_a_run_stays);
    tcase_add_test(cases, a_file_is_made_once_and_only_for_its_owner);
    tcase_add_test(cases, only_a_regular_file_of_the_folder_is_read);
    tcase_add_test(cases, a_file_is_replaced_whole);
    tcase_add_loop_test(cases, a_planted_link_is_not_followed_and_a_planted_last_is_replaced, 0,
                        (int)ARRAY_LENGTH(link_cases));
    tcase_add_test(cases, a_directory_called_last_is_an_error_and_stays);
    tcase_add_test(cases, a_full_disk_leaves_the_old_report_and_the_reserve_makes_room_for_the_new);
    Suite *suite = suite_create("run_folder");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
