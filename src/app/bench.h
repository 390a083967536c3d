/* haul bench: the same list with several numbers of threads, measured again and again in a random
 * order, and which of them it deserves.
 *
 * Prints the table on stdout, writes bench.json, bench.md and bench.svg. Every run is one of `haul
 * get` from a barrier to its last record, with connections of its own, and touches no output
 * directory. Returns the exit code of the contract: 0 when all that was measured succeeded, 1 when
 * some URLs failed (those dropped in the warm-up do not count), 3 when none succeeded. Signals must
 * be blocked (signals_block), libcurl initialised, and no other thread running. */
#ifndef HAUL_APP_BENCH_H
#define HAUL_APP_BENCH_H

#include "app/options.h"

int bench_run(const struct options *options);

#endif
