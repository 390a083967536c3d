/* What a run warns about: kept for the report, and handed to whoever shows it at once.
 *
 * Any thread may add and copy. After a hundred, more are only counted, so that no list makes the
 * memory grow. */
#ifndef HAUL_APP_WARNINGS_H
#define HAUL_APP_WARNINGS_H

#include "base/common.h"

struct warnings;

struct warnings *warnings_create(void);
void warnings_destroy(struct warnings *warnings); /* NULL is fine */

/* Where new ones are shown; NULL = on stderr at once. Before other threads add. The hook is called
 * without a lock. */
void warnings_show_with(struct warnings *warnings, void (*show)(void *context, const char *words),
                        void *context);

void warnings_add(struct warnings *warnings, const char *format, ...) PRINTF_LIKE(2, 3);

/* A copy of what was added, for warnings_free_copy; the last says how many more there were. */
char **warnings_copy(struct warnings *warnings, size_t *out_count);
void warnings_free_copy(char **copy, size_t count);

#endif
