#include "io/practice_image.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <zlib.h>

#include "base/memory.h"

#define FILE_MAX ((size_t)16 << 20)

static const struct {
    unsigned width, height;
} sizes[] = {{1, 1}, {7, 9}, {8, 8}, {9, 7}, {64, 1}, {200, 150}, {1024, 1024}};

static uint32_t number_at(const uint8_t *bytes, unsigned count)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < count; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* Walks all chunks with their checksums; returns the number of chunks of the type, the last one's
 * data and length. */
static unsigned find_chunk(const struct text *file, const char *type, const uint8_t **out_data,
                           size_t *out_length)
{
    const uint8_t *bytes = (const uint8_t *)file->data;
    unsigned found = 0;
    ck_assert_mem_eq(bytes, "\x89PNG\r\n\x1A\n", 8);
    size_t at = 8;
    while (at < file->length) {
        ck_assert_uint_ge(file->length - at, 12);
        size_t length = number_at(bytes + at, 4);
        ck_assert_uint_ge(file->length - at - 12, length);
        uint32_t checksum = (uint32_t)crc32(0, bytes + at + 4, (uInt)(4 + length));
        ck_assert_uint_eq(number_at(bytes + at + 8 + length, 4), checksum);
        if (memcmp(bytes + at + 4, type, 4) == 0) {
            found++;
            *out_data = bytes + at + 8;
            *out_length = length;
        }
        at += 12 + length;
        ck_assert_int_eq(memcmp(bytes + at - 8 - length, "IEND", 4) == 0, at == file->length);
    }
    return found;
}

static void make_file(struct text *file, enum practice_format format, unsigned width,
                      unsigned height, uint64_t seed, const char *label)
{
    struct practice_image image;
    practice_image_init(&image, format, width, height, seed);
    text_init(file, FILE_MAX);
    practice_image_append(&image, label, file);
    practice_image_clear(&image);
}

START_TEST(a_png_has_valid_chunks_and_unpacks_to_its_size)
{
    unsigned width = sizes[_i].width, height = sizes[_i].height;
    struct text file;
    make_file(&file, PRACTICE_PNG, width, height, 7, "a label");
    const uint8_t *data = NULL;
    size_t length = 0;
    ck_assert_uint_eq(find_chunk(&file, "IHDR", &data, &length), 1);
    ck_assert_uint_eq(number_at(data, 4), width);
    ck_assert_uint_eq(number_at(data + 4, 4), height);
    ck_assert_uint_eq(find_chunk(&file, "tEXt", &data, &length), 1);
    ck_assert_uint_eq(length, sizeof("Comment") + strlen("a label"));
    ck_assert_mem_eq(data, "Comment\0a label", length);

    ck_assert_uint_eq(find_chunk(&file, "IDAT", &data, &length), 1);
    uLongf raw_bytes = (uLongf)(1 + 3 * width) * height;
    uLongf unpacked = raw_bytes;
    uint8_t *raw = memory_allocate(raw_bytes);
    ck_assert_int_eq(uncompress(raw, &unpacked, data, length), Z_OK);
    ck_assert_uint_eq(unpacked, raw_bytes);
    for (unsigned y = 0; y < height; y++)
        ck_assert_uint_eq(raw[(size_t)y * (1 + 3 * width)], 1);
    free(raw);
    text_clear(&file);
}
END_TEST

/* Returns where the compressed data start, after checking every segment on the way. */
static size_t walk_segments(const struct text *file, unsigned width, unsigned height)
{
    const uint8_t *bytes = (const uint8_t *)file->data;
    bool has_frame = false, has_label = false;
    ck_assert_uint_eq(number_at(bytes, 2), 0xFFD8);
    size_t at = 2;
    for (;;) {
        ck_assert_uint_ge(file->length - at, 4);
        unsigned marker = number_at(bytes + at, 2);
        size_t length = number_at(bytes + at + 2, 2);
        ck_assert_uint_eq(marker >> 8, 0xFF);
        ck_assert_uint_ge(file->length - at - 2, length);
        const uint8_t *data = bytes + at + 4;
        at += 2 + length;
        if (marker == 0xFFC0) {
            has_frame = true;
            ck_assert_uint_eq(number_at(data + 1, 2), height);
            ck_assert_uint_eq(number_at(data + 3, 2), width);
        } else if (marker == 0xFFFE) {
            has_label = true;
            ck_assert_uint_eq(length, 2 + strlen("a label"));
            ck_assert_mem_eq(data, "a label", length - 2);
        } else if (marker == 0xFFDA) {
            break;
        }
    }
    ck_assert(has_frame);
    ck_assert(has_label);
    return at;
}

START_TEST(a_jpeg_has_valid_segments_and_no_marker_in_its_data)
{
    struct text file;
    make_file(&file, PRACTICE_JPEG, sizes[_i].width, sizes[_i].height, 7, "a label");
    const uint8_t *bytes = (const uint8_t *)file.data;
    size_t at = walk_segments(&file, sizes[_i].width, sizes[_i].height);
    ck_assert_uint_lt(at, file.length - 2);
    for (; at < file.length - 2; at++) {
        if (bytes[at] == 0xFF) {
            ck_assert_uint_eq(bytes[at + 1], 0);
            at++;
        }
    }
    ck_assert_uint_eq(number_at(bytes + file.length - 2, 2), 0xFFD9);
    text_clear(&file);
}
END_TEST

/* The DC coefficient of a block is eight times its mean, less 128: the first code of the scan tells
 * whether transform, quantiser and Huffman table fit together. */
START_TEST(the_first_block_of_a_jpeg_has_the_brightness_of_the_picture)
{
    struct text jpeg, png;
    make_file(&jpeg, PRACTICE_JPEG, 8, 8, (uint64_t)_i, "a label");
    make_file(&png, PRACTICE_PNG, 8, 8, (uint64_t)_i, "a label");
    const uint8_t *packed = NULL;
    size_t packed_length = 0;
    ck_assert_uint_eq(find_chunk(&png, "IDAT", &packed, &packed_length), 1);
    uint8_t raw[8][25];
    uLongf raw_bytes = sizeof(raw);
    ck_assert_int_eq(uncompress(raw[0], &raw_bytes, packed, packed_length), Z_OK);
    double brightness = 0;
    for (unsigned y = 0; y < 8; y++) {
        uint8_t pixel[3] = {0};
        for (unsigned i = 0; i < 24; i++) {
            static const double weights[3] = {0.299, 0.587, 0.114};
            pixel[i % 3] = (uint8_t)(pixel[i % 3] + raw[y][1 + i]);
            brightness += weights[i % 3] * pixel[i % 3] / 64;
        }
    }

    const uint8_t *scan = (const uint8_t *)jpeg.data + walk_segments(&jpeg, 8, 8);
    uint32_t bits = scan[0] << 16 | (scan[0] == 0xFF ? scan[2] : scan[1]) << 8;
    /* Table K.3: 00 is size 0, 010 to 110 are sizes 1 to 5, 1110 is 6, 11110 is 7. */
    unsigned size = 0, code_length = 2;
    if (bits >> 22 != 0) {
        code_length = 3;
        size = (bits >> 21) - 1;
        for (; size >= 6 && (bits >> (23 - code_length) & 1) != 0; code_length++)
            size++;
        if (size >= 6)
            code_length++;
    }
    int level = (int)(bits >> (24 - code_length - size) & ((1U << size) - 1));
    if (size > 0 && level < 1 << (size - 1))
        level -= (1 << size) - 1;
    ck_assert_double_le(level * 8 / 8.0 + 128 - brightness, 1);
    ck_assert_double_ge(level * 8 / 8.0 + 128 - brightness, -1);
    text_clear(&jpeg);
    text_clear(&png);
}
END_TEST

START_TEST(equal_seeds_give_equal_files_and_others_do_not)
{
    enum practice_format format = _i == 0 ? PRACTICE_PNG : PRACTICE_JPEG;
    struct text file, same, other_seed, other_label;
    make_file(&file, format, 40, 30, 1, "one");
    make_file(&same, format, 40, 30, 1, "one");
    make_file(&other_seed, format, 40, 30, 2, "one");
    make_file(&other_label, format, 40, 30, 1, "two");
    ck_assert_uint_eq(file.length, same.length);
    ck_assert_mem_eq(file.data, same.data, file.length);
    ck_assert(file.length != other_seed.length ||
              memcmp(file.data, other_seed.data, file.length) != 0);
    ck_assert_uint_eq(file.length, other_label.length);
    ck_assert_mem_ne(file.data, other_label.data, file.length);
    text_clear(&file);
    text_clear(&same);
    text_clear(&other_seed);
    text_clear(&other_label);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("practice image");
    TCase *tests = tcase_create("files");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_png_has_valid_chunks_and_unpacks_to_its_size, 0,
                        (int)ARRAY_LENGTH(sizes));
    tcase_add_loop_test(tests, a_jpeg_has_valid_segments_and_no_marker_in_its_data, 0,
                        (int)ARRAY_LENGTH(sizes));
    tcase_add_loop_test(tests, the_first_block_of_a_jpeg_has_the_brightness_of_the_picture, 0, 40);
    tcase_add_loop_test(tests, equal_seeds_give_equal_files_and_others_do_not, 0, 2);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
