/* All that follows from the runs of a benchmark so far, worked out once for whoever shows it. */
#ifndef HAUL_APP_BENCH_VIEW_H
#define HAUL_APP_BENCH_VIEW_H

#include "model/benchmark.h"
#include "model/recommendation.h"
#include "model/scaling.h"

struct bench_view {
    const struct benchmark *benchmark;       /* lent */
    const struct benchmark_figures *figures; /* one for each setting */
    const struct recommendation_facts *facts;
    const struct recommendation *recommendation; /* NULL = none */
    const struct scaling_model *scaling;         /* NULL = not enough settings, or a grid */
    const struct scaling_model *amdahl;          /* the same */
};

/* The benchmark is lent and must not change. */
struct bench_view *bench_view_create(const struct benchmark *benchmark,
                                     const struct recommendation_facts *facts);
void bench_view_destroy(struct bench_view *view); /* NULL is fine */

#endif
