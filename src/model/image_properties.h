/* The properties of a HEIF image that decide how large it is shown (ISO/IEC 23008-12, 6.5): a
 * table of those in the file, and what the primary image makes of its own. */
#ifndef HAUL_MODEL_IMAGE_PROPERTIES_H
#define HAUL_MODEL_IMAGE_PROPERTIES_H

#include "base/common.h"

#define IMAGE_PROPERTIES_MAX 16

enum image_property_kind {
    IMAGE_PROPERTY_SIZE,   /* ispe */
    IMAGE_PROPERTY_CROP,   /* clap */
    IMAGE_PROPERTY_ROTATE, /* irot: `turns` of 90 degrees anti-clockwise */
    IMAGE_PROPERTY_MIRROR, /* imir: 0 exchanges top and bottom, 1 left and right */
};

struct image_property {
    uint32_t width;
    uint32_t height;
    uint16_t index; /* in the file's list, from 1 */
    uint8_t kind;
    uint8_t value; /* turns, or what is exchanged */
};

/* A value; zeroes are a beginning. */
struct image_properties {
    struct image_property table[IMAGE_PROPERTIES_MAX];
    uint32_t width; /* as shown */
    uint32_t height;
    uint16_t first_lost; /* index of the first property without a place in the table; 0 = none */
    uint8_t count;
    uint8_t orientation; /* as in EXIF; 0 = neither rotated nor mirrored by a property */
    bool is_unknown;     /* the image has a property that was lost */
};

void image_properties_add(struct image_properties *properties, struct image_property property);

/* The image has the property with this index; the order of calls matters. */
void image_properties_apply(struct image_properties *properties, uint16_t index);

#endif
