#include "model/name.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/vis.h"

static const struct {
    const char *segment;
    const char *expected;
} cases[] = {
    {"photo.jpg", "photo.jpg"},
    {"Photo-2.JPG", "Photo-2.JPG"},
    {"a+b=c,d;e!f'g(h)~@&$", "a+b=c,d;e!f'g(h)~@&$"},
    {"my%20holiday.jpg", "my holiday.jpg"},
    {"caf%C3%A9.jpg", "caf\xc3\xa9.jpg"},
    {"caf\xc3\xa9.jpg", "caf\xc3\xa9.jpg"},
    {"%F0%9F%98%80.png", "\xf0\x9f\x98\x80.png"},
    /* nothing usable */
    {"", "index"},
    {".", "index"},
    {"..", "index"},
    {"...", "index"},
    {"%2e%2e", "index"},
    {"%2E.%2e", "index"},
    {"%20", "index"},
    {" . . ", "index"},
    /* separators and what other systems forbid */
    {"..%2F..%2Fetc%2Fpasswd", "%2E.%2F..%2Fetc%2Fpasswd"},
    {"a%2Fb", "a%2Fb"},
    {"a%5Cb", "a%5Cb"},
    {"a\\b", "a%5Cb"},
    {"C%3A%5Cx", "C%3A%5Cx"},
    {"a:b*c?d\"e<f>g|h", "a%3Ab%2Ac%3Fd%22e%3Cf%3Eg%7Ch"},
    {"100%25", "100%25"},
    {"100%", "100%25"},
    {"a%2", "a%252"},
    {"a%zz", "a%25zz"},
    {"a%252Fb", "a%252Fb"},
    {"%%32%46", "%252F"},
    /* hidden files, options */
    {".bashrc", "%2Ebashrc"},
    {"%2ebashrc", "%2Ebashrc"},
    {".haul", "%2Ehaul"},
    {"..a", "%2E.a"},
    {"-rf", "%2Drf"},
    {"--help.jpg", "%2D-help.jpg"},
    {" -rf", "%2Drf"},
    {"a-b.c", "a-b.c"},
    /* outer blanks and dots */
    {"a.", "a"},
    {"a. . %20.%2e%20", "a"},
    {"%20%20a.jpg", "a.jpg"},
    {"a .jpg", "a .jpg"},
    {"a..jpg", "a..jpg"},
    {"a%2520", "a%2520"},
    /* controls, invisible and directional characters, bad UTF-8 */
    {"a%00.jpg", "a%00.jpg"},
    {"a%0D%0Ab", "a%0D%0Ab"},
    {"a%1B[31m", "a%1B[31m"},
    {"a%7Fb", "a%7Fb"},
    {"a%C2%9B31m", "a%C2%9B31m"},
    {"a%E2%80%AEgpj.exe", "a%E2%80%AEgpj.exe"},
    {"a%E2%80%8Fb", "a%E2%80%8Fb"},
    {"a%E2%80%8Bb", "a%E2%80%8Bb"},
    {"a%EF%BB%BF", "a%EF%BB%BF"},
    {"%E9t%E9", "%E9t%E9"},
    {"%C0%AF", "%C0%AF"},
    {"%C0%AE%C0%AE", "%C0%AE%C0%AE"},
    {"%ED%A0%80", "%ED%A0%80"},
    {"%E6%97", "%E6%97"},
    {"%E6\xc3\xa9", "%E6\xc3\xa9"},
    {"\xff", "%FF"},
    /* device names */
    {"con", "_con"},
    {"CON.jpg", "_CON.jpg"},
    {"nul.tar.gz", "_nul.tar.gz"},
    {"Aux", "_Aux"},
    {"prn.", "_prn"},
    {"prn%20.txt", "_prn .txt"},
    {"com1", "_com1"},
    {"LPT9.png", "_LPT9.png"},
    {"com%C2%B9.png", "_com\xc2\xb9.png"},
    {"conin$", "_conin$"},
    {"com0", "com0"},
    {"com10", "com10"},
    {"console.log", "console.log"},
    {"icon", "icon"},
    {"nul-2.jpg", "nul-2.jpg"},
};

/* What is not percent-encoded. */
static const struct {
    const char *text;
    const char *expected;
    const char *escaped;
} texts[] = {
    {"a.jpg", "a.jpg", "a.jpg"},
    {"100%.jpg", "100%25.jpg", "100%25.jpg"},
    {"%41", "%2541", "%2541"},
    {"%2e%2e", "%252e%252e", "%252e%252e"},
    {"a%", "a%25", "a%25"},
    {"a/b", "a%2Fb", "a%2Fb"},
    {"../..", "%2E.%2F", "..%2F.."},
    {"..", "index", ".."},
    {"", "index", ""},
    {" .a ", "%2Ea", " .a "},
    {"con", "_con", "con"},
    {"caf\xc3\xa9\n", "caf\xc3\xa9%0A", "caf\xc3\xa9\n"},
};

START_TEST(a_name_is_constructed_from_a_segment)
{
    char name[NAME_SIZE];
    const char *segment = cases[_i].segment;
    ck_assert_ptr_eq(name_construct(segment, strlen(segment), name), name);
    ck_assert_str_eq(name, cases[_i].expected);
}
END_TEST

START_TEST(a_constructed_name_is_a_segment_of_the_same_name)
{
    char name[NAME_SIZE];
    char again[NAME_SIZE];
    const char *segment = cases[_i].segment;
    name_construct(segment, strlen(segment), name);
    ck_assert_str_eq(name_construct(name, strlen(name), again), name);
}
END_TEST

START_TEST(a_text_that_is_not_encoded_is_itself)
{
    char name[NAME_SIZE];
    const char *text = texts[_i].text;
    ck_assert_ptr_eq(name_construct_text(text, strlen(text), name), name);
    ck_assert_str_eq(name, texts[_i].expected);
    struct text segment;
    text_init(&segment, 100);
    text_append_char(&segment, 'x');
    name_escape(&segment, text, strlen(text));
    ck_assert_str_eq(segment.data + 1, texts[_i].escaped);
    ck_assert_int_eq(segment.data[0], 'x');
    text_clear(&segment);
}
END_TEST

static const struct {
    const char *segment;
    bool is_nothing;
} nothings[] = {
    {"", true},       {".", true},       {"..", true},   {"...", true},
    {" ", true},      {" . . ", true},   {"%20", true},  {"%2e%2E", true},
    {".%2e", true},   {"%2e%20.", true}, {"a", false},   {".a", false},
    {"%", false},     {"%2", false},     {"%00", false}, {"%252e%252e", false},
    {"..%2F", false}, {"-", false},      {"\t", false},
};

START_TEST(blanks_and_dots_are_nothing)
{
    const char *segment = nothings[_i].segment;
    ck_assert_msg(name_is_nothing(segment, strlen(segment)) == nothings[_i].is_nothing, "%s",
                  segment);
    char name[NAME_SIZE];
    name_construct(segment, strlen(segment), name);
    ck_assert_int_eq(strcmp(name, "index") == 0, nothings[_i].is_nothing);
}
END_TEST

static const struct {
    const char *name;
    size_t limit;
    size_t expected;
} cuts[] = {
    {"abc", 3, 3},       {"abc", 2, 2},       {"abc", 0, 0},
    {"a\xc3\xa9", 3, 3}, {"a\xc3\xa9", 2, 1}, {"\xf0\x9f\x98\x80", 3, 0},
    {"a%2F", 4, 4},      {"a%2F", 3, 1},      {"a%2F", 2, 1},
    {"a%2F", 1, 1},      {"%C3%A9x", 5, 3},
};

START_TEST(a_cut_splits_neither_characters_nor_escapes)
{
    ck_assert_uint_eq(name_cut(cuts[_i].name, cuts[_i].limit), cuts[_i].expected);
}
END_TEST

START_TEST(a_segment_need_not_end_with_nul)
{
    char name[NAME_SIZE];
    ck_assert_str_eq(name_construct("a%20b%2Fc", 3, name), "a%252");
    ck_assert_str_eq(name_construct("a%20b", 5, name), "a b");
    ck_assert_str_eq(name_construct("ab", 0, name), "index");
}
END_TEST

/* Fills a segment with `count` times `unit`, then `tail`. */
static char *repeat(const char *unit, size_t count, const char *tail)
{
    char *segment = malloc(strlen(unit) * count + strlen(tail) + 1);
    ck_assert_ptr_nonnull(segment);
    char *at = segment;
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, unit);
    strcpy(at, tail);
    return segment;
}

static const struct {
    const char *unit;
    size_t count;
    const char *tail;
    size_t kept;           /* how much of the decoded name stays in front of the hash */
    const char *extension; /* what stays behind it */
} long_cases[] = {
    {"a", 300, "", 178, ""},
    {"a", 300, ".jpg", 179, ".jpg"},
    {"a", 300, ".tar.gz", 176, ".tar.gz"},
    {"a", 4000, ".jpeg", 178, ".jpeg"},
    {"a", 197, ".jpg", 179, ".jpg"},
    {"a", 195, "   ", 0, ""},
    {"a", 196, ".jpg", 0, ".jpg"},
    {"a", 300, ".ninechars", 178, ""},
    {"%C3%A9", 300, ".jpg", 178, ".jpg"},
    {"%E6%97%A5", 4000, ".jpg", 177, ".jpg"},
    {"%F0%9F%98%80", 300, "", 176, ""},
    {"%01", 100, ".jpg", 177, ".jpg"},
    {"%2F", 4000, "", 177, ""},
};

START_TEST(a_long_name_keeps_beginning_extension_and_a_hash)
{
    char *segment = repeat(long_cases[_i].unit, long_cases[_i].count, long_cases[_i].tail);
    char name[NAME_SIZE];
    name_construct(segment, strlen(segment), name);
    size_t length = strlen(name);
    const char *extension = long_cases[_i].extension;
    ck_assert_uint_le(length, NAME_MAX_BYTES);
    ck_assert_str_eq(name + length - strlen(extension), extension);
    if (long_cases[_i].kept > 0) {
        ck_assert_uint_eq(length, long_cases[_i].kept + 17 + strlen(extension));
        ck_assert_int_eq(name[long_cases[_i].kept], '-');
        ck_assert_uint_eq(strspn(name + long_cases[_i].kept + 1, "0123456789abcdef"), 16);
    } else {
        size_t room = extension[0] != '\0' ? 0 : TYPE_EXTENSION_MAX;
        ck_assert_uint_eq(length, NAME_MAX_BYTES - room); /* just fits, nothing cut */
        ck_assert_ptr_null(strchr(name, '-'));
    }
    free(segment);
}
END_TEST

START_TEST(long_names_that_differ_in_the_middle_stay_different)
{
    char *segment = repeat("a", 1000, ".jpg");
    char first[NAME_SIZE];
    char second[NAME_SIZE];
    name_construct(segment, strlen(segment), first);
    segment[500] = 'b';
    name_construct(segment, strlen(segment), second);
    ck_assert_str_ne(first, second);
    ck_assert_int_eq(strncmp(first, second, 179), 0);
    free(segment);
}
END_TEST

START_TEST(a_long_name_of_a_device_is_no_device)
{
    /* Around the length from which not all of a name is kept, too. */
    for (size_t count = 1; count < 1000; count++) {
        char *segment = repeat("a", count, ".jpg");
        memcpy(segment, "nul.", count < 4 ? count : 4);
        char name[NAME_SIZE];
        name_construct(segment, strlen(segment), name);
        ck_assert_uint_le(strlen(name), NAME_MAX_BYTES);
        ck_assert_str_eq(name + strlen(name) - 4, ".jpg");
        ck_assert_int_eq(strncmp(name, "_nul.", 5) == 0, count >= 3);
        free(segment);
    }
}
END_TEST

static const struct {
    const char *name;
    const char *extension;
} extensions[] = {
    {"a.jpg", ".jpg"},
    {"a.JPG", ".JPG"},
    {"a.b.c", ".c"},
    {"a.7z", ".7z"},
    {"a.tar", ".tar"},
    {"a.tar.gz", ".tar.gz"},
    {"a.TAR.XZ", ".TAR.XZ"},
    {"a.tar.bz2", ".tar.bz2"},
    {"a.tar.zst", ".tar.zst"},
    {"a.tar.zip", ".zip"},
    {"a.gz", ".gz"},
    {"tar.gz", ".gz"},
    {".tar.gz", ".gz"},
    {"xtar.gz", ".gz"},
    {"a.12345678", ""},
    {"a.1234567x", ".1234567x"},
    {"a.12345678x", ""},
    {"v1.0", ""},
    {"a", ""},
    {"", ""},
    {"jpg", ""},
    {".jpg", ""},
    {"a.", ""},
    {"a.j-g", ""},
    {"a.j g", ""},
    {"a.%4a", ""},
    {"a.\xc3\xa9", ""},
    {"a.jpg.", ""},
};

START_TEST(an_extension_is_short_and_has_a_letter)
{
    const char *name = extensions[_i].name;
    ck_assert_str_eq(name + name_extension(name), extensions[_i].extension);
}
END_TEST

static const struct {
    const char *name;
    unsigned number;
    const char *expected;
} numbered[] = {
    {"a.jpg", 2, "a-2.jpg"}, {"a.tar.gz", 10, "a-10.tar.gz"},
    {"a", 3, "a-3"},         {"v1.0", 2, "v1.0-2"},
    {"a.jpg", 0, "a-0.jpg"}, {"a.jpg", UINT32_MAX, "a-4294967295.jpg"},
};

START_TEST(a_number_goes_before_the_extension)
{
    char out[NAME_SIZE];
    name_add_number(numbered[_i].name, numbered[_i].number, out);
    ck_assert_str_eq(out, numbered[_i].expected);
}
END_TEST

START_TEST(a_numbered_name_is_cut_at_the_same_place_for_every_number)
{
    char *name = repeat("\xc3\xa9", 98, ".jpg");
    char few[NAME_SIZE];
    char many[NAME_SIZE];
    name_add_number(name, 2, few);
    name_add_number(name, UINT32_MAX, many);
    size_t stem = strlen(few) - strlen("-2.jpg");
    ck_assert_uint_le(strlen(many), NAME_MAX_BYTES);
    ck_assert_uint_eq(stem, strlen(many) - strlen("-4294967295.jpg"));
    ck_assert_uint_eq(stem % 2, 0); /* no character is split */
    ck_assert_int_eq(strncmp(few, name, stem), 0);
    ck_assert_int_eq(strncmp(many, name, stem), 0);
    free(name);
    name = repeat("%2F", 83, "z.jpeg"); /* the longest name that there can be */
    ck_assert_uint_eq(strlen(name), NAME_SIZE - 1);
    name_add_number(name, 2, few);
    ck_assert_uint_eq(strlen(few), 183 + strlen("-2.jpeg"));
    ck_assert_str_eq(few + 180, "%2F-2.jpeg");
    free(name);
}
END_TEST

static const struct {
    const char *a;
    const char *b;
    bool equal;
} folds[] = {
    {"a.jpg", "A.JPG", true},
    {"a.jpg", "b.jpg", false},
    {"\xc3\xa9", "\xc3\x89", true},  /* é, É */
    {"\xc3\xa9", "e\xcc\x81", true}, /* composed, decomposed */
    {"E\xcc\x81", "\xc3\xa9", true}, /* and in capitals */
    {"stra\xc3\x9f"
     "e",
     "STRASSE", true},                                  /* full folding */
    {"\xce\xa3", "\xcf\x82", true},                     /* Sigma, final sigma */
    {"\xef\xac\x81", "fi", true},                       /* ligature */
    {"\xe2\x84\xaa", "K", true},                        /* Kelvin sign */
    {"\xe1\xbe\xb4", "\xce\xb1\xcd\x85\xcc\x81", true}, /* marks in another order */
    {"e", "\xc3\xa9", false},
    {"\xff", "\xff", true},
    {"\xff", "\xfe", false},
};

START_TEST(case_and_unicode_form_do_not_count)
{
    uint64_t a = name_fold_hash(folds[_i].a, strlen(folds[_i].a));
    uint64_t b = name_fold_hash(folds[_i].b, strlen(folds[_i].b));
    ck_assert_int_eq(a == b, folds[_i].equal);
}
END_TEST

START_TEST(long_texts_fold_like_short_ones)
{
    char *lower = repeat("abc", 400, "");
    char *upper = repeat("ABC", 400, "");
    ck_assert_uint_eq(name_fold_hash(lower, 1200), name_fold_hash(upper, 1200));
    ck_assert_uint_ne(name_fold_hash(lower, 1200), name_fold_hash(upper, 1199));
    free(lower);
    free(upper);
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* What must be true of every name; one result, because an assertion is slow. */
static bool is_safe(const char *name)
{
    size_t length = strlen(name);
    if (length < 1 || length > NAME_MAX_BYTES || strpbrk(name, "/\\:*?\"<>|") != NULL)
        return false;
    if (strchr(".- ", name[0]) != NULL || strchr(". ", name[length - 1]) != NULL)
        return false;
    for (size_t i = 0; i < length;) {
        uint32_t code_point;
        size_t sequence = vis_decode(name + i, length - i, &code_point);
        if (sequence == 0 || vis_is_unsafe(code_point))
            return false;
        if (name[i] == '%' && strspn(name + i + 1, "0123456789ABCDEF") < 2)
            return false;
        i += sequence;
    }
    return true;
}

START_TEST(no_bytes_make_an_unsafe_name)
{
    static const char *const pieces[] = {"..",
                                         "/",
                                         "%2e",
                                         "%2F",
                                         "%00",
                                         ".jpg",
                                         ".tar.gz",
                                         "con",
                                         " ",
                                         "%20",
                                         "-",
                                         "\xe2\x80\xae",
                                         "\xf0\x9f\x98\x80",
                                         "%C3",
                                         "%",
                                         "a",
                                         "nul."};
    uint32_t state = 12345;
    for (int round = 0; round < 20000; round++) {
        char segment[1200];
        size_t limit = next_random(&state) % (round % 10 == 0 ? 1100 : 40);
        size_t length = 0;
        while (length < limit) {
            const char *piece = pieces[next_random(&state) % ARRAY_LENGTH(pieces)];
            if (next_random(&state) % 2 == 0) {
                segment[length++] = (char)next_random(&state);
            } else {
                memcpy(segment + length, piece, strlen(piece));
                length += strlen(piece);
            }
        }
        char name[NAME_SIZE];
        ck_assert_msg(is_safe(name_construct(segment, length, name)), "%s", name);
        char again[NAME_SIZE];
        name_construct(name, strlen(name), again);
        ck_assert_str_eq(again, name);
        name_add_number(name, next_random(&state), again);
        ck_assert_msg(is_safe(again), "%s", again);
    }
}
END_TEST

static const struct {
    const char *name;
    bool is_safe;
} foreign[] = {
    {"a.jpg", true},
    {"%2Ebashrc", true},
    {"a b", true},
    {"\xC3\xA9.png", true},
    {".bashrc", false},
    {"-rf", false},
    {"", false},
    {"..", false},
    {"a/b", false},
    {"a\x1b[31m", false},
    {"a\nb", false},
    {"a\xFF", false},
    {"a.", false},
    {"a ", false},
    {"\xE2\x80\xAE"
     "a",
     false},
    {"a\\b", false},
};

START_TEST(foreign_names_are_safe_only_as_haul_makes_them)
{
    ck_assert_msg(name_is_safe(foreign[_i].name) == foreign[_i].is_safe, "%s", foreign[_i].name);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("name");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, foreign_names_are_safe_only_as_haul_makes_them, 0,
                        ARRAY_LENGTH(foreign));
    tcase_add_loop_test(tests, a_name_is_constructed_from_a_segment, 0, ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, a_constructed_name_is_a_segment_of_the_same_name, 0,
                        ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, a_text_that_is_not_encoded_is_itself, 0, ARRAY_LENGTH(texts));
    tcase_add_loop_test(tests, blanks_and_dots_are_nothing, 0, ARRAY_LENGTH(nothings));
    tcase_add_loop_test(tests, a_cut_splits_neither_characters_nor_escapes, 0, ARRAY_LENGTH(cuts));
    tcase_add_test(tests, a_segment_need_not_end_with_nul);
    tcase_add_loop_test(tests, a_long_name_keeps_beginning_extension_and_a_hash, 0,
                        ARRAY_LENGTH(long_cases));
    tcase_add_test(tests, long_names_that_differ_in_the_middle_stay_different);
    tcase_add_test(tests, a_long_name_of_a_device_is_no_device);
    tcase_add_loop_test(tests, an_extension_is_short_and_has_a_letter, 0, ARRAY_LENGTH(extensions));
    tcase_add_loop_test(tests, a_number_goes_before_the_extension, 0, ARRAY_LENGTH(numbered));
    tcase_add_test(tests, a_numbered_name_is_cut_at_the_same_place_for_every_number);
    tcase_add_loop_test(tests, case_and_unicode_form_do_not_count, 0, ARRAY_LENGTH(folds));
    tcase_add_test(tests, long_texts_fold_like_short_ones);
    tcase_add_test(tests, no_bytes_make_an_unsafe_name);
    Suite *suite = suite_create("name");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
