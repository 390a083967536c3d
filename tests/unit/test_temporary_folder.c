#include "io/temporary_folder.h"

#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "scratch.h"

static struct temporary_folder *folder;
static struct error error;

static void setup(void)
{
    scratch_setup();
    error = (struct error){0};
    folder = temporary_folder_create(scratch, ".bench-", &error);
    ck_assert_msg(folder != NULL, "%s", error.text);
}

static void teardown(void)
{
    temporary_folder_destroy(folder);
    scratch_teardown();
}

/* A path in the folder, as in_scratch takes it. */
static const char *in_folder(const char *name)
{
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", strrchr(temporary_folder_path(folder), '/') + 1,
             name);
    return path;
}

static void make_directory(const char *name)
{
    ck_assert_int_eq(mkdir(in_scratch(in_folder(name)), 0700), 0);
}

START_TEST(it_is_made_in_its_parent_for_this_user_alone)
{
    struct stat status;
    const char *path = temporary_folder_path(folder);
    ck_assert_int_eq(strncmp(path, scratch, strlen(scratch)), 0);
    ck_assert_int_eq(strncmp(path + strlen(scratch), "/.bench-", 8), 0);
    ck_assert_uint_eq(strlen(path + strlen(scratch)), 8 + 6);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode, S_IFDIR | 0700);
    struct temporary_folder *other = temporary_folder_create(scratch, ".bench-", &error);
    ck_assert_str_ne(temporary_folder_path(other), path);
    temporary_folder_destroy(other);
}
END_TEST

/* A folder with a file in it, last changed so many seconds ago. */
static void leave(const char *name, int64_t seconds)
{
    char file[NAME_MAX];
    const char *path = in_scratch(name);
    struct timespec old = {.tv_sec = time(NULL) - seconds};
    struct timespec times[2] = {old, old};
    ck_assert_int_eq(mkdir(path, 0700), 0);
    snprintf(file, sizeof file, "%s/file", name);
    scratch_write(file, "text");
    ck_assert_int_eq(utimensat(AT_FDCWD, in_scratch(name), times, 0), 0);
}

START_TEST(what_a_killed_process_left_is_removed_and_nothing_else)
{
    struct stat status;
    leave(".bench-abcdef", 100);
    leave(".bench-newone", 5);
    leave(".bench-locked", 100);
    leave(".bench-longer-name", 100);
    leave("other", 100);
    ck_assert_int_eq(symlink(in_scratch("other"), in_scratch(".bench-symlnk")), 0);
    int locked = open(in_scratch(".bench-locked"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(flock(locked, LOCK_EX | LOCK_NB), 0);

    temporary_folder_destroy(temporary_folder_create(scratch, ".bench-", &error));

    ck_assert_int_ne(stat(in_scratch(".bench-abcdef"), &status), 0);
    ck_assert_int_eq(stat(in_scratch(".bench-newone/file"), &status), 0);
    ck_assert_int_eq(stat(in_scratch(".bench-locked/file"), &status), 0);
    ck_assert_int_eq(stat(in_scratch(".bench-longer-name/file"), &status), 0);
    ck_assert_int_eq(stat(in_scratch("other/file"), &status), 0);
    ck_assert_int_eq(stat(temporary_folder_path(folder), &status), 0);
    close(locked);
}
END_TEST

START_TEST(a_parent_that_is_missing_or_no_directory_is_an_error_that_names_it)
{
    scratch_write("file", "");
    ck_assert_ptr_null(temporary_folder_create(in_scratch("nothing"), "p-", &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_ptr_nonnull(strstr(error.text, in_scratch("nothing")));
    ck_assert_ptr_null(temporary_folder_create(in_scratch("file"), "p-", &error));
    ck_assert_ptr_nonnull(strstr(error.text, in_scratch("file")));
    temporary_folder_destroy(NULL);
}
END_TEST

/* Links that lead out, dangling ones, a pipe, and more levels than directories are kept open. */
static void fill(void)
{
    scratch_write("precious", "kept");
    ck_assert_int_eq(mkdir(in_scratch("outside"), 0700), 0);
    scratch_write("outside/precious", "kept");
    make_directory("sub");
    scratch_write(in_folder("file"), "text");
    scratch_write(in_folder("sub/file"), "text");
    ck_assert_int_eq(symlink(in_scratch("outside"), in_scratch(in_folder("to-directory"))), 0);
    ck_assert_int_eq(symlink("../../outside", in_scratch(in_folder("sub/to-directory"))), 0);
    ck_assert_int_eq(symlink("../precious", in_scratch(in_folder("to-file"))), 0);
    ck_assert_int_eq(symlink("nothing", in_scratch(in_folder("sub/dangling"))), 0);
    ck_assert_int_eq(mkfifo(in_scratch(in_folder("sub/fifo")), 0600), 0);
    char path[128] = "sub";
    for (int level = 0; level < 40; level++) {
        strcat(path, "/d");
        make_directory(path);
    }
    strcat(path, "/file");
    scratch_write(in_folder(path), "text");
}

static void assert_outside_is_whole(void)
{
    ck_assert(scratch_holds("precious", "kept"));
    ck_assert(scratch_holds("outside/precious", "kept"));
}

START_TEST(emptying_removes_all_in_it_and_nothing_behind_a_link)
{
    fill();
    temporary_folder_empty(folder);
    ck_assert_int_eq(scratch_kind(in_folder(".")), S_IFDIR);
    /* Only what is empty can be removed like this. */
    ck_assert_int_eq(rmdir(temporary_folder_path(folder)), 0);
    assert_outside_is_whole();
}
END_TEST

START_TEST(destroying_removes_it_with_all_in_it_and_nothing_behind_a_link)
{
    char name[64];
    fill();
    snprintf(name, sizeof(name), "%s", strrchr(temporary_folder_path(folder), '/') + 1);
    temporary_folder_destroy(folder);
    folder = NULL;
    ck_assert_int_eq(scratch_kind(name), 0);
    assert_outside_is_whole();
}
END_TEST

START_TEST(it_can_be_filled_and_emptied_again)
{
    for (int i = 0; i < 3; i++) {
        make_directory("sub");
        scratch_write(in_folder("sub/file"), "text");
        temporary_folder_empty(folder);
        ck_assert_int_eq(scratch_kind(in_folder("sub")), 0);
    }
}
END_TEST

/* What else is mounted in it is somebody else's. */
static void with_a_mount_in_it(void)
{
    const char *path = in_scratch(in_folder("mounted"));
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", path, "tmpfs", 0, "size=64k") != 0)
        _exit(SCRATCH_SKIPPED);
    int descriptor = open(in_scratch(in_folder("mounted/file")), O_CREAT | O_WRONLY, 0600);
    EXPECT(descriptor >= 0 && close(descriptor) == 0);
    temporary_folder_empty(folder);
    EXPECT(scratch_kind(in_folder("mounted/file")) == S_IFREG);
    EXPECT(scratch_kind(in_folder("file")) == 0);
}

START_TEST(another_file_system_in_it_is_left_alone)
{
    make_directory("mounted");
    scratch_write(in_folder("file"), "text");
    scratch_child(with_a_mount_in_it, "a mount");
}
END_TEST

START_TEST(free_bytes_are_those_of_its_disk)
{
    ck_assert_int_gt(temporary_folder_free_bytes(folder), 0);
    ck_assert_int_eq(rmdir(temporary_folder_path(folder)), 0);
    ck_assert_int_eq(temporary_folder_free_bytes(folder), -1);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("temporary_folder");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, it_is_made_in_its_parent_for_this_user_alone);
    tcase_add_test(cases, what_a_killed_process_left_is_removed_and_nothing_else);
    tcase_add_test(cases, a_parent_that_is_missing_or_no_directory_is_an_error_that_names_it);
    tcase_add_test(cases, emptying_removes_all_in_it_and_nothing_behind_a_link);
    tcase_add_test(cases, destroying_removes_it_with_all_in_it_and_nothing_behind_a_link);
    tcase_add_test(cases, it_can_be_filled_and_emptied_again);
    tcase_add_test(cases, another_file_system_in_it_is_left_alone);
    tcase_add_test(cases, free_bytes_are_those_of_its_disk);
    Suite *suite = suite_create("temporary_folder");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
