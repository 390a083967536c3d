#include "app/config_file.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/config_parser.h"
#include "scratch.h"

/* Result of reading, and what the error says behind the path. */
static bool reads(const char *name, enum config_file_kind kind, const char *expected)
{
    char *bytes = NULL;
    size_t length = 77;
    struct error error = {0};
    bool is_read = config_file_read(in_scratch(name), kind, &bytes, &length, &error);
    if (!is_read) {
        ck_assert_int_eq(error.kind, ERROR_USAGE);
        ck_assert_msg(strstr(error.text, in_scratch(name)) != NULL, "%s", error.text);
        ck_assert_msg(strstr(error.text, expected) != NULL, "%s", error.text);
        ck_assert_uint_eq(length, 77);
    } else if (expected == NULL) {
        ck_assert_ptr_null(bytes);
    } else {
        ck_assert_uint_eq(length, strlen(expected));
        ck_assert_int_eq(memcmp(bytes, expected, length), 0);
    }
    free(bytes);
    return is_read;
}

static void make_large(const char *name, off_t size)
{
    scratch_write(name, "#");
    ck_assert_int_eq(truncate(in_scratch(name), size), 0);
}

START_TEST(a_file_is_read_whole)
{
    scratch_write("a", "jobs = 4\n");
    scratch_write("empty", "");
    ck_assert(reads("a", CONFIG_FILE_FOUND, "jobs = 4\n"));
    ck_assert(reads("a", CONFIG_FILE_NAMED, "jobs = 4\n"));
    ck_assert(reads("empty", CONFIG_FILE_FOUND, ""));
}
END_TEST

START_TEST(only_a_usual_place_may_be_empty)
{
    scratch_write("a", "");
    ck_assert(reads("none", CONFIG_FILE_FOUND, NULL));
    ck_assert(reads("none/below", CONFIG_FILE_FOUND, NULL));
    ck_assert(reads("a/below", CONFIG_FILE_FOUND, NULL));
    ck_assert(!reads("none", CONFIG_FILE_NAMED, "No such file"));
    ck_assert(!reads("a/below", CONFIG_FILE_NAMED, "Not a directory"));
}
END_TEST

START_TEST(what_anybody_may_write_is_refused_unless_it_was_named)
{
    scratch_write("a", "jobs = 4\n");
    ck_assert_int_eq(chmod(in_scratch("a"), 0666), 0);
    ck_assert(!reads("a", CONFIG_FILE_FOUND, "everybody may write to it"));
    ck_assert(reads("a", CONFIG_FILE_NAMED, "jobs = 4\n"));
    ck_assert_int_eq(chmod(in_scratch("a"), 0664), 0);
    ck_assert(reads("a", CONFIG_FILE_FOUND, "jobs = 4\n"));
    if (chown(in_scratch("a"), 12345, (gid_t)-1) == 0)
        ck_assert(!reads("a", CONFIG_FILE_FOUND, "belongs to another user"));
}
END_TEST

START_TEST(what_is_no_file_is_refused_at_once)
{
    ck_assert_int_eq(mkdir(in_scratch("directory"), 0755), 0);
    ck_assert_int_eq(mkfifo(in_scratch("pipe"), 0600), 0);
    ck_assert(!reads("directory", CONFIG_FILE_FOUND, "is not a regular file"));
    ck_assert(!reads("directory", CONFIG_FILE_NAMED, "Is a directory"));
    ck_assert(!reads("pipe", CONFIG_FILE_FOUND, "is not a regular file"));
}
END_TEST

START_TEST(a_file_has_a_limit)
{
    make_large("most", CONFIG_PARSER_BYTES_MAX);
    make_large("more", CONFIG_PARSER_BYTES_MAX + 1);
    make_large("huge", (off_t)1 << 40);
    char *bytes = NULL;
    size_t length = 0;
    struct error error = {0};
    ck_assert(config_file_read(in_scratch("most"), CONFIG_FILE_FOUND, &bytes, &length, &error));
    ck_assert_uint_eq(length, CONFIG_PARSER_BYTES_MAX);
    free(bytes);
    ck_assert(!reads("more", CONFIG_FILE_FOUND, "is larger than"));
    ck_assert(!reads("huge", CONFIG_FILE_NAMED, "is larger than"));
}
END_TEST

static void look_as_nobody(void)
{
    char *bytes = NULL;
    size_t length = 0;
    struct error error = {0};
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        _exit(SCRATCH_SKIPPED);
    EXPECT(!config_file_read(in_scratch("closed"), CONFIG_FILE_FOUND, &bytes, &length, &error));
    EXPECT(strstr(error.text, "Permission denied") != NULL);
    /* A directory that cannot be entered holds nothing that this user could mean. */
    EXPECT(config_file_read(in_scratch("cellar/haul.conf"), CONFIG_FILE_FOUND, &bytes, &length,
                            &error));
    EXPECT(bytes == NULL);
    EXPECT(!config_file_read(in_scratch("cellar/haul.conf"), CONFIG_FILE_NAMED, &bytes, &length,
                             &error));
    _exit(0);
}

START_TEST(a_file_that_is_there_must_be_readable)
{
    scratch_write("closed", "jobs = 4\n");
    ck_assert_int_eq(chmod(in_scratch("closed"), 0), 0);
    ck_assert_int_eq(mkdir(in_scratch("cellar"), 0), 0);
    ck_assert_int_eq(chmod(scratch, 0755), 0);
    scratch_child(look_as_nobody, "reading as another user");
    ck_assert_int_eq(chmod(in_scratch("cellar"), 0700), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("config_file");
    tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
    tcase_add_test(tests, a_file_is_read_whole);
    tcase_add_test(tests, only_a_usual_place_may_be_empty);
    tcase_add_test(tests, what_anybody_may_write_is_refused_unless_it_was_named);
    tcase_add_test(tests, what_is_no_file_is_refused_at_once);
    tcase_add_test(tests, a_file_has_a_limit);
    tcase_add_test(tests, a_file_that_is_there_must_be_readable);
    Suite *suite = suite_create("config_file");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
