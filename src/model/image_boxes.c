#include "model/image_boxes.h"

#include "model/image_number.h"

enum {
    SHORT_HEADER = 8,
    LONG_HEADER = 16,
};

static size_t minimum(uint64_t room, size_t length)
{
    return room < length ? (size_t)room : length;
}

static void advance(struct box_walk *walk, struct box_bytes *bytes, size_t count)
{
    bytes->bytes += count;
    bytes->length -= count;
    walk->position += count;
}

static uint64_t innermost_end(const struct box_walk *walk)
{
    return walk->depth == 0 ? UINT64_MAX : walk->ends[walk->depth - 1];
}

/* The header is in the buffer: 8 bytes, or 16 when the size is a long one. */
static bool open_box(struct box_walk *walk)
{
    bool is_long = walk->header_have == LONG_HEADER;
    uint64_t size = is_long ? image_big64(walk->header + SHORT_HEADER) : image_big32(walk->header);
    uint64_t end = image_sum(walk->position, size - walk->header_have);
    if (size == 0 && !is_long && walk->depth == 0) {
        walk->is_unbounded = true;
        end = UINT64_MAX;
    } else if (size < walk->header_have || end > innermost_end(walk)) {
        return false;
    }
    if (walk->depth == BOX_DEPTH_MAX)
        return false;
    walk->types[walk->depth] = image_big32(walk->header + 4);
    walk->ends[walk->depth++] = end;
    walk->header_have = 0;
    walk->is_leaf = true;
    return true;
}

/* Takes the next byte of a header; true when that was the last one. */
static bool take_header(struct box_walk *walk, struct box_bytes *bytes)
{
    walk->header[walk->header_have++] = *bytes->bytes;
    advance(walk, bytes, 1);
    bool is_long = walk->header_have >= SHORT_HEADER && image_big32(walk->header) == 1;
    return walk->header_have == (is_long ? LONG_HEADER : SHORT_HEADER);
}

enum box_event box_walk_next(struct box_walk *walk, struct box_bytes *bytes, uint32_t *out_type,
                             struct box_bytes *out_piece)
{
    while (!walk->is_broken) {
        uint64_t room = innermost_end(walk) - walk->position;
        if (room == 0 && walk->depth > 0) {
            walk->is_broken = walk->header_have > 0 || walk->skip > 0;
            *out_type = walk->types[--walk->depth];
            walk->is_leaf = false;
            return BOX_ENDS;
        }
        if (bytes->length == 0)
            return BOX_WAITS;
        if (walk->is_leaf) {
            *out_type = box_walk_type(walk, 0);
            *out_piece = (struct box_bytes){bytes->bytes, minimum(room, bytes->length)};
            advance(walk, bytes, out_piece->length);
            return BOX_CONTENT;
        }
        if (walk->skip > 0) {
            advance(walk, bytes, 1);
            walk->skip--;
        } else if (take_header(walk, bytes)) {
            *out_type = image_big32(walk->header + 4);
            if (open_box(walk))
                return BOX_BEGINS;
            walk->is_broken = true;
        }
    }
    advance(walk, bytes, bytes->length);
    return BOX_WAITS;
}

void box_walk_enter(struct box_walk *walk, uint8_t skip)
{
    walk->is_leaf = false;
    walk->skip = skip;
}

uint32_t box_walk_type(const struct box_walk *walk, unsigned above)
{
    return above < walk->depth ? walk->types[walk->depth - 1 - above] : 0;
}

bool box_walk_is_between(const struct box_walk *walk)
{
    return !walk->is_broken && walk->depth == 0 && walk->header_have == 0;
}
