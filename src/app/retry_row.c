#include "app/retry_row.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define LINE_DIGITS_MAX 18 /* fits 64 bits */
#define SOURCES_MAX 64

static const struct list_field *find(const struct list_field *fields, size_t count,
                                     const char *column)
{
    return list_field_find(fields, count, column, strlen(column));
}

static enum failure class_of(const struct list_field *fields, size_t count)
{
    const struct list_field *field = find(fields, count, "class");
    return field != NULL ? failure_find(field->value, field->value_length) : FAILURE_NONE;
}

static uint64_t read_digits(const char *digits, size_t length)
{
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++)
        number = 10 * number + (uint64_t)(digits[i] - '0');
    return number;
}

static size_t count_digits(const char *bytes, size_t length)
{
    size_t count = 0;
    while (count < length && isdigit((unsigned char)bytes[length - count - 1]))
        count++;
    return count;
}

bool retry_row_is_final(const struct list_field *fields, size_t count)
{
    return failure_is_final(class_of(fields, count));
}

void retry_row_leave_out(struct job *job, const struct list_field *fields, size_t count)
{
    const struct list_field *http = find(fields, count, "http");
    job_fail(job, class_of(fields, count), "left out: another try gives the same (--retry-all)");
    job->outcome.status = STATUS_SKIPPED;
    if (http != NULL && http->value_length == 3 && count_digits(http->value, 3) == 3)
        job->outcome.http = (int)read_digits(http->value, 3);
}

/* The same name is kept once. NULL when there are too many. */
static const char *keep_source(struct string_list *sources, const char *source, size_t length)
{
    for (size_t i = 0; i < sources->count; i++) {
        if (strlen(sources->items[i]) == length && memcmp(sources->items[i], source, length) == 0)
            return sources->items[i];
    }
    if (sources->count == SOURCES_MAX)
        return NULL;
    char *copy = memory_copy_bytes(source, length);
    string_list_add(sources, copy);
    free(copy);
    return sources->items[sources->count - 1];
}

void retry_places_set(struct retry_places *places, struct job *job, const struct list_field *fields,
                      size_t count)
{
    const struct list_field *place = find(fields, count, "line");
    if (place == NULL || place->value_length == 0)
        return;
    size_t length = place->value_length;
    size_t digits = count_digits(place->value, length);
    bool has_line = digits > 0 && digits <= LINE_DIGITS_MAX && digits + 1 < length &&
                    place->value[length - digits - 1] == ':';
    const char *source =
        keep_source(&places->sources, place->value, has_line ? length - digits - 1 : length);
    if (source == NULL)
        return;
    job->source = source;
    job->line = has_line ? read_digits(place->value + length - digits, digits) : 0;
}

void retry_places_clear(struct retry_places *places)
{
    string_list_clear(&places->sources);
}
