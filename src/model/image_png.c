/* PNG (ISO/IEC 15948, clause 5): chunks of length, type, data and CRC, from IHDR to IEND. The CRCs
 * are not checked. */
#include "model/image_reader.h"

#include <assert.h>
#include <string.h>

#include "model/image_exif.h"

enum step {
    STEP_SIGNATURE,
    STEP_CHUNK, /* length and type */
    STEP_SIZE,  /* width and height in IHDR */
    STEP_EXIF,  /* the data of an eXIf chunk */
    STEP_LAST,  /* the rest of IEND */
    STEP_BROKEN,
};

#define HEAD_BYTES 8 /* so long are the signature, the head of a chunk and the size */
#define CRC_BYTES 4
#define IHDR_BYTES 13
#define CHUNK_MAX INT32_MAX /* a longer one is not allowed (5.3) */

struct png {
    enum step step;
    bool has_header;
    bool has_data;
    unsigned char buffer[HEAD_BYTES];
    size_t have;
    uint64_t skip; /* up to the next step */
    uint32_t width;
    uint32_t height;
    uint32_t exif_left;
    struct image_exif exif;
};

static_assert(sizeof(struct png) <= IMAGE_STATE_BYTES, "the state does not fit");

static bool is_type(const struct png *png, const char *type)
{
    return memcmp(png->buffer + 4, type, 4) == 0;
}

/* Four letters; anything else says that this is the head of no chunk. */
static bool has_valid_type(const struct png *png)
{
    for (size_t i = 4; i < HEAD_BYTES; i++) {
        unsigned char letter = png->buffer[i] | 0x20;
        if (letter < 'a' || letter > 'z')
            return false;
    }
    return true;
}

static enum step begin_chunk(struct png *png)
{
    uint32_t length = image_big32(png->buffer);
    if (length > CHUNK_MAX || !has_valid_type(png))
        return STEP_BROKEN;
    if (is_type(png, "IHDR") && !png->has_header && length == IHDR_BYTES)
        return STEP_SIZE;
    if (is_type(png, "eXIf") && png->exif.orientation == 0) {
        png->exif = (struct image_exif){0};
        png->exif_left = length;
        return STEP_EXIF;
    }
    if (is_type(png, "IDAT"))
        png->has_data = png->has_header;
    png->skip = (uint64_t)length + CRC_BYTES;
    return is_type(png, "IEND") ? STEP_LAST : STEP_CHUNK;
}

static enum step read_head(struct png *png)
{
    if (png->step == STEP_SIGNATURE)
        return memcmp(png->buffer, "\x89PNG\r\n\x1A\n", HEAD_BYTES) == 0 ? STEP_CHUNK : STEP_BROKEN;
    if (png->step == STEP_CHUNK)
        return begin_chunk(png);
    png->has_header = true;
    png->width = image_big32(png->buffer);
    png->height = image_big32(png->buffer + 4);
    png->skip = IHDR_BYTES - HEAD_BYTES + CRC_BYTES;
    return STEP_CHUNK;
}

static void pass_exif(struct png *png, const unsigned char **bytes, size_t *length)
{
    size_t step = png->exif_left < *length ? png->exif_left : *length;
    image_exif_add(&png->exif, *bytes, step);
    *bytes += step;
    *length -= step;
    png->exif_left -= (uint32_t)step;
    if (png->exif_left == 0) {
        png->skip = CRC_BYTES;
        png->step = STEP_CHUNK;
    }
}

static void png_add(void *state, const unsigned char *bytes, size_t length)
{
    struct png *png = state;
    for (;;) {
        image_skip(&png->skip, &bytes, &length);
        if (length == 0 || png->step == STEP_LAST || png->step == STEP_BROKEN)
            return;
        if (png->step == STEP_EXIF) {
            pass_exif(png, &bytes, &length);
        } else if (image_collect(png->buffer, &png->have, HEAD_BYTES, &bytes, &length)) {
            png->have = 0;
            png->step = read_head(png);
        }
    }
}

static const char *find_missing(const struct png *png)
{
    if (png->step == STEP_BROKEN)
        return "no chunk where one should begin";
    if (png->step != STEP_LAST || png->skip > 0)
        return "no IEND chunk";
    if (!png->has_header)
        return "no IHDR chunk";
    return png->has_data ? NULL : "no IDAT chunk";
}

static void png_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct png *png = state;
    /* Up to the pixels an orientation may come, which could exchange the two. */
    if (png->has_data || has_ended) {
        out->width = png->width;
        out->height = png->height;
    }
    out->orientation = png->exif.orientation;
    image_orient(out);
    image_conclude(out, has_ended, find_missing(png));
}

const struct image_reader IMAGE_PNG = {"png", NULL, png_add, png_describe};
