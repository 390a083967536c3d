/* Which options a command knows, and which may come from somewhere else than the command line. */
#ifndef HAUL_APP_OPTION_SCOPE_H
#define HAUL_APP_OPTION_SCOPE_H

#include "app/option_table.h"

enum subcommand {
    COMMAND_GET,
    COMMAND_CHECK,
    COMMAND_BENCH,
    COMMAND_DEMO,
    COMMAND_REPORT,
    COMMAND_DOCTOR,
    COMMAND_COUNT
};

bool option_scope_has(enum subcommand command, enum option_id id);
/* The command to name in "--x belongs to 'haul get'". */
enum subcommand option_scope_owner(enum option_id id);

/* demo and report do not read configuration: what they do is the same everywhere. */
bool option_scope_reads_configuration(enum subcommand command);
/* False for what belongs to one run alone, such as its lists. */
bool option_scope_is_in_files(enum option_id id);
bool option_scope_is_in_environment(enum option_id id);

#endif
