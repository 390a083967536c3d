/* Makes foreign bytes printable: what comes from a list, a server or the file system must not
 * steer a terminal or a log.
 *
 * C0 and C1 controls, DEL, bidirectional controls, line and paragraph separators, zero-width
 * characters, tags and invalid UTF-8 become \xHH (per byte); a backslash becomes two. */
#ifndef HAUL_BASE_VIS_H
#define HAUL_BASE_VIS_H

#include "base/text.h"

/* Appends all of it, or nothing when it does not fit. */
bool vis_append(struct text *text, const char *bytes, size_t length);
/* Writes a NUL-terminated printable form into out, cut on a character when it does not fit.
 * Returns out. */
char *vis_format(char *out, size_t out_size, const char *bytes, size_t length);
/* The same, but a backslash stays one: for sentences that may hold text made printable before, as
 * errors and log lines do, so that no escape is escaped twice. */
char *vis_format_message(char *out, size_t out_size, const char *bytes, size_t length);
/* Length of the valid UTF-8 sequence (RFC 3629: no surrogates, no overlong forms) at bytes, 1 to 4;
 * 0 when it is invalid or cut off. Stores the code point. */
size_t vis_decode(const char *bytes, size_t length, uint32_t *out_code_point);
bool vis_is_utf8(const char *bytes, size_t length); /* all of it */
/* True for a code point that vis escapes. */
bool vis_is_unsafe(uint32_t code_point);

#endif
