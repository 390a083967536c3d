/* What haul bench measures: settings, the runs of each, and the figures that follow from them.
 * Data and plain functions: nothing here runs anything.
 *
 * A benchmark owns its arrays; runs are appended in the order in which they were made. Times are
 * microseconds, sizes bytes. */
#ifndef HAUL_MODEL_BENCHMARK_H
#define HAUL_MODEL_BENCHMARK_H

#include "base/common.h"
#include "model/histogram.h"
#include "model/statistics.h"

#define BENCHMARK_SETTINGS_MAX 64
#define BENCHMARK_RUNS_MAX 1000 /* of each setting */

/* One thing to compare: so many worker threads carry at most so many downloads at once. */
struct benchmark_setting {
    unsigned threads;
    unsigned jobs;
};

/* What one run of the list cost and brought. */
struct benchmark_run {
    size_t setting;   /* index into benchmark.settings */
    unsigned round;   /* from 1, warm-up rounds are counted apart */
    bool is_warmup;   /* shown, but in no figure */
    bool is_complete; /* false: interrupted, in no figure either */
    int64_t start_wall_us;
    int64_t elapsed_us; /* from the barrier to the last record */
    uint64_t urls;
    uint64_t failed;   /* URLs */
    uint64_t attempts; /* requests, redirects not counted */
    uint64_t retries;  /* of them after the first of each URL */
    int64_t wire_bytes;
    int64_t user_us;
    int64_t system_us;
    double machine_busy; /* share of all CPUs that was busy with anything, 0 to 1; -1 = unknown */
    uint64_t connections_opened;
    uint64_t connections_reused;
    int64_t transfer_us; /* sum of the time of all downloads, retries and waits in between */
    int64_t wait_us;     /* of it, from the request to the first byte (sum) */
    int64_t receive_us;  /* of it, from the first byte to the last (sum) */
    int64_t p50_us;      /* of the time of one download, -1 = none */
    int64_t p95_us;
    int64_t p99_us;
};

/* False for warm-ups and interrupted runs: they are in no figure. */
static inline bool benchmark_counts(const struct benchmark_run *run)
{
    return run->is_complete && !run->is_warmup;
}

/* Everything about one setting: of its complete runs, warm-ups left out. */
struct benchmark_figures {
    struct benchmark_setting setting;
    struct statistics elapsed_us; /* .count = how many runs */
    size_t outliers;              /* runs whose time is far off the others */
    double urls_per_s;            /* means of the runs' sums by the mean time */
    double bytes_per_s;
    struct statistics_ratio speedup; /* against the smallest setting; value 0 = unknown */
    double efficiency;    /* speed-up by times as many jobs (or threads, where jobs are equal) */
    double failure_share; /* of URLs */
    double trouble_share; /* of attempts: failed, also those that a retry made good */
    uint64_t urls;        /* sums over the runs */
    uint64_t failed;
    double cpu_us;             /* mean of a run */
    double duty_cycle;         /* CPU time by time */
    double machine_busy;       /* mean of the runs, -1 = unknown */
    double concurrency;        /* downloads in progress on average (Little's law: L = lambda W) */
    double connections_opened; /* mean of a run */
    double reused_share;
    double wait_us; /* mean of a download: first byte after the request */
    double receive_us;
    int64_t p50_us; /* of all downloads of all runs, -1 = none */
    int64_t p95_us;
    int64_t p99_us;
};

struct benchmark {
    struct benchmark_setting settings[BENCHMARK_SETTINGS_MAX]; /* smallest first, no two equal */
    size_t setting_count;
    struct benchmark_run *runs; /* owned */
    size_t run_count;
    struct histogram *latency; /* of each setting, merged over its complete runs; owned */
};

/* The settings in rising order of threads, then jobs; equal ones once. False when there are none or
 * more than BENCHMARK_SETTINGS_MAX. */
bool benchmark_init(struct benchmark *benchmark, const struct benchmark_setting *settings,
                    size_t count);
void benchmark_clear(struct benchmark *benchmark); /* zeroed is fine */

/* latency: of this run, -1 percentiles when empty; added to its setting's unless it is a warm-up or
 * incomplete. Fills the run's percentiles. */
void benchmark_add(struct benchmark *benchmark, const struct benchmark_run *run,
                   const struct histogram *latency);

struct benchmark_figures benchmark_figures_of(const struct benchmark *benchmark, size_t setting);

/* What is compared: what a table of settings names them by. */
enum benchmark_axis {
    BENCHMARK_THREADS, /* jobs are equal, or as many as threads */
    BENCHMARK_JOBS,    /* threads are equal, or as many as CPUs and jobs allow */
    BENCHMARK_GRID,
};
enum benchmark_axis benchmark_axis_of(const struct benchmark *benchmark);

#define BENCHMARK_NAME_SIZE 24
/* "16", or "4 x 16" (threads x jobs) in a grid. Returns out. */
char *benchmark_name(enum benchmark_axis axis, const struct benchmark_setting *setting,
                     char out[BENCHMARK_NAME_SIZE]);

/* The order of one round: a permutation of the settings' indexes, drawn from seed and round. */
void benchmark_shuffle(const struct benchmark *benchmark, uint64_t seed, unsigned round,
                       size_t out_order[BENCHMARK_SETTINGS_MAX]);

#endif
