/* `haul report`: the summary of a run again, or what changed between two. It only reads, and locks
 * nothing: the run may still go on. */
#ifndef HAUL_APP_REPORT_COMMAND_H
#define HAUL_APP_REPORT_COMMAND_H

#include "app/options.h"

/* One or two operands: output directories, folders of runs, or report files. Prints to standard
 * output. Returns the exit code: 0, 2 (no report), 4 (something cannot be read or written). */
int report_command_run(const struct options *options);

#endif
