#include "model/list_part.h"

#include <stdlib.h>
#include <string.h>

static int compare_parts(struct list_part a, struct list_part b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter > 0 ? memcmp(a.bytes, b.bytes, shorter) : 0;
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_places(const void *left, const void *right)
{
    const struct list_placed_part *a = left;
    const struct list_placed_part *b = right;
    return (a->place > b->place) - (a->place < b->place);
}

static int compare_parts_and_places(const void *left, const void *right)
{
    const struct list_placed_part *a = left;
    const struct list_placed_part *b = right;
    int order = compare_parts(a->part, b->part);
    return order != 0 ? order : compare_places(left, right);
}

struct list_part list_part_trim(struct list_part part)
{
    while (part.length > 0 && *part.bytes == ' ') {
        part.bytes++;
        part.length--;
    }
    while (part.length > 0 && part.bytes[part.length - 1] == ' ')
        part.length--;
    return part;
}

bool list_part_take(struct list_part *rest, struct list_part *out)
{
    struct list_part part = {NULL, 0};
    while (rest->length > 0 && part.length == 0) {
        const char *tab = memchr(rest->bytes, '\t', rest->length);
        size_t length = tab != NULL ? (size_t)(tab - rest->bytes) : rest->length;
        part = list_part_trim((struct list_part){rest->bytes, length});
        length += tab != NULL;
        rest->bytes += length;
        rest->length -= length;
    }
    if (part.length > 0)
        *out = part;
    return part.length > 0;
}

bool list_part_has_control(struct list_part part)
{
    for (size_t i = 0; i < part.length; i++) {
        unsigned char byte = (unsigned char)part.bytes[i];
        if (byte < 0x20 || byte == 0x7F)
            return true;
    }
    return false;
}

size_t list_part_remove_equal(struct list_placed_part *parts, size_t count, bool keeps_last)
{
    size_t kept = 0;
    if (count < 2)
        return count;
    /* Sorted, because lists are hostile: comparing each with each would take seconds a line. */
    qsort(parts, count, sizeof(*parts), compare_parts_and_places);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || compare_parts(parts[kept - 1].part, parts[i].part) != 0)
            parts[kept++] = parts[i];
        else if (keeps_last)
            parts[kept - 1] = parts[i];
    }
    qsort(parts, kept, sizeof(*parts), compare_places);
    return kept;
}
