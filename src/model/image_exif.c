#include "model/image_exif.h"

#include <string.h>

#include "model/image_reader.h"

enum step {
    STEP_HEADER,
    STEP_COUNT,
    STEP_ENTRY,
    STEP_ENDED,
};

#define HEADER_BYTES 8 /* byte order, magic number, place of IFD0 */
#define PREFIX_BYTES 6

#define TAG_ORIENTATION 274
#define TYPE_SHORT 3

static uint32_t read16(const struct image_exif *exif, size_t offset)
{
    const unsigned char *bytes = exif->buffer + offset;
    return exif->is_little_endian ? image_little16(bytes) : image_big16(bytes);
}

static uint32_t read32(const struct image_exif *exif, size_t offset)
{
    const unsigned char *bytes = exif->buffer + offset;
    return exif->is_little_endian ? image_little32(bytes) : image_big32(bytes);
}

static enum step read_header(struct image_exif *exif)
{
    if (memcmp(exif->buffer, "Exif\0\0", PREFIX_BYTES) == 0) {
        memmove(exif->buffer, exif->buffer + PREFIX_BYTES, HEADER_BYTES - PREFIX_BYTES);
        exif->have = HEADER_BYTES - PREFIX_BYTES;
        return STEP_HEADER;
    }
    exif->is_little_endian = memcmp(exif->buffer, "II*\0", 4) == 0;
    uint32_t place = read32(exif, 4);
    if ((!exif->is_little_endian && memcmp(exif->buffer, "MM\0*", 4) != 0) || place < HEADER_BYTES)
        return STEP_ENDED;
    exif->skip = place - HEADER_BYTES;
    return STEP_COUNT;
}

static enum step read_count(struct image_exif *exif)
{
    exif->entries = read16(exif, 0);
    return exif->entries > 0 ? STEP_ENTRY : STEP_ENDED;
}

/* One SHORT lies in the entry itself; anything else is no orientation. */
static enum step read_entry(struct image_exif *exif)
{
    exif->entries--;
    if (read16(exif, 0) != TAG_ORIENTATION)
        return exif->entries > 0 ? STEP_ENTRY : STEP_ENDED;
    uint32_t value = read16(exif, 8);
    if (read16(exif, 2) == TYPE_SHORT && read32(exif, 4) == 1 && value >= 1 && value <= 8)
        exif->orientation = (uint8_t)value;
    return STEP_ENDED;
}

void image_exif_add(struct image_exif *exif, const unsigned char *bytes, size_t length)
{
    static const struct {
        size_t wanted;
        enum step (*read)(struct image_exif *exif);
    } STEPS[] = {
        [STEP_HEADER] = {HEADER_BYTES, read_header},
        [STEP_COUNT] = {2, read_count},
        [STEP_ENTRY] = {12, read_entry},
    };
    while (exif->step != STEP_ENDED) {
        image_skip(&exif->skip, &bytes, &length);
        if (!image_collect(exif->buffer, &exif->have, STEPS[exif->step].wanted, &bytes, &length))
            return;
        exif->have = 0;
        exif->step = (uint8_t)STEPS[exif->step].read(exif);
    }
}
