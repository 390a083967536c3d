/* Who has which name, in a run: at most 16 bytes per name.
 *
 * Claims are made in list order by one thread. Two names clash when they are equal but for case and
 * Unicode form; a name without an extension will get one when the type is known, so it claims its
 * stem with every extension. The second claimant of a.jpg gets a-2.jpg, then a-3.jpg ...
 * Only hashes are kept: two names with the same hash cost one of them a number that it did not
 * need, never its file. */
#ifndef HAUL_MODEL_NAME_TABLE_H
#define HAUL_MODEL_NAME_TABLE_H

#include "model/name.h"

struct name_table;

struct name_table *name_table_create(void);
void name_table_destroy(struct name_table *table);

/* Asked about each candidate that the table finds free: true when somebody outside the table has
 * it (an earlier run's file of another URL). The function may be NULL: nobody has. */
struct name_owner {
    bool (*is_taken)(void *context, const char *name);
    void *context;
};

/* Claims `wanted` or the first free numbered form of it; writes what was claimed. After a thousand
 * taken numbers it skips some, so that no list makes it search for long. */
void name_table_claim(struct name_table *table, const char *wanted, struct name_owner owner,
                      char out_name[NAME_SIZE]);

/* Claims exactly this name (an earlier run gave it), whoever else may have it. */
void name_table_add(struct name_table *table, const char *name);

size_t name_table_bytes(const struct name_table *table); /* memory that it takes */

#endif
