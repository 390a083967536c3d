#include "model/content_disposition.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *value;
    const char *name; /* NULL: none */
} cases[] = {
    {"attachment; filename=a.jpg", "a.jpg"},
    {"attachment; filename=\"a.jpg\"", "a.jpg"},
    {"inline; filename=\"a.jpg\"", "a.jpg"},
    {"attachment; filename=\"a b; c.jpg\"", "a b; c.jpg"},
    {"ATTACHMENT;FILENAME=A.JPG", "A.JPG"},
    {"attachment ;\tFileName = \"a.jpg\" ; size=5", "a.jpg"},
    {"attachment; size=5; filename=a.jpg; x=y", "a.jpg"},
    {"attachment", NULL},
    {"attachment;", NULL},
    {"", NULL},
    {";", NULL},
    {"=", NULL},
    {";;=;=", NULL},
    {"a.jpg", NULL},
    {"\"a.jpg\"", NULL},
    /* what servers send */
    {"filename=a.jpg", "a.jpg"},
    {"filename=\"a.jpg\"", "a.jpg"},
    {"; filename=a.jpg", "a.jpg"},
    {"attachment;; filename=a.jpg;", "a.jpg"},
    {"attachment; filename=my file.jpg", "my file.jpg"},
    {"attachment; filename=a.jpg  ; x=1", "a.jpg"},
    {"attachment; filename='a.jpg'", "'a.jpg'"},
    {"attachment; filename=\"a.jpg\"x; y=z", "a.jpg"},
    {"attachment; filename=\"a.jpg", "a.jpg"},
    {"attachment; filename=\"a.jpg; size=5", "a.jpg"},
    {"attachment; filename=\"a.jpg\\\"", "a.jpg\""},
    {"attachment; filename=", NULL},
    {"attachment; filename=\"\"", NULL},
    {"attachment; filename", NULL},
    {"attachment; filename; filename=a.jpg", "a.jpg"},
    {"attachment; xfilename=a.jpg", NULL},
    {"attachment; filenames=a.jpg", NULL},
    {"attachment; name=\"x; filename=evil\"; filename=a.jpg", "a.jpg"},
    {"attachment; filename=a.jpg; filename=b.jpg", "a.jpg"},
    {"attachment; filename=..; filename=b.jpg", "b.jpg"},
    {"attachment; filename=100%.jpg", "100%.jpg"},
    {"attachment; filename=a%20b.jpg", "a%20b.jpg"},
    {"attachment; filename==?UTF-8?B?YQ==?=", "=?UTF-8?B?YQ==?="},
    /* backslashes in quotes */
    {"attachment; filename=\"a\\\"b.jpg\"", "a\"b.jpg"},
    {"attachment; filename=\"f\\oo.jpg\"", "foo.jpg"},
    {"attachment; filename=\"a\\\\b.jpg\"", "b.jpg"},
    /* paths */
    {"attachment; filename=\"../../etc/passwd\"", "passwd"},
    {"attachment; filename=/etc/passwd", "passwd"},
    {"attachment; filename=C:\\dir\\a.jpg", "a.jpg"},
    {"attachment; filename=\"C:\\\\dir\\\\a.jpg\"", "a.jpg"},
    {"attachment; filename=\"a/b\\\\c/d\"", "d"},
    {"attachment; filename=\"a/\"", NULL},
    {"attachment; filename=\"..\"", NULL},
    {"attachment; filename=\". .\"", NULL},
    {"attachment; filename=\"a/..\"", NULL},
    {"attachment; filename=\".bashrc\"", ".bashrc"},
    {"attachment; filename*=UTF-8''..%2F..%2Fpasswd", "passwd"},
    {"attachment; filename*=UTF-8''a%5Cb", "b"},
    /* bytes */
    {"attachment; filename=\"caf\xc3\xa9.jpg\"", "caf\xc3\xa9.jpg"},
    {"attachment; filename=\"caf\xe9.jpg\"", "caf\xc3\xa9.jpg"},
    {"attachment; filename=caf\xe9.jpg", "caf\xc3\xa9.jpg"},
    {"attachment; filename=\"a\x80.jpg\"", NULL},
    {"attachment; filename=\"a\xc2\x85.jpg\"", NULL},
    {"attachment; filename=\"a\nb.jpg\"", NULL},
    {"attachment; filename=\"a\tb.jpg\"", NULL},
    {"attachment; filename=\"a\x1b[31m.jpg\"", NULL},
    {"attachment; filename=\"a\x7f.jpg\"", NULL},
    {"attachment; filename=\"\x1b/a.jpg\"", "a.jpg"},
    /* filename* */
    {"attachment; filename*=UTF-8''caf%C3%A9.jpg", "caf\xc3\xa9.jpg"},
    {"attachment; filename*=utf-8'en'a%20b.jpg", "a b.jpg"},
    {"attachment; filename*=ISO-8859-1''caf%E9.jpg", "caf\xc3\xa9.jpg"},
    {"attachment; filename*=iso-8859-1'de'%A3.jpg", "\xc2\xa3.jpg"},
    {"attachment; filename*=\"UTF-8''a%20b.jpg\"", "a b.jpg"},
    {"attachment; filename* = UTF-8''a.jpg", "a.jpg"},
    {"attachment; filename=a.jpg; filename*=UTF-8''b.jpg", "b.jpg"},
    {"attachment; filename*=UTF-8''b.jpg; filename=a.jpg", "b.jpg"},
    {"attachment; filename*=UTF-8''a'b.jpg", "a'b.jpg"},
    {"attachment; filename*=UTF-8''%25.jpg", "%.jpg"},
    {"attachment; filename*=UTF-8''a%252Fb", "a%2Fb"},
    {"attachment; FILENAME*=UTF-8''a%3Bb", "a;b"},
    /* and when it cannot be used */
    {"attachment; filename*=UTF-8''%C3.jpg; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8''%ZZ.jpg; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8''a%; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8''a%4; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8''a%00.jpg; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8''a%0Ab; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8''%C2%9B; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8''; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8''%2E%2E; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8'x; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=b.jpg; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=''b.jpg; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-16''b.jpg; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=ISO-8859-15''b.jpg; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=ISO-8859-1''%80; filename=a.jpg", "a.jpg"},
    {"attachment; filename*=UTF-8''b%; filename*=UTF-8''c.jpg; filename=a.jpg", "c.jpg"},
    {"attachment; filename*=UTF-8''%ZZ.jpg", NULL},
    /* continuations */
    {"attachment; filename*0=\"a\"; filename*1=\".jpg\"", NULL},
    {"attachment; filename*0*=UTF-8''a; filename*1=b; filename=c.jpg", "c.jpg"},
};

START_TEST(a_header_gives_a_name_or_none)
{
    char name[256] = "untouched";
    const char *value = cases[_i].value;
    bool found = content_disposition_file_name(value, strlen(value), name, sizeof name);
    ck_assert_msg(found == (cases[_i].name != NULL), "%s", value);
    const char *expected = found ? cases[_i].name : "untouched";
    ck_assert_msg(strcmp(name, expected) == 0, "%s: %s, not %s", value, name, expected);
}
END_TEST

START_TEST(a_value_need_not_end_with_nul)
{
    static const char value[] = "filename=a.jpg; filename*=UTF-8''b.jpg";
    char name[64];
    ck_assert(content_disposition_file_name(value, 12, name, sizeof name));
    ck_assert_str_eq(name, "a.j");
    ck_assert(content_disposition_file_name(value, strlen(value) - 4, name, sizeof name));
    ck_assert_str_eq(name, "b");
    ck_assert(!content_disposition_file_name(value, 9, name, sizeof name));
    ck_assert(!content_disposition_file_name(value, 0, name, sizeof name));
    ck_assert(!content_disposition_file_name(NULL, 0, name, sizeof name));
    ck_assert_str_eq(name, "b");
}
END_TEST

START_TEST(a_nul_is_no_part_of_a_name)
{
    static const char value[] = "filename=\"a\0b.jpg\"";
    char name[64];
    ck_assert(!content_disposition_file_name(value, sizeof value - 1, name, sizeof name));
}
END_TEST

START_TEST(a_name_that_does_not_fit_is_none)
{
    static const char value[] = "filename=abcd; filename*=UTF-8''abcdefgh";
    char name[10] = "untouched";
    ck_assert(content_disposition_file_name(value, strlen(value), name, 9));
    ck_assert_str_eq(name, "abcdefgh");
    ck_assert(content_disposition_file_name(value, strlen(value), name, 8));
    ck_assert_str_eq(name, "abcd");
    ck_assert(content_disposition_file_name(value, strlen(value), name, 5));
    ck_assert(!content_disposition_file_name(value, strlen(value), name, 4));
    ck_assert(!content_disposition_file_name(value, strlen(value), name, 0));
    ck_assert_str_eq(name, "abcd");
}
END_TEST

START_TEST(a_long_header_takes_time_as_its_length_does)
{
    /* Were it quadratic, this would take minutes. */
    static const char unit[] = "filename=..;filename*=UTF-8''%;\"=\\\"";
    size_t count = 256 * 1024 / strlen(unit);
    char *value = malloc(count * strlen(unit) + 1);
    ck_assert_ptr_nonnull(value);
    char *at = value;
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, unit);
    char name[64];
    ck_assert(!content_disposition_file_name(value, strlen(value), name, sizeof name));
    free(value);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("content_disposition");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_header_gives_a_name_or_none, 0, ARRAY_LENGTH(cases));
    tcase_add_test(tests, a_value_need_not_end_with_nul);
    tcase_add_test(tests, a_nul_is_no_part_of_a_name);
    tcase_add_test(tests, a_name_that_does_not_fit_is_none);
    tcase_add_test(tests, a_long_header_takes_time_as_its_length_does);
    Suite *suite = suite_create("content_disposition");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
