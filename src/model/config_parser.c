#include "model/config_parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* The present line, cut up in place. */
struct line {
    char *text; /* NUL-terminated */
    size_t length;
    unsigned number;
};

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* Cuts the blanks off the end and returns where the rest starts. */
static char *trim(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    text[length] = '\0';
    while (is_blank(*text))
        text++;
    return text;
}

static bool parse_section(char *text, struct config_item *item, struct error *error)
{
    size_t length = strlen(text);

    if (text[length - 1] != ']')
        return error_set(error, ERROR_USAGE, "a section has to end with ']'");
    text[length - 1] = '\0';
    char *word = trim(text + 1);
    char *name = word;
    while (*name != '\0' && !is_blank(*name))
        name++;
    if (*name != '\0')
        *name++ = '\0';
    if (word[0] == '\0')
        return error_set(error, ERROR_USAGE, "a section without a name");
    item->kind = CONFIG_ITEM_SECTION;
    item->name = word;
    item->value = trim(name);
    return true;
}

static bool parse_setting(char *text, struct config_item *item, struct error *error)
{
    char *equals = strchr(text, '=');

    /* The line is not shown: it may be half of a password. */
    if (equals == NULL)
        return error_set(error, ERROR_USAGE, "neither 'name = value' nor a [section]");
    *equals = '\0';
    char *name = trim(text);
    char *value = trim(equals + 1);
    if (name[0] == '\0')
        return error_set(error, ERROR_USAGE, "there is no name before the '='");
    item->kind = CONFIG_ITEM_SETTING;
    item->name = name;
    item->is_bare = value[0] == '\0';
    if (value[0] == '"') {
        char *next = strchr(value + 1, '"');
        if (next == NULL)
            return error_set(error, ERROR_USAGE, "%s: the quote is not closed", name);
        if (next[1] == '\0') {
            *next = '\0';
            value++;
        }
    }
    item->value = value;
    return true;
}

static bool parse_line(struct line *line, config_parser_take *take, void *context,
                       struct error *error)
{
    struct config_item item = {.line = line->number, .value = ""};

    if (strlen(line->text) != line->length)
        return error_set(error, ERROR_USAGE, "a NUL byte: this is no text file");
    char *text = trim(line->text);
    if (text[0] == '\0' || text[0] == '#' || text[0] == ';')
        return true;
    bool is_parsed =
        text[0] == '[' ? parse_section(text, &item, error) : parse_setting(text, &item, error);
    return is_parsed && take(context, &item, error);
}

bool config_parser_run(const char *bytes, size_t length, config_parser_take *take, void *context,
                       unsigned *out_line, struct error *error)
{
    const char *end = bytes + length;
    unsigned number = 0;
    bool is_fine = true;

    if (length > CONFIG_PARSER_BYTES_MAX) {
        *out_line = 1;
        return error_set(error, ERROR_USAGE, "larger than %d bytes", CONFIG_PARSER_BYTES_MAX);
    }
    if (length >= strlen(BYTE_ORDER_MARK) && memcmp(bytes, BYTE_ORDER_MARK, 3) == 0)
        bytes += strlen(BYTE_ORDER_MARK);
    while (is_fine && bytes < end) {
        const char *line_end = memchr(bytes, '\n', (size_t)(end - bytes));
        const char *next = line_end != NULL ? line_end + 1 : end;
        size_t line_length = (size_t)((line_end != NULL ? line_end : end) - bytes);
        number++;
        if (line_length > 0 && bytes[line_length - 1] == '\r')
            line_length--;
        if (line_length > CONFIG_PARSER_LINE_MAX) {
            is_fine = error_set(error, ERROR_USAGE, "a line of more than %d bytes",
                                CONFIG_PARSER_LINE_MAX);
        } else {
            struct line line = {memory_copy_bytes(bytes, line_length), line_length, number};
            is_fine = parse_line(&line, take, context, error);
            free(line.text);
        }
        bytes = next;
    }
    if (!is_fine)
        *out_line = number;
    return is_fine;
}
