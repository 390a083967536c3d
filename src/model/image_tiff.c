#include "model/image_reader.h"

#include <assert.h>

#include "model/image_number.h"
#include "model/image_pieces.h"
#include "model/image_regions.h"

/* TIFF 6.0 and BigTIFF: directories of entries, anywhere in the file, that point to values, to
 * strips or tiles of pixels, and to more directories. What lies ahead is noted and read when the
 * stream comes to it; what lies behind can no longer be read, and leaves the end unknown. */

#define FOREVER UINT64_MAX

enum tiff_tag {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_STRIP_OFFSETS = 273,
    TAG_ORIENTATION = 274,
    TAG_STRIP_LENGTHS = 279,
    TAG_TILE_OFFSETS = 324,
    TAG_TILE_LENGTHS = 325,
    TAG_SUBDIRECTORIES = 330,
    TAG_JPEG_OFFSET = 513, /* a thumbnail's data */
    TAG_JPEG_LENGTH = 514,
    TAG_EXIF = 34665,
    TAG_GPS = 34853,
    TAG_INTEROPERABILITY = 40965,
};

enum tiff_step {
    STEP_HEADER,
    STEP_COUNT, /* of a directory's entries */
    STEP_ENTRY,
    STEP_NEXT, /* where the next directory is */
    STEP_ELEMENT,
    STEP_DONE,
};

enum region_kind {
    REGION_PAGE,
    REGION_SUBDIRECTORY,
    REGION_METADATA, /* a directory without pixels */
    REGION_OFFSETS,  /* from here on: arrays */
    REGION_LENGTHS,
    REGION_SUBDIRECTORIES,
};

/* One row of a directory; `value` holds the values themselves when they are few. */
struct entry {
    unsigned tag;
    unsigned type;
    uint64_t count;
    const unsigned char *value;
    bool is_inline;
};

struct tiff {
    uint64_t position; /* bytes received */
    uint64_t skip;
    uint64_t needed;            /* the file has at least this many bytes */
    uint64_t left;              /* entries or elements */
    struct image_region region; /* that is being read */
    struct image_regions pending;
    struct image_pieces pieces; /* of the directory that was read last */
    uint32_t width;
    uint32_t height;
    uint8_t orientation;
    uint8_t step;
    bool is_big;
    bool is_little;
    bool is_first; /* directory */
    bool has_first;
    bool is_unsure;
    size_t have;
    size_t wanted;
    unsigned char buffer[20];
};

static_assert(sizeof(struct tiff) <= IMAGE_STATE_BYTES, "the state must fit the probe");

static const uint8_t TYPE_BYTES[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

static uint64_t type_bytes(unsigned type)
{
    return type < sizeof(TYPE_BYTES) ? TYPE_BYTES[type] : 0;
}

static bool is_whole_number(unsigned type)
{
    return type == 1 || type == 3 || type == 4 || type == 13 || type == 16 || type == 18;
}

static uint64_t read_number(const struct tiff *tiff, const unsigned char *bytes, uint64_t length)
{
    switch (length) {
    case 1:
        return bytes[0];
    case 2:
        return tiff->is_little ? image_little16(bytes) : image_big16(bytes);
    case 4:
        return tiff->is_little ? image_little32(bytes) : image_big32(bytes);
    default:
        return tiff->is_little ? image_little64(bytes) : image_big64(bytes);
    }
}

/* The width of counts and offsets, where the format has 4 or 8 bytes. */
static uint64_t word_bytes(const struct tiff *tiff)
{
    return tiff->is_big ? 8 : 4;
}

static void expect(struct tiff *tiff, enum tiff_step step, uint64_t wanted)
{
    tiff->step = (uint8_t)step;
    tiff->wanted = (size_t)wanted;
    tiff->have = 0;
}

static void pend(struct tiff *tiff, struct image_region region)
{
    if (region.kind < REGION_OFFSETS)
        image_raise(&tiff->needed, image_sum(region.offset, tiff->is_big ? 8 : 2));
    image_regions_add(&tiff->pending, region);
}

/* What the pieces of the last directory need is known now, or never. */
static void close_pieces(struct tiff *tiff)
{
    const struct image_pieces *pieces = &tiff->pieces;
    uint64_t end;
    if (pieces->offset_count == 0 && pieces->length_count == 0)
        tiff->is_unsure |= tiff->is_first;
    else if (image_pieces_end(pieces, &end))
        image_raise(&tiff->needed, end);
    else
        tiff->is_unsure = true;
    tiff->pieces = (struct image_pieces){0};
    tiff->is_first = false;
}

/* Arrays that lie behind the next directory of pixels belong to the one before: they are given
 * up, because there is room for one directory only. */
static void begin_directory(struct tiff *tiff)
{
    if (tiff->region.kind != REGION_METADATA) {
        image_regions_drop(&tiff->pending, REGION_OFFSETS);
        image_regions_drop(&tiff->pending, REGION_LENGTHS);
        close_pieces(tiff);
        tiff->is_first = !tiff->has_first;
        tiff->has_first = true;
    }
    expect(tiff, STEP_COUNT, tiff->is_big ? 8 : 2);
}

/* Goes on to the nearest thing ahead. Directories that point back can make no loop: they are
 * lost. */
static void find_region(struct tiff *tiff)
{
    if (!image_regions_take(&tiff->pending, tiff->position, &tiff->region)) {
        close_pieces(tiff);
        tiff->skip = FOREVER;
        expect(tiff, STEP_DONE, 1);
        return;
    }
    tiff->skip = tiff->region.offset - tiff->position;
    if (tiff->region.kind < REGION_OFFSETS) {
        begin_directory(tiff);
    } else {
        tiff->left = tiff->region.count;
        expect(tiff, STEP_ELEMENT, type_bytes(tiff->region.type));
    }
}

static void take_header(struct tiff *tiff)
{
    const unsigned char *bytes = tiff->buffer;
    tiff->is_little = bytes[0] == 'I';
    uint64_t version = read_number(tiff, bytes + 2, 2);
    tiff->is_big = version == 43;
    if (tiff->is_big && tiff->have < 16) {
        tiff->wanted = 16;
        return;
    }
    uint64_t offset = read_number(tiff, bytes + (tiff->is_big ? 8 : 4), word_bytes(tiff));
    if ((version != 42 && version != 43) || offset < tiff->have)
        tiff->is_unsure = true;
    else
        pend(tiff, (struct image_region){.offset = offset, .kind = REGION_PAGE});
    find_region(tiff);
}

static void take_element(struct tiff *tiff, enum region_kind kind, uint64_t value)
{
    if (kind == REGION_OFFSETS) {
        image_raise(&tiff->needed, value);
        image_pieces_offset(&tiff->pieces, value);
    } else if (kind == REGION_LENGTHS) {
        image_pieces_length(&tiff->pieces, value);
    } else if (value != 0) {
        pend(tiff, (struct image_region){.offset = value, .kind = REGION_SUBDIRECTORY});
    }
}

static void take_array(struct tiff *tiff, enum region_kind kind, const struct entry *entry)
{
    uint64_t *known =
        kind == REGION_OFFSETS ? &tiff->pieces.offset_count : &tiff->pieces.length_count;
    if (kind != REGION_SUBDIRECTORIES) {
        tiff->is_unsure |= *known != 0;
        *known = image_sum(*known, entry->count);
    }
    if (!is_whole_number(entry->type)) {
        tiff->is_unsure = true;
    } else if (entry->is_inline) {
        uint64_t step = type_bytes(entry->type);
        for (uint64_t i = 0; i < entry->count; i++)
            take_element(tiff, kind, read_number(tiff, entry->value + i * step, step));
    } else {
        uint64_t offset = read_number(tiff, entry->value, word_bytes(tiff));
        pend(tiff,
             (struct image_region){offset, entry->count, (uint8_t)kind, (uint8_t)entry->type});
    }
}

/* A tag with one number, which is in the entry itself; true with *out_value. */
static bool read_single(const struct tiff *tiff, const struct entry *entry, uint64_t *out_value)
{
    if (entry->count != 1 || !entry->is_inline || !is_whole_number(entry->type))
        return false;
    *out_value = read_number(tiff, entry->value, type_bytes(entry->type));
    return true;
}

/* A directory of EXIF, GPS or the like. */
static void take_metadata(struct tiff *tiff, const struct entry *entry)
{
    uint64_t offset;
    if (read_single(tiff, entry, &offset))
        pend(tiff, (struct image_region){.offset = offset, .kind = REGION_METADATA});
    else
        tiff->is_unsure = true;
}

/* The tags of a first directory that describe the image. */
static void take_property(struct tiff *tiff, const struct entry *entry)
{
    uint64_t value;
    if (!read_single(tiff, entry, &value))
        return;
    if (entry->tag == TAG_WIDTH)
        tiff->width = image_pixels(value);
    else if (entry->tag == TAG_HEIGHT)
        tiff->height = image_pixels(value);
    else if (entry->tag == TAG_ORIENTATION && value >= 1 && value <= 8)
        tiff->orientation = (uint8_t)value;
}

/* A tag of a directory with pixels. */
static void take_image_tag(struct tiff *tiff, const struct entry *entry)
{
    switch (entry->tag) {
    case TAG_STRIP_OFFSETS:
    case TAG_TILE_OFFSETS:
    case TAG_JPEG_OFFSET:
        take_array(tiff, REGION_OFFSETS, entry);
        break;
    case TAG_STRIP_LENGTHS:
    case TAG_TILE_LENGTHS:
    case TAG_JPEG_LENGTH:
        take_array(tiff, REGION_LENGTHS, entry);
        break;
    case TAG_SUBDIRECTORIES:
        take_array(tiff, REGION_SUBDIRECTORIES, entry);
        break;
    default:
        if (tiff->is_first)
            take_property(tiff, entry);
    }
}

static void take_entry(struct tiff *tiff)
{
    const unsigned char *bytes = tiff->buffer;
    struct entry entry = {
        .tag = (unsigned)read_number(tiff, bytes, 2),
        .type = (unsigned)read_number(tiff, bytes + 2, 2),
        .count = read_number(tiff, bytes + 4, word_bytes(tiff)),
        .value = bytes + 4 + word_bytes(tiff),
    };
    uint64_t length = image_product(entry.count, type_bytes(entry.type));
    entry.is_inline = length <= word_bytes(tiff);
    if (!entry.is_inline) {
        uint64_t offset = read_number(tiff, entry.value, word_bytes(tiff));
        image_raise(&tiff->needed, image_sum(offset, length));
    }
    if (entry.tag == TAG_EXIF || entry.tag == TAG_GPS || entry.tag == TAG_INTEROPERABILITY)
        take_metadata(tiff, &entry);
    else if (tiff->region.kind != REGION_METADATA)
        take_image_tag(tiff, &entry);
}

static void take_count(struct tiff *tiff)
{
    uint64_t entry_bytes = tiff->is_big ? 20 : 12;
    tiff->left = read_number(tiff, tiff->buffer, tiff->have);
    image_raise(&tiff->needed, image_sum(image_sum(tiff->position, word_bytes(tiff)),
                                         image_product(tiff->left, entry_bytes)));
    if (tiff->left == 0) {
        tiff->is_unsure = true;
        expect(tiff, STEP_NEXT, word_bytes(tiff));
    } else {
        expect(tiff, STEP_ENTRY, entry_bytes);
    }
}

static void take_next(struct tiff *tiff)
{
    uint64_t next = read_number(tiff, tiff->buffer, word_bytes(tiff));
    if (next != 0 && tiff->region.kind != REGION_METADATA)
        pend(tiff, (struct image_region){.offset = next, .kind = tiff->region.kind});
    find_region(tiff);
}

/* The bytes that were asked for are there. */
static void take(struct tiff *tiff)
{
    switch (tiff->step) {
    case STEP_HEADER:
        take_header(tiff);
        break;
    case STEP_COUNT:
        take_count(tiff);
        break;
    case STEP_ENTRY:
        take_entry(tiff);
        tiff->have = 0;
        if (--tiff->left == 0)
            expect(tiff, STEP_NEXT, word_bytes(tiff));
        break;
    case STEP_NEXT:
        take_next(tiff);
        break;
    case STEP_ELEMENT:
        take_element(tiff, tiff->region.kind, read_number(tiff, tiff->buffer, tiff->wanted));
        tiff->have = 0;
        if (--tiff->left == 0)
            find_region(tiff);
        break;
    }
}

static void tiff_begin(void *state)
{
    struct tiff *tiff = state;
    expect(tiff, STEP_HEADER, 8);
}

static void tiff_add(void *state, const unsigned char *bytes, size_t length)
{
    struct tiff *tiff = state;
    while (length > 0) {
        const unsigned char *start = bytes;
        image_skip(&tiff->skip, &bytes, &length);
        bool is_there = image_collect(tiff->buffer, &tiff->have, tiff->wanted, &bytes, &length);
        tiff->position += (uint64_t)(bytes - start);
        if (is_there)
            take(tiff);
    }
}

static void tiff_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct tiff *tiff = state;
    const char *missing = NULL;
    if (tiff->step != STEP_DONE || tiff->needed > tiff->position)
        missing = tiff->has_first ? "data that a directory points to" : "no image file directory";
    out->width = tiff->width;
    out->height = tiff->height;
    out->orientation = tiff->orientation;
    image_orient(out);
    if (missing != NULL || (!tiff->is_unsure && !tiff->pending.have_lost))
        image_conclude(out, has_ended, missing);
}

const struct image_reader IMAGE_TIFF = {"tiff", tiff_begin, tiff_add, tiff_describe};
