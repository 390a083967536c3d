/* The aggregate of a run, shared by the recorder (adds) and whoever shows it (reads copies). */
#ifndef HAUL_APP_RESULTS_H
#define HAUL_APP_RESULTS_H

#include "model/summary.h"

struct results;

struct results *results_create(void);
void results_destroy(struct results *results); /* NULL is fine */

/* Adds finished jobs, all under one acquisition of the lock. They count for the time when their
 * last attempt ended, the others for now; start_us is the monotonic start of the run. */
void results_add(struct results *results, struct job *const *jobs, size_t count, int64_t start_us);
struct counts results_counts(struct results *results);
/* A deep copy, to be given to summary_clear. */
void results_copy(struct results *results, struct summary *out);

#endif
