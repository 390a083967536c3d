#include "app/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "app/usage.h"
#include "base/memory.h"
#include "io/source.h"

/* What getopt_long answers for a long option: a row, or the row that "no-" turns off. Short
 * options answer with their letter, operands with 1. */
enum { ANSWER_OPERAND = 1, ANSWER_ROW = 1000, ANSWER_NEGATED = 2000 };

/* The option table in getopt_long's form. */
struct getopt_tables {
    struct option long_options[2 * OPTION_ID_COUNT + 3];
    char negated[OPTION_ID_COUNT][OPTION_NAME_SIZE];
    char short_options[2 * OPTION_ID_COUNT + 5];
};

struct command_line {
    struct options *options;
    bool has_word; /* an operand was seen: the next one is no command */
    bool is_given[OPTION_ID_COUNT];
    struct getopt_tables tables;
};

static bool add_operand(struct command_line *line, const char *word, bool may_be_command,
                        struct error *error)
{
    bool is_first = !line->has_word;

    line->has_word = true;
    for (enum command command = COMMAND_GET; command <= COMMAND_DEMO; command++) {
        if (is_first && may_be_command && strcmp(word, options_command_name(command)) == 0) {
            line->options->command = command;
            return true;
        }
    }
    if (word[0] == '\0')
        return error_set(error, ERROR_USAGE, "an empty argument is neither a list nor a URL");
    options_add_operand(line->options, word);
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

/* --help=TOPIC, or --help followed by a word that is a topic. */
static bool take_help(struct options *options, int argument_count, char **arguments,
                      struct error *error)
{
    if (optarg != NULL && !usage_is_topic(optarg)) {
        return error_set(error, ERROR_USAGE, "--help: there is no topic '%s' (see 'haul --help')",
                         optarg);
    }
    if (optarg != NULL)
        options->help_topic = optarg;
    else if (optind < argument_count && usage_is_topic(arguments[optind]))
        options->help_topic = arguments[optind];
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
        id = (enum option_id)(answer - ANSWER_NEGATED);
        line->is_given[id] = true;
        options_set_switch(line->options, id, false);
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
    line->is_given[id] = true;
    if (option_table_row(id)->kind != OPTION_KIND_BOOL)
        return options_set(line->options, id, optarg, error);
    options_set_switch(line->options, id, true);
    return true;
}

/* Tables and JSON lines have columns to choose from. */
static bool has_columns(const struct options *options)
{
    for (size_t i = 0; i < options->operands.count; i++) {
        const char *operand = options->operands.items[i];
        if (strstr(operand, "://") == NULL && source_format_of(operand) != SOURCE_FORMAT_TEXT)
            return true;
    }
    return false;
}

/* What the options that say how lists are read can mean together. */
static bool check_reading(const struct command_line *line, struct error *error)
{
    const struct options *options = line->options;
    bool is_by_name = options->format == SOURCE_FORMAT_AUTO;
    if (options->url_column != NULL && options->command == COMMAND_GET &&
        (is_by_name ? !has_columns(options) : options->format == SOURCE_FORMAT_TEXT))
        return error_set(error, ERROR_USAGE,
                         "--url-column: none of the lists is csv, tsv or jsonl (see --format)");
    if (line->is_given[OPTION_ID_seed] && options->order != ORDER_RANDOM)
        return error_set(error, ERROR_USAGE, "--seed belongs to --order random");
    if (options->dry_run && (options->json || options->report != NULL))
        return error_set(error, ERROR_USAGE, "--dry-run makes neither records nor a report");
    return true;
}

/* The demo plans its runs itself. */
static bool is_for_demo(enum option_id id)
{
    return option_table_row(id)->group == GROUP_DEMO || id == OPTION_ID_dir ||
           id == OPTION_ID_jobs || id == OPTION_ID_threads || id == OPTION_ID_quiet ||
           id == OPTION_ID_verbose;
}

/* The first option of the command line that has nothing to do with the command. */
static bool check_groups(const struct command_line *line, struct error *error)
{
    const struct options *options = line->options;
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        const struct option_row *row = option_table_row(id);
        if (line->is_given[id] && row->group == GROUP_DEMO && options->command != COMMAND_DEMO) {
            return error_set(error, ERROR_USAGE, "--%s belongs to 'haul demo', not to 'haul %s'",
                             row->name, options_command_name(options->command));
        }
        if (line->is_given[id] && options->command == COMMAND_DEMO && id != OPTION_ID_input &&
            !is_for_demo(id))
            return error_set(error, ERROR_USAGE, "--%s belongs to 'haul get', not to 'haul demo'",
                             row->name);
    }
    return true;
}

/* What no single option can know. */
static bool check_together(const struct command_line *line, struct error *error)
{
    const struct options *options = line->options;

    if (!check_groups(line, error) || !check_reading(line, error))
        return false;
    if (line->is_given[OPTION_ID_name] && options->tree)
        return error_set(error, ERROR_USAGE, "--tree is a --name of its own: give one of the two");
    if (options->json && options->report != NULL && strcmp(options->report, "-") == 0)
        return error_set(error, ERROR_USAGE,
                         "--json ends with the report: --report - would print it twice");
    if (options->command == COMMAND_DEMO && options->operands.count > 0)
        return error_set(error, ERROR_USAGE, "'haul demo' takes no list or URL");
    if (options->command == COMMAND_GET && options->operands.count == 0)
        return error_set(error, ERROR_USAGE, "no list or URL to download (see 'haul --help')");
    return true;
}

/* Drawn here, so that the report can tell it and the order can be repeated. */
static void draw_seed(struct options *options)
{
    uint32_t seed = 0;
    if (options->order != ORDER_RANDOM || options->seed >= 0)
        return;
    (void)!getrandom(&seed, sizeof(seed), 0);
    options->seed = seed;
}

static bool parse_line(struct command_line *line, int argument_count, char **arguments,
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
    draw_seed(line->options);
    return check_together(line, error);
}

bool options_parse(struct options *options, int argument_count, char **arguments,
                   struct error *error)
{
    struct command_line *line = memory_allocate_zeroed(1, sizeof(*line));
    line->options = options;
    build_tables(&line->tables);
    bool parsed = parse_line(line, argument_count, arguments, error);
    free(line);
    return parsed;
}
