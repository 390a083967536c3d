/* The pieces of a template of names, shared by its parser (name_template) and what makes paths of
 * it (name_template_expand). */
#ifndef HAUL_MODEL_NAME_TEMPLATE_PARTS_H
#define HAUL_MODEL_NAME_TEMPLATE_PARTS_H

#include <string.h>

#include "model/name_template.h"

enum part_kind {
    PART_LITERAL,
    PART_NAME,
    PART_STEM,
    PART_EXT,
    PART_HOST,
    PART_PATH,
    PART_INDEX,
    PART_LINE,
    PART_SHA256,
    PART_COLUMN,
};

/* A piece of the template. Its text lies in the template's own: escaped if it is a literal. */
struct part {
    enum part_kind kind;
    unsigned width;
    size_t offset;
    size_t length;
};

struct name_template {
    struct text text;
    struct part *parts;
    size_t count;
    bool has_digest;
};

/* Lists keep the URL apart from the other columns. */
static inline bool name_template_is_url_column(const char *column, size_t length)
{
    return length == 3 && memcmp(column, "url", 3) == 0;
}

#endif
