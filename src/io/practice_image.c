#include "io/practice_image.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "io/practice_jpeg.h"

#define FILE_BYTES_MAX ((size_t)PRACTICE_SIDE_MAX * PRACTICE_SIDE_MAX * 4)

/* Where a label's bytes are put in: behind the signature and IHDR, behind SOI and APP0. */
#define PNG_LABEL_OFFSET (8 + 12 + 13)
#define JPEG_LABEL_OFFSET (2 + 18)

static unsigned blend(unsigned from, unsigned to, unsigned part, unsigned whole)
{
    return (from * (whole - part) + to * part) / whole;
}

/* A sky that fades between two colours, with a sun in it and a little grain. The grain keeps files
 * from shrinking to nothing, which would make them poor examples of downloads. */
static uint8_t *draw(unsigned width, unsigned height, uint64_t seed)
{
    uint8_t *rgb = memory_allocate((size_t)width * height * 3);
    uint64_t colours = random_at(seed, 0);
    uint64_t place = random_at(seed, 1);
    int64_t sun_x = (int64_t)(place % width);
    int64_t sun_y = (int64_t)((place >> 20) % height);
    int64_t radius = (width < height ? width : height) / 6 + 1;
    uint8_t *pixel = rgb;
    for (unsigned y = 0; y < height; y++) {
        for (unsigned x = 0; x < width; x++, pixel += 3) {
            int64_t to_x = (int64_t)x - sun_x, to_y = (int64_t)y - sun_y;
            bool is_sun = to_x * to_x + to_y * to_y <= radius * radius;
            unsigned grain = random_at(seed, 2 + (uint64_t)y * width + x) % 8;
            for (unsigned channel = 0; channel < 3; channel++) {
                unsigned top = colours >> (8 * channel) & 0xFF;
                unsigned bottom = colours >> (8 * channel + 24) & 0xFF;
                unsigned sky = blend(top, bottom, x + y, width + height);
                unsigned level = (is_sun ? blend(sky, 255, 3, 4) : sky) + grain;
                pixel[channel] = (uint8_t)(level < 255 ? level : 255);
            }
        }
    }
    return rgb;
}

static void put_long(struct text *out, uint32_t value)
{
    const char bytes[4] = {(char)(value >> 24), (char)(value >> 16), (char)(value >> 8),
                           (char)value};
    text_append(out, bytes, sizeof(bytes));
}

/* Length, type, data, and a checksum of the last two (ISO 15948, 5.3). */
static void png_put_chunk(struct text *out, const char type[4], const void *data, size_t length)
{
    put_long(out, (uint32_t)length);
    text_append(out, type, 4);
    text_append(out, data, length);
    uLong checksum = crc32(0, (const Bytef *)type, 4);
    if (length > 0) /* crc32 takes NULL for a request to start anew */
        checksum = crc32(checksum, data, (uInt)length);
    put_long(out, (uint32_t)checksum);
}

static void png_append(struct text *out, const uint8_t *rgb, unsigned width, unsigned height)
{
    text_append(out, "\x89PNG\r\n\x1A\n", 8);
    const uint8_t header[13] = {
        (uint8_t)(width >> 24), (uint8_t)(width >> 16),  (uint8_t)(width >> 8),
        (uint8_t)width,         (uint8_t)(height >> 24), (uint8_t)(height >> 16),
        (uint8_t)(height >> 8), (uint8_t)height,         8,
        /* bits a sample */ 2 /* RGB */};
    png_put_chunk(out, "IHDR", header, sizeof(header));

    size_t row_bytes = (size_t)width * 3;
    size_t raw_bytes = (1 + row_bytes) * height;
    uint8_t *raw = memory_allocate(raw_bytes);
    uint8_t *next = raw;
    for (unsigned y = 0; y < height; y++) {
        const uint8_t *row = rgb + y * row_bytes;
        *next++ = 1; /* filter "sub": differences from the left neighbour pack better */
        for (size_t i = 0; i < row_bytes; i++)
            *next++ = (uint8_t)(row[i] - (i < 3 ? 0 : row[i - 3]));
    }
    uLongf packed_bytes = compressBound(raw_bytes);
    uint8_t *packed = memory_allocate(packed_bytes);
    int result = compress2(packed, &packed_bytes, raw, raw_bytes, Z_DEFAULT_COMPRESSION);
    assert(result == Z_OK);
    (void)result;
    png_put_chunk(out, "IDAT", packed, packed_bytes);
    png_put_chunk(out, "IEND", NULL, 0);
    free(packed);
    free(raw);
}

void practice_image_init(struct practice_image *image, enum practice_format format, unsigned width,
                         unsigned height, uint64_t seed)
{
    assert(width >= 1 && width <= PRACTICE_SIDE_MAX && height >= 1 && height <= PRACTICE_SIDE_MAX);
    *image = (struct practice_image){.format = format, .width = width, .height = height};
    text_init(&image->file, FILE_BYTES_MAX);
    uint8_t *rgb = draw(width, height, seed);
    if (format == PRACTICE_PNG)
        png_append(&image->file, rgb, width, height);
    else
        practice_jpeg_append(&image->file, rgb, width, height);
    assert(!image->file.is_full);
    free(rgb);
}

void practice_image_clear(struct practice_image *image)
{
    if (image->file.data != NULL)
        text_clear(&image->file);
    *image = (struct practice_image){0};
}

void practice_image_append(const struct practice_image *image, const char *label, struct text *out)
{
    size_t length = strlen(label);
    assert(length <= PRACTICE_LABEL_MAX);
    const struct text *file = &image->file;
    size_t offset = image->format == PRACTICE_PNG ? PNG_LABEL_OFFSET : JPEG_LABEL_OFFSET;
    text_append(out, file->data, offset);
    if (image->format == PRACTICE_PNG) {
        static const char keyword[] = "Comment"; /* its NUL separates it from the text */
        char chunk[sizeof(keyword) + PRACTICE_LABEL_MAX];
        memcpy(chunk, keyword, sizeof(keyword));
        memcpy(chunk + sizeof(keyword), label, length);
        png_put_chunk(out, "tEXt", chunk, sizeof(keyword) + length);
    } else {
        size_t segment_bytes = 2 + length; /* counts itself, not the marker */
        const char head[] = {'\xFF', '\xFE', (char)(segment_bytes >> 8), (char)segment_bytes};
        text_append(out, head, sizeof(head));
        text_append(out, label, length);
    }
    text_append(out, file->data + offset, file->length - offset);
}
