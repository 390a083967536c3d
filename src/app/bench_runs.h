/* The runs of a benchmark, one after the other: warm-up rounds, then the rounds that count, each a
 * new random order of all settings. */
#ifndef HAUL_APP_BENCH_RUNS_H
#define HAUL_APP_BENCH_RUNS_H

#include "app/bench_list.h"
#include "app/bench_screen.h"
#include "app/options.h"
#include "base/error.h"
#include "model/benchmark.h"
#include "model/outcome.h"

/* All lent. */
struct bench_runs_settings {
    const struct options *options;
    struct benchmark *benchmark; /* runs are added */
    struct bench_list *list;     /* URLs that fail in the first warm-up run are dropped */
    struct bench_screen *screen;
    uint64_t seed;
    /* After each round, and after an interrupted one; false, with an error, ends the benchmark. */
    bool (*on_round)(void *context, struct error *error);
    void (*on_dropped)(void *context, const uint64_t by_failure[FAILURE_COUNT]);
    void *context;
};

enum bench_end {
    BENCH_DONE,
    BENCH_SIGNAL,  /* *out_signal; what ran does not count */
    BENCH_GONE,    /* two runs in a row ended with nothing but hosts that cannot be reached */
    BENCH_NOTHING, /* no URL was left after the first warm-up run */
    BENCH_ERROR,   /* *error: this machine */
};

/* What was measured stays in the benchmark in any case. */
enum bench_end bench_runs_execute(const struct bench_runs_settings *settings, int *out_signal,
                                  struct error *error);

#endif
