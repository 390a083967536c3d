#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/vis.h"

/* Printable text is never shorter than what it was made from, so whatever this buffer cuts off
 * (even half a character) lies beyond the end of error.text. The copy also lets the arguments
 * point into the very error that is being filled. */
#define RAW_SIZE (2 * sizeof((struct error *)0)->text)

static void fill(struct error *error, size_t reserved, const char *format, va_list arguments)
{
    char raw[RAW_SIZE];
    if (vsnprintf(raw, sizeof raw, format, arguments) < 0)
        raw[0] = '\0';
    vis_format_message(error->text, sizeof error->text - reserved, raw, strlen(raw));
}

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    if (error == NULL)
        return false;
    va_list arguments;
    va_start(arguments, format);
    fill(error, 0, format, arguments);
    va_end(arguments);
    error->kind = kind;
    return false;
}

bool error_set_errno(struct error *error, enum error_kind kind, int errno_value, const char *format,
                     ...)
{
    if (error == NULL)
        return false;
    char buffer[128];
    char reason[sizeof buffer + 2];
    /* The reason keeps its place: a long name must not push it out. */
    int reason_length =
        snprintf(reason, sizeof reason, ": %s", strerror_r(errno_value, buffer, sizeof buffer));
    if ((size_t)reason_length >= sizeof reason)
        reason_length = sizeof reason - 1;
    va_list arguments;
    va_start(arguments, format);
    fill(error, (size_t)reason_length, format, arguments);
    va_end(arguments);
    memcpy(error->text + strlen(error->text), reason, (size_t)reason_length + 1);
    error->kind = kind;
    return false;
}
