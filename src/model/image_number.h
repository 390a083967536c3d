/* Numbers that image files hold. Sums and products stop at the highest value, so that no length of
 * a hostile file wraps into a small one: what ends at UINT64_MAX lies beyond every body.
 *
 * For the files model/image_*.c only. */
#ifndef HAUL_MODEL_IMAGE_NUMBER_H
#define HAUL_MODEL_IMAGE_NUMBER_H

#include "model/image_reader.h"

#define IMAGE_PIXELS_MAX (UINT32_C(1) << 31)

static inline uint64_t image_big64(const unsigned char *bytes)
{
    return (uint64_t)image_big32(bytes) << 32 | image_big32(bytes + 4);
}

static inline uint64_t image_little64(const unsigned char *bytes)
{
    return (uint64_t)image_little32(bytes + 4) << 32 | image_little32(bytes);
}

static inline uint64_t image_sum(uint64_t first, uint64_t second)
{
    uint64_t sum;
    return __builtin_add_overflow(first, second, &sum) ? UINT64_MAX : sum;
}

static inline uint64_t image_product(uint64_t first, uint64_t second)
{
    uint64_t product;
    return __builtin_mul_overflow(first, second, &product) ? UINT64_MAX : product;
}

static inline void image_raise(uint64_t *highest, uint64_t value)
{
    if (*highest < value)
        *highest = value;
}

/* A width or height that can be believed, else 0 for unknown. */
static inline uint32_t image_pixels(uint64_t value)
{
    return value <= IMAGE_PIXELS_MAX ? (uint32_t)value : 0;
}

#endif
