#include "app/option_command.h"

#include "app/exec_pool.h"

struct command *option_command_create(enum option_id id, const char *line, struct error *error)
{
    static const char *const on_finish[] = {"{}", NULL};
    struct error problem = {0};
    struct command *command =
        command_create(line, id == OPTION_ID_exec ? EXEC_PLACEHOLDERS : on_finish, &problem);
    if (command == NULL)
        error_set(error, problem.kind, "--%s: %s", option_table_row(id)->name, problem.text);
    return command;
}
