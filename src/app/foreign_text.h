/* Foreign text as part of a line for people: made printable, cut, padded, or quoted for a shell. */
#ifndef HAUL_APP_FOREIGN_TEXT_H
#define HAUL_APP_FOREIGN_TEXT_H

#include "base/text.h"

#define FOREIGN_TEXT_MAX 1000 /* a usual URL is shown whole: people copy it */

/* At most `limit` of its bytes, cut on a character, with "..." when that is not all. */
void foreign_text_append(struct text *text, const char *foreign, size_t limit);
/* The same with a limit of 200 bytes, and blanks up to a width in characters. */
void foreign_text_append_padded(struct text *text, const char *foreign, size_t width);
/* One word of a command line: in quotes when it holds anything that a shell would act on, as $'...'
 * (bash, ksh, zsh) when it holds anything that would not be shown as it is. */
void foreign_text_append_argument(struct text *text, const char *argument);

#endif
