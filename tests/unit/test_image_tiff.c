#include "model/image.h"

#include <check.h>

#include "image_building.h"

enum {
    SHORT = 3,
    LONG = 4,
    LONG8 = 16,
    WIDTH = 256,
    HEIGHT = 257,
    STRIP_OFFSETS = 273,
    ORIENTATION = 274,
    STRIP_LENGTHS = 279,
    TILE_OFFSETS = 324,
    TILE_LENGTHS = 325,
    SUBDIRECTORIES = 330,
    EXIF = 34665,
};

/* The size of words is that of offsets: 4, or 8 in BigTIFF. */
static void begin(struct image_draft *draft, bool is_little, size_t word, uint64_t directory)
{
    memset(draft, 0, sizeof(*draft));
    draft->is_little = is_little;
    put_text(draft, is_little ? "II" : "MM");
    put(draft, 2, word == 8 ? 43 : 42);
    if (word == 8) {
        put(draft, 2, 8);
        put(draft, 2, 0);
    }
    put(draft, word, directory);
}

/* The value takes the lowest bytes of its field, in the order of the file. */
static void put_entry(struct image_draft *draft, size_t word, unsigned tag, unsigned type,
                      uint64_t count, uint64_t value)
{
    size_t length = type == SHORT ? 2 : type == LONG ? 4 : 8;
    put(draft, 2, tag);
    put(draft, 2, type);
    put(draft, word, count);
    if (count > 1 || length > word)
        length = word;
    put(draft, length, value);
    put_zeroes(draft, word - length);
}

/* A page of 7 x 5 with one strip. */
static void put_page(struct image_draft *draft, size_t word, uint64_t offset, uint64_t length,
                     uint64_t next)
{
    put(draft, word == 8 ? 8 : 2, 4);
    put_entry(draft, word, WIDTH, SHORT, 1, 7);
    put_entry(draft, word, HEIGHT, LONG, 1, 5);
    put_entry(draft, word, STRIP_OFFSETS, LONG, 1, offset);
    put_entry(draft, word, STRIP_LENGTHS, LONG, 1, length);
    put(draft, word, next);
}

/* A page of 7 x 5 whose two strips or tiles are given by arrays. */
static void put_array_page(struct image_draft *draft, unsigned offset_tag, uint64_t offsets,
                           unsigned length_tag, uint64_t lengths)
{
    put(draft, 2, 4);
    put_entry(draft, 4, WIDTH, LONG, 1, 7);
    put_entry(draft, 4, HEIGHT, LONG, 1, 5);
    put_entry(draft, 4, offset_tag, LONG, 2, offsets);
    put_entry(draft, 4, length_tag, LONG, 2, lengths);
    put(draft, 4, 0);
}

static void put_pair(struct image_draft *draft, uint64_t first, uint64_t second)
{
    put(draft, 4, first);
    put(draft, 4, second);
}

static const struct image_expectation WHOLE = {7, 5, 0, IMAGE_END_SEEN, 0};
static const struct image_expectation CUT = {7, 5, 0, IMAGE_END_MISSING, 0};
static const struct image_expectation UNSURE = {7, 5, 0, IMAGE_END_UNKNOWN, 0};
static const struct image_expectation NOTHING = {0, 0, 0, IMAGE_END_UNKNOWN, 0};

static struct image_draft draft; /* too large for the stack of a test */

static void check(const char *name, struct image_expectation expected)
{
    check_draft(&draft, name, "image/tiff", expected);
}

START_TEST(a_file_ends_with_its_pixels_or_with_its_directory)
{
    for (int is_little = 0; is_little < 2; is_little++) {
        begin(&draft, is_little, 4, 8);
        put_page(&draft, 4, 62, 6, 0);
        put_text(&draft, "pixels");
        check("pixels last", WHOLE);

        begin(&draft, is_little, 4, 14);
        put_text(&draft, "pixels");
        put_page(&draft, 4, 8, 6, 0);
        check("directory last", WHOLE);

        begin(&draft, is_little, 8, 22);
        put_text(&draft, "pixels");
        put_page(&draft, 8, 16, 6, 0);
        check("directory of a BigTIFF last", WHOLE);

        begin(&draft, is_little, 8, 16);
        put_page(&draft, 8, 112, 6, 0);
        put_text(&draft, "pixels....");
        check("more bytes than are needed", (struct image_expectation){7, 5, 0, IMAGE_END_SEEN, 4});
    }
}
END_TEST

START_TEST(an_orientation_turns_width_and_height)
{
    begin(&draft, false, 4, 8);
    put(&draft, 2, 5);
    put_entry(&draft, 4, WIDTH, SHORT, 1, 7);
    put_entry(&draft, 4, HEIGHT, SHORT, 1, 5);
    put_entry(&draft, 4, STRIP_OFFSETS, LONG, 1, 74);
    put_entry(&draft, 4, ORIENTATION, SHORT, 1, 6);
    put_entry(&draft, 4, STRIP_LENGTHS, SHORT, 1, 6);
    put(&draft, 4, 0);
    put_text(&draft, "pixels");
    check("on its side", (struct image_expectation){5, 7, 6, IMAGE_END_SEEN, 0});
}
END_TEST

static const struct {
    const char *name;
    uint32_t offsets[2];
    uint32_t lengths[2];
    enum image_end end;
} pair_cases[] = {
    {"in order", {78, 84}, {6, 3}, IMAGE_END_SEEN},
    {"the first one last", {81, 78}, {6, 3}, IMAGE_END_SEEN},
    {"one left out", {78, 0}, {9, 0}, IMAGE_END_SEEN},
    {"beyond the end", {78, 85}, {6, 3}, IMAGE_END_MISSING},
    {"the first one beyond the end", {82, 78}, {6, 3}, IMAGE_END_MISSING},
    {"more than numbers hold", {78, UINT32_MAX}, {6, UINT32_MAX}, IMAGE_END_MISSING},
    {"on top of each other", {78, 80}, {9, 2}, IMAGE_END_UNKNOWN},
    {"twice the same", {78, 78}, {4, 9}, IMAGE_END_UNKNOWN},
    {"of no length", {78, 84}, {6, 0}, IMAGE_END_UNKNOWN},
    {"left out both", {0, 0}, {0, 0}, IMAGE_END_UNKNOWN},
};

START_TEST(arrays_of_strips_and_tiles_tell_where_pixels_end)
{
    struct image_expectation expected = {7, 5, 0, pair_cases[_i].end, 0};
    for (int is_tiled = 0; is_tiled < 2; is_tiled++) {
        begin(&draft, true, 4, 8);
        put_array_page(&draft, is_tiled ? TILE_OFFSETS : STRIP_OFFSETS, 62,
                       is_tiled ? TILE_LENGTHS : STRIP_LENGTHS, 70);
        put_pair(&draft, pair_cases[_i].offsets[0], pair_cases[_i].offsets[1]);
        put_pair(&draft, pair_cases[_i].lengths[0], pair_cases[_i].lengths[1]);
        put_text(&draft, "ninebytes");
        check(pair_cases[_i].name, expected);
    }
}
END_TEST

START_TEST(lengths_may_pass_before_offsets)
{
    begin(&draft, true, 4, 8);
    put_array_page(&draft, STRIP_OFFSETS, 70, STRIP_LENGTHS, 62);
    put_pair(&draft, 6, 3);
    put_pair(&draft, 78, 84);
    put_text(&draft, "ninebytes");
    check("lengths first", WHOLE);
    patch(&draft, 70, 4, 81);
    patch(&draft, 74, 4, 78);
    check("lengths first, strips backwards", UNSURE);

    begin(&draft, true, 4, 8);
    put(&draft, 2, 4);
    put_entry(&draft, 4, WIDTH, LONG, 1, 7);
    put_entry(&draft, 4, HEIGHT, LONG, 1, 5);
    put_entry(&draft, 4, STRIP_OFFSETS, LONG, 2, 62);
    put_entry(&draft, 4, STRIP_LENGTHS, SHORT, 2, 6 | 3 << 16);
    put(&draft, 4, 0);
    put_pair(&draft, 70, 76);
    put_text(&draft, "ninebytes");
    check("lengths in their entry", WHOLE);
}
END_TEST

START_TEST(what_was_passed_cannot_be_judged)
{
    begin(&draft, true, 4, 33);
    put_pair(&draft, 24, 30);
    put_pair(&draft, 6, 3);
    put_text(&draft, "ninebytes");
    put_array_page(&draft, STRIP_OFFSETS, 8, STRIP_LENGTHS, 16);
    check("arrays in front of the directory", UNSURE);

    begin(&draft, true, 4, 8);
    put_page(&draft, 4, 62, 6, 8);
    put_text(&draft, "pixels");
    check("a directory that follows itself", UNSURE);

    begin(&draft, true, 4, 68);
    put_page(&draft, 4, 62, 6, 0);
    put_text(&draft, "pixels");
    put_page(&draft, 4, 62, 6, 8);
    check("a directory in front of the first", UNSURE);
}
END_TEST

START_TEST(every_page_is_needed)
{
    begin(&draft, true, 4, 8);
    put_page(&draft, 4, 62, 6, 68);
    put_text(&draft, "pixels");
    put_page(&draft, 4, 122, 4, 0);
    put_text(&draft, "more");
    check("two pages", WHOLE);
    patch(&draft, 118, 4, 500);
    check("a third page beyond the end", CUT);
}
END_TEST

START_TEST(directories_below_a_page_are_needed)
{
    begin(&draft, true, 4, 8);
    put(&draft, 2, 6);
    put_entry(&draft, 4, WIDTH, SHORT, 1, 7);
    put_entry(&draft, 4, HEIGHT, SHORT, 1, 5);
    put_entry(&draft, 4, STRIP_OFFSETS, LONG, 1, 94);
    put_entry(&draft, 4, STRIP_LENGTHS, LONG, 1, 6);
    put_entry(&draft, 4, SUBDIRECTORIES, LONG, 2, 86);
    put_entry(&draft, 4, EXIF, LONG, 1, 208);
    put(&draft, 4, 0);
    put_pair(&draft, 100, 154);
    put_text(&draft, "pixels");
    put_page(&draft, 4, 94, 6, 0);
    put_page(&draft, 4, 94, 6, 0);
    put(&draft, 2, 1);
    put_entry(&draft, 4, 36867, LONG, 2, 226); /* a date in EXIF */
    put(&draft, 4, 9);                         /* no chain of EXIF directories */
    put_pair(&draft, 2024, 5);
    check("reduced images and EXIF", WHOLE);
    patch(&draft, 86, 4, 90);
    check("a reduced image that begins in the array", UNSURE);
}
END_TEST

START_TEST(what_makes_no_sense_is_no_directory)
{
    begin(&draft, true, 4, 0);
    put_zeroes(&draft, 100);
    check("no directory", NOTHING);
    begin(&draft, true, 4, 4);
    put_zeroes(&draft, 100);
    check("a directory in the header", NOTHING);
    begin(&draft, true, 4, 8);
    put_zeroes(&draft, 100);
    check("a directory without entries", NOTHING);
    begin(&draft, true, 4, 8);
    patch(&draft, 2, 2, 44);
    put_page(&draft, 4, 62, 0, 0);
    check("another version", NOTHING);

    begin(&draft, true, 4, 8);
    put(&draft, 2, 2);
    put_entry(&draft, 4, WIDTH, SHORT, 1, 7);
    put_entry(&draft, 4, HEIGHT, SHORT, 1, 5);
    put(&draft, 4, 0);
    check("no pixels", UNSURE);
    begin(&draft, true, 4, 8);
    put(&draft, 2, 5);
    put_entry(&draft, 4, WIDTH, SHORT, 1, 7);
    put_entry(&draft, 4, HEIGHT, SHORT, 1, 5);
    put_entry(&draft, 4, STRIP_OFFSETS, LONG, 1, 8);
    put_entry(&draft, 4, STRIP_LENGTHS, LONG, 1, 6);
    put_entry(&draft, 4, TILE_LENGTHS, LONG, 1, 6);
    put(&draft, 4, 0);
    check("strips and tiles", UNSURE);
}
END_TEST

START_TEST(numbers_do_not_wrap)
{
    begin(&draft, true, 8, UINT64_MAX);
    put_zeroes(&draft, 64);
    check("a directory at the last byte of all",
          (struct image_expectation){.end = IMAGE_END_MISSING});
    begin(&draft, true, 8, 16);
    put(&draft, 8, UINT64_MAX);
    put_entry(&draft, 8, WIDTH, SHORT, 1, 7);
    put_entry(&draft, 8, HEIGHT, SHORT, 1, 5);
    check("as many entries as there are numbers", CUT);

    begin(&draft, true, 8, 16);
    put(&draft, 8, 5);
    put_entry(&draft, 8, WIDTH, SHORT, 1, 7);
    put_entry(&draft, 8, HEIGHT, SHORT, 1, 5);
    put_entry(&draft, 8, STRIP_OFFSETS, LONG8, 1, UINT64_MAX - 2);
    put_entry(&draft, 8, STRIP_LENGTHS, LONG8, 1, 100);
    put_entry(&draft, 8, 700, LONG8, UINT64_MAX / 4, 16);
    put(&draft, 8, 0);
    check("strips and values behind the last byte of all", CUT);
    begin(&draft, true, 8, 16);
    put(&draft, 8, 2);
    put_entry(&draft, 8, WIDTH, LONG8, 1, (UINT64_C(1) << 31) + 1);
    put_entry(&draft, 8, HEIGHT, LONG8, 1, UINT64_C(1) << 31);
    put(&draft, 8, 0);
    check("an absurd width",
          (struct image_expectation){0, UINT32_C(1) << 31, 0, IMAGE_END_UNKNOWN, 0});
}
END_TEST

/* Feeds the draft in large pieces: what has thousands of parts must not take long. */
static struct image_info probe_long(void)
{
    struct image_file file = {"long", "image/tiff", draft.bytes, draft.length};
    struct image_info info = probe_prefix(&file, file.length);
    ck_assert(equal_infos(info, probe_pieces(&file, file.length, 7, true)));
    return info;
}

START_TEST(thousands_of_strips_and_directories_are_followed)
{
    enum { COUNT = 8000, DATA = 62 + 8 * COUNT };
    begin(&draft, false, 4, 8);
    put(&draft, 2, 4);
    put_entry(&draft, 4, WIDTH, LONG, 1, 7);
    put_entry(&draft, 4, HEIGHT, LONG, 1, 5);
    put_entry(&draft, 4, STRIP_OFFSETS, LONG, COUNT, 62);
    put_entry(&draft, 4, STRIP_LENGTHS, LONG, COUNT, 62 + 4 * COUNT);
    put(&draft, 4, 0);
    for (uint64_t i = 0; i < COUNT; i++)
        put(&draft, 4, DATA + 2 * i);
    for (uint64_t i = 0; i < COUNT; i++)
        put(&draft, 4, 2);
    put_zeroes(&draft, 2 * COUNT);
    ck_assert_int_eq(probe_long().end, IMAGE_END_SEEN);
    draft.length--;
    ck_assert_int_eq(probe_long().end, IMAGE_END_MISSING);

    begin(&draft, true, 4, 8);
    for (size_t i = 0; i < 2000; i++)
        put_page(&draft, 4, 8, 6, i < 1999 ? draft.length + 54 : 0);
    ck_assert_int_eq(probe_long().end, IMAGE_END_SEEN);
    draft.length--;
    ck_assert_int_eq(probe_long().end, IMAGE_END_MISSING);

    begin(&draft, true, 4, 8);
    put(&draft, 2, 1);
    put_entry(&draft, 4, SUBDIRECTORIES, LONG, 1000, 26);
    put(&draft, 4, 0);
    for (size_t i = 0; i < 1000; i++)
        put(&draft, 4, 4026);
    put_page(&draft, 4, 8, 6, 0);
    ck_assert_int_eq(probe_long().end, IMAGE_END_UNKNOWN);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("image_tiff");
    tcase_add_test(cases, a_file_ends_with_its_pixels_or_with_its_directory);
    tcase_add_test(cases, an_orientation_turns_width_and_height);
    tcase_add_loop_test(cases, arrays_of_strips_and_tiles_tell_where_pixels_end, 0,
                        (int)ARRAY_LENGTH(pair_cases));
    tcase_add_test(cases, lengths_may_pass_before_offsets);
    tcase_add_test(cases, what_was_passed_cannot_be_judged);
    tcase_add_test(cases, every_page_is_needed);
    tcase_add_test(cases, directories_below_a_page_are_needed);
    tcase_add_test(cases, what_makes_no_sense_is_no_directory);
    tcase_add_test(cases, numbers_do_not_wrap);
    tcase_add_test(cases, thousands_of_strips_and_directories_are_followed);
    Suite *suite = suite_create("image_tiff");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
