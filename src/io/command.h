/* Runs programs of the user's choice (--exec, --on-finish) without a shell: a line of words becomes
 * an argument vector once, and values only ever become arguments.
 *
 * Threads: a command does not change; any number of threads may run it at a time.
 * What the program gets, how it is waited for and ended: io/program. */
#ifndef HAUL_IO_COMMAND_H
#define HAUL_IO_COMMAND_H

#include "base/common.h"
#include "base/error.h"
#include "sync/cancel.h"

struct command;

/* A placeholder in braces, such as "{url}" or "{}", and what stands for it in one run. */
struct command_value {
    const char *placeholder;
    const char *value;
};

/* Splits at blanks (also TAB and line ends), with '...' and "..." (inside them a backslash stands
 * for itself, but \" and \\ in "..."), and a backslash before any character outside. placeholders:
 * those that are known, the last NULL; they count inside quotes, too, and "\{" is a brace that
 * begins none. An unknown {word} (a letter, then letters, digits, '-' and '_') is ERROR_USAGE, as
 * are an open quote, a backslash at the end, a line without a program, and a placeholder in the
 * program's name; other braces are text. */
struct command *command_create(const char *line, const char *const *placeholders,
                               struct error *error);
void command_destroy(struct command *command); /* NULL is fine */

/* Runs it and waits. Each placeholder in it needs its value; a value is never looked into. {} that
 * is a whole argument is a path: when it begins with '-', it gets "./" in front. environment:
 * "NAME=value" beside this process's own and in place of the same names there, the last NULL; may
 * be NULL. When the run is aborted (cancel, may be NULL) or limit_us (0 = none) passes, the program
 * gets SIGTERM, two seconds later SIGKILL, with its process group. Returns the exit status, 128 +
 * signal, 127 when it cannot be started (*error says which program and why, else it is untouched).
 */
int command_run(const struct command *command, const struct command_value *values,
                size_t value_count, const char *const *environment, const struct cancel *cancel,
                int64_t limit_us, struct error *error);

#endif
