/* Walks the boxes of an ISO base media file (ISO/IEC 14496-12, 4.2) while its bytes arrive.
 *
 * The caller asks for one event after another until it gets BOX_WAITS, which means that all bytes
 * were taken. A box whose size makes no sense, or that is longer than the one around it, breaks
 * the walk: nothing more is told. */
#ifndef HAUL_MODEL_IMAGE_BOXES_H
#define HAUL_MODEL_IMAGE_BOXES_H

#include "base/common.h"

#define BOX_DEPTH_MAX 6

#define BOX_TYPE(a, b, c, d)                                                                       \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

enum box_event {
    BOX_WAITS,
    BOX_BEGINS, /* the header is read */
    BOX_CONTENT,
    BOX_ENDS,
};

/* A value; zeroes are a beginning. Fields up to `depth` may be read. */
struct box_walk {
    uint64_t position;   /* bytes received */
    bool is_broken;      /* boxes cannot be told apart from here on */
    bool is_unbounded;   /* the box without a size, which goes to the end of the file, has begun */
    uint8_t depth;       /* of the innermost open box, 1 = at the top; 0 between boxes */
    uint8_t header_have; /* bytes of a box that has not begun yet */
    bool is_leaf;
    uint8_t skip; /* bytes before the first box in the innermost one */
    unsigned char header[16];
    uint32_t types[BOX_DEPTH_MAX];
    uint64_t ends[BOX_DEPTH_MAX];
};

/* A part of a body, which the walk moves through. */
struct box_bytes {
    const unsigned char *bytes;
    size_t length;
};

/* The type concerned is box_walk_type(walk, 0); with BOX_ENDS it is in *out_type, because that box
 * is open no more. With BOX_CONTENT, *out_piece is the next part of what is in the box. */
enum box_event box_walk_next(struct box_walk *walk, struct box_bytes *bytes, uint32_t *out_type,
                             struct box_bytes *out_piece);

/* Right after BOX_BEGINS: the box holds boxes, `skip` bytes behind its header. */
void box_walk_enter(struct box_walk *walk, uint8_t skip);

/* The type of the innermost open box, or of one `above` levels around it; 0 = there is none. */
uint32_t box_walk_type(const struct box_walk *walk, unsigned above);

/* The file ends, or could end, with a whole box of a known size. */
bool box_walk_is_between(const struct box_walk *walk);

#endif
