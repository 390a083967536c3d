/* The lists and URLs of the command line, in their order, as one stream of items.
 *
 * Owned and used by one thread after lists_open. */
#ifndef HAUL_APP_LISTS_H
#define HAUL_APP_LISTS_H

#include "app/options.h"
#include "base/error.h"
#include "io/report.h"
#include "io/source.h"

#define LISTS_BAD_LINES_MAX 100 /* without one good line: then it is no list */

struct lists;

bool lists_is_url(const char *operand); /* else it names a list */

/* False (ERROR_INPUT) when a list is missing, a directory, or may not be read. Opens nothing. */
bool lists_check(const struct string_list *operands, struct error *error);

/* Opens every list, so that an unreadable one is known before anything starts (ERROR_INPUT).
 * Operands are lent. */
struct lists *lists_open(const struct string_list *operands, const struct source_settings *settings,
                         struct error *error);
void lists_close(struct lists *lists); /* NULL is fine */

/* How many items there can be: UINT64_MAX when one of the operands is a list. */
uint64_t lists_most_items(const struct lists *lists);

/* The next item of all; valid until the next call. SOURCE_ERROR: the rest of this list is lost, and
 * the next call goes on with the next one. SOURCE_END: behind the last list. */
enum source_answer lists_next(struct lists *lists, struct source_item *out_item,
                              struct error *error);

/* Tells whether the last item was one of a list. False, with an ERROR_INPUT that says so,
 * when this list has shown itself to be none; its rest is left out then. */
bool lists_judge(struct lists *lists, bool is_list_line, struct error *error);

void lists_leave_out(struct lists *lists); /* the rest of the present list is not read */

const char *
lists_name(const struct lists *lists); /* of the last item; lives as long as the lists */
/* Where the next item comes from: an argument is no list, and a regular file has its end there
 * already. */
bool lists_is_at_list(const struct lists *lists);
bool lists_is_regular(const struct lists *lists);

/* Files, lines, comments, blank; is_complete once the last list was read to its end, and none was
 * left out. */
struct report_input lists_input(const struct lists *lists);

#endif
