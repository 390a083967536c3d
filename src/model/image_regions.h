/* Parts of a file that lie ahead of a stream and are to be read when it comes to them, nearest
 * first. A small table: what finds no room, and what already lies behind, is lost. */
#ifndef HAUL_MODEL_IMAGE_REGIONS_H
#define HAUL_MODEL_IMAGE_REGIONS_H

#include "base/common.h"

#define IMAGE_REGIONS_MAX 10

/* `count`, `kind` and `type` are the caller's. */
struct image_region {
    uint64_t offset;
    uint64_t count;
    uint8_t kind;
    uint8_t type;
};

/* A value; zeroes are an empty table. */
struct image_regions {
    struct image_region regions[IMAGE_REGIONS_MAX];
    uint8_t count;
    bool have_lost; /* some region was not given back */
};

void image_regions_add(struct image_regions *regions, struct image_region region);

/* Takes the nearest region at or behind `position`; false when there is none. */
bool image_regions_take(struct image_regions *regions, uint64_t position,
                        struct image_region *out_region);

/* Loses all regions of a kind. */
void image_regions_drop(struct image_regions *regions, uint8_t kind);

#endif
