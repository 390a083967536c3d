#include "app/option_scope.h"

static bool is_one_of(enum option_id id, const enum option_id *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id)
            return true;
    }
    return false;
}

/* Nothing is saved: all about files is left out, and a list is taken as it comes. */
static bool check_has(enum option_id id)
{
    static const enum option_id known[] = {
        OPTION_ID_input,   OPTION_ID_format,       OPTION_ID_url_column, OPTION_ID_deadline,
        OPTION_ID_jitter,  OPTION_ID_max_failures, OPTION_ID_ok_status,  OPTION_ID_allow_empty,
        OPTION_ID_metrics, OPTION_ID_ping,         OPTION_ID_on_finish,
    };
    enum option_group group = option_table_row(id)->group;

    return group == GROUP_SPEED || group == GROUP_RETRIES || group == GROUP_NETWORK ||
           group == GROUP_CONFIG || (group == GROUP_OUTPUT && id != OPTION_ID_html) ||
           is_one_of(id, known, ARRAY_LENGTH(known));
}

/* Every run is one of 'haul get', but nothing is kept of it. */
static bool bench_has(enum option_id id)
{
    static const enum option_id known[] = {
        OPTION_ID_input, OPTION_ID_format, OPTION_ID_url_column, OPTION_ID_order,
        OPTION_ID_seed,  OPTION_ID_sync,   OPTION_ID_mtime,      OPTION_ID_min_free,
        OPTION_ID_quiet, OPTION_ID_redact, OPTION_ID_delay,      OPTION_ID_capacity,
        OPTION_ID_color,
    };
    enum option_group group = option_table_row(id)->group;

    return group == GROUP_CHECKS || group == GROUP_SPEED || group == GROUP_RETRIES ||
           group == GROUP_NETWORK || group == GROUP_CONFIG || group == GROUP_BENCH ||
           is_one_of(id, known, ARRAY_LENGTH(known));
}

/* The demo plans its runs itself. */
static bool demo_has(enum option_id id)
{
    static const enum option_id known[] = {
        OPTION_ID_dir,   OPTION_ID_jobs,    OPTION_ID_threads,
        OPTION_ID_quiet, OPTION_ID_verbose, OPTION_ID_color,
    };
    return option_table_row(id)->group == GROUP_DEMO || is_one_of(id, known, ARRAY_LENGTH(known));
}

static bool get_has(enum option_id id)
{
    enum option_group group = option_table_row(id)->group;
    return group != GROUP_DEMO && group != GROUP_BENCH && id != OPTION_ID_html;
}

/* The command line of a run, with one more word: what it asks for is judged as there, whether the
 * machine has to do with it or not. */
static bool doctor_has(enum option_id id)
{
    return get_has(id) && id != OPTION_ID_dry_run;
}

bool option_scope_has(enum subcommand command, enum option_id id)
{
    switch (command) {
    case COMMAND_GET:
        return get_has(id);
    case COMMAND_CHECK:
        return check_has(id);
    case COMMAND_BENCH:
        return bench_has(id);
    case COMMAND_DEMO:
        return demo_has(id);
    case COMMAND_REPORT:
        return id == OPTION_ID_json || id == OPTION_ID_html;
    case COMMAND_DOCTOR:
        return doctor_has(id);
    case COMMAND_COUNT:
        break;
    }
    return false;
}

enum subcommand option_scope_owner(enum option_id id)
{
    static const enum subcommand owners[] = {COMMAND_GET, COMMAND_BENCH, COMMAND_DEMO,
                                             COMMAND_REPORT};
    size_t i = 0;
    while (i + 1 < ARRAY_LENGTH(owners) && !option_scope_has(owners[i], id))
        i++;
    return owners[i];
}

bool option_scope_reads_configuration(enum subcommand command)
{
    return command == COMMAND_GET || command == COMMAND_CHECK || command == COMMAND_BENCH ||
           command == COMMAND_DOCTOR;
}

bool option_scope_is_in_files(enum option_id id)
{
    static const enum option_id once[] = {
        OPTION_ID_input,     OPTION_ID_retry_failed, OPTION_ID_retry_from, OPTION_ID_dry_run,
        OPTION_ID_retry_all, OPTION_ID_config,       OPTION_ID_profile,    OPTION_ID_show_config,
        OPTION_ID_generate,  OPTION_ID_html,
    };
    enum option_group group = option_table_row(id)->group;
    return group != GROUP_DEMO && group != GROUP_BENCH && !is_one_of(id, once, ARRAY_LENGTH(once));
}

bool option_scope_is_in_environment(enum option_id id)
{
    return id == OPTION_ID_config || id == OPTION_ID_profile || option_scope_is_in_files(id);
}
