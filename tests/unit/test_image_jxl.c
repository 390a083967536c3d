#include "model/image.h"

#include <check.h>

#include "image_building.h"

static struct image_draft draft; /* too large for the stack of a test */

/* Fields of a codestream header, each with its number of bits; 0 bits end it. */
struct field {
    unsigned bits;
    uint32_t value;
};

static const struct header_case {
    const char *name;
    struct field fields[8];
    struct image_expectation expected;
} header_cases[] = {
    {"small", {{1, 1}, {5, 2}, {3, 0}, {5, 31}, {1, 1}}, {256, 24, 0, IMAGE_END_UNKNOWN, 0}},
    {"small square", {{1, 1}, {5, 2}, {3, 1}, {1, 1}}, {24, 24, 0, IMAGE_END_UNKNOWN, 0}},
    {"9 and 13 bits",
     {{1, 0}, {2, 0}, {9, 4}, {3, 0}, {2, 1}, {13, 8191}, {1, 1}},
     {8192, 5, 0, IMAGE_END_UNKNOWN, 0}},
    {"18 and 30 bits",
     {{1, 0}, {2, 2}, {18, 6}, {3, 0}, {2, 3}, {30, (1 << 30) - 1}, {1, 1}},
     {1 << 30, 7, 0, IMAGE_END_UNKNOWN, 0}},
    {"6 to 5", {{1, 0}, {2, 0}, {9, 99}, {3, 2}, {1, 1}}, {120, 100, 0, IMAGE_END_UNKNOWN, 0}},
    {"4 to 3", {{1, 0}, {2, 0}, {9, 99}, {3, 3}, {1, 1}}, {133, 100, 0, IMAGE_END_UNKNOWN, 0}},
    {"3 to 2", {{1, 0}, {2, 0}, {9, 99}, {3, 4}, {1, 1}}, {150, 100, 0, IMAGE_END_UNKNOWN, 0}},
    {"16 to 9", {{1, 0}, {2, 0}, {9, 99}, {3, 5}, {1, 1}}, {177, 100, 0, IMAGE_END_UNKNOWN, 0}},
    {"5 to 4", {{1, 0}, {2, 0}, {9, 99}, {3, 6}, {1, 1}}, {125, 100, 0, IMAGE_END_UNKNOWN, 0}},
    {"2 to 1",
     {{1, 0}, {2, 3}, {30, (1 << 30) - 1}, {3, 7}, {1, 1}},
     {UINT32_C(1) << 31, 1 << 30, 0, IMAGE_END_UNKNOWN, 0}},
    {"metadata without more fields",
     {{1, 1}, {5, 2}, {3, 7}, {1, 0}, {1, 0}, {3, 5}},
     {48, 24, 0, IMAGE_END_UNKNOWN, 0}},
    {"mirrored",
     {{1, 1}, {5, 2}, {3, 7}, {1, 0}, {1, 1}, {3, 1}},
     {48, 24, 2, IMAGE_END_UNKNOWN, 0}},
    {"on its side",
     {{1, 1}, {5, 2}, {3, 7}, {1, 0}, {1, 1}, {3, 7}},
     {24, 48, 8, IMAGE_END_UNKNOWN, 0}},
};

/* Returns the length of the header in bytes. */
static size_t put_codestream(const struct field *fields)
{
    size_t at = draft.length;
    put(&draft, 2, 0xFF0A);
    unsigned count = 0;
    for (; fields->bits > 0; fields++) {
        for (unsigned i = 0; i < fields->bits; i++, count++) {
            if (count % 8 == 0)
                put(&draft, 1, 0);
            draft.bytes[draft.length - 1] |= (char)((fields->value >> i & 1) << count % 8);
        }
    }
    size_t length = draft.length - at;
    put_text(&draft, "..pixels");
    return length;
}

START_TEST(a_bare_codestream_tells_its_size_but_not_its_end)
{
    memset(&draft, 0, sizeof(draft));
    size_t length = put_codestream(header_cases[_i].fields);
    check_draft(&draft, header_cases[_i].name, "image/jxl", header_cases[_i].expected);
    struct image_file file = {"cut", "image/jxl", draft.bytes, draft.length};
    ck_assert_int_eq(probe_prefix(&file, length - 1).end, IMAGE_END_MISSING);
    ck_assert_int_eq(probe_prefix(&file, length).end, IMAGE_END_UNKNOWN);
}
END_TEST

static void begin_container(void)
{
    memset(&draft, 0, sizeof(draft));
    put_bytes(&draft, BYTES("\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14"
                            "ftypjxl \0\0\0\0jxl "));
}

static void put_part(unsigned index, const char *bytes, size_t length)
{
    size_t box = box_begins(&draft, "jxlp");
    put(&draft, 4, index);
    put_bytes(&draft, bytes, length);
    box_ends(&draft, box);
}

static void check(const char *name, struct image_expectation expected)
{
    check_draft(&draft, name, "image/jxl", expected);
}

/* On its side, 24 x 48. */
#define SIDE header_cases[12].fields

START_TEST(a_container_ends_with_its_last_box)
{
    struct image_expectation whole = {24, 48, 8, IMAGE_END_SEEN, 0};
    struct image_expectation unsure = {24, 48, 8, IMAGE_END_UNKNOWN, 0};
    begin_container();
    size_t box = box_begins(&draft, "jxlc");
    put_codestream(SIDE);
    box_ends(&draft, box);
    check("one box", whole);
    struct image_file file = {"and more", "image/jxl", draft.bytes, draft.length};
    size_t exif = box_begins(&draft, "Exif");
    put(&draft, 4, 0);
    box_ends(&draft, exif);
    for (file.length = exif + 1; file.length < draft.length; file.length++)
        ck_assert_int_eq(probe_prefix(&file, file.length).end, IMAGE_END_UNKNOWN);
    ck_assert_int_eq(probe_prefix(&file, file.length).end, IMAGE_END_SEEN);
    draft.length = exif;
    patch(&draft, box, 4, 0);
    check("a box without a size", unsure);
    patch(&draft, box, 4, 500);
    check("a longer box", (struct image_expectation){24, 48, 8, IMAGE_END_MISSING, 0});
    patch(&draft, box, 4, 6);
    check("no box", (struct image_expectation){.end = IMAGE_END_UNKNOWN});
    draft.length = box;
    check("no codestream", (struct image_expectation){.end = IMAGE_END_MISSING});
}
END_TEST

START_TEST(parts_make_a_codestream)
{
    memset(&draft, 0, sizeof(draft));
    put_codestream(SIDE);
    char stream[64];
    size_t length = draft.length;
    ck_assert_uint_le(length, sizeof(stream));
    memcpy(stream, draft.bytes, length);
    begin_container();
    put_part(0, stream, 1);
    put_part(1, stream + 1, 2);
    put_part(2, stream + 3, length - 3);
    check("the last part is missing", (struct image_expectation){24, 48, 8, IMAGE_END_MISSING, 0});
    put_part(UINT32_C(1) << 31 | 3, "", 0);
    check("an empty last part", (struct image_expectation){24, 48, 8, IMAGE_END_SEEN, 0});
    begin_container();
    size_t part = box_begins(&draft, "jxlp");
    put_text(&draft, "\x80\x80\x80");
    box_ends(&draft, part);
    check("a part without a number", (struct image_expectation){.end = IMAGE_END_MISSING});
}
END_TEST

START_TEST(what_is_no_codestream_has_no_size)
{
    begin_container();
    size_t box = box_begins(&draft, "jxlc");
    put_text(&draft, "0123456789abcdef");
    box_ends(&draft, box);
    check("letters", (struct image_expectation){.end = IMAGE_END_UNKNOWN});
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("image_jxl");
    tcase_add_loop_test(cases, a_bare_codestream_tells_its_size_but_not_its_end, 0,
                        (int)ARRAY_LENGTH(header_cases));
    tcase_add_test(cases, a_container_ends_with_its_last_box);
    tcase_add_test(cases, parts_make_a_codestream);
    tcase_add_test(cases, what_is_no_codestream_has_no_size);
    Suite *suite = suite_create("image_jxl");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
