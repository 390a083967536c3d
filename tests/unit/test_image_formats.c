#include "model/image.h"

#include <check.h>

#include "image_probing.h"
#include "model/image_exif.h"

#define JPEG_FRAME "\xFF\xC0\0\x0B\x08\0\3\0\5\1\1\x11\0"
#define JPEG_SCAN "\xFF\xDA\0\x08\1\1\0\0\x3F\0\x12\x34"
#define JPEG_END "\xFF\xD9"

#define PNG_SIGNATURE "\x89PNG\r\n\x1A\n"
#define PNG_HEADER(width, height) "\0\0\0\rIHDR" width height "\x08\2\0\0\0CRC."
#define PNG_PIXELS "\0\0\0\1IDAT.CRC."
#define PNG_END "\0\0\0\0IENDCRC."

#define GIF_SCREEN "GIF89a\5\0\3\0\0\0\0"
#define GIF_IMAGE ",\0\0\0\0\5\0\3\0\0\2\1.\0"

#define VP8L "VP8L\6\0\0\0\x2F\4\x80\0\0\0"

/* A file of 58 bytes, pixels at 54; lengths and `format` (planes, bits, packing) vary. */
#define BMP(file_length, width, height, format, length)                                            \
    "BM" file_length "\0\0\0\0\x36\0\0\0\x28\0\0\0" width height "\1\0" format length              \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0...."
#define NONE "\0\0\0\0"
#define ONE "\1\0\0\0"
#define BITS_24 "\x18\0\0\0\0\0"
#define BITS_8_RLE "\x08\0\1\0\0\0"

/* Files that are damaged, odd or hostile. `missing` NULL: complete, or with UNKNOWN not to be told.
 */
static const struct {
    struct image_file file;
    uint32_t width;
    uint32_t height;
    enum image_end end;
    const char *missing;
} odd_cases[] = {
    {{"no JPEG", "image/jpeg", BYTES("\xFF\xD7\xFF\xD9")},
     0,
     0,
     IMAGE_END_MISSING,
     "no SOI marker"},
    {{"a JPEG of tables", "image/jpeg", BYTES("\xFF\xD8\xFF\xDB\0\2" JPEG_END)},
     0,
     0,
     IMAGE_END_MISSING,
     "no frame header before the EOI marker"},
    {{"a JPEG without pixels", "image/jpeg", BYTES("\xFF\xD8" JPEG_FRAME JPEG_END)},
     5,
     3,
     IMAGE_END_MISSING,
     "no scan before the EOI marker"},
    {{"a JPEG with pixels of no frame", "image/jpeg",
      BYTES("\xFF\xD8" JPEG_SCAN JPEG_FRAME JPEG_END)},
     5,
     3,
     IMAGE_END_MISSING,
     "no scan before the EOI marker"},
    {{"a JPEG with segments of no length", "image/jpeg",
      BYTES("\xFF\xD8\xFF\xFE\0\0\xFF\xE1\0\1\xFF\xE1\0\2\xFF\xC0\0\0" JPEG_FRAME JPEG_SCAN
                JPEG_END)},
     5,
     3,
     IMAGE_END_SEEN,
     NULL},
    {{"a JPEG with a frame too short for a size", "image/jpeg",
      BYTES("\xFF\xD8\xFF\xC0\0\6\x08\0\3\0" JPEG_SCAN JPEG_END)},
     0,
     0,
     IMAGE_END_MISSING,
     "no frame header before the EOI marker"},
    {{"a JPEG with bytes between segments", "image/jpeg",
      BYTES("\xFF\xD8\0\0\xFF\0\xFF\1 \xFF\x4F" JPEG_FRAME "..." JPEG_SCAN JPEG_END)},
     5,
     3,
     IMAGE_END_SEEN,
     NULL},
    {{"a JPEG that ends in a comment", "image/jpeg",
      BYTES("\xFF\xD8" JPEG_FRAME JPEG_SCAN "\xFF\xFE\xFF\xFF" JPEG_END JPEG_END)},
     5,
     3,
     IMAGE_END_MISSING,
     "no EOI marker"},
    {{"a JPEG that ends in FF", "image/jpeg",
      BYTES("\xFF\xD8" JPEG_FRAME JPEG_SCAN "\xFF\xFF\xFF")},
     5,
     3,
     IMAGE_END_MISSING,
     "no EOI marker"},

    {{"no PNG", "image/png", BYTES("\x89PNG\n\x1A\n.")},
     0,
     0,
     IMAGE_END_MISSING,
     "no chunk where one should begin"},
    {{"a PNG without pixels", "image/png", BYTES(PNG_SIGNATURE PNG_HEADER(ONE, NONE) PNG_END)},
     0x1000000,
     0,
     IMAGE_END_MISSING,
     "no IDAT chunk"},
    {{"a PNG without a header", "image/png", BYTES(PNG_SIGNATURE PNG_PIXELS PNG_END)},
     0,
     0,
     IMAGE_END_MISSING,
     "no IHDR chunk"},
    {{"a PNG with a short header", "image/png",
      BYTES(PNG_SIGNATURE "\0\0\0\4IHDR\0\0\0\1CRC." PNG_PIXELS PNG_END)},
     0,
     0,
     IMAGE_END_MISSING,
     "no IHDR chunk"},
    {{"a PNG of absurd size", "image/png",
      BYTES(PNG_SIGNATURE PNG_HEADER("\x80\0\0\1", "\xFF\xFF\xFF\xFF") PNG_PIXELS PNG_END)},
     0,
     0,
     IMAGE_END_SEEN,
     NULL},
    {{"a PNG whose first header counts", "image/png",
      BYTES(PNG_SIGNATURE PNG_HEADER("\0\0\0\2", "\0\0\0\2") PNG_HEADER("\0\0\0\3", "\0\0\0\3")
                PNG_PIXELS PNG_END)},
     2,
     2,
     IMAGE_END_SEEN,
     NULL},
    {{"a PNG with a chunk of 4 GiB", "image/png",
      BYTES(PNG_SIGNATURE PNG_HEADER(ONE, ONE) PNG_PIXELS "\xFF\xFF\xFF\xF4tEXt" PNG_END PNG_END)},
     0x1000000,
     0x1000000,
     IMAGE_END_MISSING,
     "no chunk where one should begin"},
    {{"a PNG with a chunk of 2 GiB", "image/png",
      BYTES(PNG_SIGNATURE PNG_HEADER(ONE, ONE) PNG_PIXELS "\x7F\xFF\xFF\xFFtEXt" PNG_END PNG_END)},
     0x1000000,
     0x1000000,
     IMAGE_END_MISSING,
     "no IEND chunk"},
    {{"a PNG with a chunk of no name", "image/png",
      BYTES(PNG_SIGNATURE PNG_HEADER(ONE, ONE) PNG_PIXELS "\0\0\0\0IE{DCRC." PNG_END)},
     0x1000000,
     0x1000000,
     IMAGE_END_MISSING,
     "no chunk where one should begin"},

    {{"a PNG with zeroes behind its pixels", "image/png",
      BYTES(PNG_SIGNATURE PNG_HEADER(ONE, ONE) PNG_PIXELS NONE NONE)},
     0x1000000,
     0x1000000,
     IMAGE_END_MISSING,
     "no chunk where one should begin"},
    {{"no GIF", "image/gif", BYTES("GIF77a\5\0\3\0\0\0\0" GIF_IMAGE ";")},
     0,
     0,
     IMAGE_END_MISSING,
     "no block where one should begin"},
    {{"a GIF without an image", "image/gif", BYTES(GIF_SCREEN "!\xFE\1.\0;")},
     5,
     3,
     IMAGE_END_MISSING,
     "no image before the trailer"},
    {{"a GIF with an unknown block", "image/gif", BYTES(GIF_SCREEN GIF_IMAGE "\x01;")},
     5,
     3,
     IMAGE_END_MISSING,
     "no block where one should begin"},
    {{"a GIF whose last block goes on", "image/gif", BYTES(GIF_SCREEN GIF_IMAGE "!;\xFF;;;;")},
     5,
     3,
     IMAGE_END_MISSING,
     "no trailer"},

    {{"no WebP", "image/webp", BYTES("RIFF\x12\0\0\0WEBM" VP8L)},
     0,
     0,
     IMAGE_END_MISSING,
     "no RIFF header"},
    {{"a WebP of no length", "image/webp", BYTES("RIFF\0\0\0\0WEBP" VP8L)},
     0,
     0,
     IMAGE_END_MISSING,
     "no image chunk"},
    {{"a WebP without an image", "image/webp",
      BYTES("RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\6\0\0\2\0\0")},
     7,
     3,
     IMAGE_END_MISSING,
     "no image chunk"},
    {{"a WebP whose image is longer than the file", "image/webp",
      BYTES("RIFF\x12\0\0\0WEBPVP8L\7\0\0\0\x2F\4\x80\0\0\0")},
     0,
     0,
     IMAGE_END_MISSING,
     "no image chunk"},
    {{"a WebP with a chunk of 4 GiB", "image/webp",
      BYTES("RIFF\x22\0\0\0WEBP" VP8L "XMP \xFF\xFF\xFF\xFF........")},
     5,
     3,
     IMAGE_END_SEEN,
     NULL},
    {{"a WebP with EXIF of 4 GiB", "image/webp",
      BYTES("RIFF\x22\0\0\0WEBP" VP8L "EXIF\xFF\xFF\xFF\xFFII*\0\xFF\xFF\xFF\xFF")},
     5,
     3,
     IMAGE_END_SEEN,
     NULL},
    {{"a WebP whose canvas counts", "image/webp",
      BYTES("RIFF\x24\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\xFF\xFF\xFF\2\0\0" VP8L)},
     0x1000000,
     3,
     IMAGE_END_SEEN,
     NULL},
    {{"a WebP with unknown pixels", "image/webp",
      BYTES("RIFF\x12\0\0\0WEBPVP8L\6\0\0\0.\4\x80\0\0\0")},
     0,
     0,
     IMAGE_END_SEEN,
     NULL},
    {{"a WebP with an image too short for a size", "image/webp",
      BYTES("RIFF\x1C\0\0\0WEBPVP8L\4\0\0\0\x2F\4\x80\0XMP \4\0\0\0....")},
     0,
     0,
     IMAGE_END_SEEN,
     NULL},
    {{"a WebP with an odd last chunk, not padded", "image/webp",
      BYTES("RIFF\x1B\0\0\0WEBP" VP8L "XMP \1\0\0\0.")},
     5,
     3,
     IMAGE_END_SEEN,
     NULL},
    {{"a WebP with bytes that are no chunk", "image/webp", BYTES("RIFF\x15\0\0\0WEBP" VP8L "...")},
     5,
     3,
     IMAGE_END_SEEN,
     NULL},

    {{"no BMP", "image/bmp", BYTES("BN\x3A\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0")},
     0,
     0,
     IMAGE_END_MISSING,
     "no BMP header"},
    {{"a BMP with a header that nobody knows", "image/bmp",
      BYTES("BM\x3A\0\0\0\0\0\0\0\x36\0\0\0\x7D\0\0\0")},
     0,
     0,
     IMAGE_END_MISSING,
     "no BMP header"},
    {{"a BMP whose length is far too large", "image/bmp",
      BYTES(BMP("\xFF\xFF\xFF\xFF", ONE, ONE, BITS_24, NONE))},
     1,
     1,
     IMAGE_END_SEEN,
     NULL},
    {{"a BMP that tells a little more than there is", "image/bmp",
      BYTES(BMP("\x3B\0\0\0", ONE, ONE, BITS_24, NONE))},
     1,
     1,
     IMAGE_END_MISSING,
     "fewer bytes than the BMP header tells"},
    {{"a BMP whose length is too small", "image/bmp",
      BYTES(BMP("\x36\0\0\0", ONE, "\2\0\0\0", BITS_24, NONE))},
     1,
     2,
     IMAGE_END_MISSING,
     "fewer bytes than the BMP header tells"},
    {{"a BMP of more bytes than numbers have", "image/bmp",
      BYTES(BMP("\x3A\0\0\0", "\xFF\xFF\xFF\x7F", "\0\0\0\x80", "\x40\0\0\0\0\0", NONE))},
     0x7FFFFFFF,
     0x80000000,
     IMAGE_END_MISSING,
     "fewer bytes than the BMP header tells"},
    {{"a BMP that does not tell where its pixels are", "image/bmp",
      BYTES("BM" NONE NONE NONE "\x0C\0\0\0\1\0\1\0\1\0\x18\0..")},
     1,
     1,
     IMAGE_END_MISSING,
     "fewer bytes than the BMP header tells"},
    {{"a BMP of OS/2 with a packing of its own", "image/bmp",
      BYTES("BM" NONE NONE "\x4E\0\0\0\x40\0\0\0" ONE ONE
            "\1\0\1\0\3\0\0\0\4\0\0\0..........................................")},
     1,
     1,
     IMAGE_END_MISSING,
     "fewer bytes than the BMP header tells"},
    {{"a BMP of a negative width", "image/bmp",
      BYTES(BMP("\x3A\0\0\0", "\xFF\xFF\xFF\xFF", ONE, BITS_24, NONE))},
     0,
     1,
     IMAGE_END_UNKNOWN,
     NULL},
    {{"a BMP of no height", "image/bmp", BYTES(BMP("\x3A\0\0\0", ONE, NONE, BITS_24, NONE))},
     1,
     0,
     IMAGE_END_UNKNOWN,
     NULL},
    {{"a BMP of no bits", "image/bmp", BYTES(BMP("\x3A\0\0\0", ONE, ONE, "\0\0\0\0\0\0", NONE))},
     1,
     1,
     IMAGE_END_UNKNOWN,
     NULL},
    {{"a BMP with masks", "image/bmp", BYTES(BMP("\x3A\0\0\0", ONE, ONE, "\x20\0\3\0\0\0", NONE))},
     1,
     1,
     IMAGE_END_SEEN,
     NULL},
    {{"a packed BMP that tells no length", "image/bmp",
      BYTES(BMP(NONE, ONE, ONE, BITS_8_RLE, NONE))},
     1,
     1,
     IMAGE_END_UNKNOWN,
     NULL},
    {{"a packed BMP whose lengths differ", "image/bmp",
      BYTES(BMP("\x3A\0\0\0", ONE, ONE, BITS_8_RLE, "\5\0\0\0"))},
     1,
     1,
     IMAGE_END_UNKNOWN,
     NULL},
    {{"a packed BMP that is cut short", "image/bmp",
      BYTES(BMP(NONE, ONE, ONE, BITS_8_RLE, "\5\0\0\0"))},
     1,
     1,
     IMAGE_END_MISSING,
     "fewer bytes than the BMP header tells"},
};

START_TEST(odd_files_are_judged_by_what_a_decoder_would_find)
{
    const struct image_file *file = &odd_cases[_i].file;
    struct image_info info = probe_prefix(file, file->length);
    ck_assert_msg(info.width == odd_cases[_i].width && info.height == odd_cases[_i].height,
                  "%s: %u x %u", file->name, info.width, info.height);
    ck_assert_msg(info.end == odd_cases[_i].end, "%s: %d %s", file->name, info.end,
                  info.missing != NULL ? info.missing : "");
    ck_assert_pstr_eq(info.missing, odd_cases[_i].missing);
    check_pieces(file);
}
END_TEST

START_TEST(a_profile_behind_the_pixels_belongs_to_a_bmp)
{
    char bytes[14 + 124 + 4 + 8] = "BM\0\0\0\0\0\0\0\0\x8A\0\0\0\x7C\0\0\0\1\0\0\0\1\0\0\0\1\0\x18";
    memcpy(bytes + 14 + 56, "DEBM", 4);        /* a profile is embedded */
    memcpy(bytes + 14 + 112, "\x80\0\0\0", 4); /* where: behind the second header and the pixel */
    memcpy(bytes + 14 + 116, "\x08\0\0\0", 4); /* how long */
    struct image_file file = {"a BMP with a profile", "image/bmp", bytes, sizeof(bytes)};
    ck_assert_int_eq(probe_prefix(&file, sizeof(bytes)).end, IMAGE_END_SEEN);
    ck_assert_int_eq(probe_prefix(&file, sizeof(bytes) - 1).end, IMAGE_END_MISSING);
    memset(bytes + 14 + 112, 0xFF, 8);
    ck_assert_int_eq(probe_prefix(&file, sizeof(bytes)).end, IMAGE_END_MISSING);
    memset(bytes + 14 + 56, 0, 4);
    ck_assert_int_eq(probe_prefix(&file, sizeof(bytes) - 8).end, IMAGE_END_SEEN);
    ck_assert_int_eq(probe_prefix(&file, sizeof(bytes) - 10).end, IMAGE_END_MISSING);
}
END_TEST

START_TEST(a_flood_of_ff_is_neither_an_end_nor_hides_one)
{
    enum { FLOOD_BYTES = 1 << 20 };
    static const char BEGIN[] = "\xFF\xD8" JPEG_FRAME JPEG_SCAN;
    size_t length = sizeof(BEGIN) - 1 + FLOOD_BYTES;
    char *bytes = malloc(length + 1);
    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, BEGIN, sizeof(BEGIN) - 1);
    memset(bytes + sizeof(BEGIN) - 1, 0xFF, FLOOD_BYTES);
    struct image_file file = {"a flood", "image/jpeg", bytes, length};
    ck_assert_int_eq(probe_prefix(&file, length).end, IMAGE_END_MISSING);
    bytes[length] = '\xD9';
    ck_assert_int_eq(probe_prefix(&file, length + 1).end, IMAGE_END_SEEN);
    free(bytes);
}
END_TEST

/* The orientation that a block gives, whole and byte by byte. */
static uint8_t orientation_of(const char *bytes, size_t length)
{
    struct image_exif whole = {0}, pieces = {0};
    unsigned char *copy = malloc(length > 0 ? length : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, length);
    image_exif_add(&whole, copy, length);
    for (size_t i = 0; i < length; i++)
        image_exif_add(&pieces, copy + i, 1);
    free(copy);
    ck_assert_uint_eq(whole.orientation, pieces.orientation);
    return whole.orientation;
}

START_TEST(orientations_are_read_in_both_byte_orders)
{
    char little[] = EXIF_LITTLE("\0");
    char big[] = EXIF_BIG("\0");
    char prefixed[] = "Exif\0\0" EXIF_BIG("\0");
    for (int value = 0; value <= UINT8_MAX; value++) {
        uint8_t expected = value <= 8 ? (uint8_t)value : 0;
        little[18] = big[19] = prefixed[25] = (char)value;
        ck_assert_uint_eq(orientation_of(little, sizeof(little) - 1), expected);
        ck_assert_uint_eq(orientation_of(big, sizeof(big) - 1), expected);
        ck_assert_uint_eq(orientation_of(prefixed, sizeof(prefixed) - 1), expected);
    }
    little[18] = big[19] = 1;
    little[19] = big[18] = 1; /* 257 */
    ck_assert_uint_eq(orientation_of(little, sizeof(little) - 1), 0);
    ck_assert_uint_eq(orientation_of(big, sizeof(big) - 1), 0);
}
END_TEST

#define ENTRY_MAKE "\x0F\1\2\0\4\0\0\0abc\0"
#define ENTRY_SIX "\x12\1\3\0\1\0\0\0\6\0\0\0"

static const struct {
    const char *name;
    const char *bytes;
    size_t length;
    uint8_t orientation;
} exif_cases[] = {
    {"other entries around it", BYTES("II*\0\x08\0\0\0\3\0" ENTRY_MAKE ENTRY_SIX ENTRY_MAKE), 6},
    {"values in front of the directory", BYTES("II*\0\x0C\0\0\0....\1\0" ENTRY_SIX), 6},
    {"the first of two", BYTES("II*\0\x08\0\0\0\2\0" ENTRY_SIX "\x12\1\3\0\1\0\0\0\3\0\0\0"), 6},
    {"the entry behind the counted ones", BYTES("II*\0\x08\0\0\0\1\0" ENTRY_MAKE ENTRY_SIX), 0},
    {"an entry that is cut short", BYTES("II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0"), 0},
    {"no entries", BYTES("II*\0\x08\0\0\0\0\0" ENTRY_SIX), 0},
    {"more entries than there are", BYTES("II*\0\x08\0\0\0\xFF\xFF" ENTRY_MAKE ENTRY_SIX), 6},
    {"a LONG", BYTES("II*\0\x08\0\0\0\1\0\x12\1\4\0\1\0\0\0\6\0\0\0"), 0},
    {"two values", BYTES("II*\0\x08\0\0\0\1\0\x12\1\3\0\2\0\0\0\6\0\6\0"), 0},
    {"a directory within the header", BYTES("II*\0\4\0\0\0\1\0" ENTRY_SIX), 0},
    {"a directory at 4 GiB", BYTES("II*\0\xFF\xFF\xFF\xFF\1\0" ENTRY_SIX), 0},
    {"a directory behind the end", BYTES("II*\0\x20\0\0\0\1\0" ENTRY_SIX), 0},
    {"the other byte order", BYTES("MM\0*\x08\0\0\0\1\0" ENTRY_SIX), 0},
    {"another magic number", BYTES("II+\0\x08\0\0\0\1\0" ENTRY_SIX), 0},
    {"mixed byte orders", BYTES("IM*\0\x08\0\0\0\1\0" ENTRY_SIX), 0},
    {"a prefix only", BYTES("Exif\0\0"), 0},
    {"nothing", BYTES(""), 0},
};

START_TEST(odd_exif_blocks_tell_nothing_false)
{
    uint8_t orientation = orientation_of(exif_cases[_i].bytes, exif_cases[_i].length);
    ck_assert_msg(orientation == exif_cases[_i].orientation, "%s: %d", exif_cases[_i].name,
                  orientation);
}
END_TEST

START_TEST(an_exif_block_ends_with_its_segment)
{
    /* The directory would lie in the next segment, a comment. */
    static const struct image_file file = {
        "a JPEG", "image/jpeg",
        BYTES("\xFF\xD8\xFF\xE1\0\x10"
              "Exif\0\0II*\0\x0C\0\0\0\xFF\xFE\0\x10\1\0" ENTRY_SIX JPEG_FRAME JPEG_SCAN JPEG_END)};
    struct image_info info = probe_prefix(&file, file.length);
    ck_assert_uint_eq(info.orientation, 0);
    ck_assert_uint_eq(info.width, 5);
    ck_assert_int_eq(info.end, IMAGE_END_SEEN);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("image_formats");
    tcase_add_loop_test(tests, odd_files_are_judged_by_what_a_decoder_would_find, 0,
                        (int)ARRAY_LENGTH(odd_cases));
    tcase_add_test(tests, a_profile_behind_the_pixels_belongs_to_a_bmp);
    tcase_add_test(tests, a_flood_of_ff_is_neither_an_end_nor_hides_one);
    tcase_add_test(tests, orientations_are_read_in_both_byte_orders);
    tcase_add_loop_test(tests, odd_exif_blocks_tell_nothing_false, 0,
                        (int)ARRAY_LENGTH(exif_cases));
    tcase_add_test(tests, an_exif_block_ends_with_its_segment);
    Suite *suite = suite_create("image_formats");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
