#include "model/image_pieces.h"

#include "model/image_number.h"

void image_pieces_offset(struct image_pieces *pieces, uint64_t offset)
{
    uint64_t index = pieces->offsets_read++;
    if (offset == 0) /* a piece that was left out */
        return;
    if (pieces->lowest == 0 || offset < pieces->lowest)
        pieces->lowest = offset;
    if (offset == pieces->highest) {
        pieces->is_shared = true;
    } else if (offset > pieces->highest) {
        pieces->is_shared = false;
        pieces->highest = offset;
        pieces->highest_index = index;
    }
}

void image_pieces_length(struct image_pieces *pieces, uint64_t length)
{
    uint64_t index = pieces->lengths_read++;
    bool is_highest_known =
        pieces->offset_count > 0 && pieces->offsets_read == pieces->offset_count;
    if (is_highest_known && index == pieces->highest_index)
        pieces->highest_length = length;
    pieces->final_length = length;
    pieces->length_sum = image_sum(pieces->length_sum, length);
}

bool image_pieces_end(const struct image_pieces *pieces, uint64_t *out_end)
{
    bool is_last_highest = pieces->highest_index + 1 == pieces->offset_count;
    uint64_t length = is_last_highest ? pieces->final_length : pieces->highest_length;
    uint64_t end = image_sum(pieces->highest, length);
    if (pieces->offset_count != pieces->length_count ||
        pieces->offsets_read != pieces->offset_count ||
        pieces->lengths_read != pieces->length_count)
        return false;
    if (pieces->lowest == 0 || pieces->is_shared || length == 0 ||
        pieces->length_sum > end - pieces->lowest)
        return false;
    *out_end = end;
    return true;
}
