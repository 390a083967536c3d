/* Where the strips or tiles of one TIFF directory end.
 *
 * Offsets and lengths are two arrays of any length that pass one after the other, so pairs cannot
 * be kept: only that of the piece that lies last. It ends last too, because pieces do not overlap
 * (TIFF 6.0, section 7); where the lengths disprove that, the end is not known. */
#ifndef HAUL_MODEL_IMAGE_PIECES_H
#define HAUL_MODEL_IMAGE_PIECES_H

#include "base/common.h"

/* A value, zeroed before use. The counts are set before the elements are taken. */
struct image_pieces {
    uint64_t offset_count;
    uint64_t offsets_read;
    uint64_t length_count;
    uint64_t lengths_read;
    uint64_t lowest; /* offset */
    uint64_t highest;
    uint64_t highest_index;
    uint64_t highest_length; /* 0 = it passed before its index was known */
    uint64_t final_length;   /* of the last index */
    uint64_t length_sum;
    bool is_shared; /* two pieces have the highest offset */
};

void image_pieces_offset(struct image_pieces *pieces, uint64_t offset);
void image_pieces_length(struct image_pieces *pieces, uint64_t length);

/* The file needs at least *out_end bytes for the pieces; false when that cannot be told. */
bool image_pieces_end(const struct image_pieces *pieces, uint64_t *out_end);

#endif
