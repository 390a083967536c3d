#include "app/failed_lines.h"

#include "app/event_line.h"
#include "io/json_field.h"

#include <limits.h>
#include <string.h>

/* Records may be of foreign make: what they lack is left out. */
static void append_line(struct text *text, const json_t *record)
{
    static const struct redaction none = {0}; /* records are masked */
    char place[EVENT_LINE_PLACE_SIZE];
    const char *class_name = json_field_string(record, "class");
    const char *url = json_field_string(record, "url");
    int64_t http = json_field_count(record, "http", 0);
    int64_t line = json_field_count(record, "line", 0);
    bool is_url = class_name == NULL || strcmp(class_name, failure_name(FAILURE_BAD_URL)) != 0;
    struct event_words words = {
        .class_name = class_name != NULL ? class_name : "?",
        .http = http > 0 && http <= INT_MAX ? (int)http : 0,
        .place =
            event_line_format_place(place, sizeof place, url != NULL ? url : "?", !is_url, &none),
        .detail = json_field_string(record, "detail"),
        .plan = "",
        .source = json_field_string(record, "source"),
        .line = line > 0 ? (uint64_t)line : 0,
    };
    event_line_append_words(text, EVENT_FAIL, &words);
}

static const char *class_of(const json_t *record)
{
    const char *class_name = json_field_string(record, "class");
    return class_name != NULL ? class_name : "";
}

static bool is_first_of_class(const struct report_records *records, size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (strcmp(class_of(records->failed[i]), class_of(records->failed[place])) == 0)
            return false;
    return true;
}

size_t failed_lines_append(struct text *text, const struct report_records *records, size_t limit,
                           const char *indent)
{
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < records->failed_count && count < limit; i++) {
            if (is_first_of_class(records, i) != (pass == 0))
                continue;
            text_append_string(text, indent);
            append_line(text, records->failed[i]);
            count++;
        }
    }
    return count;
}
