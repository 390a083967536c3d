/* The item locations of a HEIF file (box iloc; ISO/IEC 14496-12, 8.11.3): how many bytes the file
 * must have for the items in it. */
#ifndef HAUL_MODEL_IMAGE_LOCATIONS_H
#define HAUL_MODEL_IMAGE_LOCATIONS_H

#include "base/common.h"

#define IMAGE_LOCATIONS_FIRST 6 /* bytes of the first field */

/* A value; zeroes are a beginning. */
struct image_locations {
    uint64_t needed; /* where the last extent ends */
    uint64_t base;   /* of the extents of an item */
    uint32_t items_left;
    uint16_t extents_left;
    uint8_t step;
    uint8_t version;
    uint8_t offset_bytes; /* 0, 4 or 8, like the next three */
    uint8_t length_bytes;
    uint8_t base_bytes;
    uint8_t index_bytes;
    bool is_in_file; /* the item, in bytes of its own */
    bool is_unsure;  /* an extent does not say how long it is */
    bool have_any;   /* extents */
    bool are_whole;  /* all were read */
};

/* Takes the next field of the box; returns the length of the one behind it, at most 24 bytes, or 0
 * when no more is wanted. */
size_t image_locations_take(struct image_locations *locations, const unsigned char *field);

#endif
