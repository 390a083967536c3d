/* A program that runs beside haul, in a process group of its own, and is waited for.
 *
 * It gets the standard input of /dev/null, haul's standard error for its output and its errors, no
 * other descriptor, and the default signal handling with nothing blocked. No shell takes part: a
 * script needs its "#!" line. */
#ifndef HAUL_IO_PROGRAM_H
#define HAUL_IO_PROGRAM_H

#include "base/common.h"
#include "base/error.h"
#include "sync/cancel.h"

/* Runs arguments[0], looked for in PATH, and waits until it has ended; it never leaves a zombie.
 * Both lists end with NULL. When the run is aborted (cancel, may be NULL; draining is not enough)
 * or limit_us (0 = none) passes, the group gets SIGTERM, and SIGKILL when the program has ended or
 * two seconds later. Needs two descriptors. Returns the exit status, 128 + signal, or 127 when the
 * program cannot be started: only then *error is filled, with its name and the reason. */
int program_run(char *const *arguments, char *const *environment, const struct cancel *cancel,
                int64_t limit_us, struct error *error);

#endif
