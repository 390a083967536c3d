#include "model/image_properties.h"

#include "model/image_number.h"

/* What an orientation of EXIF becomes when the image as shown is changed once more. */
static const uint8_t TURNED[] = {0, 8, 5, 6, 7, 4, 1, 2, 3};
static const uint8_t TOP_AND_BOTTOM[] = {0, 4, 3, 2, 1, 8, 7, 6, 5};
static const uint8_t LEFT_AND_RIGHT[] = {0, 2, 1, 4, 3, 6, 5, 8, 7};

static void rotate(struct image_properties *properties, unsigned turns)
{
    for (unsigned i = 0; i < turns; i++) {
        uint32_t width = properties->width;
        properties->width = properties->height;
        properties->height = width;
        properties->orientation = TURNED[properties->orientation];
    }
}

static void apply(struct image_properties *properties, const struct image_property *property)
{
    if (property->kind >= IMAGE_PROPERTY_ROTATE && properties->orientation == 0)
        properties->orientation = 1;
    switch (property->kind) {
    case IMAGE_PROPERTY_SIZE:
    case IMAGE_PROPERTY_CROP:
        properties->width = property->width;
        properties->height = property->height;
        break;
    case IMAGE_PROPERTY_ROTATE:
        rotate(properties, property->value & 3);
        break;
    case IMAGE_PROPERTY_MIRROR:
        properties->orientation = (property->value & 1) != 0
                                      ? LEFT_AND_RIGHT[properties->orientation]
                                      : TOP_AND_BOTTOM[properties->orientation];
        break;
    }
}

void image_properties_add(struct image_properties *properties, struct image_property property)
{
    if (properties->count < IMAGE_PROPERTIES_MAX)
        properties->table[properties->count++] = property;
    else if (properties->first_lost == 0)
        properties->first_lost = property.index;
}

void image_properties_apply(struct image_properties *properties, uint16_t index)
{
    for (uint8_t i = 0; i < properties->count; i++) {
        if (properties->table[i].index == index) {
            apply(properties, &properties->table[i]);
            return;
        }
    }
    /* Kinds that do not matter are not in the table either: only what could have been lost. */
    if (properties->first_lost != 0 && index >= properties->first_lost)
        properties->is_unknown = true;
}
