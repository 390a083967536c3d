/* How many threads a list deserves, and why more do not help: a judgement on the figures of a
 * benchmark. Plain functions of data. */
#ifndef HAUL_MODEL_RECOMMENDATION_H
#define HAUL_MODEL_RECOMMENDATION_H

#include "base/common.h"
#include "model/benchmark.h"

/* Within this factor of the best time, fewer threads are the better choice. */
#define RECOMMENDATION_TOLERANCE 1.05
/* With one thread: below, the work is mostly waiting, and more threads help. */
#define RECOMMENDATION_WAITING_DUTY 0.30
/* Of all CPUs: above, this machine is the limit. */
#define RECOMMENDATION_CPU_SHARE 0.70

/* What keeps more threads from being faster. */
enum recommendation_limit {
    LIMIT_NONE,     /* nothing was met: the largest setting is the best */
    LIMIT_CPU,      /* this machine computes all the time */
    LIMIT_RATE,     /* --rate, --host-rate or --limit-rate */
    LIMIT_PER_HOST, /* --per-host */
    LIMIT_JOBS,     /* --jobs: all downloads that may run at once were busy; threads are enough */
    LIMIT_LIST,     /* too few URLs: workers are idle */
    LIMIT_FAILURES, /* more fail or are asked to come back later */
    LIMIT_SERVER,   /* replies begin later */
    LIMIT_LINK,     /* replies take longer to arrive */
    LIMIT_COUNT,
};

/* What the measured times are mostly made of. */
enum recommendation_work {
    WORK_UNKNOWN, /* no setting has one thread */
    WORK_WAITING,
    WORK_MIXED,
    WORK_COMPUTING,
    WORK_COUNT,
};

struct recommendation_facts {
    unsigned cpus;       /* that this process may use */
    uint64_t urls;       /* of each run */
    uint64_t host_slots; /* how many downloads at once --per-host lets all hosts of the list have;
                            0 = unknown */
    double urls_per_s;   /* that --rate and --host-rate allow, 0 = no limit */
    double bytes_per_s;  /* that --limit-rate allows, 0 = no limit */
};

struct recommendation {
    size_t setting;  /* the recommended one */
    size_t best;     /* the fastest of those whose failures did not rise */
    size_t largest;  /* the largest that was measured */
    size_t compared; /* the larger one that tells the limit; the recommended one without any */
    enum recommendation_limit limit;
    enum recommendation_work work;
    bool rises[BENCHMARK_SETTINGS_MAX]; /* more fail there than with the smallest setting */
};

/* figures: of all settings, smallest first; those without a run are passed over. Chooses the fewest
 * threads within RECOMMENDATION_TOLERANCE of the best mean among the settings whose failures did
 * not rise. False when nothing was measured, or nothing has succeeded. */
bool recommendation_make(const struct benchmark_figures *figures, size_t count,
                         const struct recommendation_facts *facts, struct recommendation *out);

const char *recommendation_limit_name(enum recommendation_limit limit); /* NONE gives "none" */
const char *recommendation_work_name(enum recommendation_work work);    /* UNKNOWN gives NULL */

#endif
