/* The figures of a finished run for Prometheus (--metrics FILE.prom): text exposition format 0.0.4,
 * for node_exporter's textfile collector. */
#ifndef HAUL_IO_METRICS_H
#define HAUL_IO_METRICS_H

#include "base/common.h"
#include "base/error.h"
#include "base/text.h"
#include "model/summary.h"

struct metrics_facts {
    const char *directory; /* label `directory`, so that several runs on one machine differ */
    int64_t end_wall_us;
    int64_t last_success_wall_us; /* of exit code 0; 0 = this run was none */
    int64_t elapsed_us;
    int64_t cpu_us;
    int exit_code;
    bool is_complete; /* the lists were read to their end */
};

/* haul_run_end_timestamp_seconds, haul_run_success_timestamp_seconds (left out when 0),
 * haul_run_duration_seconds, haul_run_exit_code, haul_run_complete, haul_urls{status},
 * haul_failures{class} (those that occurred), haul_bytes{kind="files|wire"}, haul_retries,
 * haul_connections{kind="opened|reused"}, haul_cpu_seconds, haul_url_seconds{quantile}. All are
 * gauges about the last run, but the last: a summary, because only there may a label be called
 * quantile (1 = the slowest). Each has HELP and TYPE; label values are escaped. The order is always
 * the same. */
void metrics_format(const struct metrics_facts *facts, const struct summary *summary,
                    struct text *text);

/* Replaces the file atomically (a temporary file beside it, fsync, rename), mode 0644 & ~umask; the
 * directory must exist; a symbolic link is replaced, not followed, but nothing that is (or leads
 * to) a device, a pipe or a socket. ERROR_LOCAL when that fails.
 * When last_success_wall_us is 0, the haul_run_success_timestamp_seconds of the same directory in
 * the file that is there is carried over. */
bool metrics_write(const char *path, const struct metrics_facts *facts,
                   const struct summary *summary, struct error *error);

#endif
