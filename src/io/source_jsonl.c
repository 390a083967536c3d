#include "io/source_format.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/source_json_value.h"

/* JSON lines: an object on each line that is not empty. */

#define DEPTH_MAX 32
#define PROBLEM_SIZE 160
#define KEY_SHOWN 40

/* Values that are made and not lent: JSON text and joined arrays. An escape is at most six times as
 * long as what it stands for. */
#define MADE_BYTES_MAX (8 * SOURCE_LINE_MAX)

/* What the contract says of a key's value. */
enum key_kind {
    KEY_EXTRA,    /* anything */
    KEY_STRING,   /* a string; null = not given */
    KEY_PRIORITY, /* an integer, or a string */
    KEY_HEADER,   /* a string, or several */
};

struct jsonl_reader {
    struct source_lines *lines;
    char *url_key;
    json_t *object;            /* of the last item, which lends from it; NULL = none */
    struct text made;          /* values of the last item that the object does not hold */
    struct list_field *fields; /* NULL before the first one */
    size_t field_count;
    char problem[PROBLEM_SIZE];
};

static enum key_kind kind_of(const char *key)
{
    static const struct {
        const char *key;
        enum key_kind kind;
    } kinds[] = {
        {"out", KEY_STRING},     {"dir", KEY_STRING},        {"checksum", KEY_STRING},
        {"referer", KEY_STRING}, {"priority", KEY_PRIORITY}, {"header", KEY_HEADER},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        if (strcmp(key, kinds[i].key) == 0)
            return kinds[i].kind;
    }
    return KEY_EXTRA;
}

/* Before the parser recurses into it. Brackets that do not match are left to the parser. */
static bool is_too_deep(const char *bytes, size_t length)
{
    int depth = 0;
    bool is_string = false;
    for (size_t i = 0; i < length; i++) {
        char character = bytes[i];
        if (is_string) {
            if (character == '\\')
                i++;
            else if (character == '"')
                is_string = false;
        } else if (character == '"') {
            is_string = true;
        } else if (character == '{' || character == '[') {
            if (++depth > DEPTH_MAX)
                return true;
        } else if (character == '}' || character == ']') {
            depth--;
        }
    }
    return false;
}

/* What jansson found, without the piece of the line that it quotes: it may be a secret. */
static const char *describe(struct jsonl_reader *reader, json_error_t *error)
{
    if (json_error_code(error) == json_error_numeric_overflow)
        return "a number that is too large";
    if (json_error_code(error) == json_error_null_character ||
        json_error_code(error) == json_error_null_byte_in_key)
        return "U+0000 in a string";
    char *quoted = strstr(error->text, " near '");
    if (quoted != NULL)
        *quoted = '\0';
    snprintf(reader->problem, PROBLEM_SIZE, "not JSON: %.100s (byte %d)", error->text,
             error->position);
    return reader->problem;
}

/* Parses a line. Returns the problem, or NULL. */
static const char *parse(struct jsonl_reader *reader, const struct source_line *line)
{
    const char *problem = source_line_problem(line);
    if (problem != NULL)
        return problem;
    if (is_too_deep(line->bytes, line->length))
        return "nested deeper than 32";
    json_error_t error;
    reader->object = json_loadb(line->bytes, line->length, JSON_DECODE_ANY, &error);
    if (reader->object == NULL)
        return describe(reader, &error);
    return json_is_object(reader->object) ? NULL
                                          : "not a JSON object, of which there is one in each line";
}

static const char *complain(struct jsonl_reader *reader, const char *key, const char *what)
{
    snprintf(reader->problem, PROBLEM_SIZE, "\"%.*s\" %s", KEY_SHOWN, key, what);
    return reader->problem;
}

/* The key of URLs, or NULL when the object has none. */
static const char *find_url_key(const struct jsonl_reader *reader)
{
    const char *best = NULL;
    const char *key;
    json_t *value;
    if (json_object_get(reader->object, reader->url_key) != NULL)
        return reader->url_key;
    json_object_foreach(reader->object, key, value)
    {
        if (best == NULL && source_match_name(reader->url_key, key, strlen(key)) > 0)
            best = key;
    }
    return best;
}

/* Stores the URL. Returns the problem, or NULL. A value that is made has no place yet: NULL. */
static const char *take_url(struct jsonl_reader *reader, struct source_item *item, const char *key)
{
    const json_t *value = json_object_get(reader->object, key);
    if (json_is_string(value)) {
        item->url = json_string_value(value);
        item->url_length = json_string_length(value);
    } else if (json_is_array(value)) {
        if (!source_json_append_joined(&reader->made, value))
            return complain(reader, key, "holds more than strings without control characters");
        item->url = NULL;
        item->url_length = reader->made.length;
    } else if (!json_is_null(value)) {
        return complain(reader, key, "is no string");
    }
    return source_is_blank(item->url != NULL ? item->url : reader->made.data, item->url_length)
               ? "no URL"
               : NULL;
}

/* Stores a value beside the URL. Returns the problem, or NULL. */
static const char *take_field(struct jsonl_reader *reader, const char *key, const json_t *value)
{
    enum key_kind kind = kind_of(key);
    if (kind != KEY_EXTRA && json_is_null(value))
        return NULL;
    if (reader->field_count == LIST_ENTRY_FIELDS_MAX)
        return "more than 1024 keys";
    struct list_field *field = &reader->fields[reader->field_count];
    size_t first = reader->made.length;
    *field = (struct list_field){.key = key, .key_length = strlen(key)};
    if (json_is_string(value)) {
        field->value = json_string_value(value);
        field->value_length = json_string_length(value);
    } else if (kind == KEY_EXTRA || (kind == KEY_PRIORITY && json_is_integer(value))) {
        source_json_append(&reader->made, value);
        field->is_json = kind == KEY_EXTRA;
    } else if (kind == KEY_HEADER && json_is_array(value)) {
        if (!source_json_append_joined(&reader->made, value))
            return complain(reader, key, "holds more than strings without control characters");
    } else {
        return complain(reader, key, kind == KEY_PRIORITY ? "is no integer" : "is no string");
    }
    if (field->value == NULL)
        field->value_length = reader->made.length - first;
    reader->field_count++;
    return NULL;
}

/* Gives what was made its place, now that it does not move any more: it is in the order of use. */
static const char *place_made(struct jsonl_reader *reader, struct source_item *item)
{
    const char *end = reader->made.data + (item->url == NULL ? item->url_length : 0);
    if (reader->made.is_full)
        return "more than 512 KiB of values";
    for (size_t i = 0; i < reader->field_count; i++) {
        struct list_field *field = &reader->fields[i];
        if (field->value == NULL) {
            field->value = end;
            end += field->value_length;
        }
    }
    item->fields = reader->fields;
    item->field_count = reader->field_count;
    return NULL;
}

/* Makes an item of the object. Returns the problem, or NULL. */
static const char *take_object(struct jsonl_reader *reader, struct source_item *item)
{
    const char *url_key = find_url_key(reader);
    const char *key;
    json_t *value;
    if (url_key == NULL)
        return "no key of URLs (see --url-column)";
    const char *problem = take_url(reader, item, url_key);
    if (problem != NULL)
        return problem;
    if (reader->fields == NULL)
        reader->fields = memory_allocate_zeroed(LIST_ENTRY_FIELDS_MAX, sizeof *reader->fields);
    json_object_foreach(reader->object, key, value)
    {
        if (strcmp(key, url_key) == 0)
            continue;
        problem = take_field(reader, key, value);
        if (problem != NULL)
            return problem;
    }
    return place_made(reader, item);
}

static void *create(struct source_lines *lines, const struct source_settings *settings)
{
    struct jsonl_reader *reader = memory_allocate_zeroed(1, sizeof *reader);
    reader->lines = lines;
    reader->url_key = memory_copy_string(source_url_column(settings));
    text_init(&reader->made, MADE_BYTES_MAX);
    return reader;
}

static void destroy(void *context)
{
    struct jsonl_reader *reader = context;
    if (reader == NULL)
        return;
    json_decref(reader->object);
    text_clear(&reader->made);
    free(reader->url_key);
    free(reader->fields);
    free(reader);
}

static enum source_answer next(void *context, struct source_item *out_item, struct error *error)
{
    struct jsonl_reader *reader = context;
    struct source_line line;
    json_decref(reader->object);
    reader->object = NULL;
    for (;;) {
        enum source_answer answer = source_lines_next(reader->lines, &line, error);
        if (answer != SOURCE_ITEM)
            return answer;
        if (line.problem != NULL || !source_is_blank(line.bytes, line.length))
            break;
        source_lines_add_blank(reader->lines);
    }
    struct source_item item = {.line = line.number, .url = ""};
    text_reset(&reader->made);
    reader->field_count = 0;
    const char *problem = parse(reader, &line);
    if (problem == NULL)
        problem = take_object(reader, &item);
    if (item.url == NULL)
        item.url = reader->made.data; /* a URL is what was made first */
    item.problem = problem;
    *out_item = item;
    return SOURCE_ITEM;
}

const struct source_format_reader source_jsonl_reader = {create, destroy, next};
