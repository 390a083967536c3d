#include "app/lists.h"

#include <check.h>
#include <stdlib.h>

#include "scratch.h"

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_scratch(name), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static struct lists *open_lists(char **operands, size_t count, struct string_list *out)
{
    static const struct source_settings settings = {.stop_descriptor = -1};
    struct error error = {0};
    *out = (struct string_list){operands, count};
    struct lists *lists = lists_open(out, &settings, &error);
    ck_assert_msg(lists != NULL, "%s", error.text);
    return lists;
}

static void expect_item(struct lists *lists, const char *url, uint64_t line, bool is_at_list)
{
    struct source_item item;
    struct error error = {0};
    ck_assert_int_eq(lists_next(lists, &item, &error), SOURCE_ITEM);
    ck_assert_uint_eq(item.url_length, strlen(url));
    ck_assert_int_eq(memcmp(item.url, url, item.url_length), 0);
    ck_assert_uint_eq(item.line, line);
    ck_assert(lists_is_at_list(lists) == is_at_list);
}

START_TEST(lists_and_arguments_are_one_stream_in_their_order)
{
    char first[PATH_MAX];
    char second[PATH_MAX];
    struct string_list list;
    struct source_item item;
    struct error error = {0};
    write_file("first", "# comment\nhttp://a/1\n\nhttp://a/2\n");
    write_file("second.csv", "url\nhttp://b/1\n");
    snprintf(first, sizeof first, "%s", in_scratch("first"));
    snprintf(second, sizeof second, "%s", in_scratch("second.csv"));
    char *operands[] = {"http://x/1", first, "http://x/2", second};
    struct lists *lists = open_lists(operands, ARRAY_LENGTH(operands), &list);
    expect_item(lists, "http://x/1", 0, true); /* the next one is a list */
    ck_assert_str_eq(lists_name(lists), "argument");
    expect_item(lists, "http://a/1", 2, true);
    ck_assert_str_eq(lists_name(lists), first);
    ck_assert(lists_is_regular(lists));
    expect_item(lists, "http://a/2", 4, true);
    expect_item(lists, "http://x/2", 0, true);
    expect_item(lists, "http://b/1", 2, true);
    ck_assert_str_eq(lists_name(lists), second);
    ck_assert_int_eq(lists_next(lists, &item, &error), SOURCE_END);
    ck_assert(!lists_is_at_list(lists));
    ck_assert_int_eq(lists_next(lists, &item, &error), SOURCE_END);
    struct report_input input = lists_input(lists);
    ck_assert_uint_eq(input.files, 2);
    ck_assert_uint_eq(input.lines, 8);
    ck_assert_uint_eq(input.comments, 1);
    ck_assert_uint_eq(input.blank, 1);
    ck_assert(input.is_complete);
    lists_close(lists);
}
END_TEST

/* Judges `bad` bad items, or as many as it takes; true when the list was given up. */
static bool judge_bad(struct lists *lists, unsigned bad)
{
    struct source_item item;
    struct error error = {0};
    for (unsigned i = 0; i < bad; i++) {
        ck_assert_int_eq(lists_next(lists, &item, &error), SOURCE_ITEM);
        if (!lists_judge(lists, false, &error)) {
            ck_assert_int_eq(error.kind, ERROR_INPUT);
            ck_assert_uint_eq(i, LISTS_BAD_LINES_MAX - 1);
            return true;
        }
    }
    return false;
}

START_TEST(a_hundred_bad_lines_without_a_good_one_make_no_list)
{
    char path[PATH_MAX];
    char text[1000] = "";
    struct string_list list;
    struct source_item item;
    struct error error = {0};
    for (unsigned i = 0; i < 2 * LISTS_BAD_LINES_MAX; i++)
        strcat(text, "bad\n");
    write_file("list", text);
    snprintf(path, sizeof path, "%s", in_scratch("list"));
    char *operands[] = {path, "http://x/"};
    struct lists *lists = open_lists(operands, ARRAY_LENGTH(operands), &list);
    ck_assert(judge_bad(lists, 2 * LISTS_BAD_LINES_MAX));
    expect_item(lists, "http://x/", 0, false); /* what follows is read */
    ck_assert(lists_judge(lists, false, &error));
    ck_assert_int_eq(lists_next(lists, &item, &error), SOURCE_END);
    ck_assert(!lists_input(lists).is_complete);
    lists_close(lists);

    lists = open_lists(operands, ARRAY_LENGTH(operands), &list);
    ck_assert(!judge_bad(lists, LISTS_BAD_LINES_MAX - 1));
    ck_assert_int_eq(lists_next(lists, &item, &error), SOURCE_ITEM);
    ck_assert(lists_judge(lists, true, &error));
    ck_assert(!judge_bad(lists, LISTS_BAD_LINES_MAX));
    lists_close(lists);
}
END_TEST

START_TEST(a_missing_list_is_known_before_anything_is_read)
{
    struct error error = {0};
    char *operands[] = {"http://x/", "/nonexistent/list"};
    struct string_list list = {operands, ARRAY_LENGTH(operands)};
    struct source_settings settings = {.stop_descriptor = -1};
    ck_assert(!lists_check(&list, &error));
    ck_assert_int_eq(error.kind, ERROR_INPUT);
    ck_assert_ptr_null(lists_open(&list, &settings, &error));
    ck_assert_int_eq(error.kind, ERROR_INPUT);
    lists_close(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lists");
    TCase *tests = tcase_create("lists");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
    tcase_add_test(tests, lists_and_arguments_are_one_stream_in_their_order);
    tcase_add_test(tests, a_hundred_bad_lines_without_a_good_one_make_no_list);
    tcase_add_test(tests, a_missing_list_is_known_before_anything_is_read);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
