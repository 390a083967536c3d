#include "model/finding.h"

#include "base/memory.h"
#include "base/text.h"

#include <assert.h>
#include <stdlib.h>

#define TEXT_BYTES_MAX 4096

void findings_clear(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].text);
        free(findings->items[i].advice);
    }
    free(findings->items);
    *findings = (struct findings){0};
}

static char *format_text(const char *format, va_list arguments) PRINTF_LIKE(1, 0);
static char *format_text(const char *format, va_list arguments)
{
    struct text text;
    text_init(&text, TEXT_BYTES_MAX);
    text_append_format_list(&text, format, arguments);
    char *words = text_take(&text);
    text_clear(&text);
    return words;
}

void findings_add(struct findings *findings, const char *group, const char *check,
                  enum finding_level level, const char *format, ...)
{
    va_list arguments;
    findings->items = memory_resize(findings->items, findings->count + 1, sizeof(*findings->items));
    struct finding *finding = &findings->items[findings->count++];
    *finding = (struct finding){.group = group, .check = check, .level = level};
    va_start(arguments, format);
    finding->text = format_text(format, arguments);
    va_end(arguments);
}

void findings_advise(struct findings *findings, const char *format, ...)
{
    va_list arguments;
    assert(findings->count > 0);
    struct finding *finding = &findings->items[findings->count - 1];
    free(finding->advice);
    va_start(arguments, format);
    finding->advice = format_text(format, arguments);
    va_end(arguments);
}

size_t findings_count(const struct findings *findings, enum finding_level level)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].level == level;
    return count;
}

const char *finding_level_name(enum finding_level level)
{
    static const char *const names[] = {"ok", "note", "warning", "failure"};
    return names[level];
}
