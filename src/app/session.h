/* haul get and haul check as a command: a run, and what surrounds it for cron: a random wait before
 * it, a health check that is told, a command at its end. */
#ifndef HAUL_APP_SESSION_H
#define HAUL_APP_SESSION_H

#include "app/options.h"

/* Returns the exit code, or raises the signal that ended the run. Signals must be blocked
 * (signals_block) and libcurl initialised. */
int session_run(const struct options *options);

#endif
