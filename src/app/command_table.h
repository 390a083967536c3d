/* The commands of the program, one row each: --help, the man page and the completions come from it.
 */
#ifndef HAUL_APP_COMMAND_TABLE_H
#define HAUL_APP_COMMAND_TABLE_H

#include "app/option_scope.h"

enum operands { OPERANDS_NONE, OPERANDS_LISTS, OPERANDS_RUNS };

struct command_row {
    const char *name;
    const char *usage; /* what stands behind "haul"; a word in capitals is to be replaced */
    const char *summary;
    enum operands operands;
    bool is_basic; /* on the first screen of --help */
};

const struct command_row *command_table_row(enum subcommand command);

#endif
