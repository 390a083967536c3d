/* A benchmark as JSON (schema haul.bench/1), built with jansson. */
#ifndef HAUL_IO_BENCHMARK_JSON_H
#define HAUL_IO_BENCHMARK_JSON_H

#include "io/machine.h"
#include "io/report.h"
#include "model/benchmark.h"
#include "model/recommendation.h"
#include "model/scaling.h"

/* All that it says beside the benchmark. Pointers are lent. */
struct benchmark_facts {
    const char *outcome; /* running, complete, interrupted, failed */
    int64_t start_wall_us;
    int64_t end_wall_us; /* 0 while it goes on */
    const struct machine *machine;
    const char *const *lists; /* operands; masked by benchmark_format */
    size_t list_count;
    uint64_t listed; /* URLs that could be measured, before sampling */
    uint64_t bad;
    uint64_t duplicates;
    uint64_t urls; /* of each run, as long as none is dropped */
    uint64_t hosts;
    uint64_t dropped[FAILURE_COUNT]; /* that failed in the first warm-up, by class */
    unsigned runs;
    unsigned warmup;
    uint64_t sample; /* 0 = all */
    uint64_t seed;
    bool is_stored; /* --sink disk */
    bool is_kept_warm;
    const struct report_setting *options;
    size_t option_count;
    const struct redaction *redaction;
    const struct recommendation *recommendation; /* NULL = none yet */
    const char *reason;                          /* of it, for people; NULL = none */
    const struct scaling_model *scaling;         /* NULL = not enough settings */
    const struct scaling_model *amdahl;          /* the same */
};

/* Returns the JSON text (indented, ends with '\n'), to be freed by the caller. */
char *benchmark_format(const struct benchmark *benchmark, const struct benchmark_facts *facts);

#endif
