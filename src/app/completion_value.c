#include "app/completion_value.h"

#include <string.h>

#include "app/usage.h"
#include "model/content_type.h"

#define WORDS_MAX 1024

enum completion_value completion_value_of(const struct option_row *row)
{
    static const struct {
        const char *argument;
        enum completion_value value;
    } known[] = {
        {"FILE", COMPLETION_FILES}, {"DIR", COMPLETION_DIRECTORIES}, {"CMD", COMPLETION_PROGRAMS},
        {"HOST", COMPLETION_HOSTS}, {"TYPE,...", COMPLETION_TYPES},
    };

    if (row->kind == OPTION_KIND_BOOL)
        return COMPLETION_NONE;
    if (row->kind == OPTION_KIND_CHOICE)
        return COMPLETION_WORDS;
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
        if (strcmp(row->argument, known[i].argument) == 0)
            return known[i].value;
    }
    return COMPLETION_FREE;
}

static void print_types(FILE *out)
{
    struct text types;
    text_init(&types, WORDS_MAX);
    content_type_append_words(&types);
    fputs(types.data, out);
    text_clear(&types);
}

void completion_value_print_words(FILE *out, const struct option_row *row)
{
    if (completion_value_of(row) == COMPLETION_TYPES) {
        print_types(out);
        return;
    }
    for (const char *c = row->argument; *c != '\0'; c++)
        fputc(*c == '|' ? ' ' : *c, out);
}

void completion_value_print_topics(FILE *out)
{
    struct text topics;
    text_init(&topics, WORDS_MAX);
    usage_append_topics(&topics);
    fputs(topics.data, out);
    text_clear(&topics);
}

void completion_value_print_commands(FILE *out, enum option_id id, const char *separator)
{
    const char *between = "";

    for (enum subcommand command = 0; command < COMMAND_COUNT; command++) {
        if (option_scope_has(command, id)) {
            fprintf(out, "%s%s", between, command_table_row(command)->name);
            between = separator;
        }
    }
}

void completion_value_print_quoted(FILE *out, const char *text, const char *special,
                                   const char *escape)
{
    for (; *text != '\0'; text++) {
        if (strchr(special, *text) != NULL)
            fputs(escape, out);
        fputc(*text, out);
    }
}
