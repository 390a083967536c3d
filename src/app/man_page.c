#include "app/man_page.h"

#include <string.h>

#include "app/command_table.h"
#include "app/man_text.h"
#include "app/option_table.h"

#define LINE_COLUMNS 72 /* a word more than that begins a new line */

/* Nothing in the words is a request or an escape, and a hyphen is one that can be copied. */
static void print_words(FILE *out, const char *words, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (words[i] == '\\')
            fputs("\\e", out);
        else if (words[i] == '-')
            fputs("\\-", out);
        else
            fputc(words[i], out);
    }
}

/* As lines of text; the last one is left open. */
static void print_sentence(FILE *out, const char *words)
{
    const char *start = words;
    for (size_t column = 0; *words != '\0';) {
        size_t length = strcspn(words, " ");
        if (column + length > LINE_COLUMNS)
            column = 0;
        if (words != start)
            fputc(column == 0 ? '\n' : ' ', out);
        if (column == 0 && (words[0] == '.' || words[0] == '\''))
            fputs("\\&", out);
        print_words(out, words, length);
        column += length + 1;
        words += length;
        words += strspn(words, " ");
    }
}

/* For the line of a macro, where blanks separate, words may be macros themselves, and a single mark
 * is punctuation, in quotes or not. */
static void print_argument(FILE *out, const char *word, size_t length)
{
    fputs(" \"", out);
    if (length == 1 && strchr(".,:;()[]?!|", word[0]) != NULL)
        fputs("\\&", out);
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '"')
            fputc('"', out);
        print_words(out, word + i, 1);
    }
    fputc('"', out);
}

/* "list|reverse" with room around each '|'. */
static void print_alternatives(FILE *out, const char *word, size_t length)
{
    for (size_t start = 0; start <= length;) {
        size_t part = 0;
        while (start + part < length && word[start + part] != '|')
            part++;
        print_argument(out, word + start, part);
        if (start + part < length)
            fputs(" |", out);
        start += part + 1;
    }
}

/* One word of command_row.usage: [word], WORD or word. */
static void print_usage_word(FILE *out, const char *word, size_t length)
{
    bool is_optional = length > 2 && word[0] == '[' && word[length - 1] == ']';
    if (is_optional) {
        word++;
        length -= 2;
    }
    bool repeats = length > 3 && memcmp(word + length - 3, "...", 3) == 0;
    if (repeats)
        length -= 3;
    bool is_literal = word[0] >= 'a' && word[0] <= 'z';
    fprintf(out, ".%s%s", is_optional ? "Op " : "", is_literal ? "Cm" : "Ar");
    print_alternatives(out, word, length);
    fputs(repeats ? " ...\n" : "\n", out);
}

static void print_synopsis(FILE *out)
{
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++) {
        fputs(".Nm\n", out);
        for (const char *word = command_table_row(command)->usage; *word != '\0';) {
            size_t length = strcspn(word, " ");
            print_usage_word(out, word, length);
            word += length;
            word += strspn(word, " ");
        }
    }
}

static void print_commands(FILE *out)
{
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++) {
        const struct command_row *row = command_table_row(command);
        fprintf(out, ".It Cm %s\n", row->name);
        print_sentence(out, row->summary);
        fputs("\n", out);
    }
}

static void print_item(FILE *out, const struct option_row *row)
{
    bool is_on = row->kind == OPTION_KIND_BOOL && row->initial != 0;

    fputs(".It", out);
    if (row->short_name != 0)
        fprintf(out, " Fl %c ,", row->short_name);
    fprintf(out, " Fl -%s%s", is_on ? "[no-]" : "", row->name);
    if (row->argument != NULL) {
        fputs(" Ar", out);
        print_alternatives(out, row->argument, strlen(row->argument));
    }
    fputc('\n', out);
}

static bool has_number(const struct option_row *row)
{
    return row->kind == OPTION_KIND_COUNT || row->kind == OPTION_KIND_COUNTS ||
           row->kind == OPTION_KIND_BYTES || row->kind == OPTION_KIND_DURATION ||
           row->kind == OPTION_KIND_RATE;
}

static void print_range(FILE *out, const struct option_row *row)
{
    char low[OPTION_NUMBER_SIZE], high[OPTION_NUMBER_SIZE];

    if (row->maximum == INT64_MAX)
        fprintf(out, "Range: %s or more.\n", option_table_format(row, row->minimum, low));
    else
        fprintf(out, "Range: %s to %s.\n", option_table_format(row, row->minimum, low),
                option_table_format(row, row->maximum, high));
}

static void print_default(FILE *out, const struct option_row *row)
{
    char value[OPTION_NUMBER_SIZE];

    if (has_number(row) && row->initial >= row->minimum) {
        fprintf(out, "Default: %s.\n", option_table_format(row, row->initial, value));
    } else if (row->kind == OPTION_KIND_CHOICE) {
        fprintf(out, "Default: %.*s.\n", (int)strcspn(row->argument, "|"), row->argument);
    } else if (row->kind == OPTION_KIND_BOOL && row->initial != 0) {
        fputs("Default: on.\n", out);
    } else if (row->kind == OPTION_KIND_STRING && row->initial_text != NULL) {
        fputs("Default:\n.Ql", out);
        print_argument(out, row->initial_text, strlen(row->initial_text));
        fputs(" .\n", out);
    }
    if (has_number(row))
        print_range(out, row);
}

/* "For get, check": those commands that read configuration, those that do not, or both. */
static void print_commands_of(FILE *out, enum option_id id, const char *start, bool with_configured,
                              bool with_others)
{
    const char *separator = start;
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++) {
        bool is_wanted = option_scope_reads_configuration(command) ? with_configured : with_others;
        if (!is_wanted || !option_scope_has(command, id))
            continue;
        fprintf(out, "%s %s", separator, command_table_row(command)->name);
        separator = ",";
    }
    if (separator != start)
        fputs(".\n", out);
}

static void print_scope(FILE *out, enum option_id id)
{
    bool is_in_files = option_scope_is_in_files(id);

    if (!option_scope_is_in_environment(id)) {
        print_commands_of(out, id, "For", true, true);
        fputs("Command line only.\n", out);
        return;
    }
    print_commands_of(out, id, "For", true, false);
    fputs(is_in_files ? "Variable:\n.Ev HAUL_" : "Command line and variable only:\n.Ev HAUL_", out);
    for (const char *c = option_table_row(id)->name; *c != '\0'; c++)
        fputc(*c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, out);
    fputs(" .\n", out);
    print_commands_of(out, id, "On the command line also for", false, true);
}

static void print_option(FILE *out, enum option_id id)
{
    const struct option_row *row = option_table_row(id);

    print_item(out, row);
    print_sentence(out, row->help);
    /* An ellipsis ends a sentence, too. */
    fputs(row->help[strlen(row->help) - 1] == '.' ? "\n" : ".\n", out);
    if (row->kind == OPTION_KIND_LIST)
        fputs("May be given any number of times.\n", out);
    print_default(out, row);
    print_scope(out, id);
}

static void print_options(FILE *out)
{
    for (enum option_group group = 0; group < GROUP_COUNT; group++) {
        fprintf(out, ".Ss %s\n.Bl -tag -width Ds\n", option_table_group_title(group));
        for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
            if (option_table_row(id)->group == group)
                print_option(out, id);
        }
        fputs(".El\n", out);
    }
}

static const struct {
    const char *line;
    void (*print)(FILE *out);
} parts[] = {
    {"@SYNOPSIS@", print_synopsis},
    {"@COMMANDS@", print_commands},
    {"@OPTIONS@", print_options},
};

void man_page_print(FILE *out)
{
    for (const char *line = man_text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        bool is_part = false;
        for (size_t i = 0; i < ARRAY_LENGTH(parts) && !is_part; i++) {
            is_part = strlen(parts[i].line) == length && memcmp(parts[i].line, line, length) == 0;
            if (is_part)
                parts[i].print(out);
        }
        if (!is_part)
            fprintf(out, "%.*s\n", (int)length, line);
        line += length;
        line += *line == '\n';
    }
}
