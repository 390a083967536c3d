/* The orientation out of an EXIF block (tag 274 of IFD0; TIFF 6.0, section 2), read while it
 * arrives: what precedes and follows that one entry is passed over, so a block of any size costs 32
 * bytes.
 *
 * Zeroes are a beginning. An "Exif\0\0" in front, which some writers leave there, is passed over
 * too. */
#ifndef HAUL_MODEL_IMAGE_EXIF_H
#define HAUL_MODEL_IMAGE_EXIF_H

#include "base/common.h"

struct image_exif {
    uint8_t orientation; /* 1 to 8; 0 = not said, or not yet */

    uint8_t step; /* the rest is private */
    bool is_little_endian;
    unsigned char buffer[12];
    uint32_t entries; /* of IFD0, still to come */
    size_t have;
    uint64_t skip;
};

/* The next bytes of the block, from its very first on. */
void image_exif_add(struct image_exif *exif, const unsigned char *bytes, size_t length);

#endif
