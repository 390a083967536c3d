#include "app/command_table.h"

static const struct command_row rows[] = {
    [COMMAND_GET] = {"get", "[get] [OPTIONS] LIST|URL...",
                     "download all URLs of LIST ('-' = stdin)", OPERANDS_LISTS, true},
    [COMMAND_CHECK] = {"check", "check [OPTIONS] LIST|URL...", "status of every URL, nothing saved",
                       OPERANDS_LISTS, true},
    [COMMAND_BENCH] = {"bench", "bench [OPTIONS] LIST|URL...",
                       "compare thread counts, recommend one", OPERANDS_LISTS, true},
    [COMMAND_DEMO] = {"demo", "demo [OPTIONS]", "try it now, no internet needed", OPERANDS_NONE,
                      true},
    [COMMAND_REPORT] = {"report", "report DIR|FILE [DIR|FILE]",
                        "a finished run again, or two compared", OPERANDS_RUNS, false},
    [COMMAND_DOCTOR] = {"doctor", "doctor [OPTIONS] [LIST...]", "what here would make a run fail",
                        OPERANDS_LISTS, false},
};

_Static_assert(ARRAY_LENGTH(rows) == COMMAND_COUNT, "one row for each command");

const struct command_row *command_table_row(enum subcommand command)
{
    return &rows[command];
}
