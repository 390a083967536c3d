#include "app/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "app/config_sources.h"
#include "app/option_check.h"
#include "app/options_rules.h"
#include "app/usage.h"
#include "base/memory.h"
#include "base/text.h"

/* What getopt_long answers for a long option: a row, or the row that "no-" turns off. Short
 * options answer with their letter, operands with 1. */
enum { ANSWER_OPERAND = 1, ANSWER_ROW = 1000, ANSWER_NEGATED = 2000 };

/* The option table in getopt_long's form. */
struct getopt_tables {
    struct option long_options[2 * OPTION_ID_COUNT + 3];
    char negated[OPTION_ID_COUNT][OPTION_NAME_SIZE];
    char short_options[2 * OPTION_ID_COUNT + 5];
};

/* An option or operand of the command line, to be set when all weaker sources have been. */
struct word {
    enum option_id id; /* OPTION_ID_COUNT = an operand */
    const char *text;  /* lent by the arguments; NULL for a switch */
    bool is_on;
};

struct command_line {
    struct options *options;
    bool has_word; /* an operand was seen: the next one is no command */
    struct word *words;
    size_t word_count;
    struct getopt_tables tables;
};

static void add_word(struct command_line *line, struct word word)
{
    line->words = memory_resize(line->words, line->word_count + 1, sizeof(*line->words));
    line->words[line->word_count++] = word;
}

static bool add_operand(struct command_line *line, const char *word, bool may_be_command,
                        struct error *error)
{
    bool is_first = !line->has_word;

    line->has_word = true;
    if (is_first && may_be_command)
        line->options->first_word = word;
    for (enum subcommand command = 0; command < COMMAND_COUNT; command++) {
        if (is_first && may_be_command && strcmp(word, options_command_name(command)) == 0) {
            line->options->command = command;
            line->options->first_word = NULL;
            return true;
        }
    }
    if (word[0] == '\0')
        return error_set(error, ERROR_USAGE, "an empty argument is neither a list nor a URL");
    add_word(line, (struct word){OPTION_ID_COUNT, word, false});
    return true;
}

/* Answers operands in their place ('-' in front), tells a missing value from an unknown option
 * (':'), and leaves the messages to us. */
static void build_tables(struct getopt_tables *tables)
{
    struct option *next = tables->long_options;
    char *letter = tables->short_options;

    letter = stpcpy(letter, "-:hV");
    for (int id = 0; id < OPTION_ID_COUNT; id++) {
        const struct option_row *row = option_table_row((enum option_id)id);
        bool is_switch = row->kind == OPTION_KIND_BOOL;
        *next++ = (struct option){row->name, is_switch ? no_argument : required_argument, NULL,
                                  ANSWER_ROW + id};
        if (is_switch) {
            stpcpy(stpcpy(tables->negated[id], "no-"), row->name);
            *next++ = (struct option){tables->negated[id], no_argument, NULL, ANSWER_NEGATED + id};
        }
        if (row->short_name != 0)
            *letter++ = row->short_name;
        if (row->short_name != 0 && !is_switch)
            *letter++ = ':';
    }
    *letter = '\0';
    *next++ = (struct option){"help", optional_argument, NULL, 'h'};
    *next++ = (struct option){"version", no_argument, NULL, 'V'};
    *next = (struct option){NULL, 0, NULL, 0};
}

/* getopt_long takes any unambiguous beginning of a name, so that a new option could change what an
 * old command line means: only whole names reach it. */
static bool check_long_name(const char *argument, struct error *error)
{
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    enum option_id id = option_table_find(name, length);
    bool is_help = length == 4 && memcmp(name, "help", 4) == 0;
    bool is_version = length == 7 && memcmp(name, "version", 7) == 0;
    bool is_negated = option_table_find_negated(name, length) != OPTION_ID_COUNT;
    char nearest[OPTION_NAME_SIZE];

    if (id == OPTION_ID_COUNT && !is_help && !is_version && !is_negated) {
        if (option_table_suggest(name, length, nearest))
            return error_set(error, ERROR_USAGE, "unknown option '--%.*s', did you mean '--%s'?",
                             (int)length, name, nearest);
        return error_set(error, ERROR_USAGE, "unknown option '--%.*s' (see 'haul --help all')",
                         (int)length, name);
    }
    bool takes_value =
        is_help || (id != OPTION_ID_COUNT && option_table_row(id)->kind != OPTION_KIND_BOOL);
    if (name[length] == '=' && !takes_value)
        return error_set(error, ERROR_USAGE, "--%.*s takes no value", (int)length, name);
    return true;
}

/* --help=TOPIC or --help TOPIC; behind a command that of the command. What 'haul get' knows is on
 * the first screen already. */
static bool take_help(struct options *options, int argument_count, char **arguments,
                      struct error *error)
{
    const char *topic = optarg;
    if (topic == NULL && optind < argument_count && arguments[optind][0] != '-')
        topic = arguments[optind];
    if (topic != NULL && !usage_is_topic(topic)) {
        struct text topics;
        text_init(&topics, sizeof(error->text));
        usage_append_topics(&topics);
        error_set(error, ERROR_USAGE, "--help: there is no topic '%s', but these: %s", topic,
                  topics.data);
        text_clear(&topics);
        return false;
    }
    if (topic == NULL && options->command != COMMAND_GET)
        topic = options_command_name(options->command);
    options->help_topic = topic;
    options->wants_help = true;
    return true;
}

static bool take_answer(struct command_line *line, int answer, struct error *error)
{
    int option = answer == ':' ? optopt : answer;
    enum option_id id = option >= ANSWER_ROW && option < ANSWER_NEGATED
                            ? (enum option_id)(option - ANSWER_ROW)
                            : option_table_find_short(option);

    if (answer == ANSWER_OPERAND)
        return add_operand(line, optarg, true, error);
    if (answer >= ANSWER_NEGATED) {
        add_word(line, (struct word){(enum option_id)(answer - ANSWER_NEGATED), NULL, false});
        return true;
    }
    if (id == OPTION_ID_COUNT) {
        const char letter[] = {(char)optopt, '\0'};
        return error_set(error, ERROR_USAGE, "unknown option '-%s' (see 'haul --help all')",
                         letter);
    }
    if (answer == ':') {
        const struct option_row *row = option_table_row(id);
        return error_set(error, ERROR_USAGE, "--%s needs a value (%s)", row->name, row->argument);
    }
    bool is_switch = option_table_row(id)->kind == OPTION_KIND_BOOL;
    add_word(line, (struct word){id, is_switch ? NULL : optarg, is_switch});
    return true;
}

static const char *last_text(const struct command_line *line, enum option_id id)
{
    const char *text = NULL;
    for (size_t i = 0; i < line->word_count; i++) {
        if (line->words[i].id == id)
            text = line->words[i].text;
    }
    return text;
}

/* A broken file must not keep anybody from getting a new one: --generate does without. */
static bool apply_configuration(const struct command_line *line, const struct config_places *places,
                                struct error *error)
{
    struct options *options = line->options;

    if (places == NULL || !option_scope_reads_configuration(options->command) ||
        last_text(line, OPTION_ID_generate) != NULL)
        return true;
    const char *config = last_text(line, OPTION_ID_config);
    const char *profile = last_text(line, OPTION_ID_profile);
    /* Used before apply_words comes to check them. */
    if ((config != NULL && !option_check_text(OPTION_ID_config, config, error)) ||
        (profile != NULL && !option_check_text(OPTION_ID_profile, profile, error)) ||
        !config_sources_apply(options, places, config, profile, error))
        return false;
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        if (!option_scope_has(options->command, id))
            options_reset(options, id);
    }
    return true;
}

static bool apply_words(const struct command_line *line, struct error *error)
{
    for (size_t i = 0; i < line->word_count; i++) {
        const struct word *word = &line->words[i];
        if (word->id == OPTION_ID_COUNT) {
            options_add_operand(line->options, word->text);
            continue;
        }
        if (word->text == NULL)
            options_set_switch(line->options, word->id, word->is_on);
        else if (!options_set(line->options, word->id, word->text, error))
            return false;
        options_note_origin(line->options, word->id, OPTION_SOURCE_COMMAND_LINE, "command line");
    }
    return true;
}

/* Drawn here, so that the report can tell it and the order can be repeated. */
static void draw_seed(struct options *options)
{
    uint32_t seed = 0;
    if (options->order != ORDER_RANDOM || options->seed >= 0 || options->show_config)
        return;
    (void)!getrandom(&seed, sizeof(seed), 0);
    options->seed = seed;
}

static bool read_words(struct command_line *line, int argument_count, char **arguments,
                       struct error *error)
{
    struct options *options = line->options;

    opterr = 0;
    optind = 0; /* glibc: start anew, whatever was parsed before */
    for (;;) {
        int position = optind == 0 ? 1 : optind;
        const char *next = position < argument_count ? arguments[position] : "";
        if (strncmp(next, "--", 2) == 0 && next[2] != '\0' && !check_long_name(next, error))
            return false;
        int answer = getopt_long(argument_count, arguments, line->tables.short_options,
                                 line->tables.long_options, NULL);
        if (answer == -1)
            break;
        if (answer == 'h')
            return take_help(options, argument_count, arguments, error);
        if (answer == 'V') {
            options->wants_version = true;
            return true;
        }
        if (!take_answer(line, answer, error))
            return false;
    }
    /* Behind "--" a word is never a command, so that a list may be called "get". */
    for (; optind < argument_count; optind++) {
        if (!add_operand(line, arguments[optind], false, error))
            return false;
    }
    return true;
}

bool options_parse(struct options *options, int argument_count, char **arguments,
                   const struct config_places *places, struct error *error)
{
    struct command_line *line = memory_allocate_zeroed(1, sizeof(*line));
    line->options = options;
    build_tables(&line->tables);
    bool is_parsed = read_words(line, argument_count, arguments, error);
    if (is_parsed && !options->wants_help && !options->wants_version) {
        is_parsed = apply_configuration(line, places, error) && apply_words(line, error) &&
                    options_rules_settle(options, error);
        draw_seed(options);
    }
    free(line->words);
    free(line);
    return is_parsed;
}
