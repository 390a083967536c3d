/* JPEG (ITU-T T.81, annex B): segments that say their length, and entropy-coded data in which every
 * FF is followed by 00 or by the number of a restart. Only what a marker at that level says counts:
 * a thumbnail has markers of its own, inside a segment. */
#include "model/image_reader.h"

#include <assert.h>
#include <string.h>

#include "model/image_exif.h"

enum step {
    STEP_BEGIN,   /* the SOI marker */
    STEP_SCAN,    /* looking for FF, between segments or in entropy-coded data */
    STEP_MARKER,  /* the byte after FF */
    STEP_LENGTH,  /* of the marker's segment */
    STEP_FRAME,   /* precision, height, width */
    STEP_APP1,    /* the name of an application's segment */
    STEP_EXIF,    /* an EXIF block up to the end of its segment */
    STEP_SEGMENT, /* what is left of one */
    STEP_ENDED,
    STEP_BROKEN,
};

enum marker {
    MARKER_SOF0 = 0xC0,
    MARKER_DHT = 0xC4,
    MARKER_JPG = 0xC8,
    MARKER_DAC = 0xCC,
    MARKER_SOF15 = 0xCF,
    MARKER_RST0 = 0xD0,
    MARKER_SOI = 0xD8,
    MARKER_EOI = 0xD9,
    MARKER_SOS = 0xDA,
    MARKER_APP1 = 0xE1,
    MARKER_FILL = 0xFF,
};

#define FRAME_BYTES 5
#define APP1_NAME_BYTES 6

struct jpeg {
    enum step step;
    uint8_t marker;
    bool has_frame;
    bool has_scan;
    unsigned char buffer[8];
    size_t have;
    uint64_t left; /* of the segment */
    uint32_t width;
    uint32_t height;
    struct image_exif exif;
};

static_assert(sizeof(struct jpeg) <= IMAGE_STATE_BYTES, "the state does not fit");

static bool is_frame(uint8_t marker)
{
    return marker >= MARKER_SOF0 && marker <= MARKER_SOF15 && marker != MARKER_DHT &&
           marker != MARKER_JPG && marker != MARKER_DAC;
}

/* Below SOF0 are 00, which makes an FF of the data, and numbers that are not in use: no segment
 * follows. Between segments they are as harmless as any other byte that does not belong there. */
static enum step begin_marker(struct jpeg *jpeg, uint8_t marker)
{
    jpeg->marker = marker;
    if (marker == MARKER_FILL)
        return STEP_MARKER;
    if (marker == MARKER_EOI)
        return STEP_ENDED;
    if (marker < MARKER_SOF0 || (marker >= MARKER_RST0 && marker <= MARKER_SOI))
        return STEP_SCAN;
    return STEP_LENGTH;
}

/* A length below 2 does not even count itself; decoders take such a segment for an empty one. */
static enum step begin_segment(struct jpeg *jpeg)
{
    uint32_t length = image_big16(jpeg->buffer);
    jpeg->left = length > 2 ? length - 2 : 0;
    if (is_frame(jpeg->marker) && !jpeg->has_frame && jpeg->left >= FRAME_BYTES)
        return STEP_FRAME;
    if (jpeg->marker == MARKER_APP1 && jpeg->exif.orientation == 0 && jpeg->left >= APP1_NAME_BYTES)
        return STEP_APP1;
    if (jpeg->marker == MARKER_SOS)
        jpeg->has_scan = jpeg->has_frame;
    return STEP_SEGMENT;
}

/* A height of 0 is told later, by a DNL segment that hardly a decoder knows: unknown. */
static enum step read_frame(struct jpeg *jpeg)
{
    jpeg->has_frame = true;
    jpeg->height = image_big16(jpeg->buffer + 1);
    jpeg->width = image_big16(jpeg->buffer + 3);
    jpeg->left -= FRAME_BYTES;
    return STEP_SEGMENT;
}

static enum step read_app1(struct jpeg *jpeg)
{
    jpeg->left -= APP1_NAME_BYTES;
    if (memcmp(jpeg->buffer, "Exif\0\0", APP1_NAME_BYTES) != 0)
        return STEP_SEGMENT;
    jpeg->exif = (struct image_exif){0};
    return STEP_EXIF;
}

static enum step read_begin(struct jpeg *jpeg)
{
    return memcmp(jpeg->buffer, "\xFF\xD8", 2) == 0 ? STEP_SCAN : STEP_BROKEN;
}

/* The steps that gather some bytes and then look at them. */
static void collect(struct jpeg *jpeg, const unsigned char **bytes, size_t *length)
{
    static const struct {
        size_t wanted;
        enum step (*read)(struct jpeg *jpeg);
    } STEPS[] = {
        [STEP_BEGIN] = {2, read_begin},
        [STEP_LENGTH] = {2, begin_segment},
        [STEP_FRAME] = {FRAME_BYTES, read_frame},
        [STEP_APP1] = {APP1_NAME_BYTES, read_app1},
    };
    if (!image_collect(jpeg->buffer, &jpeg->have, STEPS[jpeg->step].wanted, bytes, length))
        return;
    jpeg->have = 0;
    jpeg->step = STEPS[jpeg->step].read(jpeg);
}

static void pass_segment(struct jpeg *jpeg, const unsigned char **bytes, size_t *length)
{
    const unsigned char *from = *bytes;
    image_skip(&jpeg->left, bytes, length);
    if (jpeg->step == STEP_EXIF)
        image_exif_add(&jpeg->exif, from, (size_t)(*bytes - from));
    if (jpeg->left == 0)
        jpeg->step = STEP_SCAN;
}

/* The longest way through most files: from FF to FF in entropy-coded data. */
static void scan(struct jpeg *jpeg, const unsigned char **bytes, size_t *length)
{
    const unsigned char *end = *bytes + *length;
    const unsigned char *found = memchr(*bytes, MARKER_FILL, *length);
    if (found != NULL)
        jpeg->step = STEP_MARKER;
    *bytes = found != NULL ? found + 1 : end;
    *length = (size_t)(end - *bytes);
}

static void jpeg_add(void *state, const unsigned char *bytes, size_t length)
{
    struct jpeg *jpeg = state;
    while (length > 0) {
        switch (jpeg->step) {
        case STEP_SCAN:
            scan(jpeg, &bytes, &length);
            break;
        case STEP_MARKER:
            jpeg->step = begin_marker(jpeg, *bytes++);
            length--;
            break;
        case STEP_EXIF:
        case STEP_SEGMENT:
            pass_segment(jpeg, &bytes, &length);
            break;
        case STEP_ENDED:
        case STEP_BROKEN:
            return;
        default:
            collect(jpeg, &bytes, &length);
        }
    }
}

static const char *find_missing(const struct jpeg *jpeg)
{
    if (jpeg->step == STEP_BROKEN)
        return "no SOI marker";
    if (jpeg->step != STEP_ENDED)
        return "no EOI marker";
    if (!jpeg->has_frame)
        return "no frame header before the EOI marker";
    return jpeg->has_scan ? NULL : "no scan before the EOI marker";
}

static void jpeg_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct jpeg *jpeg = state;
    /* Until the first scan an orientation may come, which could exchange the two. */
    if (jpeg->has_scan || has_ended) {
        out->width = jpeg->width;
        out->height = jpeg->height;
    }
    out->orientation = jpeg->exif.orientation;
    image_orient(out);
    image_conclude(out, has_ended, find_missing(jpeg));
}

const struct image_reader IMAGE_JPEG = {"jpeg", NULL, jpeg_add, jpeg_describe};
