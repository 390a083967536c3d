#include "io/directory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "scratch.h"

static const struct {
    const char *path;
    bool is_safe;
} path_cases[] = {
    {"a", true},      {"a/b/c", true}, {".hidden", true}, {"..a", true},
    {"a..", true},    {"...", true},   {"", false},       {".", false},
    {"..", false},    {"/a", false},   {"a/", false},     {"a//b", false},
    {"a/./b", false}, {"../a", false}, {"a/../b", false}, {"a/b/..", false},
};

START_TEST(only_plain_relative_paths_are_safe)
{
    ck_assert_msg(directory_is_safe_path(path_cases[_i].path) == path_cases[_i].is_safe, "%s",
                  path_cases[_i].path);
}
END_TEST

START_TEST(a_component_longer_than_a_name_can_be_is_not_safe)
{
    char path[NAME_MAX + 2];
    memset(path, 'a', sizeof(path));
    path[NAME_MAX] = '\0';
    ck_assert(directory_is_safe_path(path));
    path[NAME_MAX] = 'a';
    path[NAME_MAX + 1] = '\0';
    ck_assert(!directory_is_safe_path(path));
}
END_TEST

static int open_scratch(void)
{
    return open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void plant_tree(void)
{
    ck_assert_int_eq(directory_create_path(in_scratch("inner/deep")), 0);
    ck_assert_int_eq(directory_create_path(in_scratch("other")), 0);
    scratch_write("inner/file", "x");
    ck_assert_int_eq(symlink("../other", in_scratch("inner/link")), 0);
    ck_assert_int_eq(symlink("/", in_scratch("inner/outside")), 0);
    ck_assert_int_eq(symlink("inner", in_scratch("first")), 0);
}

static void expect_only_real_directories(void)
{
    static const struct {
        const char *path;
        bool opens;
    } cases[] = {
        {"inner", true},           {"inner/deep", true},  {"inner/file", false},
        {"inner/none", false},     {"inner/link", false}, {"inner/outside", false},
        {"first", false},          {"first/deep", false}, {"inner/outside/tmp", false},
        {"inner/../other", false}, {"..", false},         {"/", false},
    };
    int parent = open_scratch();
    EXPECT(parent >= 0);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int descriptor = directory_open(parent, cases[i].path);
        if ((descriptor >= 0) != cases[i].opens) {
            dprintf(STDERR_FILENO, "%s gave %d\n", cases[i].path, descriptor);
            _exit(1);
        }
        if (descriptor >= 0)
            close(descriptor);
    }
    close(parent);
}

static void without_openat2(void)
{
    scratch_refuse_call(SYS_openat2, ENOSYS);
    expect_only_real_directories();
}

static void with_openat2_forbidden(void)
{
    scratch_refuse_call(SYS_openat2, EPERM);
    expect_only_real_directories();
}

START_TEST(symbolic_links_are_followed_on_no_level)
{
    plant_tree();
    scratch_child(expect_only_real_directories, "openat2");
}
END_TEST

START_TEST(symbolic_links_are_followed_on_no_level_without_openat2)
{
    plant_tree();
    scratch_child(without_openat2, "a kernel without openat2");
    scratch_child(with_openat2_forbidden, "a filter that forbids openat2");
}
END_TEST

START_TEST(a_path_is_created_with_all_its_parents)
{
    ck_assert_int_eq(directory_create_path(in_scratch("a/b//c/")), 0);
    ck_assert_int_eq(scratch_kind("a/b/c"), S_IFDIR);
    ck_assert_int_eq(directory_create_path(in_scratch("a/b/c")), 0);
    scratch_write("file", "x");
    ck_assert_int_eq(directory_create_path(in_scratch("file/a")), -ENOTDIR);
    ck_assert_int_eq(directory_create_path("/proc/none/below"), -ENOENT);
}
END_TEST

START_TEST(only_regular_files_are_removed)
{
    plant_tree();
    ck_assert_int_eq(mkfifo(in_scratch("inner/fifo"), 0600), 0);
    scratch_write("other/kept", "x");
    int parent = open_scratch();
    int inner = directory_open(parent, "inner");
    ck_assert_int_eq(directory_remove_files(inner), 0);
    ck_assert_int_eq(scratch_kind("inner/file"), 0);
    ck_assert_int_eq(scratch_kind("inner/fifo"), S_IFIFO);
    ck_assert_int_eq(scratch_kind("inner/link"), S_IFLNK);
    ck_assert_int_eq(scratch_kind("inner/deep"), S_IFDIR);
    ck_assert(scratch_holds("other/kept", "x"));
    scratch_write("inner/again", "x");
    ck_assert_int_eq(directory_remove_files(inner), 0);
    ck_assert_int_eq(scratch_kind("inner/again"), 0);
    close(inner);
    close(parent);
}
END_TEST

#define REPLACEMENTS 1000
#define MOST (100 * REPLACEMENTS) /* where the other thread is slow to come */

struct swapper {
    int directory;
    atomic_bool is_stopped;
    bool can_swap;
};

static void *swap_names(void *context)
{
    struct swapper *swapper = context;
    do {
        swapper->can_swap =
            renameat2(swapper->directory, "a", swapper->directory, "b", RENAME_EXCHANGE) == 0;
    } while (swapper->can_swap && !atomic_load(&swapper->is_stopped));
    return NULL;
}

/* "a" is a file at one moment and a link at the next; whichever it is when it is replaced, the link
 * must still be somewhere in the end. */
START_TEST(a_link_that_gets_the_name_at_the_last_moment_is_not_lost)
{
    plant_tree();
    scratch_write("other/a", "old");
    ck_assert_int_eq(symlink("elsewhere", in_scratch("other/b")), 0);
    int parent = open_scratch();
    struct swapper swapper = {.directory = directory_open(parent, "other")};
    int inner = directory_open(parent, "inner");
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, swap_names, &swapper), 0);
    int replaced = 0, refused = 0, others = 0;
    for (int i = 0; i < REPLACEMENTS || ((replaced == 0 || refused == 0) && i < MOST); i++) {
        close(openat(inner, "new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        int result = directory_replace(inner, "new", swapper.directory, "a");
        replaced += result == 0;
        refused += result == -EEXIST;
        others += result != 0 && result != -EEXIST;
        unlinkat(inner, "new", 0);
    }
    atomic_store(&swapper.is_stopped, true);
    pthread_join(thread, NULL);
    ck_assert(swapper.can_swap);
    ck_assert_int_gt(replaced, 0);
    ck_assert_int_gt(refused, 0);
    ck_assert_int_eq(others, 0);
    ck_assert_int_eq((scratch_kind("other/a") == S_IFLNK) + (scratch_kind("other/b") == S_IFLNK),
                     1);
    close(inner);
    close(swapper.directory);
    close(parent);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("directory");
    tcase_add_checked_fixture(cases, scratch_setup, scratch_teardown);
    tcase_add_loop_test(cases, only_plain_relative_paths_are_safe, 0,
                        (int)ARRAY_LENGTH(path_cases));
    tcase_add_test(cases, a_component_longer_than_a_name_can_be_is_not_safe);
    tcase_add_test(cases, symbolic_links_are_followed_on_no_level);
    tcase_add_test(cases, symbolic_links_are_followed_on_no_level_without_openat2);
    tcase_add_test(cases, a_path_is_created_with_all_its_parents);
    tcase_add_test(cases, only_regular_files_are_removed);
    tcase_add_test(cases, a_link_that_gets_the_name_at_the_last_moment_is_not_lost);
    Suite *suite = suite_create("directory");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
