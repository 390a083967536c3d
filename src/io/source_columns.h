/* The columns of a table by name: which one holds the URLs, and the keys of the others. */
#ifndef HAUL_IO_SOURCE_COLUMNS_H
#define HAUL_IO_SOURCE_COLUMNS_H

#include "base/common.h"
#include "base/error.h"
#include "model/list_entry.h"
#include "model/name_template.h"

#define SOURCE_COLUMNS_MAX (LIST_ENTRY_FIELDS_MAX + 1) /* the URL's too */

struct source_columns {
    size_t count;
    size_t url_index;
    struct list_field *names; /* keys of all columns */
    char *bytes;              /* what they are made of */
};

/* From the values of the first row's cells, which are UTF-8 and together less than 1 MiB; NULL
 * (ERROR_INPUT) when none is the column of URLs, or there are more than SOURCE_COLUMNS_MAX (`count`
 * may be larger then than what `cells` holds). A name that comes again gets "_2", "_3" ..., but for
 * "header", which is repeatable; an empty one is "column_N". `wanted` and the list's name are lent
 * for the call. */
struct source_columns *source_columns_create(const struct list_field *cells, size_t count,
                                             const char *wanted, const char *list_name,
                                             struct error *error);
void source_columns_destroy(struct source_columns *columns); /* NULL is fine */

/* False (ERROR_INPUT) when names of files are to be made of a column that is not there, and no
 * column called "out" gives names. `template` may be NULL. */
bool source_columns_serve(const struct source_columns *columns,
                          const struct name_template *template, const char *list_name,
                          struct error *error);

/* Sets the keys of fields that stand for all columns but the URL's, in order. */
void source_columns_set_keys(const struct source_columns *columns, struct list_field *fields);

#endif
