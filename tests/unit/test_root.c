#include "io/root.h"

#include <sys/syscall.h>

#include "scratch.h"

static struct root *open_root(void)
{
    struct error error = {0};
    struct root *root = root_open(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    return root;
}

static void make_temporary(struct root *root, const char *temporary, const char *text)
{
    int descriptor = root_create_temporary(root, temporary);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(close(descriptor), 0);
}

/* Every kind of thing that is no regular file, under a name of its own. */
static const struct {
    const char *name;
    mode_t kind;
} planted[] = {{"link", S_IFLNK}, {"dangling", S_IFLNK}, {"directory", S_IFDIR}, {"fifo", S_IFIFO}};

static void plant(const char *directory)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/link", directory);
    scratch_write("victim", "precious");
    ck_assert_int_eq(symlink(in_scratch("victim"), in_scratch(path)), 0);
    snprintf(path, sizeof(path), "%s/dangling", directory);
    ck_assert_int_eq(symlink(in_scratch("nothing"), in_scratch(path)), 0);
    snprintf(path, sizeof(path), "%s/directory", directory);
    ck_assert_int_eq(mkdir(in_scratch(path), 0700), 0);
    snprintf(path, sizeof(path), "%s/fifo", directory);
    ck_assert_int_eq(mkfifo(in_scratch(path), 0600), 0);
}

START_TEST(opening_makes_the_directory_and_what_haul_keeps_there)
{
    struct error error = {0};
    struct root *root = root_open(in_scratch("a/b/out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    struct stat status;
    ck_assert_int_eq(stat(in_scratch("a/b/out/.haul"), &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFDIR | 0700);
    ck_assert_int_eq(stat(in_scratch("a/b/out/.haul/lock"), &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFREG | 0600);
    ck_assert_int_eq(stat(in_scratch("a/b/out/.haul/reserve"), &status), 0);
    ck_assert_int_ge(status.st_blocks * 512, 1024 * 1024);
    ck_assert_str_eq(root_path(root), in_scratch("a/b/out"));
    ck_assert_int_gt(root_free_bytes(root), 0);
    root_free_reserve(root);
    ck_assert_int_eq(scratch_kind("a/b/out/.haul/reserve"), 0);
    root_free_reserve(root);
    root_close(root);
    root_close(NULL);
}
END_TEST

START_TEST(closing_gives_up_the_reserve_and_the_lock)
{
    root_close(open_root());
    ck_assert_int_eq(scratch_kind("out/.haul/reserve"), 0);
    root_close(open_root());
}
END_TEST

START_TEST(a_second_run_in_the_same_directory_is_busy)
{
    struct root *root = open_root();
    make_temporary(root, "t1", "half");
    struct error error = {0};
    ck_assert_ptr_null(root_open(in_scratch("out"), &error));
    ck_assert_int_eq(error.kind, ERROR_BUSY);
    ck_assert_ptr_nonnull(strstr(error.text, in_scratch("out")));
    ck_assert(scratch_holds("out/.haul/tmp/t1", "half"));
    ck_assert_int_eq(scratch_kind("out/.haul/reserve"), S_IFREG);
    root_close(root);
}
END_TEST

START_TEST(the_output_directory_itself_may_be_a_link)
{
    ck_assert_int_eq(mkdir(in_scratch("real"), 0755), 0);
    ck_assert_int_eq(symlink("real", in_scratch("out")), 0);
    struct root *root = open_root();
    ck_assert_int_eq(scratch_kind("real/.haul"), S_IFDIR);
    char *real = realpath(in_scratch("real"), NULL);
    ck_assert_int_eq(strncmp(root_private_path(root), real, strlen(real)), 0);
    ck_assert_str_eq(root_private_path(root) + strlen(real), "/.haul");
    free(real);
    root_close(root);
}
END_TEST

static const char *const private_names[] = {".haul", ".haul/tmp", ".haul/lock", ".haul/reserve"};

START_TEST(a_link_in_the_place_of_what_haul_keeps_is_an_error)
{
    const char *name = private_names[_i];
    ck_assert_int_eq(mkdir(in_scratch("out"), 0755), 0);
    ck_assert_int_eq(mkdir(in_scratch("elsewhere"), 0755), 0);
    if (strcmp(name, ".haul") != 0)
        ck_assert_int_eq(mkdir(in_scratch("out/.haul"), 0700), 0);
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "out/%s", name);
    ck_assert_int_eq(symlink(in_scratch("elsewhere"), in_scratch(path)), 0);
    struct error error = {0};
    ck_assert_ptr_null(root_open(in_scratch("out"), &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_ptr_nonnull(strstr(error.text, ".haul"));
    ck_assert_int_eq(scratch_kind(path), S_IFLNK);
    ck_assert_int_eq(rmdir(in_scratch("elsewhere")), 0); /* nothing was made in there */
}
END_TEST

START_TEST(a_fifo_as_lock_or_output_directory_is_an_error_and_makes_nobody_wait)
{
    struct error error = {0};
    ck_assert_int_eq(mkfifo(in_scratch("fifo"), 0600), 0);
    ck_assert_ptr_null(root_open(in_scratch("fifo"), &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_int_eq(mkdir(in_scratch("out"), 0755), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul"), 0755), 0);
    ck_assert_int_eq(mkfifo(in_scratch("out/.haul/lock"), 0600), 0);
    ck_assert_ptr_null(root_open(in_scratch("out"), &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_ptr_null(root_open("", &error));
}
END_TEST

START_TEST(files_of_dead_runs_are_removed_and_nothing_else)
{
    root_close(open_root());
    scratch_write("out/.haul/tmp/stale", "x");
    plant("out/.haul/tmp");
    struct root *root = open_root();
    ck_assert_int_eq(scratch_kind("out/.haul/tmp/stale"), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(planted); i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "out/.haul/tmp/%s", planted[i].name);
        ck_assert_int_eq(scratch_kind(path), planted[i].kind);
        ck_assert_int_eq(root_create_temporary(root, planted[i].name), -EEXIST);
    }
    ck_assert_int_eq(root_open_existing_temporary(root, "link"), -ELOOP);
    ck_assert(scratch_holds("victim", "precious"));
    root_close(root);
}
END_TEST

static const char *const bad_names[] = {
    "",    ".",  "..",    "../escaped", "/tmp/escaped", "a/../../escaped", "a//b",
    "./a", "a/", ".haul", ".haul/last", ".HAUL/lock",   ".haul/tmp/t",
};

START_TEST(a_name_that_leads_elsewhere_is_refused)
{
    struct root *root = open_root();
    make_temporary(root, "t", "new");
    struct stat status;
    const char *name = bad_names[_i];
    ck_assert_int_eq(root_publish(root, "t", name), -EINVAL);
    ck_assert_int_eq(root_replace(root, "t", name), -EINVAL);
    ck_assert_int_eq(root_stat(root, name, &status), -EINVAL);
    ck_assert_int_eq(root_open_file(root, name), -EINVAL);
    ck_assert_int_eq(root_make_directories(root, name, NULL, NULL), -EINVAL);
    if (name[0] != '\0')
        ck_assert_int_eq(root_sync_directory(root, name), -EINVAL);
    ck_assert(scratch_holds("out/.haul/tmp/t", "new"));
    ck_assert_int_eq(scratch_kind("escaped"), 0);
    root_close(root);
}
END_TEST

START_TEST(a_temporary_name_is_one_component)
{
    static const char *const names[] = {"", ".", "..", "../lock", "a/b", "/a"};
    struct root *root = open_root();
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        ck_assert_int_eq(root_create_temporary(root, names[i]), -EINVAL);
        ck_assert_int_eq(root_remove_temporary(root, names[i]), -EINVAL);
        ck_assert_int_eq(root_open_existing_temporary(root, names[i]), -EINVAL);
        ck_assert_int_eq(root_publish(root, names[i], "a"), -EINVAL);
        ck_assert_int_eq(root_replace(root, names[i], "a"), -EINVAL);
    }
    root_close(root);
}
END_TEST

START_TEST(a_temporary_file_has_the_mode_of_the_umask_and_is_made_once)
{
    mode_t mask = umask(027);
    struct root *root = open_root();
    make_temporary(root, "t", "x");
    umask(mask);
    struct stat status;
    ck_assert_int_eq(stat(in_scratch("out/.haul/tmp/t"), &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFREG | 0640);
    ck_assert_int_eq(root_create_temporary(root, "t"), -EEXIST);
    int descriptor = root_open_existing_temporary(root, "t");
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(fdatasync(descriptor), 0);
    close(descriptor);
    ck_assert_int_eq(root_remove_temporary(root, "t"), 0);
    ck_assert_int_eq(root_remove_temporary(root, "t"), -ENOENT);
    root_close(root);
}
END_TEST

/* Publishing and replacing, whatever the kernel offers for it. */
static void expect_naming_to_be_safe(void)
{
    struct error error = {0};
    struct root *root = root_open(in_scratch("out"), &error);
    EXPECT(root != NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(planted); i++) {
        close(root_create_temporary(root, "t"));
        EXPECT(root_publish(root, "t", planted[i].name) == -EEXIST);
        EXPECT(root_replace(root, "t", planted[i].name) == -EEXIST);
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "out/%s", planted[i].name);
        EXPECT(scratch_kind(path) == planted[i].kind);
        EXPECT(root_remove_temporary(root, "t") == 0);
    }
    EXPECT(scratch_holds("victim", "precious"));
    int descriptor = root_create_temporary(root, "t");
    EXPECT(write(descriptor, "new", 3) == 3 && close(descriptor) == 0);
    EXPECT(root_publish(root, "t", "old") == -EEXIST);
    EXPECT(scratch_holds("out/old", "old"));
    EXPECT(root_replace(root, "t", "old") == 0);
    EXPECT(scratch_holds("out/old", "new"));
    EXPECT(scratch_kind("out/.haul/tmp/t") == 0);
    close(root_create_temporary(root, "t"));
    EXPECT(root_publish(root, "t", "sub/inner/fresh") == 0);
    EXPECT(scratch_holds("out/sub/inner/fresh", ""));
    EXPECT(scratch_kind("out/.haul/tmp/t") == 0);
    close(root_create_temporary(root, "t"));
    EXPECT(root_publish(root, "t", "link/fresh") < 0);
    EXPECT(root_publish(root, "t", "none/fresh") == -ENOENT);
    EXPECT(root_replace(root, "t", "fresh") == 0);
    EXPECT(root_publish(root, "gone", "fresh2") == -ENOENT);
    EXPECT(root_replace(root, "gone", "old") < 0);
    EXPECT(scratch_holds("out/old", "new"));
    root_close(root);
}

static void plant_around_names(void)
{
    root_close(open_root());
    plant("out");
    scratch_write("out/old", "old");
    ck_assert_int_eq(mkdir(in_scratch("out/sub"), 0755), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/sub/inner"), 0755), 0);
}

static void without_new_calls(void)
{
    scratch_refuse_call(SYS_renameat2, EINVAL);
    scratch_refuse_call(SYS_openat2, ENOSYS);
    expect_naming_to_be_safe();
}

static void without_renameat2(void)
{
    scratch_refuse_call(SYS_renameat2, ENOSYS);
    expect_naming_to_be_safe();
}

START_TEST(a_name_is_given_without_replacing_what_is_no_file)
{
    plant_around_names();
    scratch_child(expect_naming_to_be_safe, "renameat2");
}
END_TEST

START_TEST(a_name_is_given_as_safely_where_the_kernel_offers_less)
{
    plant_around_names();
    scratch_child(without_new_calls, "a file system without RENAME_NOREPLACE");
    ck_assert_int_eq(unlink(in_scratch("out/sub/inner/fresh")), 0);
    ck_assert_int_eq(unlink(in_scratch("out/fresh")), 0);
    scratch_write("out/old", "old");
    scratch_child(without_renameat2, "a kernel without renameat2");
}
END_TEST

START_TEST(stat_tells_a_link_from_what_it_points_to)
{
    struct root *root = open_root();
    plant("out");
    struct stat status;
    for (size_t i = 0; i < ARRAY_LENGTH(planted); i++) {
        ck_assert_int_eq(root_stat(root, planted[i].name, &status), 0);
        ck_assert_int_eq(status.st_mode & S_IFMT, planted[i].kind);
    }
    ck_assert_int_eq(root_stat(root, "none", &status), -ENOENT);
    ck_assert_int_lt(root_stat(root, "link/below", &status), 0);
    ck_assert_int_eq(root_sync_filesystem(root), 0);
    ck_assert_int_eq(root_sync_directory(root, ""), 0);
    root_close(root);
}
END_TEST

static int count_made(void *context, const char *path)
{
    (void)path;
    ++*(int *)context;
    return 0;
}

START_TEST(the_directories_of_a_name_are_made_and_the_name_is_not)
{
    struct root *root = open_root();
    int made = 0;
    ck_assert_int_eq(root_make_directories(root, "plain.jpg", count_made, &made), 0);
    ck_assert_int_eq(made, 0);
    ck_assert_int_eq(root_make_directories(root, "a/b/c.jpg", count_made, &made), 0);
    ck_assert_int_eq(root_make_directories(root, "a/d.jpg", count_made, &made), 0);
    ck_assert_int_eq(made, 2);
    ck_assert_int_eq(scratch_kind("out/a/b"), S_IFDIR);
    ck_assert_int_eq(scratch_kind("out/a/b/c.jpg"), 0);
    make_temporary(root, "t", "x");
    ck_assert_int_eq(root_publish(root, "t", "a/b/c.jpg"), 0);
    ck_assert(scratch_holds("out/a/b/c.jpg", "x"));
    ck_assert_int_eq(root_sync_directory(root, "a/b"), 0);
    ck_assert_int_eq(root_sync_directory(root, "a/none"), -ENOENT);
    ck_assert_int_eq(root_make_directories(root, "a/b/c.jpg/d.jpg", NULL, NULL), -ENOTDIR);
    struct stat status;
    ck_assert_int_eq(root_stat(root, "a/none/c.jpg", &status), -ENOENT);
    ck_assert_int_eq(root_stat(root, "a/b/c.jpg/d.jpg", &status), -ENOTDIR);
    root_close(root);
}
END_TEST

START_TEST(only_a_regular_file_is_opened_for_reading)
{
    struct root *root = open_root();
    plant("out");
    scratch_write("out/file", "content");
    ck_assert_int_eq(mkdir(in_scratch("out/a"), 0755), 0);
    scratch_write("out/a/file", "below");
    for (size_t i = 0; i < ARRAY_LENGTH(planted); i++)
        ck_assert_int_eq(root_open_file(root, planted[i].name), -EINVAL);
    ck_assert_int_eq(root_open_file(root, "none"), -ENOENT);
    ck_assert_int_eq(root_open_file(root, "none/file"), -ENOENT);
    ck_assert_int_lt(root_open_file(root, "link/file"), 0);
    int descriptor = root_open_file(root, "a/file");
    char content[16];
    ck_assert_int_eq(read(descriptor, content, sizeof(content)), 5);
    ck_assert_int_eq(memcmp(content, "below", 5), 0);
    ck_assert_int_lt(write(descriptor, "x", 1), 0);
    close(descriptor);
    root_close(root);
}
END_TEST

START_TEST(looking_changes_nothing_and_needs_no_lock)
{
    struct error error = {0};
    ck_assert_ptr_null(root_open_read_only(in_scratch("out"), &error));
    ck_assert_int_eq(error.kind, ERROR_NONE);
    ck_assert_int_eq(scratch_kind("out"), 0);
    ck_assert_int_eq(mkdir(in_scratch("out"), 0755), 0);
    scratch_write("out/file", "content");
    struct root *root = root_open_read_only(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    ck_assert(!root_has_private(root));
    struct stat status;
    ck_assert_int_eq(root_stat(root, "file", &status), 0);
    ck_assert_int_eq(scratch_kind("out/.haul"), 0);
    root_close(root);

    struct root *run = open_root();
    make_temporary(run, "t", "half");
    root = root_open_read_only(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    ck_assert(root_has_private(root) && root_has_private(run));
    ck_assert_str_eq(root_private_path(root), root_private_path(run));
    root_close(root);
    ck_assert(scratch_holds("out/.haul/tmp/t", "half"));
    ck_assert_int_eq(scratch_kind("out/.haul/reserve"), S_IFREG);
    ck_assert(root_is_held(in_scratch("out"), &error));
    root_close(run);
}
END_TEST

START_TEST(what_cannot_be_looked_at_is_an_error)
{
    struct error error = {0};
    scratch_write("file", "x");
    ck_assert_ptr_null(root_open_read_only(in_scratch("file"), &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    error = (struct error){0};
    ck_assert_int_eq(mkdir(in_scratch("out"), 0755), 0);
    ck_assert_int_eq(symlink("/tmp", in_scratch("out/.haul")), 0);
    ck_assert_ptr_null(root_open_read_only(in_scratch("out"), &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_ptr_nonnull(strstr(error.text, ".haul"));
}
END_TEST

static void on_a_disk_with_few_inodes(void)
{
    scratch_mount("size=8m,nr_inodes=40");
    struct error error = {0};
    struct root *root = root_open(in_scratch("out"), &error);
    EXPECT(root != NULL);
    int64_t before = root_free_inodes(root);
    EXPECT(before > 0 && before < 40);
    close(root_create_temporary(root, "t"));
    EXPECT(root_free_inodes(root) == before - 1);
    root_close(root);
}

START_TEST(the_files_that_can_still_be_made_are_counted)
{
    scratch_child(on_a_disk_with_few_inodes, "a disk with few inodes");
}
END_TEST

static void on_a_disk_without_room(void)
{
    scratch_mount("size=512k");
    struct error error = {0};
    EXPECT(root_open(in_scratch("out"), &error) == NULL);
    EXPECT(error.kind == ERROR_LOCAL && strstr(error.text, "full") != NULL);
    EXPECT(scratch_kind("out/.haul/reserve") == 0);
}

static void on_a_disk_that_fills_up(void)
{
    scratch_mount("size=2m");
    struct error error = {0};
    struct root *root = root_open(in_scratch("out"), &error);
    EXPECT(root != NULL);
    int descriptor = root_create_temporary(root, "t");
    char block[4096] = {0};
    while (write(descriptor, block, sizeof(block)) > 0)
        ;
    EXPECT(errno == ENOSPC);
    root_free_reserve(root);
    for (int i = 0; i < 200; i++)
        EXPECT(write(descriptor, block, sizeof(block)) == sizeof(block));
    close(descriptor);
    root_close(root);
}

START_TEST(a_full_disk_is_told_at_the_start_and_the_reserve_makes_room_later)
{
    scratch_child(on_a_disk_without_room, "a disk without room for the reserve");
    scratch_child(on_a_disk_that_fills_up, "a disk that fills up");
}
END_TEST

static const struct {
    struct timespec time;
    int64_t ns;
} mtime_cases[] = {
    {{1, 5}, 1000000005},
    {{-1, 999999999}, -1},
    {{0, 0}, 1}, /* 0 means unknown */
    {{0, 1}, 1},
    {{9223372036, 854775807}, INT64_MAX},
    {{9223372036, 854775808}, INT64_MAX},
    {{253402300799, 0}, INT64_MAX}, /* Last-Modified: Fri, 31 Dec 9999 23:59:59 GMT */
    {{INT64_MAX, 999999999}, INT64_MAX},
    {{-9300000000, 0}, INT64_MIN},
    {{INT64_MIN, 0}, INT64_MIN},
};

START_TEST(no_time_that_a_server_can_say_is_too_large)
{
    struct stat status = {.st_mtim = mtime_cases[_i].time};
    ck_assert_int_eq(root_mtime_ns(&status), mtime_cases[_i].ns);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("root");
    tcase_add_checked_fixture(cases, scratch_setup, scratch_teardown);
    tcase_add_test(cases, opening_makes_the_directory_and_what_haul_keeps_there);
    tcase_add_test(cases, closing_gives_up_the_reserve_and_the_lock);
    tcase_add_test(cases, a_second_run_in_the_same_directory_is_busy);
    tcase_add_test(cases, the_output_directory_itself_may_be_a_link);
    tcase_add_loop_test(cases, a_link_in_the_place_of_what_haul_keeps_is_an_error, 0,
                        (int)ARRAY_LENGTH(private_names));
    tcase_add_test(cases, a_fifo_as_lock_or_output_directory_is_an_error_and_makes_nobody_wait);
    tcase_add_test(cases, files_of_dead_runs_are_removed_and_nothing_else);
    tcase_add_loop_test(cases, a_name_that_leads_elsewhere_is_refused, 0,
                        (int)ARRAY_LENGTH(bad_names));
    tcase_add_loop_test(cases, no_time_that_a_server_can_say_is_too_large, 0,
                        (int)ARRAY_LENGTH(mtime_cases));
    tcase_add_test(cases, a_temporary_name_is_one_component);
    tcase_add_test(cases, a_temporary_file_has_the_mode_of_the_umask_and_is_made_once);
    tcase_add_test(cases, a_name_is_given_without_replacing_what_is_no_file);
    tcase_add_test(cases, a_name_is_given_as_safely_where_the_kernel_offers_less);
    tcase_add_test(cases, stat_tells_a_link_from_what_it_points_to);
    tcase_add_test(cases, the_directories_of_a_name_are_made_and_the_name_is_not);
    tcase_add_test(cases, only_a_regular_file_is_opened_for_reading);
    tcase_add_test(cases, looking_changes_nothing_and_needs_no_lock);
    tcase_add_test(cases, what_cannot_be_looked_at_is_an_error);
    tcase_add_test(cases, the_files_that_can_still_be_made_are_counted);
    tcase_add_test(cases, a_full_disk_is_told_at_the_start_and_the_reserve_makes_room_later);
    Suite *suite = suite_create("root");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
