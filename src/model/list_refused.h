/* What a refused line says beside its URL, as it is listed: for failed.tsv, so that trying that
 * list again refuses the line again instead of downloading without what was asked. */
#ifndef HAUL_MODEL_LIST_REFUSED_H
#define HAUL_MODEL_LIST_REFUSED_H

#include "model/list_entry.h"

enum list_refused_key {
    LIST_REFUSED_OUT,
    LIST_REFUSED_DIR,
    LIST_REFUSED_CHECKSUM,
    LIST_REFUSED_HEADER,
    LIST_REFUSED_REFERER,
    LIST_REFUSED_COUNT,
};

struct list_refused {
    char *texts[LIST_REFUSED_COUNT]; /* NULL = not given */
};

/* The last field of each key counts. Unless the checksum itself cannot be read, a word that is none
 * stands in its place, so that the line is refused again. is_whole false: the line could not even
 * be taken apart. */
struct list_refused *list_refused_create(const struct list_field *fields, size_t field_count,
                                         bool is_whole);
void list_refused_destroy(struct list_refused *refused);       /* NULL is fine */
size_t list_refused_bytes(const struct list_refused *refused); /* NULL gives 0 */

#endif
