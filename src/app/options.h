/* Every option of the program, parsed. One row per option in app/options.def: the structure, the
 * parser, --help, the defaults and the checks all come from it. */
#ifndef HAUL_APP_OPTIONS_H
#define HAUL_APP_OPTIONS_H

#include "app/option_table.h"
#include "base/common.h"
#include "base/error.h"

enum command { COMMAND_GET, COMMAND_DEMO };

enum order { ORDER_LIST, ORDER_REVERSE, ORDER_PRIORITY, ORDER_RANDOM };

enum hash { HASH_NONE, HASH_SHA256 };

enum progress_mode { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE };

/* A repeatable option's values, in the order given; owned. */
struct string_list {
    char **items;
    size_t count;
};

/* Fields are named as the options, with _ for -. Durations are microseconds, sizes bytes. */
struct options {
    enum command command;
    bool wants_help;
    const char *help_topic; /* NULL = first screen, "all", or a group; lent by the arguments */
    bool wants_version;
    /* Lists and URLs in the order given, -i among them: an item with "://" is a URL, "-" is
     * standard input, anything else is a list file. */
    struct string_list operands;

#define OPTION_COUNT(field, ...) int64_t field;
#define OPTION_BYTES(field, ...) int64_t field;
#define OPTION_DURATION(field, ...) int64_t field;
#define OPTION_BOOL(field, ...) bool field;
#define OPTION_STRING(field, ...) char *field;
#define OPTION_LIST(field, ...) struct string_list field;
#define OPTION_CHOICE(field, ...) int field;
#include "app/options.def"
};

void options_init(struct options *options); /* the defaults */
void options_clear(struct options *options);

/* Sets one option from text, checked; a LIST grows by it. Not for a BOOL. */
bool options_set(struct options *options, enum option_id id, const char *text, struct error *error);
void options_set_switch(struct options *options, enum option_id id, bool is_on); /* a BOOL */
void options_add_operand(struct options *options, const char *operand);

/* Parses the whole command line (getopt_long) into initialised options; options and operands may be
 * mixed, and parsing ends at --help or --version. ERROR_USAGE names the option, the value and the
 * range, or suggests the nearest option for a typo. */
bool options_parse(struct options *options, int argument_count, char **arguments,
                   struct error *error);

/* --name as it will be: --tree is one. Lent. */
const char *options_name_template(const struct options *options);

/* --threads as it will be: the given number, or the CPUs, never more than --jobs. */
unsigned options_thread_count(const struct options *options);

const char *options_command_name(enum command command);

/* Name of an OPTION_CHOICE value, for messages and the report; "" when there is none. Returns
 * out. */
const char *options_choice_name(const char *choices, int value, char *out, size_t out_size);

/* Calls `each` for every option with its long name (static) and its present value, for reports.
 * Secrets are not masked here. */
struct option_value {
    const char *name;
    enum { OPTION_VALUE_NUMBER, OPTION_VALUE_BOOL, OPTION_VALUE_TEXT, OPTION_VALUE_LIST } kind;
    const char *unit; /* "_us", "_bytes" or "" */
    int64_t number;   /* -1 = decided at run time */
    const char *text; /* lent, a choice's only during the call; NULL = not set */
    const struct string_list *list;
};
void options_visit(const struct options *options,
                   void (*each)(void *context, const struct option_value *value), void *context);

#endif
