#include "model/image.h"

#include <check.h>

#include "image_probing.h"

#define JPEG_TABLE "\xFF\xDB\0\5\0\1\2"
#define JPEG_SCAN "\xFF\xDA\0\x08\1\1\0\0\x3F\0\x12\xFF\0\x34\xFF\xD0\x56\xFF\xFF\xD1\x78"
#define JPEG_THUMBNAIL "\xFF\xD8\xFF\xC0\0\x0B\x08\0\1\0\1\1\1\x11\0\xFF\xD9"

#define PNG_BEGIN "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\1\2\0\0\0\3\x08\2\0\0\0CRC."
#define PNG_PIXELS "\0\0\0\x0CIDAT\0\0\0\0IEND....CRC."
#define PNG_END "\0\0\0\0IEND\xAE\x42\x60\x82"

#define GIF_SCREEN "GIF89a\5\0\3\0\x80\0\0;;;;;;"
#define GIF_IMAGE ",\0\0\0\0\5\0\3\0\x81;;;;;;;;;;;;\2\3;;;\1;\0"

#define VP8L "VP8L\6\0\0\0\x2F\4\x80\0\0\0"

#define BMP_FILE(length, offset) "BM" length "\0\0\0\0\0\0\0" offset "\0\0\0"
#define BMP_24 "\1\0\x18\0"
#define BMP_TAIL "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* Each has its last byte where its end is known to be. */
static const struct {
    struct image_file file;
    const char *format;
    uint32_t width;
    uint32_t height;
    uint8_t orientation;
} cases[] = {
    {{"a baseline JPEG", "image/jpeg",
      BYTES("\xFF\xD8\xFF\xE0\0\x07JFIF\0" JPEG_TABLE
            "\xFF\xC0\0\x0B\x08\0\3\0\5\1\1\x11\0" JPEG_SCAN "\xFF\xD9")},
     "jpeg",
     5,
     3,
     0},
    {{"a progressive JPEG of two scans, with fill bytes", "image/jpeg",
      BYTES("\xFF\xD8" JPEG_TABLE "\xFF\xFF\xFF\xC2\0\x0B\x08\1\0\2\1\1\1\x11\0" JPEG_SCAN
            "\xFF\xC4\0\4\xFF\xD9" JPEG_SCAN "\xFF\xFF\xFF\xD9")},
     "jpeg",
     513,
     256,
     0},
    {{"a JPEG with a thumbnail", "image/jpeg",
      BYTES("\xFF\xD8\xFF\xE1\0\x33"
            "Exif\0\0" EXIF_LITTLE("\6") JPEG_THUMBNAIL "\xFF\xC0\0\x0B\x08\0\3\0\5\1\1"
                                                        "\x11\0" JPEG_SCAN "\xFF\xD9")},
     "jpeg",
     3,
     5,
     6},
    {{"a JPEG with XMP in front of EXIF", "image/jpeg",
      BYTES("\xFF\xD8\xFF\xE1\0\x09http://\xFF\xE1\0\x22"
            "Exif\0\0" EXIF_BIG("\3") "\xFF\xCF\0\x0B\x08\0\3\0\5\1\1\x11\0" JPEG_SCAN "\xFF\xD9")},
     "jpeg",
     5,
     3,
     3},
    {{"a JPEG with two of EXIF, of which the first counts", "image/jpeg",
      BYTES("\xFF\xD8\xFF\xE1\0\x22"
            "Exif\0\0" EXIF_BIG("\x08") "\xFF\xE1\0\x22"
                                        "Exif\0\0" EXIF_BIG(
                                            "\3") "\xFF\xC1\0\x0B\x08\0\3\0\5\1\1\x11\0" JPEG_SCAN
                                                  "\xFF\xD9")},
     "jpeg",
     3,
     5,
     8},
    {{"a JPEG with tables in front of its frame and EXIF behind it", "image/jpeg",
      BYTES("\xFF\xD8\xFF\xC4\0\7\x08\0\1\0\1\xFF\xC8\0\7\x08\0\1\0\1\xFF\xCC\0\7\x08\0\1\0\1"
            "\xFF\xC3\0\x0B\x08\0\3\0\5\1\1\x11\0\xFF\xE1\0\x22"
            "Exif\0\0" EXIF_LITTLE("\6") JPEG_SCAN "\xFF\xD9")},
     "jpeg",
     3,
     5,
     6},
    {{"a JPEG of two frames", "image/jpeg",
      BYTES("\xFF\xD8\xFF\xC0\0\x0B\x08\0\3\0\5\1\1\x11\0" JPEG_SCAN
            "\xFF\xC5\0\x0B\x08\0\6\0\x0A\1\1\x11\0" JPEG_SCAN "\xFF\xD9")},
     "jpeg",
     5,
     3,
     0},
    {{"a JPEG with its height behind the first scan", "image/jpeg",
      BYTES("\xFF\xD8\xFF\xC0\0\x0B\x08\0\0\0\5\1\1\x11\0" JPEG_SCAN "\xFF\xDC\0\4\0\3\xFF\xD9")},
     "jpeg",
     5,
     0,
     0},
    {{"a PNG", "image/png", BYTES(PNG_BEGIN PNG_PIXELS PNG_PIXELS PNG_END)}, "png", 258, 3, 0},
    {{"a PNG on its side", "image/png",
      BYTES(PNG_BEGIN "\0\0\0\x1A"
                      "eXIf" EXIF_BIG("\5") "CRC." PNG_PIXELS PNG_END)},
     "png",
     3,
     258,
     5},
    {{"a PNG with an orientation behind its pixels", "image/png",
      BYTES(PNG_BEGIN PNG_PIXELS "\0\0\0\0eXIfCRC.\0\0\0\x1A"
                                 "eXIf" EXIF_LITTLE("\2") "CRC." PNG_END)},
     "png",
     258,
     3,
     2},
    {{"a PNG with two orientations, of which the first counts", "image/png",
      BYTES(PNG_BEGIN "\0\0\0\x1A"
                      "eXIf" EXIF_BIG("\5") "CRC."
                                            "\0\0\0\x1A"
                                            "eXIf" EXIF_BIG("\1") "CRC." PNG_PIXELS PNG_END)},
     "png",
     3,
     258,
     5},
    {{"a GIF", "image/gif", BYTES(GIF_SCREEN GIF_IMAGE ";")}, "gif", 5, 3, 0},
    {{"an animated GIF", "image/gif",
      BYTES("GIF89a\5\0\3\0\0\0\0!\xFF\x0BNETSCAPE2.0\3\1\0\0\0!\xF9\4\0;\0;\0" GIF_IMAGE
            "\0!\xFE\1;\0" GIF_IMAGE ";")},
     "gif",
     5,
     3,
     0},
    {{"a lossy WebP", "image/webp",
      BYTES("RIFF\x16\0\0\0WEBPVP8 \x0A\0\0\0\x10\2\0\x9D\1\x2A\5\x80\3\x40")},
     "webp",
     5,
     3,
     0},
    {{"a lossless WebP", "image/webp", BYTES("RIFF\x12\0\0\0WEBP" VP8L)}, "webp", 5, 3, 0},
    {{"a WebP on its side", "image/webp",
      BYTES("RIFF\x46\0\0\0WEBPVP8X\x0A\0\0\0\x08\0\0\0\6\0\0\2\0\0" VP8L
            "EXIF\x1A\0\0\0" EXIF_LITTLE("\7"))},
     "webp",
     3,
     7,
     7},
    {{"a WebP with two orientations, of which the first counts", "image/webp",
      BYTES("RIFF\x68\0\0\0WEBPVP8X\x0A\0\0\0\x08\0\0\0\6\0\0\2\0\0" VP8L
            "EXIF\x1A\0\0\0" EXIF_LITTLE("\7") "EXIF\x1A\0\0\0" EXIF_LITTLE("\1"))},
     "webp",
     3,
     7,
     7},
    {{"an animated WebP with an odd chunk", "image/webp",
      BYTES("RIFF\x46\0\0\0WEBPVP8X\x0A\0\0\0\2\0\0\0\6\0\0\2\0\0ANIM\1\0\0\0\0\0ANMF\x1E\0\0\0"
            "................" VP8L)},
     "webp",
     7,
     3,
     0},
    {{"a BMP", "image/bmp",
      BYTES(BMP_FILE("\x46", "\x36") "\x28\0\0\0\2\0\0\0\2\0\0\0" BMP_24 BMP_TAIL
                                     "\0\0\0\0\0\0\0\0......\0\0......\0\0")},
     "bmp",
     2,
     2,
     0},
    {{"a BMP that does not tell its length, top row first", "image/bmp",
      BYTES(BMP_FILE("\0", "\x36") "\x28\0\0\0\1\0\0\0\xFE\xFF\xFF\xFF" BMP_24 BMP_TAIL
                                   "\0\0\0\0\0\0\0\0...\0...")},
     "bmp",
     1,
     2,
     0},
    {{"a BMP of OS/2", "image/bmp",
      BYTES(BMP_FILE("\x22", "\x1A") "\x0C\0\0\0\1\0\2\0" BMP_24 "...\0...\0")},
     "bmp",
     1,
     2,
     0},
    {{"a packed BMP", "image/bmp",
      BYTES(BMP_FILE("\x3A", "\x36") "\x28\0\0\0\x09\0\0\0\1\0\0\0\1\0\x08\0\1\0\0\0\4\0\0\0"
                                     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x09\1\0\1")},
     "bmp",
     9,
     1,
     0},
    {{"a packed BMP that tells the length of the file only", "image/bmp",
      BYTES(BMP_FILE("\x3A", "\x36") "\x28\0\0\0\x09\0\0\0\1\0\0\0\1\0\4\0\2\0\0\0\0\0\0\0"
                                     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x09\1\0\1")},
     "bmp",
     9,
     1,
     0},
};

START_TEST(a_complete_file_tells_its_format_its_size_and_its_end)
{
    struct image_info info = probe_prefix(&cases[_i].file, cases[_i].file.length);
    const char *name = cases[_i].file.name;
    ck_assert_str_eq(info.format, cases[_i].format);
    ck_assert_msg(info.width == cases[_i].width, "%s: width %u", name, info.width);
    ck_assert_msg(info.height == cases[_i].height, "%s: height %u", name, info.height);
    ck_assert_msg(info.orientation == cases[_i].orientation, "%s: %d", name, info.orientation);
    ck_assert_msg(info.end == IMAGE_END_SEEN, "%s: %s", name, info.missing);
    ck_assert_ptr_null(info.missing);
}
END_TEST

START_TEST(a_file_that_is_cut_short_anywhere_lacks_its_end)
{
    const struct image_file *file = &cases[_i].file;
    for (size_t length = 0; length < file->length; length++) {
        struct image_info info = probe_prefix(file, length);
        ck_assert_msg(info.end == IMAGE_END_MISSING, "%zu bytes of %s: %d", length, file->name,
                      info.end);
        ck_assert_ptr_nonnull(info.missing);
    }
}
END_TEST

START_TEST(the_result_does_not_depend_on_how_a_body_is_cut)
{
    check_pieces(&cases[_i].file);
}
END_TEST

START_TEST(bytes_behind_the_end_do_not_count)
{
    static const char *const TAILS[] = {"\n", "<!-- served by cache -->", "\xFF\xC0\xFF", ";;;;",
                                        "....IEND"};
    const struct image_file *file = &cases[_i].file;
    struct image_info whole = probe_prefix(file, file->length);
    for (size_t i = 0; i < ARRAY_LENGTH(TAILS); i++) {
        struct image_probe probe;
        image_probe_begin(&probe, file->media_type);
        image_probe_add(&probe, file->bytes, file->length);
        image_probe_add(&probe, TAILS[i], strlen(TAILS[i]));
        ck_assert_msg(equal_infos(image_probe_info(&probe, true), whole), "%s", file->name);
    }
}
END_TEST

/* A size that changes later, because an orientation comes, would reject good files. */
START_TEST(a_size_told_before_the_end_is_the_final_one)
{
    const struct image_file *file = &cases[_i].file;
    struct image_info whole = probe_prefix(file, file->length);
    for (size_t length = 0; length <= file->length; length++) {
        struct image_info info = probe_pieces(file, length, file->length, false);
        ck_assert_int_eq(info.end, IMAGE_END_UNKNOWN);
        ck_assert_ptr_null(info.missing);
        ck_assert_msg((info.width == 0 && info.height == 0) ||
                          (info.width == whole.width && info.height == whole.height),
                      "%zu bytes of %s: %u x %u", length, file->name, info.width, info.height);
    }
}
END_TEST

static const struct {
    const char *media_type;
    const char *format;
} type_cases[] = {
    {"image/jpeg", "jpeg"},  {"image/png", "png"},     {"image/gif", "gif"},
    {"image/webp", "webp"},  {"image/bmp", "bmp"},     {"image/tiff", "tiff"},
    {"image/avif", "avif"},  {"image/heic", "heif"},   {"image/heif", "heif"},
    {"image/x-icon", "ico"}, {"image/svg+xml", "svg"}, {"image/jxl", "jxl"},
};

START_TEST(every_type_that_magic_bytes_give_for_an_image_has_a_format)
{
    struct image_probe probe;
    ck_assert(image_probe_begin(&probe, type_cases[_i].media_type));
    image_probe_add(&probe, "", 0);
    struct image_info info = image_probe_info(&probe, false);
    ck_assert_str_eq(info.format, type_cases[_i].format);
    ck_assert_uint_eq(info.width, 0);
    ck_assert_uint_eq(info.height, 0);
    ck_assert_uint_eq(info.orientation, 0);
    ck_assert_int_eq(info.end, IMAGE_END_UNKNOWN);
}
END_TEST

START_TEST(a_body_that_is_no_image_is_ignored)
{
    static const char *const TYPES[] = {"text/html",   "video/mp4", "image/",
                                        "image/jpeg2", "",          NULL};
    for (size_t i = 0; i < ARRAY_LENGTH(TYPES); i++) {
        struct image_probe probe;
        memset(&probe, 0xA5, sizeof(probe));
        ck_assert(!image_probe_begin(&probe, TYPES[i]));
        image_probe_add(&probe, "\xFF\xD8\xFF", 3);
        struct image_info info = image_probe_info(&probe, true);
        ck_assert_ptr_null(info.format);
        ck_assert_int_eq(info.end, IMAGE_END_UNKNOWN);
    }
}
END_TEST

START_TEST(a_probe_begins_anew_whatever_it_saw_before)
{
    struct image_probe probe;
    memset(&probe, 0xA5, sizeof(probe));
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct image_file *file = &cases[i].file;
        ck_assert(image_probe_begin(&probe, file->media_type));
        image_probe_add(&probe, file->bytes, file->length);
        ck_assert(equal_infos(image_probe_info(&probe, true), probe_prefix(file, file->length)));
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("image");
    int count = (int)ARRAY_LENGTH(cases);
    tcase_add_loop_test(tests, a_complete_file_tells_its_format_its_size_and_its_end, 0, count);
    tcase_add_loop_test(tests, a_file_that_is_cut_short_anywhere_lacks_its_end, 0, count);
    tcase_add_loop_test(tests, the_result_does_not_depend_on_how_a_body_is_cut, 0, count);
    tcase_add_loop_test(tests, bytes_behind_the_end_do_not_count, 0, count);
    tcase_add_loop_test(tests, a_size_told_before_the_end_is_the_final_one, 0, count);
    tcase_add_loop_test(tests, every_type_that_magic_bytes_give_for_an_image_has_a_format, 0,
                        (int)ARRAY_LENGTH(type_cases));
    tcase_add_test(tests, a_body_that_is_no_image_is_ignored);
    tcase_add_test(tests, a_probe_begins_anew_whatever_it_saw_before);
    Suite *suite = suite_create("image");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
