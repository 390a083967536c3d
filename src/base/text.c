#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define FIRST_CAPACITY ((size_t)64)
/* Keeps every sum of lengths below SIZE_MAX, whatever limit a caller asks for. */
#define LIMIT_MAX (SIZE_MAX / 4)
#define DIGITS_MAX 20 /* of a 64-bit number */

/* Makes room for extra bytes and the NUL; doubling keeps a long series of appends linear. */
static bool text_reserve(struct text *text, size_t extra)
{
    if (text->is_full || extra > text->limit - text->length) {
        text->is_full = true;
        return false;
    }
    if (extra < text->capacity - text->length)
        return true;
    size_t needed = text->length + extra + 1;
    size_t capacity = text->capacity * 2;
    if (capacity > text->limit + 1)
        capacity = text->limit + 1;
    if (capacity < needed)
        capacity = needed;
    text->data = memory_resize(text->data, capacity, 1);
    text->capacity = capacity;
    return true;
}

void text_init(struct text *text, size_t limit)
{
    if (limit > LIMIT_MAX)
        limit = LIMIT_MAX;
    size_t capacity = limit < FIRST_CAPACITY ? limit + 1 : FIRST_CAPACITY;
    *text = (struct text){
        .data = memory_allocate(capacity),
        .capacity = capacity,
        .limit = limit,
    };
    text->data[0] = '\0';
}

void text_clear(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

void text_reset(struct text *text)
{
    text->length = 0;
    text->data[0] = '\0';
    text->is_full = false;
}

bool text_append(struct text *text, const char *bytes, size_t length)
{
    if (!text_reserve(text, length))
        return false;
    if (length > 0)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
    return true;
}

bool text_append_string(struct text *text, const char *string)
{
    return text_append(text, string, strlen(string));
}

bool text_append_char(struct text *text, char character)
{
    if (!text_reserve(text, 1))
        return false;
    text->data[text->length++] = character;
    text->data[text->length] = '\0';
    return true;
}

bool text_append_format(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool appended = text_append_format_list(text, format, arguments);
    va_end(arguments);
    return appended;
}

bool text_append_format_list(struct text *text, const char *format, va_list arguments)
{
    if (text->is_full)
        return false;
    va_list again;
    va_copy(again, arguments);
    /* Most texts fit into what is there: only the others are formatted twice. */
    size_t room = text->capacity - text->length;
    int length = vsnprintf(text->data + text->length, room, format, arguments);
    bool appended = length >= 0 && text_reserve(text, (size_t)length);
    if (appended && (size_t)length >= room)
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
    va_end(again);
    if (appended)
        text->length += (size_t)length;
    else
        text->is_full = true;
    text->data[text->length] = '\0';
    return appended;
}

bool text_append_unsigned(struct text *text, uint64_t value)
{
    /* Two digits per division halve the work of the longest step. */
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char digits[DIGITS_MAX];
    size_t start = sizeof digits;
    while (value >= 100) {
        start -= 2;
        memcpy(digits + start, pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value >= 10) {
        start -= 2;
        memcpy(digits + start, pairs + value * 2, 2);
    } else {
        digits[--start] = (char)('0' + value);
    }
    return text_append(text, digits + start, sizeof digits - start);
}

bool text_append_signed(struct text *text, int64_t value)
{
    if (value >= 0)
        return text_append_unsigned(text, (uint64_t)value);
    size_t length = text->length;
    if (!text_append_char(text, '-'))
        return false;
    /* Negated as unsigned: INT64_MIN has no positive twin. */
    if (text_append_unsigned(text, 0 - (uint64_t)value))
        return true;
    text_cut(text, length);
    return false;
}

void text_cut(struct text *text, size_t length)
{
    if (length >= text->length)
        return;
    text->length = length;
    text->data[length] = '\0';
}

char *text_take(struct text *text)
{
    char *string = text->data;
    text_init(text, text->limit);
    return string;
}
