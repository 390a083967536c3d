#include "model/image_locations.h"

#include "model/image_number.h"

enum {
    STEP_FORMAT,
    STEP_COUNT,
    STEP_ITEM,
    STEP_EXTENT,
};

static uint64_t read_sized(const unsigned char *bytes, size_t length)
{
    return length == 0 ? 0 : length == 4 ? image_big32(bytes) : image_big64(bytes);
}

static bool is_sized(unsigned bytes)
{
    return bytes == 0 || bytes == 4 || bytes == 8;
}

/* False when this is no version that is known. */
static bool take_format(struct image_locations *locations, const unsigned char *field)
{
    locations->version = field[0];
    locations->offset_bytes = field[4] >> 4;
    locations->length_bytes = field[4] & 15;
    locations->base_bytes = field[5] >> 4;
    locations->index_bytes = locations->version > 0 ? field[5] & 15 : 0;
    return locations->version <= 2 && is_sized(locations->offset_bytes) &&
           is_sized(locations->length_bytes) && is_sized(locations->base_bytes) &&
           is_sized(locations->index_bytes);
}

/* Only construction method 0 means the file's own bytes; other items are in the meta box, or made
 * from items. */
static void take_item(struct image_locations *locations, const unsigned char *field)
{
    unsigned method = 0;
    field += locations->version < 2 ? 2 : 4; /* the item's number */
    if (locations->version > 0) {
        method = field[1] & 15;
        field += 2;
    }
    locations->is_in_file = method == 0 && image_big16(field) == 0;
    locations->base = read_sized(field + 2, locations->base_bytes);
    locations->extents_left = (uint16_t)image_big16(field + 2 + locations->base_bytes);
    locations->have_any |= locations->extents_left > 0;
    locations->items_left--;
}

/* A length of 0 stands for all the rest of the file. */
static void take_extent(struct image_locations *locations, const unsigned char *field)
{
    field += locations->index_bytes;
    uint64_t offset = read_sized(field, locations->offset_bytes);
    uint64_t length = read_sized(field + locations->offset_bytes, locations->length_bytes);
    locations->extents_left--;
    if (locations->is_in_file) {
        uint64_t end = image_sum(image_sum(locations->base, offset), length);
        image_raise(&locations->needed, end);
        locations->is_unsure |= length == 0;
    }
}

/* Whether extents follow that have bytes to be read. */
static bool has_extent(struct image_locations *locations, size_t extent_bytes)
{
    if (extent_bytes == 0 && locations->extents_left > 0) {
        locations->is_unsure |= locations->is_in_file;
        locations->extents_left = 0;
    }
    return locations->extents_left > 0;
}

size_t image_locations_take(struct image_locations *locations, const unsigned char *field)
{
    switch (locations->step) {
    case STEP_FORMAT:
        if (!take_format(locations, field))
            return 0;
        locations->step = STEP_COUNT;
        return locations->version < 2 ? 2 : 4;
    case STEP_COUNT:
        locations->items_left = locations->version < 2 ? image_big16(field) : image_big32(field);
        break;
    case STEP_ITEM:
        take_item(locations, field);
        break;
    default:
        take_extent(locations, field);
    }
    size_t extent_bytes =
        (size_t)locations->index_bytes + locations->offset_bytes + locations->length_bytes;
    bool is_extent = has_extent(locations, extent_bytes);
    locations->step = is_extent ? STEP_EXTENT : STEP_ITEM;
    locations->are_whole = !is_extent && locations->items_left == 0;
    if (locations->are_whole)
        return 0;
    size_t number_bytes = locations->version < 2 ? 2 : 4;
    size_t method_bytes = locations->version > 0 ? 2 : 0;
    return is_extent ? extent_bytes : number_bytes + method_bytes + 2 + locations->base_bytes + 2;
}
