/* The commands that options hold (--exec, --on-finish), each with its own placeholders. */
#ifndef HAUL_APP_OPTION_COMMAND_H
#define HAUL_APP_OPTION_COMMAND_H

#include "app/option_table.h"
#include "base/error.h"
#include "io/command.h"

/* NULL when the line is no command: ERROR_USAGE names the option and the reason. */
struct command *option_command_create(enum option_id id, const char *line, struct error *error);

#endif
