/* The figures of haul bench as a picture: throughput with the error of its mean time, and latency,
 * over threads; over jobs where only they differ; one line for each number of threads where both
 * do. */
#ifndef HAUL_IO_BENCHMARK_SVG_H
#define HAUL_IO_BENCHMARK_SVG_H

#include "base/text.h"
#include "model/benchmark.h"

/* More than any benchmark makes: a limit for the text. */
#define BENCHMARK_SVG_BYTES_MAX ((size_t)1024 * 1024)

struct benchmark_svg_facts {
    const char *list;         /* its name, foreign bytes; NULL when it has none */
    uint64_t urls;            /* of one run */
    unsigned runs;            /* of each setting, warm-ups left out */
    size_t recommended;       /* index into the figures; SIZE_MAX = none yet */
    enum benchmark_axis axis; /* what is compared */
    const char *origin;       /* version and date; NULL = not said */
};

/* Appends an SVG document, or nothing when it does not fit. figures: at most
 * BENCHMARK_SETTINGS_MAX, in rising order of threads, then jobs; those without a complete run are
 * left out, and a picture without any says so. */
bool benchmark_svg_append(struct text *text, const struct benchmark_figures *figures, size_t count,
                          const struct benchmark_svg_facts *facts);

#endif
