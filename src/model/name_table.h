/* Who has which name, in a run: at most 16 bytes per file, and as much for each directory (twice
 * for one with an extension or a number).
 *
 * Claims are made in list order by one thread. Names are relative paths (model/name_path). Two
 * names clash when they are equal but for case and Unicode form; a name without an extension will
 * get one when the type is known, so it claims its stem with every extension. The second claimant
 * of a.jpg gets a-2.jpg, then a-3.jpg ...
 *
 * A file never gets the name of a directory, nor a directory that of a file: after the file a, the
 * wanted a/b becomes a-2/b, and so does every other path that begins with a/; after a/b, the file a
 * becomes a-2. A directory keeps the spelling that it got first; one that differs from it in
 * nothing but case or Unicode form gets a number: after A/x, the wanted a/y becomes a-2/y. A wanted
 * a-2/c is put into the same directory. Only hashes are kept: two names with the same hash cost one
 * of them a number that it did not need, never its file. */
#ifndef HAUL_MODEL_NAME_TABLE_H
#define HAUL_MODEL_NAME_TABLE_H

#include "model/name.h"
#include "model/name_path.h"

struct name_table;

struct name_table *name_table_create(void);
void name_table_destroy(struct name_table *table);

/* Asked about each candidate that the table finds free: true when somebody outside the table has
 * it (an earlier run's file of another URL). For a directory: true when something that is no
 * directory has it; asked once for each new directory. The function may be NULL: nobody has. */
struct name_owner {
    bool (*is_taken)(void *context, const char *path, bool is_directory);
    void *context;
};

/* Claims `wanted` or the first free numbered form of it; writes what was claimed. `wanted` is
 * within the limits of name_path_limit. After a thousand taken numbers it skips some, so that no
 * list makes it search for long. is_open: the extension may still change, so the stem is claimed
 * with every extension whatever it is now. */
void name_table_claim(struct name_table *table, const char *wanted, bool is_open,
                      struct name_owner owner, char out_path[NAME_PATH_SIZE]);

/* Claims only the directories of `wanted`; the last component stays as it is. */
void name_table_claim_directories(struct name_table *table, const char *wanted,
                                  struct name_owner owner, char out_path[NAME_PATH_SIZE]);

/* Claims exactly this path and its directories (an earlier run gave it), whoever else may have it.
 */
void name_table_add(struct name_table *table, const char *path);

size_t name_table_bytes(const struct name_table *table); /* memory that it takes */

#endif
