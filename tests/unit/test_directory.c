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

/* What the callback was told, and what it does at that moment. */
struct making {
    int parent;
    char paths[200];
    int result;
    const char *planted; /* is there before haul makes it: */
    mode_t kind;
};

static int note_path(void *context, const char *path)
{
    struct making *making = context;
    size_t length = strlen(making->paths);
    snprintf(making->paths + length, sizeof(making->paths) - length, "%s ", path);
    if (faccessat(making->parent, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return -EDOM; /* too late to be told */
    if (making->planted != NULL && strcmp(making->planted, path) == 0) {
        if (making->kind == S_IFDIR)
            mkdirat(making->parent, path, 0755);
        else if (making->kind == S_IFLNK)
            EXPECT(symlinkat(in_scratch("other"), making->parent, path) == 0);
        else
            EXPECT(mknodat(making->parent, path, making->kind | 0600, 0) == 0);
    }
    return making->result;
}

static int make(struct making *making, const char *path)
{
    making->parent = open_scratch();
    int result = directory_make(making->parent, path, note_path, making);
    close(making->parent);
    return result;
}

static const struct {
    const char *path;
    bool is_made;
    const char *told;
} making_cases[] = {
    {"new", true, "new "},
    {"new/b/c", true, "new new/b new/b/c "},
    {"inner/new/c", true, "inner/new inner/new/c "},
    {"inner/deep", true, ""},
    {"inner", true, ""},
    {"inner/file", false, ""},
    {"inner/file/below", false, ""},
    {"inner/link", false, ""},
    {"inner/link/below", false, ""},
    {"inner/outside/below", false, ""},
    {"inner/dangling", false, ""},
    {"inner/dangling/below", false, ""},
    {"first/new", false, ""},
    {"inner/fifo/new", false, ""},
    {"../escaped", false, ""},
    {"/tmp/escaped", false, ""},
    {"", false, ""},
    {"inner//deep", false, ""},
};

static void expect_directories_to_be_made(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(making_cases); i++) {
        struct making making = {0};
        int result = make(&making, making_cases[i].path);
        if ((result == 0) != making_cases[i].is_made ||
            strcmp(making.paths, making_cases[i].told) != 0) {
            dprintf(STDERR_FILENO, "%s gave %d, told %s\n", making_cases[i].path, result,
                    making.paths);
            _exit(1);
        }
        if (result == 0) {
            EXPECT(scratch_kind(making_cases[i].path) == S_IFDIR);
            EXPECT(make(&(struct making){0}, making_cases[i].path) == 0);
        }
        if (scratch_kind("new") == S_IFDIR)
            EXPECT(nftw(in_scratch("new"), scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
    }
    EXPECT(scratch_kind("nothing") == 0 && scratch_kind("other/below") == 0);
    EXPECT(nftw(in_scratch("inner/new"), scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

static void make_without_openat2(void)
{
    scratch_refuse_call(SYS_openat2, ENOSYS);
    expect_directories_to_be_made();
}

START_TEST(directories_are_made_where_they_are_missing_and_links_followed_nowhere)
{
    plant_tree();
    ck_assert_int_eq(symlink(in_scratch("nothing"), in_scratch("inner/dangling")), 0);
    ck_assert_int_eq(mkfifo(in_scratch("inner/fifo"), 0600), 0);
    scratch_child(expect_directories_to_be_made, "openat2");
    scratch_child(make_without_openat2, "a kernel without openat2");
}
END_TEST

static const struct {
    mode_t kind;
    int result;
} race_cases[] = {{S_IFDIR, 0}, {S_IFREG, -ENOTDIR}, {S_IFLNK, -ELOOP}, {S_IFIFO, -ENOTDIR}};

START_TEST(what_appears_at_the_last_moment_is_used_only_when_it_is_a_directory)
{
    ck_assert_int_eq(mkdir(in_scratch("other"), 0755), 0);
    struct making making = {.planted = "a/b", .kind = race_cases[_i].kind};
    ck_assert_int_eq(make(&making, "a/b/escaped"), race_cases[_i].result);
    ck_assert_int_eq(scratch_kind("a/b"), race_cases[_i].kind);
    ck_assert_int_eq(scratch_kind("other/escaped"), 0);
}
END_TEST

START_TEST(the_callback_can_end_it_and_the_umask_counts)
{
    struct making making = {.result = -EIO};
    ck_assert_int_eq(make(&making, "a/b"), -EIO);
    ck_assert_str_eq(making.paths, "a ");
    ck_assert_int_eq(scratch_kind("a"), 0);
    mode_t mask = umask(027);
    int parent = open_scratch();
    int result = directory_make(parent, "a/b", NULL, NULL);
    umask(mask);
    close(parent);
    ck_assert_int_eq(result, 0);
    struct stat status;
    ck_assert_int_eq(stat(in_scratch("a/b"), &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFDIR | 0750);
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

static bool is_claimed(void *context, const char *name)
{
    return strcmp(name, context) == 0;
}

START_TEST(files_that_are_claimed_stay)
{
    plant_tree();
    scratch_write("inner/claimed", "x");
    int parent = open_scratch();
    int inner = directory_open(parent, "inner");
    ck_assert_int_eq(directory_remove_files_unless(inner, is_claimed, "claimed"), 0);
    ck_assert_int_eq(scratch_kind("inner/file"), 0);
    ck_assert(scratch_holds("inner/claimed", "x"));
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
    tcase_add_test(cases, directories_are_made_where_they_are_missing_and_links_followed_nowhere);
    tcase_add_loop_test(cases, what_appears_at_the_last_moment_is_used_only_when_it_is_a_directory,
                        0, (int)ARRAY_LENGTH(race_cases));
    tcase_add_test(cases, the_callback_can_end_it_and_the_umask_counts);
    tcase_add_test(cases, only_regular_files_are_removed);
    tcase_add_test(cases, files_that_are_claimed_stay);
    tcase_add_test(cases, a_link_that_gets_the_name_at_the_last_moment_is_not_lost);
    Suite *suite = suite_create("directory");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
