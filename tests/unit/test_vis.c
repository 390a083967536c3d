#include "base/vis.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(literal) literal, sizeof literal - 1

static const struct {
    const char *bytes;
    size_t length;
    const char *expected;
} cases[] = {
    {BYTES(""), ""},
    {BYTES("plain ASCII ~!"), "plain ASCII ~!"},
    {BYTES("a\nb\tc\rd"), "a\\x0ab\\x09c\\x0dd"},
    {BYTES("nul\0end"), "nul\\x00end"},
    {BYTES("\x1b[31mred"), "\\x1b[31mred"},
    {BYTES("del\x7f"), "del\\x7f"},
    {BYTES("back\\slash"), "back\\\\slash"},
    {BYTES("caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"),
     "caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"},
    {BYTES("\xc2\x9b"
           "31m"),
     "\\xc2\\x9b31m"},                                        /* C1 */
    {BYTES("\xe2\x80\xaegpj.exe"), "\\xe2\\x80\\xaegpj.exe"}, /* U+202E */
    {BYTES("a\xe2\x80\x8b"), "a\\xe2\\x80\\x8b"},             /* U+200B */
    {BYTES("\xef\xbb\xbfx"), "\\xef\\xbb\\xbfx"},             /* U+FEFF */
    {BYTES("\xf3\xa0\x81\x81"), "\\xf3\\xa0\\x81\\x81"},      /* U+E0041 */
    {BYTES("latin \xe9t\xe9"), "latin \\xe9t\\xe9"},          /* not UTF-8 */
    {BYTES("\xc0\xaf"), "\\xc0\\xaf"},                        /* overlong / */
    {BYTES("\xed\xa0\x80z"), "\\xed\\xa0\\x80z"},             /* surrogate */
    {BYTES("cut \xe6\x97"), "cut \\xe6\\x97"},                /* cut off */
    {BYTES("\xff\xfe"), "\\xff\\xfe"},                        /* no UTF-8 byte */
    {BYTES("\xe6\xc3\xa9"), "\\xe6\xc3\xa9"}, /* the good one after a bad byte survives */
};

START_TEST(foreign_bytes_are_made_printable)
{
    char out[128];
    ck_assert_ptr_eq(vis_format(out, sizeof out, cases[_i].bytes, cases[_i].length), out);
    ck_assert_str_eq(out, cases[_i].expected);
    struct text text;
    text_init(&text, 1000);
    ck_assert(text_append_string(&text, "> "));
    ck_assert(vis_append(&text, cases[_i].bytes, cases[_i].length));
    ck_assert_str_eq(text.data + 2, cases[_i].expected);
    text_clear(&text);
}
END_TEST

START_TEST(a_message_keeps_its_backslashes)
{
    char once[64];
    char twice[64];
    vis_format_message(once, sizeof once, BYTES("a\\b\n"));
    ck_assert_str_eq(once, "a\\b\\x0a");
    vis_format_message(twice, sizeof twice, once, strlen(once));
    ck_assert_str_eq(twice, once);
}
END_TEST

START_TEST(a_short_buffer_is_cut_on_a_character)
{
    static const char bytes[] = "a\xc3\xa9\xf0\x9f\x98\x80\n\\z";
    /* What is shown with n bytes of room: whole characters and whole escapes. */
    static const char *const expected[] = {
        "",
        "a",
        "a",
        "a\xc3\xa9",
        "a\xc3\xa9",
        "a\xc3\xa9",
        "a\xc3\xa9",
        "a\xc3\xa9\xf0\x9f\x98\x80",
        "a\xc3\xa9\xf0\x9f\x98\x80",
        "a\xc3\xa9\xf0\x9f\x98\x80",
        "a\xc3\xa9\xf0\x9f\x98\x80",
        "a\xc3\xa9\xf0\x9f\x98\x80\\x0a",
        "a\xc3\xa9\xf0\x9f\x98\x80\\x0a",
        "a\xc3\xa9\xf0\x9f\x98\x80\\x0a\\\\",
        "a\xc3\xa9\xf0\x9f\x98\x80\\x0a\\\\z",
        "a\xc3\xa9\xf0\x9f\x98\x80\\x0a\\\\z",
    };
    for (size_t room = 0; room < ARRAY_LENGTH(expected); room++) {
        char *out = malloc(room + 1); /* exactly: a sanitizer sees the byte after */
        vis_format(out, room + 1, bytes, sizeof bytes - 1);
        ck_assert_str_eq(out, expected[room]);
        free(out);
    }
}
END_TEST

START_TEST(no_buffer_is_not_written_to)
{
    char out = 'x';
    ck_assert_ptr_eq(vis_format(&out, 0, BYTES("abc")), &out);
    ck_assert_ptr_eq(vis_format_message(&out, 0, BYTES("abc")), &out);
    ck_assert_int_eq(out, 'x');
}
END_TEST

START_TEST(a_text_takes_all_or_nothing)
{
    for (size_t limit = 2; limit < 20; limit++) {
        struct text text;
        text_init(&text, limit);
        text_append_string(&text, "> ");
        bool appended = vis_append(&text, BYTES("ab\ncd\n")); /* 12 bytes when printable */
        ck_assert_int_eq(appended, limit >= 14);
        ck_assert_int_eq(text.is_full, limit < 14);
        ck_assert_str_eq(text.data, appended ? "> ab\\x0acd\\x0a" : "> ");
        text_clear(&text);
    }
}
END_TEST

static size_t encode(uint32_t code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    out[0] = (char)((0xf00 >> length & 0xff) | code_point);
    return length;
}

START_TEST(every_code_point_is_decoded)
{
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        char bytes[4];
        uint32_t decoded = 0;
        size_t length = encode(code_point, bytes);
        bool is_surrogate = code_point >= 0xd800 && code_point < 0xe000;
        size_t expected = is_surrogate ? 0 : length;
        if (vis_decode(bytes, length, &decoded) != expected)
            ck_abort_msg("U+%04X: wrong length", code_point);
        if (!is_surrogate && decoded != code_point)
            ck_abort_msg("U+%04X was read as U+%04X", code_point, decoded);
        if (vis_decode(bytes, length - 1, &decoded) != 0)
            ck_abort_msg("U+%04X was accepted without its end", code_point);
    }
}
END_TEST

/* RFC 3629 has 128, 1,920 and 61,440 sequences of one, two and three bytes. */
START_TEST(no_other_sequence_is_accepted)
{
    unsigned accepted[5] = {0};
    uint32_t ignored;
    for (uint32_t i = 0; i < 1 << 24; i++) {
        char bytes[3] = {(char)(i >> 16), (char)(i >> 8), (char)i};
        for (size_t length = 1; length <= 3; length++) {
            bool is_first = length == 3 || (i & (length == 2 ? 0xff : 0xffff)) == 0;
            if (is_first && vis_decode(bytes, length, &ignored) == length)
                accepted[length]++;
        }
    }
    ck_assert_uint_eq(accepted[1], 128);
    ck_assert_uint_eq(accepted[2], 1920);
    ck_assert_uint_eq(accepted[3], 61440);

    /* Of the four-byte ones, the first two bytes decide: 256 pairs are valid. */
    static const unsigned char ends[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
    for (uint32_t i = 0; i < 1 << 16; i++) {
        for (size_t j = 0; j < ARRAY_LENGTH(ends) * ARRAY_LENGTH(ends); j++) {
            char bytes[4] = {(char)(i >> 8), (char)i, (char)ends[j % ARRAY_LENGTH(ends)],
                             (char)ends[j / ARRAY_LENGTH(ends)]};
            if (vis_decode(bytes, 4, &ignored) == 4)
                accepted[4]++;
        }
    }
    ck_assert_uint_eq(accepted[4], 256 * 2 * 2);
}
END_TEST

static const struct {
    uint32_t first;
    uint32_t last;
} unsafe[] = {
    {0x0, 0x1f},      {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x2069}, {0xd800, 0xdfff}, {0xfeff, 0xfeff}, {0xe0000, 0xe007f},
};

START_TEST(unsafe_code_points_are_known)
{
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        bool expected = false;
        for (size_t i = 0; i < ARRAY_LENGTH(unsafe); i++)
            expected |= code_point >= unsafe[i].first && code_point <= unsafe[i].last;
        if (vis_is_unsafe(code_point) != expected)
            ck_abort_msg("U+%04X is%s unsafe", code_point, expected ? "" : " not");
    }
    ck_assert(vis_is_unsafe(0x110000));
}
END_TEST

START_TEST(whatever_comes_in_only_safe_characters_come_out)
{
    uint32_t random = 12345;
    for (int round = 0; round < 20000; round++) {
        char bytes[48];
        char out[sizeof bytes * 4 + 1];
        for (size_t i = 0; i < sizeof bytes; i++) {
            random = random * 1664525 + 1013904223;
            bytes[i] = (char)(random >> 24);
        }
        vis_format(out, sizeof out, bytes, sizeof bytes);
        size_t length = strlen(out);
        for (size_t i = 0; i < length;) {
            uint32_t code_point;
            size_t sequence = vis_decode(out + i, length - i, &code_point);
            ck_assert_uint_gt(sequence, 0);
            ck_assert(!vis_is_unsafe(code_point));
            i += sequence;
        }
        struct text text;
        text_init(&text, sizeof out);
        ck_assert(vis_append(&text, bytes, sizeof bytes));
        ck_assert_str_eq(text.data, out);
        text_clear(&text);
    }
}
END_TEST

START_TEST(only_whole_valid_sequences_are_utf8)
{
    ck_assert(vis_is_utf8("", 0));
    ck_assert(vis_is_utf8("a\xC3\xA9\xF0\x9F\x98\x80", 7));
    ck_assert(!vis_is_utf8("a\xC3", 2));
    ck_assert(!vis_is_utf8("\xC0\xAF", 2));
    ck_assert(!vis_is_utf8("\xED\xA0\x80", 3));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("vis");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, only_whole_valid_sequences_are_utf8);
    tcase_add_loop_test(tests, foreign_bytes_are_made_printable, 0, ARRAY_LENGTH(cases));
    tcase_add_test(tests, a_message_keeps_its_backslashes);
    tcase_add_test(tests, a_short_buffer_is_cut_on_a_character);
    tcase_add_test(tests, no_buffer_is_not_written_to);
    tcase_add_test(tests, a_text_takes_all_or_nothing);
    tcase_add_test(tests, every_code_point_is_decoded);
    tcase_add_test(tests, no_other_sequence_is_accepted);
    tcase_add_test(tests, unsafe_code_points_are_known);
    tcase_add_test(tests, whatever_comes_in_only_safe_characters_come_out);
    Suite *suite = suite_create("vis");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
