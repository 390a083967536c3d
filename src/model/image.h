/* What an image is, told by its bytes while they arrive: its size in pixels, and whether its end
 * was seen. Nothing is decoded; the work is a few comparisons for each structure of the file.
 *
 * A probe is embedded, owned by one thread, holds no memory of its own and takes a body in pieces
 * of any size. Whatever the bytes say, it takes constant memory and time that is linear in them. */
#ifndef HAUL_MODEL_IMAGE_H
#define HAUL_MODEL_IMAGE_H

#include "base/common.h"

#define IMAGE_STATE_BYTES 512

enum image_end {
    IMAGE_END_UNKNOWN, /* the format, or this file, does not say where it ends */
    IMAGE_END_MISSING, /* the file is cut short */
    IMAGE_END_SEEN,    /* complete; what follows the end does not count */
};

struct image_info {
    const char *format; /* jpeg png gif webp bmp tiff avif heif ico svg jxl; NULL = no image */
    uint32_t width;     /* pixels as shown, after `orientation`; 0 = unknown, or not yet */
    uint32_t height;
    uint8_t orientation; /* 1 to 8 as in EXIF (tag 274); 0 = not said */
    enum image_end end;
    const char *missing; /* with IMAGE_END_MISSING: what was not found ("no EOI marker") */
};

struct image_reader; /* of one format, in model/image_reader.h */

struct image_probe {
    const struct image_reader *reader; /* NULL = no image */
    _Alignas(8) unsigned char state[IMAGE_STATE_BYTES];
};

/* Begins a body whose first bytes gave this media type (model/content_type); NULL, or a type that
 * is no image, makes a probe that ignores what it is given. False then. */
bool image_probe_begin(struct image_probe *probe, const char *media_type);

/* The next bytes of the body, from its very first on. */
void image_probe_add(struct image_probe *probe, const char *bytes, size_t length);

/* What is known so far; once the body has ended (is_complete_body), also whether its end is there.
 * Before that `end` is IMAGE_END_UNKNOWN. */
struct image_info image_probe_info(const struct image_probe *probe, bool has_ended);

#endif
