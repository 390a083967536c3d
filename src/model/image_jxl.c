#include "model/image_reader.h"

#include <assert.h>

#include "model/image_boxes.h"
#include "model/image_number.h"

/* JPEG XL (ISO/IEC 18181): a bare codestream, or one in a container of boxes, whole (jxlc) or in
 * parts (jxlp). The codestream itself does not say how long it is. */

#define TYPE_WHOLE BOX_TYPE('j', 'x', 'l', 'c')
#define TYPE_PART BOX_TYPE('j', 'x', 'l', 'p')
#define LAST_PART 0x80

enum {
    HEAD_BYTES = 16, /* the longest header ends in byte 12 */
    INDEX_BYTES = 4, /* before the codestream of a part */
};

struct jxl {
    struct box_walk walk; /* of a container */
    size_t have;
    size_t index_have;
    unsigned char head[HEAD_BYTES]; /* of the codestream */
    unsigned char index;            /* first byte of the part's index */
    bool has_begun;
    bool is_bare;
    bool has_whole; /* the codestream has passed */
};

static_assert(sizeof(struct jxl) <= IMAGE_STATE_BYTES, "the state must fit the probe");

/* Bits are read from the lowest of each byte on. */
struct bits {
    const unsigned char *bytes;
    size_t count;
    size_t at;
    bool is_short; /* more were asked for than are there */
};

static uint32_t read_bits(struct bits *bits, unsigned wanted)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < wanted; i++, bits->at++) {
        if (bits->at >= bits->count) {
            bits->is_short = true;
            return 0;
        }
        value |= (uint32_t)(bits->bytes[bits->at / 8] >> bits->at % 8 & 1) << i;
    }
    return value;
}

static uint32_t read_side(struct bits *bits, bool is_small)
{
    static const uint8_t WIDTHS[] = {9, 13, 18, 30};
    if (is_small)
        return (read_bits(bits, 5) + 1) * 8;
    unsigned width = WIDTHS[read_bits(bits, 2)];
    return read_bits(bits, width) + 1;
}

/* SizeHeader and the orientation of ImageMetadata; false when bytes are missing. */
static bool read_head(const struct jxl *jxl, struct image_info *out)
{
    static const struct {
        uint8_t numerator;
        uint8_t denominator;
    } RATIOS[] = {{0, 1}, {1, 1}, {12, 10}, {4, 3}, {3, 2}, {16, 9}, {5, 4}, {2, 1}};
    struct bits bits = {.bytes = jxl->head, .count = 8 * jxl->have};
    uint32_t mark = read_bits(&bits, 16);
    if (bits.is_short)
        return false;
    if (mark != 0x0AFF)
        return true;
    bool is_small = read_bits(&bits, 1) != 0;
    uint64_t height = read_side(&bits, is_small);
    uint32_t ratio = read_bits(&bits, 3);
    uint64_t width = ratio == 0 ? read_side(&bits, is_small)
                                : height * RATIOS[ratio].numerator / RATIOS[ratio].denominator;
    bool has_orientation = read_bits(&bits, 1) == 0 && read_bits(&bits, 1) == 1;
    uint8_t orientation = has_orientation ? (uint8_t)(read_bits(&bits, 3) + 1) : 0;
    if (bits.is_short)
        return false;
    out->width = image_pixels(width);
    out->height = image_pixels(height);
    out->orientation = orientation;
    image_orient(out);
    return true;
}

static void add_codestream(struct jxl *jxl, struct box_bytes piece)
{
    image_collect(jxl->head, &jxl->have, HEAD_BYTES, &piece.bytes, &piece.length);
}

static void add_part(struct jxl *jxl, struct box_bytes piece)
{
    while (jxl->index_have < INDEX_BYTES && piece.length > 0) {
        if (jxl->index_have++ == 0)
            jxl->index = *piece.bytes;
        piece.bytes++;
        piece.length--;
    }
    add_codestream(jxl, piece);
}

static void add_boxes(struct jxl *jxl, struct box_bytes bytes)
{
    struct box_bytes piece;
    uint32_t type;
    for (;;) {
        switch (box_walk_next(&jxl->walk, &bytes, &type, &piece)) {
        case BOX_WAITS:
            return;
        case BOX_BEGINS:
            jxl->index_have = 0;
            break;
        case BOX_CONTENT:
            if (type == TYPE_WHOLE)
                add_codestream(jxl, piece);
            else if (type == TYPE_PART)
                add_part(jxl, piece);
            break;
        case BOX_ENDS:
            if (type == TYPE_WHOLE || (type == TYPE_PART && jxl->index_have == INDEX_BYTES &&
                                       (jxl->index & LAST_PART) != 0))
                jxl->has_whole = true;
            break;
        }
    }
}

static void jxl_add(void *state, const unsigned char *bytes, size_t length)
{
    struct jxl *jxl = state;
    if (!jxl->has_begun && length > 0) {
        jxl->has_begun = true;
        jxl->is_bare = *bytes == 0xFF; /* a container begins with zeroes */
    }
    if (jxl->is_bare)
        add_codestream(jxl, (struct box_bytes){bytes, length});
    else
        add_boxes(jxl, (struct box_bytes){bytes, length});
}

/* In a container boxes may follow the codestream; if one of them is cut, or if they are no boxes
 * at all, the image is whole but the file may not be. */
static void jxl_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct jxl *jxl = state;
    bool has_head = read_head(jxl, out);
    bool is_unsure = jxl->is_bare || out->width == 0 || jxl->walk.is_broken ||
                     jxl->walk.is_unbounded || (jxl->has_whole && !box_walk_is_between(&jxl->walk));
    const char *missing = NULL;
    if (!has_head && !jxl->walk.is_broken)
        missing = "no codestream header";
    else if (!is_unsure && !jxl->has_whole)
        missing = "no whole codestream";
    if (missing != NULL || !is_unsure)
        image_conclude(out, has_ended, missing);
}

const struct image_reader IMAGE_JXL = {"jxl", NULL, jxl_add, jxl_describe};
