#include "io/command.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/program.h"

#define LINE_LIMIT ((size_t)64 * 1024)
#define ARGUMENT_LIMIT ((size_t)1024 * 1024) /* the kernel takes 128 KiB */

#define BLANKS " \t\n\v\f\r"
#define PATH_PLACEHOLDER "{}"

/* A part of a word: text, or a placeholder with its braces. */
struct piece {
    char *text;
    bool is_placeholder;
    bool begins_word;
};

struct command {
    struct piece *pieces;
    size_t piece_count;
    size_t word_count;
};

/* Where the reading of a line stands. */
struct splitter {
    struct command *command;
    const char *const *placeholders;
    const char *at;
    struct text literal; /* read, and not a piece yet */
    bool is_in_word;
    bool has_piece; /* the word has one already */
};

static void add_piece(struct splitter *splitter, const char *text, size_t length,
                      bool is_placeholder)
{
    struct command *command = splitter->command;
    command->pieces =
        memory_resize(command->pieces, command->piece_count + 1, sizeof command->pieces[0]);
    command->pieces[command->piece_count++] = (struct piece){
        .text = memory_copy_bytes(text, length),
        .is_placeholder = is_placeholder,
        .begins_word = !splitter->has_piece,
    };
    if (!splitter->has_piece)
        command->word_count++;
    splitter->has_piece = true;
}

static void flush_literal(struct splitter *splitter)
{
    if (splitter->literal.length == 0)
        return;
    add_piece(splitter, splitter->literal.data, splitter->literal.length, false);
    text_reset(&splitter->literal);
}

static void end_word(struct splitter *splitter)
{
    if (!splitter->is_in_word)
        return;
    flush_literal(splitter);
    if (!splitter->has_piece)
        add_piece(splitter, "", 0, false); /* '' is a word, too */
    splitter->is_in_word = false;
    splitter->has_piece = false;
}

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

/* Length of a {word} in braces that reads like a placeholder, 0 when it does not. */
static size_t placeholder_length(const char *at)
{
    if (at[0] != '{' || !is_letter(at[1]))
        return 0;
    size_t length = 2;
    while (is_letter(at[length]) || (at[length] >= '0' && at[length] <= '9') || at[length] == '-' ||
           at[length] == '_')
        length++;
    return at[length] == '}' ? length + 1 : 0;
}

static const char *find_placeholder(const struct splitter *splitter)
{
    for (const char *const *known = splitter->placeholders; *known != NULL; known++) {
        if (strncmp(splitter->at, *known, strlen(*known)) == 0)
            return *known;
    }
    return NULL;
}

static bool fail_unknown(const struct splitter *splitter, size_t length, struct error *error)
{
    struct text known;
    text_init(&known, LINE_LIMIT);
    for (const char *const *name = splitter->placeholders; *name != NULL; name++) {
        text_append_char(&known, ' ');
        text_append_string(&known, *name);
    }
    int shown = length < 100 ? (int)length : 100;
    error_set(error, ERROR_USAGE, "%.*s is not known here (known:%s; \\{ is a brace)", shown,
              splitter->at, known.data);
    text_clear(&known);
    return false;
}

/* Takes one character that has no other meaning, or a placeholder. */
static bool take_text(struct splitter *splitter, struct error *error)
{
    if (*splitter->at == '{') {
        const char *known = find_placeholder(splitter);
        size_t length = placeholder_length(splitter->at);
        if (known != NULL) {
            flush_literal(splitter);
            add_piece(splitter, known, strlen(known), true);
            splitter->at += strlen(known);
            return true;
        }
        if (length > 0)
            return fail_unknown(splitter, length, error);
    }
    text_append_char(&splitter->literal, *splitter->at++);
    return true;
}

static bool take_quoted(struct splitter *splitter, struct error *error)
{
    char quote = *splitter->at++;
    while (*splitter->at != quote) {
        const char *at = splitter->at;
        if (*at == '\0')
            return error_set(error, ERROR_USAGE, "a quote (%c) is not closed", quote);
        if (quote == '"' && at[0] == '\\' && (at[1] == '"' || at[1] == '\\')) {
            text_append_char(&splitter->literal, at[1]);
            splitter->at += 2;
        } else if (!take_text(splitter, error)) {
            return false;
        }
    }
    splitter->at++;
    return true;
}

static bool take_escaped(struct splitter *splitter, struct error *error)
{
    splitter->at++;
    if (*splitter->at == '\0')
        return error_set(error, ERROR_USAGE, "nothing follows the backslash at the end");
    text_append_char(&splitter->literal, *splitter->at++);
    return true;
}

static bool split(struct splitter *splitter, struct error *error)
{
    while (*splitter->at != '\0') {
        bool is_taken;
        if (strchr(BLANKS, *splitter->at) != NULL) {
            end_word(splitter);
            splitter->at++;
            continue;
        }
        splitter->is_in_word = true;
        if (*splitter->at == '\'' || *splitter->at == '"')
            is_taken = take_quoted(splitter, error);
        else if (*splitter->at == '\\')
            is_taken = take_escaped(splitter, error);
        else
            is_taken = take_text(splitter, error);
        if (!is_taken)
            return false;
    }
    end_word(splitter);
    return true;
}

static bool check_program(const struct command *command, struct error *error)
{
    const struct piece *pieces = command->pieces;
    if (command->piece_count == 0 || (pieces[0].text[0] == '\0' && !pieces[0].is_placeholder))
        return error_set(error, ERROR_USAGE, "the command names no program");
    for (size_t i = 0; i < command->piece_count && (i == 0 || !pieces[i].begins_word); i++) {
        if (pieces[i].is_placeholder)
            return error_set(error, ERROR_USAGE, "%s cannot stand in the program's name",
                             pieces[i].text);
    }
    return true;
}

struct command *command_create(const char *line, const char *const *placeholders,
                               struct error *error)
{
    if (strlen(line) > LINE_LIMIT) {
        error_set(error, ERROR_USAGE, "the command is longer than 64 KiB");
        return NULL;
    }
    struct command *command = memory_allocate_zeroed(1, sizeof *command);
    struct splitter splitter = {.command = command, .placeholders = placeholders, .at = line};
    text_init(&splitter.literal, LINE_LIMIT);
    bool is_usable = split(&splitter, error) && check_program(command, error);
    text_clear(&splitter.literal);
    if (!is_usable) {
        command_destroy(command);
        return NULL;
    }
    return command;
}

void command_destroy(struct command *command)
{
    if (command == NULL)
        return;
    for (size_t i = 0; i < command->piece_count; i++)
        free(command->pieces[i].text);
    free(command->pieces);
    free(command);
}

static const char *value_of(const char *placeholder, const struct command_value *values,
                            size_t value_count)
{
    for (size_t i = 0; i < value_count; i++) {
        if (strcmp(values[i].placeholder, placeholder) == 0)
            return values[i].value;
    }
    assert(!"a placeholder without a value");
    return "";
}

/* The word that begins at pieces[*place], which moves on to the next; NULL when it is too long. */
static char *make_word(const struct command *command, const struct command_value *values,
                       size_t value_count, size_t *place)
{
    struct text word;
    text_init(&word, ARGUMENT_LIMIT);
    size_t first = *place;
    size_t end = first + 1;
    while (end < command->piece_count && !command->pieces[end].begins_word)
        end++;
    for (size_t i = first; i < end; i++) {
        const struct piece *piece = &command->pieces[i];
        const char *text =
            piece->is_placeholder ? value_of(piece->text, values, value_count) : piece->text;
        bool is_path = piece->is_placeholder && strcmp(piece->text, PATH_PLACEHOLDER) == 0;
        /* A file's name must not become an option. */
        if (is_path && end - first == 1 && text[0] == '-')
            text_append_string(&word, "./");
        text_append_string(&word, text);
    }
    *place = end;
    bool is_whole = !word.is_full;
    char *taken = text_take(&word);
    text_clear(&word);
    if (is_whole)
        return taken;
    free(taken);
    return NULL;
}

static void free_words(char **words)
{
    for (char **word = words; *word != NULL; word++)
        free(*word);
    free(words);
}

static char **make_words(const struct command *command, const struct command_value *values,
                         size_t value_count)
{
    char **words = memory_allocate_zeroed(command->word_count + 1, sizeof *words);
    size_t place = 0;
    for (size_t i = 0; i < command->word_count; i++) {
        words[i] = make_word(command, values, value_count, &place);
        if (words[i] == NULL) {
            free_words(words);
            return NULL;
        }
    }
    return words;
}

static bool has_name_of(const char *entry, const char *other)
{
    size_t length = strcspn(entry, "=");
    return strncmp(entry, other, length) == 0 && other[length] == '=';
}

/* This process's environment with the additions; the strings are lent. Nobody changes it once
 * threads run. */
static char **make_environment(const char *const *additions)
{
    size_t limit = 1;
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
        limit++;
    for (size_t i = 0; additions != NULL && additions[i] != NULL; i++)
        limit++;

    char **all = memory_allocate_zeroed(limit, sizeof *all);
    size_t count = 0;
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        bool is_replaced = false;
        for (size_t i = 0; additions != NULL && additions[i] != NULL; i++)
            is_replaced = is_replaced || has_name_of(additions[i], *entry);
        if (!is_replaced)
            all[count++] = *entry;
    }
    for (size_t i = 0; additions != NULL && additions[i] != NULL; i++)
        all[count++] = (char *)additions[i]; /* exec takes them so, and changes nothing */
    return all;
}

int command_run(const struct command *command, const struct command_value *values,
                size_t value_count, const char *const *environment, const struct cancel *cancel,
                int64_t limit_us, struct error *error)
{
    char **words = make_words(command, values, value_count);
    if (words == NULL) {
        error_set_errno(error, ERROR_LOCAL, E2BIG, "%s", command->pieces[0].text);
        return 127;
    }
    char **all = make_environment(environment);
    int status = program_run(words, all, cancel, limit_us, error);
    free(all);
    free_words(words);
    return status;
}
