/* Pieces of a list's values: what stands between TABs, without the blanks around it. */
#ifndef HAUL_MODEL_LIST_PART_H
#define HAUL_MODEL_LIST_PART_H

#include "base/common.h"

/* Bytes of somebody else; what is not given is empty. */
struct list_part {
    const char *bytes;
    size_t length;
};

/* A part and where it stood. */
struct list_placed_part {
    struct list_part part;
    size_t place;
};

struct list_part list_part_trim(struct list_part part);

/* Takes the next part that is not empty from a text with TABs between them. */
bool list_part_take(struct list_part *rest, struct list_part *out);

bool list_part_has_control(struct list_part part); /* below U+0020, or DEL */

/* Keeps the first, or the last, of equal parts, in the order of their places. Returns how many. */
size_t list_part_remove_equal(struct list_placed_part *parts, size_t count, bool keeps_last);

#endif
