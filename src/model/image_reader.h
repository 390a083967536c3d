/* One image format behind model/image: a small machine that is fed with bytes.
 *
 * For the files model/image_*.c only. A reader's state lies in the probe, zeroed before begin. */
#ifndef HAUL_MODEL_IMAGE_READER_H
#define HAUL_MODEL_IMAGE_READER_H

#include "model/image.h"

struct image_reader {
    const char *format;
    void (*begin)(void *state); /* may be NULL: zeroes are a beginning */
    void (*add)(void *state, const unsigned char *bytes, size_t length);
    /* Fills all but `format` in a zeroed *out; `has_ended` as in image_probe_info. */
    void (*describe)(const void *state, bool has_ended, struct image_info *out);
};

/* Each in its file model/image_*.c; AVIF and HEIF are both in image_isobmff.c. */
extern const struct image_reader IMAGE_JPEG, IMAGE_PNG, IMAGE_GIF, IMAGE_WEBP, IMAGE_BMP;
extern const struct image_reader IMAGE_TIFF, IMAGE_AVIF, IMAGE_HEIF, IMAGE_ICO, IMAGE_SVG,
    IMAGE_JXL;

/* Says whether the end is there: `missing` is what was not found, NULL when nothing is missing. */
static inline void image_conclude(struct image_info *out, bool has_ended, const char *missing)
{
    out->missing = has_ended ? missing : NULL;
    out->end = !has_ended        ? IMAGE_END_UNKNOWN
               : missing == NULL ? IMAGE_END_SEEN
                                 : IMAGE_END_MISSING;
}

/* Gathers the next `wanted` bytes of a stream in a buffer of the state. Takes what it can from
 * *bytes and *length and moves them on; true when all are there. */
static inline bool image_collect(unsigned char *buffer, size_t *have, size_t wanted,
                                 const unsigned char **bytes, size_t *length)
{
    while (*length > 0 && *have < wanted) {
        buffer[(*have)++] = *(*bytes)++;
        (*length)--;
    }
    return *have == wanted;
}

/* Passes over up to *skip bytes. */
static inline void image_skip(uint64_t *skip, const unsigned char **bytes, size_t *length)
{
    size_t step = *skip < *length ? (size_t)*skip : *length;
    *skip -= step;
    *bytes += step;
    *length -= step;
}

static inline uint32_t image_big16(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static inline uint32_t image_big32(const unsigned char *bytes)
{
    return image_big16(bytes) << 16 | image_big16(bytes + 2);
}

static inline uint32_t image_little16(const unsigned char *bytes)
{
    return (uint32_t)bytes[1] << 8 | bytes[0];
}

static inline uint32_t image_little32(const unsigned char *bytes)
{
    return image_little16(bytes + 2) << 16 | image_little16(bytes);
}

/* Orientations 5 to 8 lie on their side: width and height as shown are exchanged. */
static inline void image_orient(struct image_info *info)
{
    if (info->orientation >= 5 && info->orientation <= 8) {
        uint32_t width = info->width;
        info->width = info->height;
        info->height = width;
    }
}

#endif
