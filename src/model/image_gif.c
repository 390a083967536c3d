/* GIF (version 89a, appendix B): the logical screen, then blocks, each of a known head and of
 * sub-blocks that say their length. What looks like a trailer inside one is none. */
#include "model/image_reader.h"

#include <assert.h>
#include <string.h>

enum step {
    STEP_HEADER,     /* signature and logical screen */
    STEP_BLOCK,      /* the byte that says what follows */
    STEP_DESCRIPTOR, /* of an image */
    STEP_SUB_BLOCK,  /* its length */
    STEP_ENDED,
    STEP_BROKEN,
};

enum block {
    BLOCK_NONE = 0x00, /* some writers end a block twice */
    BLOCK_EXTENSION = 0x21,
    BLOCK_IMAGE = 0x2C,
    BLOCK_TRAILER = 0x3B,
};

#define HEADER_BYTES 13
#define DESCRIPTOR_BYTES 9

struct gif {
    enum step step;
    bool has_image;
    unsigned char buffer[HEADER_BYTES];
    size_t have;
    uint64_t skip; /* up to the next step */
    uint32_t width;
    uint32_t height;
};

static_assert(sizeof(struct gif) <= IMAGE_STATE_BYTES, "the state does not fit");

/* The colours that a screen's or an image's flags announce. */
static uint64_t table_bytes(unsigned char flags)
{
    return (flags & 0x80) != 0 ? UINT64_C(3) << ((flags & 7) + 1) : 0;
}

static enum step read_header(struct gif *gif)
{
    if (memcmp(gif->buffer, "GIF8", 4) != 0)
        return STEP_BROKEN;
    gif->width = image_little16(gif->buffer + 6);
    gif->height = image_little16(gif->buffer + 8);
    gif->skip = table_bytes(gif->buffer[10]);
    return STEP_BLOCK;
}

static enum step begin_block(struct gif *gif, unsigned char block)
{
    switch (block) {
    case BLOCK_NONE:
        return STEP_BLOCK;
    case BLOCK_EXTENSION:
        gif->skip = 1; /* its label */
        return STEP_SUB_BLOCK;
    case BLOCK_IMAGE:
        return STEP_DESCRIPTOR;
    case BLOCK_TRAILER:
        return STEP_ENDED;
    default:
        return STEP_BROKEN;
    }
}

static enum step read_descriptor(struct gif *gif)
{
    gif->has_image = true;
    gif->skip = table_bytes(gif->buffer[8]) + 1; /* and the code size of its pixels */
    return STEP_SUB_BLOCK;
}

/* The next step, from the bytes that this one gathers; false when not all of them are there. */
static bool collect(struct gif *gif, const unsigned char **bytes, size_t *length)
{
    bool is_header = gif->step == STEP_HEADER;
    if (!image_collect(gif->buffer, &gif->have, is_header ? HEADER_BYTES : DESCRIPTOR_BYTES, bytes,
                       length))
        return false;
    gif->have = 0;
    gif->step = is_header ? read_header(gif) : read_descriptor(gif);
    return true;
}

static void gif_add(void *state, const unsigned char *bytes, size_t length)
{
    struct gif *gif = state;
    for (;;) {
        image_skip(&gif->skip, &bytes, &length);
        if (length == 0)
            return;
        switch (gif->step) {
        case STEP_BLOCK:
            gif->step = begin_block(gif, *bytes++);
            length--;
            break;
        case STEP_SUB_BLOCK:
            gif->skip = *bytes++;
            length--;
            if (gif->skip == 0)
                gif->step = STEP_BLOCK;
            break;
        case STEP_ENDED:
        case STEP_BROKEN:
            return;
        default:
            if (!collect(gif, &bytes, &length))
                return;
        }
    }
}

static const char *find_missing(const struct gif *gif)
{
    if (gif->step == STEP_BROKEN)
        return "no block where one should begin";
    if (gif->step != STEP_ENDED)
        return "no trailer";
    return gif->has_image ? NULL : "no image before the trailer";
}

static void gif_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct gif *gif = state;
    out->width = gif->width;
    out->height = gif->height;
    image_conclude(out, has_ended, find_missing(gif));
}

const struct image_reader IMAGE_GIF = {"gif", NULL, gif_add, gif_describe};
