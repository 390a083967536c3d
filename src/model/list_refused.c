#include "model/list_refused.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define NOT_A_CHECKSUM "refused"

static const char *const KEYS[LIST_REFUSED_COUNT] = {
    [LIST_REFUSED_OUT] = "out",           [LIST_REFUSED_DIR] = "dir",
    [LIST_REFUSED_CHECKSUM] = "checksum", [LIST_REFUSED_HEADER] = "header",
    [LIST_REFUSED_REFERER] = "referer",
};

struct list_refused *list_refused_create(const struct list_field *fields, size_t field_count,
                                         bool is_whole)
{
    struct list_refused *refused = memory_allocate_zeroed(1, sizeof *refused);
    for (size_t i = 0; i < LIST_REFUSED_COUNT; i++) {
        const struct list_field *field =
            list_field_find(fields, field_count, KEYS[i], strlen(KEYS[i]));
        if (field != NULL && field->value_length > 0)
            refused->texts[i] = memory_copy_bytes(field->value, field->value_length);
    }
    /* A checksum that is refused for itself stays; else its place tells that something was. */
    struct checksum checksum;
    const char *reason;
    const char *text = refused->texts[LIST_REFUSED_CHECKSUM];
    if (!is_whole || text == NULL || checksum_parse(text, strlen(text), &checksum, &reason)) {
        free(refused->texts[LIST_REFUSED_CHECKSUM]);
        refused->texts[LIST_REFUSED_CHECKSUM] = memory_copy_string(NOT_A_CHECKSUM);
    }
    return refused;
}

void list_refused_destroy(struct list_refused *refused)
{
    if (refused == NULL)
        return;
    for (size_t i = 0; i < LIST_REFUSED_COUNT; i++)
        free(refused->texts[i]);
    free(refused);
}

size_t list_refused_bytes(const struct list_refused *refused)
{
    size_t bytes = refused != NULL ? sizeof *refused : 0;
    for (size_t i = 0; refused != NULL && i < LIST_REFUSED_COUNT; i++)
        bytes += refused->texts[i] != NULL ? strlen(refused->texts[i]) + 1 : 0;
    return bytes;
}
