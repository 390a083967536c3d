/* What the aggregate of a run suggests to do differently: at most two sentences, from rules.
 *
 * A rule speaks only where the figures support it: about failures from five URLs and a share of
 * them on, about jobs only after a run long enough to have settled. */
#ifndef HAUL_MODEL_HINT_H
#define HAUL_MODEL_HINT_H

#include "base/common.h"
#include "model/summary.h"

#define HINT_LIMIT 2
#define HINT_SIZE 200

/* Lent. */
struct hint_evidence {
    const struct counts *counts;
    int64_t elapsed_us;
    int64_t cpu_us;     /* user and system */
    int64_t p99_us;     /* of the time per URL, -1 = none was timed */
    int64_t timeout_us; /* --timeout */
    unsigned cpus;      /* that the run could use */
    unsigned jobs;
    unsigned per_host;
    int64_t rate_per_hour;      /* --rate, 0 = no limit */
    int64_t limit_rate;         /* --limit-rate, 0 = no limit */
    bool has_host_rate;         /* --host-rate holds requests back */
    bool has_host_limits;       /* some hosts have limits of their own */
    uint64_t hosts;             /* of the URLs */
    uint64_t busiest_host_urls; /* of the one with the most */
};

struct hints {
    size_t count;
    char texts[HINT_LIMIT][HINT_SIZE]; /* printable ASCII, without a full stop; most useful first */
};

/* First what concerns the most URLs; a hint about --jobs only where nothing failed much. */
struct hints hint_choose(const struct hint_evidence *evidence);

#endif
