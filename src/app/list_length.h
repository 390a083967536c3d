/* How many URLs regular list files hold, counted bit by bit beside a run that has read only the
 * beginning of them. */
#ifndef HAUL_APP_LIST_LENGTH_H
#define HAUL_APP_LIST_LENGTH_H

#include "app/lists.h"

struct list_length;

/* Opens the lists once more. NULL when one of them is no regular file, cannot be opened, or when
 * there are many. Operands are lent. */
struct list_length *list_length_open(const struct string_list *operands,
                                     const struct source_settings *settings);
void list_length_close(struct list_length *length); /* NULL is fine */

/* Goes on counting until the monotonic time, about; true when all are counted. What cannot be read
 * is not counted. */
bool list_length_count(struct list_length *length, int64_t until_us, uint64_t *out_total);

#endif
