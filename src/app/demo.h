/* haul demo: the same list from a practice server inside this process, first one at a time, then
 * many at a time, and whether each planned trouble was recognised. */
#ifndef HAUL_APP_DEMO_H
#define HAUL_APP_DEMO_H

#include "app/options.h"

/* Looks at --jobs, --threads, --quiet and --serve; with -d its files go into a new folder there,
 * else below TMPDIR. Returns the exit code: 0 when everything went as planned, 1 when not. Signals
 * must be blocked (signals_block) and libcurl initialised. */
int demo_run(const struct options *options);

#endif
