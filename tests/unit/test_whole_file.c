#include "io/whole_file.h"

#include <dirent.h>

#include "scratch.h"

#define NOBODY 65534

static int directory;

static void setup(void)
{
    scratch_setup();
    ck_assert_int_eq(mkdir(in_scratch("out"), 0755), 0);
    directory = open(in_scratch("out"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(directory, 0);
}

static void teardown(void)
{
    close(directory);
    scratch_teardown();
}

static int replace(const char *name, const char *text)
{
    return whole_file_replace(directory, name, text, strlen(text));
}

/* Names in the directory, whatever they are. */
static size_t entry_count(void)
{
    size_t count = 0;
    DIR *entries = opendir(in_scratch("out"));
    if (entries == NULL)
        return SIZE_MAX;
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count - 2; /* itself and its parent */
}

static const char *temporary_name(const char *name)
{
    static char path[2 * NAME_MAX];
    snprintf(path, sizeof(path), "out/.%s.%ld.tmp", name, (long)getpid());
    return path;
}

START_TEST(a_file_is_made_and_then_replaced_whole)
{
    struct stat before;
    struct stat after;
    ck_assert_int_eq(replace("a", "a long first text"), 0);
    ck_assert(scratch_holds("out/a", "a long first text"));
    ck_assert_int_eq(stat(in_scratch("out/a"), &before), 0);
    int reader = open(in_scratch("out/a"), O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(replace("a", "short"), 0);
    ck_assert(scratch_holds("out/a", "short"));
    ck_assert_int_eq(stat(in_scratch("out/a"), &after), 0);
    ck_assert_uint_ne(before.st_ino, after.st_ino);
    /* Who has opened the old one still reads all of it. */
    char text[64];
    ck_assert_int_eq(read(reader, text, sizeof(text)), (ssize_t)strlen("a long first text"));
    close(reader);
    ck_assert_int_eq(replace("a", ""), 0);
    ck_assert(scratch_holds("out/a", ""));
    ck_assert_uint_eq(entry_count(), 1);
}
END_TEST

START_TEST(bytes_are_written_as_they_are)
{
    static const char bytes[] = "a\0b\nc";
    char found[16];
    ck_assert_int_eq(whole_file_replace(directory, "a", bytes, sizeof(bytes)), 0);
    int reader = open(in_scratch("out/a"), O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(read(reader, found, sizeof(found)), (ssize_t)sizeof(bytes));
    ck_assert_mem_eq(found, bytes, sizeof(bytes));
    close(reader);
}
END_TEST

START_TEST(names_of_any_length_that_a_file_can_have_are_fine)
{
    static const size_t lengths[] = {1, 199, 200, 201, NAME_MAX};
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        char name[NAME_MAX + 1];
        char path[NAME_MAX + 8];
        memset(name, 'n', lengths[i]);
        name[lengths[i]] = '\0';
        snprintf(path, sizeof(path), "out/%s", name);
        ck_assert_int_eq(replace(name, "text"), 0);
        ck_assert(scratch_holds(path, "text"));
    }
    ck_assert_uint_eq(entry_count(), ARRAY_LENGTH(lengths));
    char name[NAME_MAX + 2];
    memset(name, 'n', NAME_MAX + 1);
    name[NAME_MAX + 1] = '\0';
    ck_assert_int_eq(replace(name, "text"), -ENAMETOOLONG);
    ck_assert_uint_eq(entry_count(), ARRAY_LENGTH(lengths));
}
END_TEST

START_TEST(a_link_to_a_file_is_replaced_itself)
{
    scratch_write("victim", "precious");
    ck_assert_int_eq(symlink("../victim", in_scratch("out/a")), 0);
    ck_assert_int_eq(symlink("../nothing", in_scratch("out/b")), 0);
    ck_assert_int_eq(replace("a", "text"), 0);
    ck_assert_int_eq(replace("b", "text"), 0);
    ck_assert(scratch_holds("out/a", "text"));
    ck_assert(scratch_holds("out/b", "text"));
    ck_assert(scratch_holds("victim", "precious"));
    ck_assert_int_eq(scratch_kind("nothing"), 0);
}
END_TEST

START_TEST(what_is_no_regular_file_stays)
{
    ck_assert_int_eq(mkfifo(in_scratch("out/fifo"), 0600), 0);
    ck_assert_int_eq(symlink("fifo", in_scratch("out/to-fifo")), 0);
    ck_assert_int_eq(symlink("/dev/null", in_scratch("out/to-null")), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/directory"), 0700), 0);
    ck_assert_int_eq(replace("fifo", "text"), -EEXIST);
    ck_assert_int_eq(replace("to-fifo", "text"), -EEXIST);
    ck_assert_int_eq(replace("to-null", "text"), -EEXIST);
    ck_assert_int_eq(replace("directory", "text"), -EISDIR);
    ck_assert_int_eq(scratch_kind("out/fifo"), S_IFIFO);
    ck_assert_int_eq(scratch_kind("out/to-fifo"), S_IFLNK);
    ck_assert_int_eq(scratch_kind("out/to-null"), S_IFLNK);
    ck_assert_int_eq(scratch_kind("out/directory"), S_IFDIR);
    ck_assert_uint_eq(entry_count(), 4);
}
END_TEST

START_TEST(what_a_killed_process_left_is_overwritten_and_a_planted_link_not_followed)
{
    scratch_write("victim", "precious");
    scratch_write(temporary_name("a"), "half of a longer text");
    ck_assert_int_eq(symlink("../victim", in_scratch(temporary_name("b"))), 0);
    ck_assert_int_eq(replace("a", "text"), 0);
    ck_assert_int_eq(replace("b", "text"), 0);
    ck_assert(scratch_holds("out/a", "text"));
    ck_assert(scratch_holds("out/b", "text"));
    ck_assert(scratch_holds("victim", "precious"));
    ck_assert_uint_eq(entry_count(), 2);
}
END_TEST

static void beyond_a_limit(void)
{
    struct rlimit limit = {4, 4};
    signal(SIGXFSZ, SIG_IGN);
    EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    EXPECT(replace("a", "more than that") == -EFBIG);
}

START_TEST(a_write_that_fails_leaves_the_old_file_and_no_temporary)
{
    ck_assert_int_eq(replace("a", "old"), 0);
    ck_assert(scratch_child(beyond_a_limit, "a limit on the size of files"));
    ck_assert(scratch_holds("out/a", "old"));
    ck_assert_uint_eq(entry_count(), 1);
}
END_TEST

static void as_nobody(void)
{
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        EXPECT(geteuid() != 0);
    EXPECT(replace("a", "new") == -EACCES);
    EXPECT(replace("b", "new") == -EACCES);
}

START_TEST(a_directory_that_cannot_be_written_stays_as_it_is)
{
    ck_assert_int_eq(replace("a", "old"), 0);
    ck_assert_int_eq(fchmod(directory, 0555), 0);
    ck_assert(scratch_child(as_nobody, "a user without rights"));
    ck_assert_int_eq(fchmod(directory, 0755), 0);
    ck_assert(scratch_holds("out/a", "old"));
    ck_assert_uint_eq(entry_count(), 1);
}
END_TEST

START_TEST(a_directory_that_is_gone_is_an_error)
{
    ck_assert_int_eq(rmdir(in_scratch("out")), 0);
    ck_assert_int_eq(replace("a", "text"), -ENOENT);
    ck_assert_int_eq(whole_file_replace(-1, "a", "text", 4), -EBADF);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("whole_file");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, a_file_is_made_and_then_replaced_whole);
    tcase_add_test(cases, bytes_are_written_as_they_are);
    tcase_add_test(cases, names_of_any_length_that_a_file_can_have_are_fine);
    tcase_add_test(cases, a_link_to_a_file_is_replaced_itself);
    tcase_add_test(cases, what_is_no_regular_file_stays);
    tcase_add_test(cases,
                   what_a_killed_process_left_is_overwritten_and_a_planted_link_not_followed);
    tcase_add_test(cases, a_write_that_fails_leaves_the_old_file_and_no_temporary);
    tcase_add_test(cases, a_directory_that_cannot_be_written_stays_as_it_is);
    tcase_add_test(cases, a_directory_that_is_gone_is_an_error);
    Suite *suite = suite_create("whole_file");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
