/* Lengths as SVG writes them ("12.5mm"), and the size in pixels that an <svg> element asks for
 * (SVG 2, 8.2 and 8.12; CSS 2, 10.3.2). Numbers are read alike in every locale. */
#ifndef HAUL_MODEL_IMAGE_LENGTHS_H
#define HAUL_MODEL_IMAGE_LENGTHS_H

#include "base/common.h"

enum image_length_kind {
    IMAGE_LENGTH_AUTO, /* not said, or a part of something unknown */
    IMAGE_LENGTH_KNOWN,
    IMAGE_LENGTH_UNKNOWN, /* depends on the font or the window */
};

struct image_length {
    enum image_length_kind kind;
    double pixels; /* at 96 to an inch */
};

struct image_view_box {
    bool is_known;
    double width;
    double height;
};

/* The value of an attribute width or height, or of viewBox; what is no length counts as auto, and
 * four numbers that make no area as no box. */
struct image_length image_length_parse(const char *text);
struct image_view_box image_view_box_parse(const char *text);

/* Rounded to the nearest pixel; 0 = unknown. */
void image_lengths_resolve(struct image_length width, struct image_length height,
                           struct image_view_box box, uint32_t *out_width, uint32_t *out_height);

#endif
