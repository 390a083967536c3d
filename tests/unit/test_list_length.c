#include "app/list_length.h"

#include "base/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "list-length-XXXXXX";
static struct string_list operands;
static char *items[4];

static void setup(void)
{
    strcpy(folder, "list-length-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    operands = (struct string_list){.items = items};
}

static void teardown(void)
{
    for (size_t i = 0; i < operands.count; i++) {
        unlink(items[i]);
        free(items[i]);
    }
    rmdir(folder);
}

static char *add(const char *name)
{
    char *path;
    ck_assert_int_gt(strchr(name, '/') != NULL ? asprintf(&path, "%s", name)
                                               : asprintf(&path, "%s/%s", folder, name),
                     0);
    items[operands.count++] = path;
    return path;
}

static void write_list(const char *name, const char *content, unsigned times)
{
    FILE *file = fopen(add(name), "w");
    ck_assert_ptr_nonnull(file);
    for (unsigned i = 0; i < times; i++)
        fputs(content, file);
    fclose(file);
}

static const struct source_settings settings = {.stop_descriptor = -1};

START_TEST(urls_are_counted_and_not_lines)
{
    uint64_t total = 0;
    write_list("a.txt", "http://a/1\n# no URL\n\n  out=x\nhttp://a/2\n", 3);
    write_list("b.csv", "url,title\n", 1);
    write_list("c.csv", "url,title\nhttp://c/1,\"two\nlines\"\n", 1);
    add("http://d/1");
    struct list_length *length = list_length_open(&operands, &settings);
    ck_assert_ptr_nonnull(length);
    ck_assert(list_length_count(length, CLOCK_NEVER, &total));
    ck_assert_uint_eq(total, 3 * 2 + 1 + 1);
    ck_assert(list_length_count(length, 0, &total)); /* it is still known */
    ck_assert_uint_eq(total, 8);
    list_length_close(length);
}
END_TEST

START_TEST(a_long_list_is_counted_bit_by_bit)
{
    uint64_t total = 0;
    uint64_t before = 0;
    unsigned calls = 0;
    write_list("a.txt", "http://a/1\n", 10000);
    struct list_length *length = list_length_open(&operands, &settings);
    ck_assert_ptr_nonnull(length);
    while (!list_length_count(length, 0, &total)) {
        ck_assert_uint_gt(total, before);
        ck_assert_uint_le(total, before + 1000);
        before = total;
        calls++;
    }
    ck_assert_uint_gt(calls, 10);
    ck_assert_uint_eq(total, 10000);
    list_length_close(length);
}
END_TEST

START_TEST(what_comes_bit_by_bit_itself_is_not_counted)
{
    write_list("a.txt", "http://a/1\n", 1);
    char *pipe = add("pipe");
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    ck_assert_ptr_null(list_length_open(&operands, &settings)); /* and does not hang */
    operands.count--;
    unlink(pipe);
    free(pipe);
    struct list_length *length = list_length_open(&operands, &settings);
    ck_assert_ptr_nonnull(length);
    list_length_close(length);
    items[operands.count] = (char *)"-";
    struct string_list with_input = {.items = items, .count = operands.count + 1};
    ck_assert_ptr_null(list_length_open(&with_input, &settings));
    items[operands.count] = (char *)"missing";
    ck_assert_ptr_null(list_length_open(&with_input, &settings));
    list_length_close(NULL);
}
END_TEST

START_TEST(what_is_no_list_is_counted_as_far_as_a_run_reads_it)
{
    uint64_t total = 0;
    write_list("a.txt", "http://a/1\n", 10);
    write_list("b.txt", "bm8gVVJMIGhlcmU\n", 5000);
    struct list_length *length = list_length_open(&operands, &settings);
    ck_assert_ptr_nonnull(length);
    ck_assert(list_length_count(length, CLOCK_NEVER, &total));
    ck_assert_uint_eq(total, 10 + LISTS_BAD_LINES_MAX);
    list_length_close(length);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("list length");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, urls_are_counted_and_not_lines);
    tcase_add_test(cases, a_long_list_is_counted_bit_by_bit);
    tcase_add_test(cases, what_comes_bit_by_bit_itself_is_not_counted);
    tcase_add_test(cases, what_is_no_list_is_counted_as_far_as_a_run_reads_it);
    Suite *suite = suite_create("list length");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
