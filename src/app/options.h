/* Every option of the program, parsed. One row per option in app/options.def: the structure, the
 * parser, configuration files, --help, the defaults and the checks all come from it. */
#ifndef HAUL_APP_OPTIONS_H
#define HAUL_APP_OPTIONS_H

#include "app/config_places.h"
#include "app/option_scope.h"
#include "app/option_table.h"
#include "app/string_list.h"
#include "base/common.h"
#include "base/error.h"

enum order { ORDER_LIST, ORDER_REVERSE, ORDER_PRIORITY, ORDER_RANDOM };

enum hash { HASH_NONE, HASH_SHA256, HASH_SHA512 };

enum sink_mode { SINK_DISCARD, SINK_DISK };

enum progress_mode { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_NONE };

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Who gave an option its value: each beats those above it. */
enum option_source {
    OPTION_SOURCE_DEFAULT,
    OPTION_SOURCE_SYSTEM_FILE,
    OPTION_SOURCE_USER_FILE,
    OPTION_SOURCE_CONFIG_FILE, /* --config */
    OPTION_SOURCE_PROFILE,
    OPTION_SOURCE_ENVIRONMENT,
    OPTION_SOURCE_COMMAND_LINE,
};

struct option_origin {
    enum option_source source;
    char *text; /* "/etc/haul.conf:3"; of a list all of them; owned, NULL = default */
};

/* The value of a COUNTS option: never empty; the row's initial value where nothing was given. */
#define COUNT_LIST_MAX 64
struct count_list {
    int64_t values[COUNT_LIST_MAX];
    size_t count;
};

/* What a [host NAME] section says; owned. */
struct host_section {
    char *pattern;     /* model/host_pattern.h */
    int64_t per_host;  /* -1 = not set */
    int64_t host_rate; /* per hour, -1 = not set, 0 = no limit */
    struct string_list headers, header_origins;
    char *per_host_origin, *host_rate_origin; /* "/etc/haul.conf:3"; NULL = nobody */
};

/* Fields are named as the options, with _ for -. Durations are microseconds, sizes bytes, rates per
 * hour. */
struct options {
    enum subcommand command;
    const char *first_word; /* stands where a command may, and is none; lent, NULL = nothing */
    bool wants_help;
    const char *help_topic; /* NULL = first screen; lent */
    bool wants_version;
    /* Lists and URLs in the order given, -i among them: an item with "://" is a URL, "-" is
     * standard input, anything else is a list file. */
    struct string_list operands;

    struct host_section *hosts; /* one for each pattern */
    size_t host_count;
    struct option_origin origins[OPTION_ID_COUNT];
    struct string_list warnings; /* about the configuration, to be logged */

#define OPTION_COUNT(field, ...) int64_t field;
#define OPTION_COUNTS(field, ...) struct count_list field;
#define OPTION_BYTES(field, ...) int64_t field;
#define OPTION_DURATION(field, ...) int64_t field;
#define OPTION_RATE(field, ...) int64_t field;
#define OPTION_BOOL(field, ...) bool field;
#define OPTION_STRING(field, ...) char *field;
#define OPTION_LIST(field, ...) struct string_list field;
#define OPTION_CHOICE(field, ...) int field;
#include "app/options.def"
};

void options_init(struct options *options); /* the defaults */
void options_clear(struct options *options);

/* Sets one option from text, checked; a LIST grows by it, a BOOL takes yes, no, true, false, on,
 * off, 1 or 0. */
bool options_set(struct options *options, enum option_id id, const char *text, struct error *error);
void options_set_switch(struct options *options, enum option_id id, bool is_on); /* a BOOL */
void options_add_operand(struct options *options, const char *operand);

/* Back to the default. */
void options_reset(struct options *options, enum option_id id);
/* Says who has just set the option. */
void options_note_origin(struct options *options, enum option_id id, enum option_source source,
                         const char *text);

/* Parses the whole command line (getopt_long) into initialised options; options and operands may be
 * mixed, and parsing ends at --help or --version. What stands in configuration files, profiles and
 * HAUL_* variables is set first, where `places` says (NULL = nowhere); values of a LIST add up,
 * those of the command line last. ERROR_USAGE names the option, the value and the range, or
 * suggests the nearest option for a typo; for a file also the line. */
bool options_parse(struct options *options, int argument_count, char **arguments,
                   const struct config_places *places, struct error *error);

/* The section of a pattern, made where missing; NULL when there are too many. Lent until the next
 * call. */
struct host_section *options_host_section_of(struct options *options, const char *pattern);
/* The most specific section about this host: its own name, else the longest "*." pattern; NULL =
 * none. */
const struct host_section *options_host_section(const struct options *options, const char *host);

/* True when the lists come from an earlier run (--retry-failed, --retry-from). */
bool options_is_retry(const struct options *options);

/* --name as it will be: --tree is one. Lent. */
const char *options_name_template(const struct options *options);

/* --color, as it is for what is written to this descriptor. */
bool options_wants_colour(const struct options *options, int descriptor);

/* --jobs, where it is one number. */
unsigned options_jobs(const struct options *options);

/* --threads as it will be: the given number, or the CPUs, never more than --jobs. */
unsigned options_thread_count(const struct options *options);

const char *options_command_name(enum subcommand command);

/* Name of an OPTION_CHOICE value, for messages and the report; "" when there is none. Returns
 * out. */
const char *options_choice_name(const char *choices, int value, char *out, size_t out_size);

/* Calls `each` for every option with its long name (static) and its present value, for reports.
 * Secrets are not masked here. */
struct option_value {
    enum option_id id;
    const char *name;
    enum { OPTION_VALUE_NUMBER, OPTION_VALUE_BOOL, OPTION_VALUE_TEXT, OPTION_VALUE_LIST } kind;
    const char *unit; /* "_us", "_bytes", "_per_hour" or "" */
    int64_t number;   /* -1 = decided at run time */
    const char *text; /* lent, a choice's and counts' only during the call; NULL = not set */
    const struct string_list *list;
};
void options_visit(const struct options *options,
                   void (*each)(void *context, const struct option_value *value), void *context);

#endif
