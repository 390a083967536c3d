#include "base/text.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_new_text_is_an_empty_string)
{
    static const size_t limits[] = {0, 1, 63, 64, 1000, SIZE_MAX};
    for (size_t i = 0; i < ARRAY_LENGTH(limits); i++) {
        struct text text;
        text_init(&text, limits[i]);
        ck_assert_str_eq(text.data, "");
        ck_assert_uint_eq(text.length, 0);
        ck_assert(!text.is_full);
        text_clear(&text);
        ck_assert_ptr_null(text.data);
        text_clear(&text);
    }
}
END_TEST

START_TEST(appends_add_up)
{
    struct text text;
    text_init(&text, 1000);
    ck_assert(text_append(&text, "a\0b", 3));
    ck_assert(text_append(&text, NULL, 0));
    ck_assert(text_append_string(&text, "cd"));
    ck_assert(text_append_char(&text, '\0'));
    ck_assert(text_append_char(&text, 'e'));
    ck_assert(text_append_format(&text, "%d-%s", 7, "f"));
    ck_assert_uint_eq(text.length, 10);
    ck_assert_mem_eq(text.data, "a\0bcd\0e7-f", 11);
    text_clear(&text);
}
END_TEST

/* The ways to append a one-byte or a longer piece; all obey the same limit. */
static bool append_bytes(struct text *text)
{
    return text_append(text, "123", 3);
}

static bool append_string(struct text *text)
{
    return text_append_string(text, "123");
}

static bool append_char(struct text *text)
{
    return text_append_char(text, '1');
}

static bool append_format(struct text *text)
{
    return text_append_format(text, "%s", "123");
}

static bool append_unsigned(struct text *text)
{
    return text_append_unsigned(text, 123);
}

static bool append_signed(struct text *text)
{
    return text_append_signed(text, -12);
}

static const struct {
    bool (*append)(struct text *text);
    const char *piece;
} appends[] = {
    {append_bytes, "123"},  {append_string, "123"},   {append_char, "1"},
    {append_format, "123"}, {append_unsigned, "123"}, {append_signed, "-12"},
};

START_TEST(a_text_grows_to_its_limit_and_not_beyond)
{
    size_t piece_length = strlen(appends[_i].piece);
    for (size_t limit = 0; limit < 300; limit++) {
        struct text text;
        text_init(&text, limit);
        for (size_t i = 0; i < limit / piece_length; i++)
            ck_assert(appends[_i].append(&text));
        ck_assert(!text.is_full);
        size_t length = limit - limit % piece_length;
        ck_assert_uint_eq(text.length, length);
        for (size_t i = 0; i < length; i++)
            ck_assert_int_eq(text.data[i], appends[_i].piece[i % piece_length]);

        ck_assert(!appends[_i].append(&text));
        ck_assert(text.is_full);
        ck_assert_uint_eq(text.length, length);
        ck_assert_int_eq(text.data[length], '\0');
        ck_assert_uint_le(text.capacity, limit + 1);
        text_clear(&text);
    }
}
END_TEST

START_TEST(a_full_text_refuses_all_until_reset)
{
    struct text text;
    text_init(&text, 4);
    ck_assert(text_append_string(&text, "abc"));
    ck_assert(!text_append_string(&text, "de"));
    ck_assert(!text_append_char(&text, 'd'));
    ck_assert(!text_append_string(&text, ""));
    ck_assert(!text_append_format(&text, "%s", ""));
    text_cut(&text, 0);
    ck_assert(!text_append_char(&text, 'd'));
    ck_assert(text.is_full);
    text_reset(&text);
    ck_assert(!text.is_full);
    ck_assert(text_append_string(&text, "defg"));
    ck_assert_str_eq(text.data, "defg");
    text_clear(&text);
}
END_TEST

START_TEST(a_long_format_is_whole)
{
    char word[500];
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    for (int width = 0; width < 499; width++) {
        struct text text;
        text_init(&text, 1000);
        ck_assert(text_append_format(&text, "%d:%.*s!", 12, width, word));
        ck_assert_uint_eq(text.length, (size_t)width + 4);
        ck_assert_int_eq(text.data[text.length - 1], '!');
        ck_assert_uint_eq(strlen(text.data), text.length);
        text_clear(&text);
    }
}
END_TEST

START_TEST(numbers_are_written_as_printf_does)
{
    struct text text;
    text_init(&text, 64);
    uint64_t value = 1;
    for (int digits = 1; digits <= 20; digits++, value *= 10) {
        uint64_t near[] = {value - 1, value, value + 1, value / 3, 0 - value};
        for (size_t i = 0; i < ARRAY_LENGTH(near); i++) {
            char expected[32];
            text_reset(&text);
            ck_assert(text_append_unsigned(&text, near[i]));
            snprintf(expected, sizeof expected, "%" PRIu64, near[i]);
            ck_assert_str_eq(text.data, expected);
            text_reset(&text);
            ck_assert(text_append_signed(&text, (int64_t)near[i]));
            snprintf(expected, sizeof expected, "%" PRId64, (int64_t)near[i]);
            ck_assert_str_eq(text.data, expected);
        }
    }
    text_reset(&text);
    ck_assert(text_append_signed(&text, INT64_MIN));
    ck_assert_str_eq(text.data, "-9223372036854775808");
    text_clear(&text);
}
END_TEST

START_TEST(a_negative_number_that_does_not_fit_leaves_no_sign)
{
    struct text text;
    text_init(&text, 2);
    ck_assert(!text_append_signed(&text, -12));
    ck_assert_str_eq(text.data, "");
    ck_assert(text.is_full);
    text_clear(&text);
}
END_TEST

START_TEST(cutting_only_shortens)
{
    struct text text;
    text_init(&text, 100);
    text_append_string(&text, "abcdef");
    text_cut(&text, 6);
    text_cut(&text, 99);
    ck_assert_str_eq(text.data, "abcdef");
    text_cut(&text, 2);
    ck_assert_str_eq(text.data, "ab");
    ck_assert(text_append_char(&text, 'z'));
    ck_assert_str_eq(text.data, "abz");
    text_clear(&text);
}
END_TEST

START_TEST(a_taken_string_leaves_an_empty_text)
{
    struct text text;
    text_init(&text, 4);
    text_append_string(&text, "mine");
    char *string = text_take(&text);
    ck_assert_str_eq(string, "mine");
    ck_assert_str_eq(text.data, "");
    ck_assert(text_append_string(&text, "next"));
    ck_assert(!text_append_char(&text, '!'));
    ck_assert_str_eq(string, "mine");
    free(string);
    text_clear(&text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("text");
    tcase_add_test(tests, a_new_text_is_an_empty_string);
    tcase_add_test(tests, appends_add_up);
    tcase_add_loop_test(tests, a_text_grows_to_its_limit_and_not_beyond, 0, ARRAY_LENGTH(appends));
    tcase_add_test(tests, a_full_text_refuses_all_until_reset);
    tcase_add_test(tests, a_long_format_is_whole);
    tcase_add_test(tests, numbers_are_written_as_printf_does);
    tcase_add_test(tests, a_negative_number_that_does_not_fit_leaves_no_sign);
    tcase_add_test(tests, cutting_only_shortens);
    tcase_add_test(tests, a_taken_string_leaves_an_empty_text);
    Suite *suite = suite_create("text");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
