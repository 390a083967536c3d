/* What haul bench compares: the settings that the options ask for, and the options of one run. */
#ifndef HAUL_APP_BENCH_PLAN_H
#define HAUL_APP_BENCH_PLAN_H

#include "app/options.h"
#include "base/error.h"
#include "model/benchmark.h"

/* The settings that --threads and --jobs name together:
 *
 *   --threads LIST               as many downloads at once as threads (1,2,4,8,16 if nothing is
 *                                given)
 *   --threads LIST --jobs N      N downloads at once, whatever the threads
 *   --jobs LIST                  one thread per CPU, never more than downloads
 *   --threads LIST --jobs LIST   each with each
 *
 * More threads than downloads cannot be: such settings are left out, and counted. ERROR_USAGE when
 * none is left, or too many are. */
bool bench_plan_init(struct benchmark *benchmark, const struct options *options,
                     unsigned *out_left_out, struct error *error);

/* The options of one run of a setting: those of `haul get` with this list (tsv) and, for bodies
 * that are stored, this directory (else NULL). Everything in it is lent; it is never to be cleared.
 */
struct options bench_plan_options(const struct options *options,
                                  const struct benchmark_setting *setting, uint64_t seed,
                                  char **list, char *directory);

/* --seed, or one that is drawn. */
uint64_t bench_plan_seed(const struct options *options);

#endif
