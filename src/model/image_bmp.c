/* BMP: a file header, one of the headers that Windows and OS/2 have had, and pixels. There is no
 * end marker: the end follows from the size of the image, from the length of packed pixels, and
 * from the length of the file, which many writers get wrong and so counts only where it is
 * plausible. */
#include "model/image_reader.h"

#include <assert.h>
#include <string.h>

enum step {
    STEP_FILE_HEADER, /* and the length of the other */
    STEP_HEADER,
    STEP_PIXELS,
    STEP_BROKEN,
};

enum compression {
    COMPRESSION_NONE = 0,
    COMPRESSION_FIELDS = 3,       /* masks tell where the colours are; OS/2 has another 3 */
    COMPRESSION_ALPHA_FIELDS = 6, /* the same with alpha */
};

#define FILE_HEADER_BYTES 14
#define CORE_HEADER_BYTES 12 /* the oldest, with 16 bits for width and height */
#define OS2_HEADER_BYTES 64
#define V5_HEADER_BYTES 124 /* the longest */
#define PROFILE_EMBEDDED 0x4D424544
#define SLACK_BYTES 4096 /* more behind the pixels makes the file's length a lie */

struct bmp {
    enum step step;
    bool has_end; /* `end` is known */
    unsigned char buffer[FILE_HEADER_BYTES + V5_HEADER_BYTES];
    size_t have;
    size_t wanted;
    uint64_t passed; /* bytes of the file so far */
    uint64_t end;
    uint32_t width;
    uint32_t height;
};

static_assert(sizeof(struct bmp) <= IMAGE_STATE_BYTES, "the state does not fit");

/* A field of the second header; 0 when that is too short to have it. */
static uint32_t field16(const struct bmp *bmp, size_t offset)
{
    size_t place = FILE_HEADER_BYTES + offset;
    return place + 2 <= bmp->wanted ? image_little16(bmp->buffer + place) : 0;
}

static uint32_t field32(const struct bmp *bmp, size_t offset)
{
    return field16(bmp, offset) | field16(bmp, offset + 2) << 16;
}

static size_t header_bytes(const struct bmp *bmp)
{
    return bmp->wanted - FILE_HEADER_BYTES;
}

/* A negative height says that the top row comes first. */
static uint32_t magnitude(uint32_t height)
{
    return height > INT32_MAX ? -height : height;
}

/* Where the last pixel ends: rows are padded to 4 bytes, but the last one's padding may be missing.
 * False when the number of bits is none. */
static bool find_pixel_end(const struct bmp *bmp, uint32_t bits, uint64_t offset, uint64_t *out_end)
{
    if (bits == 0 || bits > 64 || bmp->width == 0 || bmp->height == 0)
        return false;
    uint64_t row_bits = (uint64_t)bmp->width * bits;
    uint64_t padded = (row_bits + 31) / 32 * 4;
    uint64_t rows;
    if (__builtin_mul_overflow(padded, bmp->height - 1, &rows) ||
        __builtin_add_overflow(rows, offset + (row_bits + 7) / 8, out_end))
        *out_end = UINT64_MAX; /* no file is so long, this one is cut short */
    return true;
}

static bool is_packed(const struct bmp *bmp)
{
    uint32_t compression = field32(bmp, 16);
    if (header_bytes(bmp) == CORE_HEADER_BYTES || compression == COMPRESSION_NONE)
        return false;
    return header_bytes(bmp) == OS2_HEADER_BYTES ||
           (compression != COMPRESSION_FIELDS && compression != COMPRESSION_ALPHA_FIELDS);
}

/* A profile of colours follows the pixels. */
static uint64_t find_profile_end(const struct bmp *bmp)
{
    if (field32(bmp, 56) != PROFILE_EMBEDDED)
        return 0;
    return (uint64_t)FILE_HEADER_BYTES + field32(bmp, 112) + field32(bmp, 116);
}

/* The end of a file whose pixels are packed: both lengths, where they are told, must agree. */
static void find_packed_end(struct bmp *bmp, uint64_t file_bytes, uint64_t offset)
{
    uint64_t packed = field32(bmp, 20);
    bmp->end = packed > 0 ? offset + packed : file_bytes;
    bmp->has_end = packed == 0 ? file_bytes > offset : file_bytes == 0 || file_bytes >= bmp->end;
}

static void find_end(struct bmp *bmp, uint32_t bits)
{
    uint64_t file_bytes = image_little32(bmp->buffer + 2);
    uint64_t offset = image_little32(bmp->buffer + 10);
    if (offset < bmp->wanted)
        offset = bmp->wanted;
    if (is_packed(bmp))
        find_packed_end(bmp, file_bytes, offset);
    else
        bmp->has_end = find_pixel_end(bmp, bits, offset, &bmp->end);
    if (!bmp->has_end)
        return;
    uint64_t profile_end = find_profile_end(bmp);
    if (profile_end > bmp->end)
        bmp->end = profile_end;
    if (file_bytes > bmp->end && file_bytes - bmp->end <= SLACK_BYTES)
        bmp->end = file_bytes;
}

static void bmp_begin(void *state)
{
    struct bmp *bmp = state;
    bmp->wanted = FILE_HEADER_BYTES + 4;
}

static enum step read_file_header(struct bmp *bmp)
{
    uint32_t length = image_little32(bmp->buffer + FILE_HEADER_BYTES);
    if (memcmp(bmp->buffer, "BM", 2) != 0 || length < CORE_HEADER_BYTES || length > V5_HEADER_BYTES)
        return STEP_BROKEN;
    bmp->wanted = FILE_HEADER_BYTES + length;
    return STEP_HEADER;
}

static enum step read_header(struct bmp *bmp)
{
    uint32_t bits;
    if (header_bytes(bmp) == CORE_HEADER_BYTES) {
        bmp->width = field16(bmp, 4);
        bmp->height = field16(bmp, 6);
        bits = field16(bmp, 10);
    } else {
        uint32_t width = field32(bmp, 4);
        bmp->width = width <= INT32_MAX ? width : 0;
        bmp->height = magnitude(field32(bmp, 8));
        bits = field16(bmp, 14);
    }
    find_end(bmp, bits);
    return STEP_PIXELS;
}

static void bmp_add(void *state, const unsigned char *bytes, size_t length)
{
    struct bmp *bmp = state;
    bmp->passed += length;
    while (length > 0 && (bmp->step == STEP_FILE_HEADER || bmp->step == STEP_HEADER)) {
        if (image_collect(bmp->buffer, &bmp->have, bmp->wanted, &bytes, &length))
            bmp->step = bmp->step == STEP_FILE_HEADER ? read_file_header(bmp) : read_header(bmp);
    }
}

static void bmp_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct bmp *bmp = state;
    out->width = bmp->width;
    out->height = bmp->height;
    if (bmp->step != STEP_PIXELS)
        image_conclude(out, has_ended, "no BMP header");
    else if (bmp->has_end)
        image_conclude(out, has_ended,
                       bmp->passed >= bmp->end ? NULL : "fewer bytes than the BMP header tells");
}

const struct image_reader IMAGE_BMP = {"bmp", bmp_begin, bmp_add, bmp_describe};
