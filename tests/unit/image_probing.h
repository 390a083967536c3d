/* Files for model/image written out byte by byte, and ways to feed them to a probe. */
#ifndef HAUL_TESTS_IMAGE_PROBING_H
#define HAUL_TESTS_IMAGE_PROBING_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/image.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

/* One entry in IFD0: orientation, a SHORT. `value` is a string of one byte; 26 bytes in all. */
#define EXIF_LITTLE(value) "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0" value "\0\0\0\0\0\0\0"
#define EXIF_BIG(value) "MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0" value "\0\0\0\0\0\0"

struct image_file {
    const char *name;
    const char *media_type;
    const char *bytes;
    size_t length;
};

/* What a probe says of a body that comes in pieces of this length. Each piece is on the heap and no
 * longer than said, so that a read behind its end is noticed; so is the probe. */
static inline struct image_info probe_pieces(const struct image_file *file, size_t length,
                                             size_t piece, bool has_ended)
{
    struct image_probe *probe = malloc(sizeof(*probe));
    ck_assert_ptr_nonnull(probe);
    ck_assert(image_probe_begin(probe, file->media_type));
    for (size_t at = 0; at < length; at += piece) {
        size_t step = piece < length - at ? piece : length - at;
        char *copy = malloc(step);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, file->bytes + at, step);
        image_probe_add(probe, copy, step);
        free(copy);
    }
    struct image_info info = image_probe_info(probe, has_ended);
    free(probe);
    return info;
}

/* What it says of the first bytes of a body, fed at once, when no more come. */
static inline struct image_info probe_prefix(const struct image_file *file, size_t length)
{
    return probe_pieces(file, length, length > 0 ? length : 1, true);
}

static inline bool equal_infos(struct image_info left, struct image_info right)
{
    return left.format == right.format && left.width == right.width &&
           left.height == right.height && left.orientation == right.orientation &&
           left.end == right.end && left.missing == right.missing;
}

/* Fails unless every way to cut the file into pieces leads to the same. */
static inline void check_pieces(const struct image_file *file)
{
    struct image_info whole = probe_prefix(file, file->length);
    struct image_info open = probe_pieces(file, file->length, file->length, false);
    for (size_t piece = 1; piece < file->length; piece++) {
        ck_assert_msg(equal_infos(probe_pieces(file, file->length, piece, true), whole) &&
                          equal_infos(probe_pieces(file, file->length, piece, false), open),
                      "%s in pieces of %zu", file->name, piece);
    }
}

#endif
