#include "model/image_reader.h"

#include <assert.h>

#include "model/image_boxes.h"
#include "model/image_locations.h"
#include "model/image_number.h"
#include "model/image_properties.h"

/* AVIF and HEIF: images in an ISO base media file (ISO/IEC 14496-12 and 23008-12). The meta box
 * says which item is the primary image, what properties it has, and where the items' bytes are.
 * An image sequence has a moov box, as films have. */

#define TYPE_MDAT BOX_TYPE('m', 'd', 'a', 't')
#define TYPE_META BOX_TYPE('m', 'e', 't', 'a')
#define TYPE_MOOV BOX_TYPE('m', 'o', 'o', 'v')
#define TYPE_ILOC BOX_TYPE('i', 'l', 'o', 'c')
#define TYPE_IPCO BOX_TYPE('i', 'p', 'c', 'o')
#define TYPE_IPRP BOX_TYPE('i', 'p', 'r', 'p')
#define TYPE_TRAK BOX_TYPE('t', 'r', 'a', 'k')
#define TYPE_MDIA BOX_TYPE('m', 'd', 'i', 'a')
#define TYPE_MINF BOX_TYPE('m', 'i', 'n', 'f')
#define TYPE_STBL BOX_TYPE('s', 't', 'b', 'l')

struct isobmff;

/* Takes a field of the innermost box that is whole; returns the length of the next one, at most
 * FIELD_MAX; 0 = the rest of the box does not matter. */
typedef size_t field_taker(struct isobmff *file, const unsigned char *field);

#define FIELD_MAX 32

struct isobmff {
    struct box_walk walk;
    struct image_properties properties; /* of the primary item */
    field_taker *take;                  /* NULL: the content of the box does not matter */
    size_t wanted;
    size_t have;
    uint64_t last_chunk; /* where it begins */
    uint32_t entries_left;
    uint8_t associations_left; /* of an entry */
    uint32_t primary;
    uint32_t track_width;
    uint32_t track_height;
    struct image_locations locations;
    uint16_t property_index;
    uint8_t step; /* of a taker; 0 = at its first field */
    uint8_t version;
    uint8_t skip;    /* bytes before the next field */
    bool is_wide;    /* associations of two bytes */
    bool is_primary; /* the item of the entry */
    bool has_primary;
    bool has_meta; /* boxes that were seen to their ends */
    bool has_moov;
    bool has_mdat;
    bool is_sequence;
    unsigned char field[FIELD_MAX];
};

static_assert(sizeof(struct isobmff) <= IMAGE_STATE_BYTES, "the state must fit the probe");

static size_t take_brand(struct isobmff *file, const unsigned char *field)
{
    uint32_t brand = image_big32(field);
    if (brand == BOX_TYPE('a', 'v', 'i', 's') || brand == BOX_TYPE('m', 's', 'f', '1') ||
        brand == BOX_TYPE('h', 'e', 'v', 'c') || brand == BOX_TYPE('h', 'e', 'v', 'x'))
        file->is_sequence = true;
    return 4;
}

static size_t take_primary(struct isobmff *file, const unsigned char *field)
{
    if (file->step++ == 0) {
        file->version = field[0];
        return file->version == 0 ? 2 : 4;
    }
    file->primary = file->version == 0 ? image_big16(field) : image_big32(field);
    file->has_primary = true;
    return 0;
}

static void add_property(struct isobmff *file, struct image_property property)
{
    property.index = file->property_index;
    image_properties_add(&file->properties, property);
}

static size_t take_size(struct isobmff *file, const unsigned char *field)
{
    add_property(file, (struct image_property){.kind = IMAGE_PROPERTY_SIZE,
                                               .width = image_pixels(image_big32(field + 4)),
                                               .height = image_pixels(image_big32(field + 8))});
    return 0;
}

static uint32_t read_fraction(const unsigned char *bytes)
{
    uint32_t denominator = image_big32(bytes + 4);
    return denominator == 0 ? 0 : image_pixels(image_big32(bytes) / denominator);
}

static size_t take_crop(struct isobmff *file, const unsigned char *field)
{
    add_property(file, (struct image_property){.kind = IMAGE_PROPERTY_CROP,
                                               .width = read_fraction(field),
                                               .height = read_fraction(field + 8)});
    return 0;
}

static size_t take_rotation(struct isobmff *file, const unsigned char *field)
{
    add_property(file,
                 (struct image_property){.kind = IMAGE_PROPERTY_ROTATE, .value = field[0] & 3});
    return 0;
}

static size_t take_mirror(struct isobmff *file, const unsigned char *field)
{
    add_property(file,
                 (struct image_property){.kind = IMAGE_PROPERTY_MIRROR, .value = field[0] & 1});
    return 0;
}

/* ipma: for each item the properties it has. */
static size_t take_associations(struct isobmff *file, const unsigned char *field)
{
    size_t id_bytes = file->version == 0 ? 2 : 4;
    switch (file->step) {
    case 0:
        file->version = field[0];
        file->is_wide = (field[3] & 1) != 0;
        file->entries_left = image_big32(field + 4);
        file->associations_left = 0;
        id_bytes = file->version == 0 ? 2 : 4;
        break;
    case 1: {
        uint32_t item = id_bytes == 2 ? image_big16(field) : image_big32(field);
        file->is_primary = file->has_primary && item == file->primary;
        file->associations_left = field[id_bytes];
        file->entries_left--;
        break;
    }
    default:
        file->associations_left--;
        if (file->is_primary) /* the highest bit says whether the property is essential */
            image_properties_apply(&file->properties,
                                   file->is_wide ? image_big16(field) & 0x7FFF : field[0] & 0x7F);
    }
    if (file->associations_left > 0) {
        file->step = 2;
        return file->is_wide ? 2 : 1;
    }
    file->step = 1;
    return file->entries_left > 0 ? id_bytes + 1 : 0;
}

static size_t take_locations(struct isobmff *file, const unsigned char *field)
{
    return image_locations_take(&file->locations, field);
}

/* tkhd: width and height are the last 8 bytes, as 16.16 fixed point. */
static size_t take_track(struct isobmff *file, const unsigned char *field)
{
    if (file->step++ == 0) {
        file->skip = field[0] == 0 ? 72 : 84;
        return 8;
    }
    if (file->track_width == 0 || file->track_height == 0) {
        file->track_width = image_big16(field);
        file->track_height = image_big16(field + 4);
    }
    return 0;
}

/* stco or co64: where chunks of media data begin. */
static size_t take_chunk(struct isobmff *file, const unsigned char *field)
{
    bool is_long = box_walk_type(&file->walk, 0) == BOX_TYPE('c', 'o', '6', '4');
    if (file->step++ == 0) {
        file->entries_left = image_big32(field + 4);
    } else {
        file->step = 1;
        file->entries_left--;
        uint64_t offset = is_long ? image_big64(field) : image_big32(field);
        image_raise(&file->last_chunk, offset);
    }
    return file->entries_left == 0 ? 0 : is_long ? 8 : 4;
}

static const struct box_rule {
    uint32_t type;
    uint32_t parent;
    field_taker *take; /* NULL: it holds boxes */
    uint8_t first;     /* length of the first field, or what to skip */
} RULES[] = {
    {BOX_TYPE('f', 't', 'y', 'p'), 0, take_brand, 4},
    {TYPE_META, 0, NULL, 4},
    {TYPE_MOOV, 0, NULL, 0},
    {BOX_TYPE('p', 'i', 't', 'm'), TYPE_META, take_primary, 4},
    {TYPE_ILOC, TYPE_META, take_locations, IMAGE_LOCATIONS_FIRST},
    {TYPE_IPRP, TYPE_META, NULL, 0},
    {TYPE_IPCO, TYPE_IPRP, NULL, 0},
    {BOX_TYPE('i', 'p', 'm', 'a'), TYPE_IPRP, take_associations, 8},
    {BOX_TYPE('i', 's', 'p', 'e'), TYPE_IPCO, take_size, 12},
    {BOX_TYPE('c', 'l', 'a', 'p'), TYPE_IPCO, take_crop, 16},
    {BOX_TYPE('i', 'r', 'o', 't'), TYPE_IPCO, take_rotation, 1},
    {BOX_TYPE('i', 'm', 'i', 'r'), TYPE_IPCO, take_mirror, 1},
    {TYPE_TRAK, TYPE_MOOV, NULL, 0},
    {BOX_TYPE('t', 'k', 'h', 'd'), TYPE_TRAK, take_track, 4},
    {TYPE_MDIA, TYPE_TRAK, NULL, 0},
    {TYPE_MINF, TYPE_MDIA, NULL, 0},
    {TYPE_STBL, TYPE_MINF, NULL, 0},
    {BOX_TYPE('s', 't', 'c', 'o'), TYPE_STBL, take_chunk, 8},
    {BOX_TYPE('c', 'o', '6', '4'), TYPE_STBL, take_chunk, 8},
};

static void begin_box(struct isobmff *file, uint32_t type)
{
    uint32_t parent = box_walk_type(&file->walk, 1);
    file->take = NULL;
    if (parent == TYPE_IPCO && file->property_index < UINT16_MAX)
        file->property_index++;
    bool is_first = type == TYPE_META   ? !file->has_meta
                    : type == TYPE_ILOC ? file->locations.step == 0
                                        : true;
    if (!is_first) /* and no other one counts */
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(RULES); i++) {
        const struct box_rule *rule = &RULES[i];
        if (rule->type != type || rule->parent != parent)
            continue;
        if (rule->take == NULL) {
            box_walk_enter(&file->walk, rule->first);
            return;
        }
        file->take = rule->take;
        file->wanted = rule->first;
        file->have = 0;
        file->skip = 0;
        file->step = 0;
    }
}

static void take_content(struct isobmff *file, struct box_bytes piece)
{
    while (piece.length > 0 && file->take != NULL) {
        if (file->skip > 0) {
            file->skip--;
            piece.bytes++;
            piece.length--;
            continue;
        }
        if (!image_collect(file->field, &file->have, file->wanted, &piece.bytes, &piece.length))
            return;
        file->have = 0;
        file->wanted = file->take(file, file->field);
        if (file->wanted == 0)
            file->take = NULL;
    }
}

static void end_box(struct isobmff *file, uint32_t type)
{
    file->take = NULL;
    if (file->walk.depth > 0)
        return;
    file->has_meta |= type == TYPE_META;
    file->has_moov |= type == TYPE_MOOV;
    file->has_mdat |= type == TYPE_MDAT;
}

static void isobmff_add(void *state, const unsigned char *bytes, size_t length)
{
    struct isobmff *file = state;
    struct box_bytes left = {bytes, length};
    struct box_bytes piece;
    uint32_t type;
    for (;;) {
        switch (box_walk_next(&file->walk, &left, &type, &piece)) {
        case BOX_WAITS:
            return;
        case BOX_BEGINS:
            begin_box(file, type);
            break;
        case BOX_CONTENT:
            take_content(file, piece);
            break;
        case BOX_ENDS:
            end_box(file, type);
            break;
        }
    }
}

/* A still image is whole when its items are; what follows them does not count. Of a sequence only
 * the boxes tell. */
static bool is_unsure(const struct isobmff *file)
{
    const struct image_locations *locations = &file->locations;
    if (file->has_meta && (!locations->are_whole || locations->is_unsure))
        return true;
    if (file->is_sequence || file->has_moov)
        return !file->has_moov || !box_walk_is_between(&file->walk) || file->walk.is_unbounded;
    return !file->has_meta || !locations->have_any;
}

static const char *find_missing(const struct isobmff *file)
{
    const struct box_walk *walk = &file->walk;
    bool is_chunk_there = file->last_chunk == 0 || file->last_chunk < walk->position;
    if (file->locations.needed > walk->position || !is_chunk_there)
        return "image data that the file names";
    if (walk->is_broken || walk->is_unbounded)
        return NULL;
    if (!file->has_meta && !file->has_moov)
        return "no whole meta box";
    return file->has_moov && !file->has_mdat ? "no whole mdat box" : NULL;
}

static void isobmff_describe(const void *state, bool has_ended, struct image_info *out)
{
    const struct isobmff *file = state;
    const struct image_properties *properties = &file->properties;
    if (!properties->is_unknown && properties->width > 0) {
        out->width = properties->width;
        out->height = properties->height;
        out->orientation = properties->orientation;
    } else if (!properties->is_unknown) {
        out->width = file->track_width;
        out->height = file->track_height;
    }
    const char *missing = find_missing(file);
    if (missing != NULL || !is_unsure(file))
        image_conclude(out, has_ended, missing);
}

const struct image_reader IMAGE_AVIF = {"avif", NULL, isobmff_add, isobmff_describe};
const struct image_reader IMAGE_HEIF = {"heif", NULL, isobmff_add, isobmff_describe};
