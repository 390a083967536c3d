#include "io/source_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* The text format, aria2's grammar: a line with a URL, and below it the lines of its options.
 *
 * Options come behind their URL, so a URL is complete when the next line begins that is neither an
 * option, nor empty, nor a comment. Mostly that line's first byte tells, and the item is lent from
 * the buffer of lines; else it is kept here. A writer who is silent for a second gets it done:
 * whoever types a list, or follows one with tail, waits for it. An option that comes later is a
 * problem. */

#define SILENCE_MS 1000
#define OPTION_BYTES_MAX SOURCE_LINE_MAX /* keys and values of one URL */
#define PROBLEM_SIZE 160
#define KEY_SHOWN 40
#define EXCERPT_BYTES 200 /* of a URL that is too long: enough to recognise it */

enum line_kind { LINE_BLANK, LINE_COMMENT, LINE_OPTION, LINE_URL };

struct text_reader {
    struct source_lines *lines;
    bool has_url;   /* the item below is not complete yet */
    bool was_hasty; /* the last item was given because nothing came behind it */
    uint64_t url_line;
    struct text url;
    const char *problem; /* of the URL, or of its first broken option; NULL = none */
    char problem_text[PROBLEM_SIZE];
    struct text options; /* key, value, key, value ... of the URL */
    struct list_field
        *fields; /* NULL before the first option; keys and values are set at the end */
    size_t field_count;
};

/* A line without what does not count. */
struct part {
    const char *bytes;
    size_t length;
};

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

static struct part trim(const char *bytes, size_t length)
{
    while (length > 0 && is_blank(bytes[0])) {
        bytes++;
        length--;
    }
    while (length > 0 && is_blank(bytes[length - 1]))
        length--;
    return (struct part){bytes, length};
}

/* Length of the key in `key=value`; 0 when it is none. */
static size_t key_length(struct part part)
{
    size_t length = 0;
    while (length < part.length) {
        char character = part.bytes[length];
        char lower = (char)(character | 0x20);
        if (character != '-' && (lower < 'a' || lower > 'z'))
            break;
        length++;
    }
    return length < part.length && part.bytes[length] == '=' ? length : 0;
}

static enum line_kind classify(const struct source_line *line, struct part *out_part)
{
    size_t length = line->length;
    if (length > 0 && line->bytes[length - 1] == '\r')
        length--;
    *out_part = trim(line->bytes, length);
    bool is_indented = length > 0 && is_blank(line->bytes[0]);
    bool is_option = is_indented && key_length(*out_part) > 0;
    /* Where the stream broke off, the key may be among what was lost. */
    if (line->is_break)
        return is_indented ? LINE_OPTION : LINE_URL;
    if (line->problem != NULL)
        return is_option ? LINE_OPTION : LINE_URL;
    if (length > 0 && line->bytes[0] == '#')
        return LINE_COMMENT;
    if (out_part->length == 0)
        return LINE_BLANK;
    return is_option ? LINE_OPTION : LINE_URL;
}

static void add_option(struct text_reader *reader, const struct source_line *line, struct part part)
{
    if (reader->problem != NULL && !line->is_break) /* that must be told in any case */
        return;
    const char *problem = source_line_problem(line);
    size_t length = key_length(part);
    struct part value = {0};
    if (problem == NULL) {
        value = trim(part.bytes + length + 1, part.length - length - 1);
        if (reader->field_count == LIST_ENTRY_FIELDS_MAX)
            problem = "too many options";
        else if (!text_append(&reader->options, part.bytes, length) ||
                 !text_append(&reader->options, value.bytes, value.length))
            problem = "more than 64 KiB of options";
    }
    if (problem != NULL) {
        snprintf(reader->problem_text, PROBLEM_SIZE, "its option in line %llu: %s",
                 (unsigned long long)line->number, problem);
        reader->problem = reader->problem_text;
        return;
    }
    if (reader->fields == NULL)
        reader->fields = memory_allocate_zeroed(LIST_ENTRY_FIELDS_MAX, sizeof *reader->fields);
    struct list_field *field = &reader->fields[reader->field_count++];
    field->key_length = length;
    field->value_length = value.length;
}

/* An option that belongs to no URL. Its value may be a secret. */
static enum source_answer give_orphan(struct text_reader *reader, const struct source_line *line,
                                      struct part part, struct source_item *out_item)
{
    const char *problem = source_line_problem(line);
    if (problem == NULL) {
        size_t length = key_length(part);
        snprintf(reader->problem_text, PROBLEM_SIZE, "option \"%.*s\" %s",
                 (int)(length < KEY_SHOWN ? length : KEY_SHOWN), part.bytes,
                 reader->was_hasty ? "came more than a second after its URL"
                                   : "without a URL above it");
        problem = reader->problem_text;
    }
    out_item->has_options = true;
    return source_give_problem(out_item, line->number, problem);
}

/* What the line of a URL gives by itself. */
static struct source_item item_of(const struct source_line *line, struct part part)
{
    struct source_item item = {
        .line = line->number,
        .url = part.bytes,
        .url_length = part.length,
        .problem = source_line_problem(line),
        .has_options = true,
    };
    bool is_too_long = line->length > SOURCE_LINE_MAX;
    if (line->problem != NULL && !is_too_long) /* broken off, UTF-16: no URL that could be shown */
        item.url_length = 0;
    else if (is_too_long && item.url_length > EXCERPT_BYTES)
        item.url_length = EXCERPT_BYTES;
    return item;
}

/* True when the line that comes next cannot belong to this URL. */
static bool is_complete(const struct source_lines *lines)
{
    int next = source_lines_peek(lines);
    if (next == SOURCE_PEEK_END)
        return true;
    return next != SOURCE_PEEK_UNKNOWN && strchr("# \t\r\n", next) == NULL;
}

static void keep(struct text_reader *reader, const struct source_item *item)
{
    text_reset(&reader->url);
    text_append(&reader->url, item->url, item->url_length);
    text_reset(&reader->options);
    reader->url_line = item->line;
    reader->problem = item->problem;
    reader->field_count = 0;
    reader->has_url = true;
    reader->was_hasty = false;
}

static enum source_answer give_kept(struct text_reader *reader, struct source_item *out_item)
{
    const char *bytes = reader->options.data;
    for (size_t i = 0; i < reader->field_count; i++) {
        struct list_field *field = &reader->fields[i];
        field->key = bytes;
        field->value = bytes + field->key_length;
        bytes = field->value + field->value_length;
    }
    *out_item = (struct source_item){
        .line = reader->url_line,
        .url = reader->url.data,
        .url_length = reader->url.length,
        .problem = reader->problem,
        .fields = reader->fields,
        .field_count = reader->problem == NULL ? reader->field_count : 0,
        .has_options = true,
    };
    reader->has_url = false;
    return SOURCE_ITEM;
}

/* Reads the lines below the URL that is kept, until it is complete. */
static enum source_answer complete(struct text_reader *reader, struct source_item *out_item,
                                   struct error *error)
{
    while (!is_complete(reader->lines)) {
        struct source_line line;
        if (source_lines_is_silent(reader->lines, SILENCE_MS)) {
            reader->was_hasty = true;
            break;
        }
        source_lines_mark(reader->lines);
        enum source_answer answer = source_lines_next(reader->lines, &line, error);
        if (answer != SOURCE_ITEM) {
            source_lines_unmark(reader->lines);
            /* What was read is given, even if the end, a stop or an error comes behind it. */
            return answer == SOURCE_NOTHING ? answer : give_kept(reader, out_item);
        }
        struct part part;
        enum line_kind kind = classify(&line, &part);
        if (kind == LINE_URL) {
            source_lines_rewind(reader->lines);
            break;
        }
        source_lines_unmark(reader->lines);
        if (kind == LINE_OPTION)
            add_option(reader, &line, part);
        else if (kind == LINE_COMMENT)
            source_lines_add_comment(reader->lines);
        else
            source_lines_add_blank(reader->lines);
    }
    return give_kept(reader, out_item);
}

static void *create(struct source_lines *lines, const struct source_settings *settings)
{
    (void)settings; /* has no columns */
    struct text_reader *reader = memory_allocate_zeroed(1, sizeof *reader);
    reader->lines = lines;
    text_init(&reader->url, SOURCE_LINE_MAX);
    text_init(&reader->options, OPTION_BYTES_MAX);
    return reader;
}

static void destroy(void *context)
{
    struct text_reader *reader = context;
    if (reader == NULL)
        return;
    text_clear(&reader->url);
    text_clear(&reader->options);
    free(reader->fields);
    free(reader);
}

static enum source_answer next(void *context, struct source_item *out_item, struct error *error)
{
    struct text_reader *reader = context;
    while (!reader->has_url) {
        struct source_line line;
        enum source_answer answer = source_lines_next(reader->lines, &line, error);
        if (answer != SOURCE_ITEM)
            return answer;
        struct part part;
        switch (classify(&line, &part)) {
        case LINE_BLANK:
            source_lines_add_blank(reader->lines);
            break;
        case LINE_COMMENT:
            source_lines_add_comment(reader->lines);
            break;
        case LINE_OPTION:
            return give_orphan(reader, &line, part, out_item);
        case LINE_URL:
            *out_item = item_of(&line, part);
            reader->was_hasty = false;
            if (is_complete(reader->lines))
                return SOURCE_ITEM;
            keep(reader, out_item);
        }
    }
    return complete(reader, out_item, error);
}

const struct source_format_reader source_text_reader = {create, destroy, next};
