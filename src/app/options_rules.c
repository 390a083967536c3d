#include "app/options_rules.h"

#include <string.h>

#include "app/generate.h"
#include "io/source.h"

static enum option_source source_of(const struct options *options, enum option_id id)
{
    return options->origins[id].source;
}

/* On the command line, where it would be in vain. */
static bool is_given(const struct options *options, enum option_id id)
{
    return source_of(options, id) == OPTION_SOURCE_COMMAND_LINE;
}

/* Not both: a wish of the command line is not spoiled by a file. */
static bool settle_pair(struct options *options, enum option_id a, enum option_id b,
                        const char *problem, struct error *error)
{
    enum option_source a_source = source_of(options, a);
    enum option_source b_source = source_of(options, b);

    if (a_source != b_source) {
        options_reset(options, a_source < b_source ? a : b);
        return true;
    }
    if (a_source == OPTION_SOURCE_COMMAND_LINE || options->origins[a].text == NULL)
        return error_set(error, ERROR_USAGE, "%s", problem);
    return error_set(error, ERROR_USAGE, "%s: %s", options->origins[a].text, problem);
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

/* What is left of an earlier run takes the place of lists, and haul knows how it is written. */
static bool settle_retry(struct options *options, struct error *error)
{
    static const enum option_id about_lists[] = {OPTION_ID_format, OPTION_ID_url_column};
    bool is_retry = options_is_retry(options);

    if (options->retry_all && !is_retry)
        return error_set(error, ERROR_USAGE,
                         "--retry-all belongs to --retry-failed or --retry-from");
    if (!is_retry)
        return true;
    if (options->retry_failed && options->retry_from != NULL)
        return error_set(error, ERROR_USAGE,
                         "--retry-failed and --retry-from: give one of the two");
    const char *name = options->retry_failed ? "retry-failed" : "retry-from";
    if (options->operands.count > 0)
        return error_set(error, ERROR_USAGE, "--%s takes no list or URL: what failed is the list",
                         name);
    for (size_t i = 0; i < ARRAY_LENGTH(about_lists); i++) {
        if (is_given(options, about_lists[i]))
            return error_set(error, ERROR_USAGE, "--%s is about lists, and --%s reads none",
                             option_table_row(about_lists[i])->name, name);
        options_reset(options, about_lists[i]);
    }
    return true;
}

/* How lists are read, and in which order. */
static bool check_reading(const struct options *options, struct error *error)
{
    bool is_by_name = options->format == SOURCE_FORMAT_AUTO;
    if (is_given(options, OPTION_ID_url_column) && !options->show_config &&
        (is_by_name ? !has_columns(options) : options->format == SOURCE_FORMAT_TEXT))
        return error_set(error, ERROR_USAGE,
                         "--url-column: none of the lists is csv, tsv or jsonl (see --format)");
    if (is_given(options, OPTION_ID_seed) && options->order != ORDER_RANDOM &&
        options->command != COMMAND_BENCH && options->command != COMMAND_DOCTOR)
        return error_set(error, ERROR_USAGE, "--seed belongs to --order random");
    return true;
}

/* What may not be together, whoever asked for it. */
static bool settle_pairs(struct options *options, struct error *error)
{
    static const char no_report[] = "--dry-run makes neither records nor a report";

    if (options->dry_run && options->json &&
        !settle_pair(options, OPTION_ID_dry_run, OPTION_ID_json, no_report, error))
        return false;
    if (options->dry_run && options->report != NULL &&
        !settle_pair(options, OPTION_ID_dry_run, OPTION_ID_report, no_report, error))
        return false;
    if (options->tree && source_of(options, OPTION_ID_name) != OPTION_SOURCE_DEFAULT &&
        !settle_pair(options, OPTION_ID_tree, OPTION_ID_name,
                     "--tree is a --name of its own: give one of the two", error))
        return false;
    if (options->json && options->html != NULL && strcmp(options->html, "-") == 0)
        return error_set(error, ERROR_USAGE, "--json and --html - both write to standard output");
    if (options->json && options->report != NULL && strcmp(options->report, "-") == 0 &&
        !settle_pair(options, OPTION_ID_json, OPTION_ID_report,
                     "--json ends with the report: --report - would print it twice", error))
        return false;
    if (options->update && options->force &&
        !settle_pair(options, OPTION_ID_update, OPTION_ID_force,
                     "--update asks before it downloads, --force does not: give one of the two",
                     error))
        return false;
    /* Together they always could be given: quiet wins. */
    if (options->quiet && options->verbose &&
        source_of(options, OPTION_ID_quiet) != source_of(options, OPTION_ID_verbose))
        settle_pair(options, OPTION_ID_quiet, OPTION_ID_verbose, "", NULL);
    return true;
}

/* Options that do nothing without another one. */
static bool check_needs(struct options *options, struct error *error)
{
    static const enum option_id of_exec[] = {OPTION_ID_exec_jobs, OPTION_ID_exec_must_succeed};

    for (size_t i = 0; i < ARRAY_LENGTH(of_exec); i++) {
        if (is_given(options, of_exec[i]) && options->exec == NULL && !options->show_config)
            return error_set(error, ERROR_USAGE, "--%s belongs to --exec",
                             option_table_row(of_exec[i])->name);
    }
    if (options->update && !options->state) {
        /* A file that says update is no reason not to leave out the state once. */
        if (source_of(options, OPTION_ID_update) >= source_of(options, OPTION_ID_state))
            return error_set(error, ERROR_USAGE,
                             "--update needs the state that --no-state leaves "
                             "out");
        options_reset(options, OPTION_ID_update);
    }
    return true;
}

/* Only haul bench compares: elsewhere a list of numbers is a mistake, and what files say about the
 * run of every day does not limit what is compared. */
static bool settle_counts(struct options *options, struct error *error)
{
    static const enum option_id ids[] = {OPTION_ID_jobs, OPTION_ID_threads};

    for (size_t i = 0; i < ARRAY_LENGTH(ids); i++) {
        const struct option_origin *origin = &options->origins[ids[i]];
        const struct count_list *list =
            ids[i] == OPTION_ID_jobs ? &options->jobs : &options->threads;
        if (options->command == COMMAND_BENCH && origin->source != OPTION_SOURCE_COMMAND_LINE)
            options_reset(options, ids[i]);
        else if (options->command != COMMAND_BENCH && list->count > 1)
            return error_set(error, ERROR_USAGE,
                             "--%s: only 'haul bench' takes a list of numbers (%s)",
                             option_table_row(ids[i])->name, origin->text);
    }
    return true;
}

/* The first of these that the command line gives; OPTION_ID_COUNT when it gives none. */
static enum option_id first_given(const struct options *options, const enum option_id *ids,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_given(options, ids[i]))
            return ids[i];
    }
    return OPTION_ID_COUNT;
}

static bool check_bench(const struct options *options, struct error *error)
{
    static const enum option_id of_server[] = {OPTION_ID_delay, OPTION_ID_capacity};
    static const enum option_id of_lists[] = {OPTION_ID_format, OPTION_ID_url_column,
                                              OPTION_ID_proxy};
    static const enum option_id of_files[] = {OPTION_ID_sync, OPTION_ID_mtime, OPTION_ID_min_free};
    enum option_id id;

    if (options->command != COMMAND_BENCH || options->show_config)
        return true;
    id = first_given(options, of_server, ARRAY_LENGTH(of_server));
    if (!options->demo && id != OPTION_ID_COUNT)
        return error_set(error, ERROR_USAGE, "--%s is about the practice server: it needs --demo",
                         option_table_row(id)->name);
    id = first_given(options, of_lists, ARRAY_LENGTH(of_lists));
    if (options->demo && id != OPTION_ID_COUNT)
        return error_set(error, ERROR_USAGE, "--%s: --demo has a list and a server of its own",
                         option_table_row(id)->name);
    id = first_given(options, of_files, ARRAY_LENGTH(of_files));
    if (options->sink != SINK_DISK && id != OPTION_ID_COUNT)
        return error_set(error, ERROR_USAGE,
                         "--%s is about files: without --sink disk there are none",
                         option_table_row(id)->name);
    return true;
}

/* The first option of the command line that has nothing to do with the command. */
static bool check_scope(const struct options *options, struct error *error)
{
    for (enum option_id id = 0; id < OPTION_ID_COUNT; id++) {
        if (!is_given(options, id) || option_scope_has(options->command, id))
            continue;
        /* A list is refused as a list, however it was named. */
        if (options->command == COMMAND_DEMO && id == OPTION_ID_input)
            continue;
        return error_set(error, ERROR_USAGE, "--%s belongs to 'haul %s', not to 'haul %s'",
                         option_table_row(id)->name, options_command_name(option_scope_owner(id)),
                         options_command_name(options->command));
    }
    return true;
}

static bool check_operands(const struct options *options, struct error *error)
{
    size_t count = options->operands.count;

    switch (options->command) {
    case COMMAND_GET:
    case COMMAND_CHECK:
        if (count == 0 && !options_is_retry(options))
            return error_set(error, ERROR_USAGE, "no list or URL to %s (see 'haul --help')",
                             options->command == COMMAND_CHECK ? "check" : "download");
        break;
    case COMMAND_BENCH:
        if (options->demo && count > 0)
            return error_set(error, ERROR_USAGE,
                             "--demo brings its own list: leave out the list or --demo");
        if (!options->demo && count == 0)
            return error_set(error, ERROR_USAGE,
                             "no list or URL to measure (see 'haul --help bench', or --demo)");
        break;
    case COMMAND_DEMO:
        if (count > 0)
            return error_set(error, ERROR_USAGE, "'haul demo' takes no list or URL");
        break;
    case COMMAND_REPORT:
        if (count == 0)
            return error_set(error, ERROR_USAGE,
                             "no run to report: name its directory (as --dir did) or its report");
        if (count > 2)
            return error_set(error, ERROR_USAGE, "'haul report' takes one run, or two to compare");
        if (count > 1 && options->html != NULL)
            return error_set(error, ERROR_USAGE, "--html is about one run");
        break;
    case COMMAND_DOCTOR: /* looks at the machine alone, when there is no list */
    case COMMAND_COUNT:
        break;
    }
    return true;
}

bool options_rules_settle(struct options *options, struct error *error)
{
    bool only_tells = options->show_config || options->generate != GENERATE_NOTHING;

    return check_scope(options, error) && settle_counts(options, error) &&
           check_bench(options, error) && settle_retry(options, error) &&
           check_reading(options, error) && settle_pairs(options, error) &&
           check_needs(options, error) && (only_tells || check_operands(options, error));
}
