/* The practice server in a process of its own, so that its work is not counted as this one's.
 *
 * It ends with practice_process_stop, and by itself when this process ends in any way. */
#ifndef HAUL_IO_PRACTICE_PROCESS_H
#define HAUL_IO_PRACTICE_PROCESS_H

#include "base/error.h"
#include "io/practice_server.h"

struct practice_process;

/* Only before this process has any other thread: it forks. */
struct practice_process *practice_process_start(const struct practice_settings *settings,
                                                struct error *error);
void practice_process_stop(struct practice_process *process); /* waits for its end; NULL is fine */

/* A list file that can be opened as long as the process is not stopped: one URL per line, all that
 * the server has. Lent. */
const char *practice_process_list(const struct practice_process *process);

#endif
