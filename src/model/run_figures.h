/* The figures of a run that its summary shows, whether they come from the run itself or from a
 * report.json of old: what is unknown is left out on the screen.
 *
 * Plain data. Strings are lent by what it was made from, and may hold foreign bytes. */
#ifndef HAUL_MODEL_RUN_FIGURES_H
#define HAUL_MODEL_RUN_FIGURES_H

#include "base/common.h"
#include "model/hint.h"
#include "model/summary.h"

/* Where the time of a URL goes. */
enum run_phase {
    RUN_PHASE_DNS,
    RUN_PHASE_CONNECT,
    RUN_PHASE_TLS,
    RUN_PHASE_WAIT,
    RUN_PHASE_RECEIVE,
    RUN_PHASE_WRITE,
    RUN_PHASE_COUNT,
};

/* Why URLs are skipped; a retry has two reasons. */
#define RUN_FIGURES_SKIPPED "a file of this name was there"
#define RUN_FIGURES_LEFT_OUT "another try gives the same (--retry-all)"

struct run_class {
    enum failure failure; /* FAILURE_NONE where only the name is known */
    const char *name;
    int64_t count;
};

struct run_figures {
    bool is_check;   /* haul check: ok in place of downloaded */
    bool is_retry;   /* of what failed before */
    bool would_stop; /* again, as too much has failed */
    bool is_running; /* not at its end, or killed */
    int64_t elapsed_us;
    int64_t total;
    int64_t by_status[STATUS_COUNT];
    const char *not_tried_reason;            /* what to say of those; NULL = nothing */
    struct run_class classes[FAILURE_COUNT]; /* most frequent first */
    size_t class_count;
    int64_t wire_bytes; /* received, headers and failed attempts with them */
    struct {
        int64_t p50, p95, p99, max;
    } latency_us;                         /* p50 -1 = no URL was timed */
    double phases_share[RUN_PHASE_COUNT]; /* 1 together; all 0 = unknown */
    int64_t opened;
    int64_t reused;
    int64_t retries;
    int64_t recovered;        /* URLs */
    const char *slowest_host; /* NULL = none to be named */
    int64_t slowest_urls;
    int64_t slowest_p95_us;
    int64_t cpu_us; /* -1 = unknown */
    double duty_cycle;
    const char *hints[HINT_LIMIT];
    size_t hint_count;
};

/* Everything unknown or nothing. */
void run_figures_init(struct run_figures *figures);
/* From a run. cpu_us and the command are the caller's to set. */
void run_figures_from_summary(struct run_figures *figures, const struct summary *summary,
                              int64_t elapsed_us);

/* True when something failed that another try may change (failure_name_is_final). */
bool run_figures_may_be_retried(const struct run_figures *figures);

/* Else there is this to be said of the failures. */
#define RUN_FIGURES_NO_RETRY "another try gives the same (--retry-all tries them anyway)"

/* Whole per cents that are 100 together (largest remainders); all 0 when the shares are none. */
void run_figures_percent(const double shares[RUN_PHASE_COUNT], int out[RUN_PHASE_COUNT]);

#endif
