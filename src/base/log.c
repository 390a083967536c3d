#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/vis.h"

/* PIPE_BUF of Linux: a pipe takes a line of this size whole, never mixed with another's. */
#define LINE_SIZE 4096

static enum log_level current_level = LOG_INFO;

/* The prefix is "haul: " at least, so a character that raw cuts in half lies beyond the line. */
static void write_line(const char *prefix, const char *format, va_list arguments)
{
    int saved_errno = errno;
    char raw[LINE_SIZE];
    char line[LINE_SIZE];
    if (vsnprintf(raw, sizeof raw, format, arguments) < 0)
        raw[0] = '\0';
    size_t length = strlen(prefix);
    memcpy(line, prefix, length);
    vis_format_message(line + length, sizeof line - length, raw, strlen(raw));
    length += strlen(line + length);
    line[length++] = '\n'; /* where the NUL was */
    ssize_t written;
    do {
        written = write(STDERR_FILENO, line, length);
    } while (written < 0 && errno == EINTR);
    errno = saved_errno;
}

void log_set_level(enum log_level level)
{
    current_level = level;
}

enum log_level log_get_level(void)
{
    return current_level;
}

void log_error(const char *format, ...)
{
    if (current_level < LOG_ERROR)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line("haul: ", format, arguments);
    va_end(arguments);
}

void log_warning(const char *format, ...)
{
    if (current_level < LOG_WARNING)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line("haul: warning: ", format, arguments);
    va_end(arguments);
}

void log_info(const char *format, ...)
{
    if (current_level < LOG_INFO)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line("haul: ", format, arguments);
    va_end(arguments);
}

void log_debug(const char *format, ...)
{
    if (current_level < LOG_DEBUG)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_line("haul: ", format, arguments);
    va_end(arguments);
}
