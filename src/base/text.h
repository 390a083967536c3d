/* A growing byte buffer with a hard cap, always followed by a NUL.
 *
 * Embedded: text_init, then text_clear. When an append does not fit below the limit, nothing is
 * added, `is_full` is set and stays set until text_reset; further appends are refused, so that a
 * caller may check once at the end. */
#ifndef HAUL_BASE_TEXT_H
#define HAUL_BASE_TEXT_H

#include "base/common.h"

#include <stdarg.h>

struct text {
    char *data; /* never NULL after text_init; NUL at data[length] */
    size_t length;
    size_t capacity;
    size_t limit; /* length never exceeds this */
    bool is_full;
};

void text_init(struct text *text, size_t limit);
void text_clear(struct text *text); /* frees; text_init again before another use */
void text_reset(struct text *text); /* empties, keeps the memory */
bool text_append(struct text *text, const char *bytes, size_t length);
bool text_append_string(struct text *text, const char *string);
bool text_append_char(struct text *text, char character);
bool text_append_format(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
bool text_append_format_list(struct text *text, const char *format, va_list arguments);
bool text_append_unsigned(struct text *text, uint64_t value); /* decimal; faster than printf */
bool text_append_signed(struct text *text, int64_t value);
void text_cut(struct text *text, size_t length); /* shortens to at most length bytes */
char *text_take(struct text *text); /* the string becomes the caller's; text starts anew */

#endif
