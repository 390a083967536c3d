#include "model/image_regions.h"

static void remove_at(struct image_regions *regions, uint8_t index)
{
    regions->regions[index] = regions->regions[--regions->count];
}

void image_regions_add(struct image_regions *regions, struct image_region region)
{
    if (regions->count == IMAGE_REGIONS_MAX)
        regions->have_lost = true;
    else
        regions->regions[regions->count++] = region;
}

bool image_regions_take(struct image_regions *regions, uint64_t position,
                        struct image_region *out_region)
{
    uint8_t nearest = 0;
    for (uint8_t i = 0; i < regions->count;) {
        if (regions->regions[i].offset < position) {
            regions->have_lost = true;
            remove_at(regions, i);
        } else {
            if (regions->regions[i].offset < regions->regions[nearest].offset)
                nearest = i;
            i++;
        }
    }
    if (regions->count == 0)
        return false;
    *out_region = regions->regions[nearest];
    remove_at(regions, nearest);
    return true;
}

void image_regions_drop(struct image_regions *regions, uint8_t kind)
{
    for (uint8_t i = 0; i < regions->count;) {
        if (regions->regions[i].kind == kind) {
            regions->have_lost = true;
            remove_at(regions, i);
        } else {
            i++;
        }
    }
}
