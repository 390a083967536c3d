#include "model/recommendation.h"

#include <limits.h>

/* Retried attempts may differ by chance; URLs that failed for good may not. */
#define TROUBLE_TOLERANCE 0.01

#define RATE_SHARE 0.90 /* of a rate that is allowed: then it is what limits */
#define BUSY_SHARE 0.95 /* of all CPUs of the machine, whoever keeps them busy ... */
#define OWN_SHARE 0.10  /* ... when so much of it is this process, and not a stranger */
#define IDLE_SHARE 0.80 /* of the downloads that may run at once: below, some had nothing to do */
#define LIST_ROUNDS 4   /* a list that gives each worker fewer URLs is short */

static bool is_measured(const struct benchmark_figures *figures)
{
    return figures->elapsed_us.count > 0 && figures->urls > figures->failed;
}

/* More failed for good, or had to be asked again, than with the smallest setting. */
static bool does_rise(const struct benchmark_figures *base, const struct benchmark_figures *figures)
{
    return figures->failure_share > base->failure_share ||
           figures->trouble_share > base->trouble_share + TROUBLE_TOLERANCE;
}

static bool is_cpu_bound(const struct benchmark_figures *figures,
                         const struct recommendation_facts *facts)
{
    return figures->duty_cycle > RECOMMENDATION_CPU_SHARE * facts->cpus ||
           (figures->machine_busy >= BUSY_SHARE && figures->duty_cycle >= OWN_SHARE * facts->cpus);
}

static bool is_rate_bound(const struct benchmark_figures *figures,
                          const struct recommendation_facts *facts)
{
    return (facts->urls_per_s > 0 && figures->urls_per_s >= RATE_SHARE * facts->urls_per_s) ||
           (facts->bytes_per_s > 0 && figures->bytes_per_s >= RATE_SHARE * facts->bytes_per_s);
}

/* Some of the downloads that might have run had no place at any host. */
static bool is_host_bound(const struct benchmark_figures *figures,
                          const struct recommendation_facts *facts)
{
    return figures->concurrency < IDLE_SHARE * figures->setting.jobs && facts->host_slots > 0 &&
           figures->setting.jobs > facts->host_slots && facts->urls > figures->setting.jobs;
}

/* What is seen when `larger` is compared with the recommended setting, and is not faster. */
static enum recommendation_limit compare(const struct benchmark_figures *chosen,
                                         const struct benchmark_figures *larger,
                                         const struct recommendation_facts *facts)
{
    bool is_idle = larger->concurrency < IDLE_SHARE * larger->setting.jobs;
    if (is_rate_bound(chosen, facts) || is_rate_bound(larger, facts))
        return LIMIT_RATE;
    if (is_cpu_bound(chosen, facts) || is_cpu_bound(larger, facts))
        return LIMIT_CPU;
    if (is_idle && facts->urls <= larger->setting.jobs)
        return LIMIT_LIST; /* no limit could keep them busy */
    if (is_host_bound(larger, facts))
        return LIMIT_PER_HOST;
    if (is_idle && facts->urls < (uint64_t)LIST_ROUNDS * larger->setting.jobs)
        return LIMIT_LIST;
    if (larger->setting.jobs == chosen->setting.jobs)
        return LIMIT_JOBS;
    double later_us = larger->wait_us - chosen->wait_us;
    double longer_us = larger->receive_us - chosen->receive_us;
    return later_us >= longer_us ? LIMIT_SERVER : LIMIT_LINK;
}

/* Why the recommended setting is not a larger one. Sets `compared`. */
static enum recommendation_limit find_limit(const struct benchmark_figures *figures, size_t count,
                                            const struct recommendation_facts *facts,
                                            struct recommendation *chosen)
{
    const struct benchmark_figures *best = &figures[chosen->best];
    const struct benchmark_figures *larger = NULL;
    bool is_faster_with_failures = false;
    bool are_all_failing = true;
    for (size_t i = chosen->setting + 1; i < count; i++) {
        if (figures[i].elapsed_us.count == 0)
            continue;
        are_all_failing = are_all_failing && chosen->rises[i];
        bool has_more_jobs = larger == NULL || figures[i].setting.jobs >= larger->setting.jobs;
        if (!chosen->rises[i])
            larger = has_more_jobs ? &figures[i] : larger;
        else if (figures[i].elapsed_us.mean * RECOMMENDATION_TOLERANCE < best->elapsed_us.mean)
            is_faster_with_failures = true;
    }
    chosen->compared = larger != NULL ? (size_t)(larger - figures) : chosen->setting;
    if (chosen->setting == chosen->largest) {
        if (is_rate_bound(best, facts))
            return LIMIT_RATE;
        if (is_cpu_bound(best, facts))
            return LIMIT_CPU;
        return is_host_bound(best, facts) ? LIMIT_PER_HOST : LIMIT_NONE;
    }
    if (is_faster_with_failures || are_all_failing || larger == NULL)
        return LIMIT_FAILURES;
    return compare(&figures[chosen->setting], larger, facts);
}

static enum recommendation_work find_work(const struct benchmark_figures *figures, size_t count,
                                          const struct recommendation_facts *facts)
{
    for (size_t i = 0; i < count; i++) {
        if (is_measured(&figures[i]) && is_cpu_bound(&figures[i], facts))
            return WORK_COMPUTING;
    }
    if (count == 0 || !is_measured(&figures[0]) || figures[0].setting.threads != 1 ||
        figures[0].setting.jobs != 1)
        return WORK_UNKNOWN;
    return figures[0].duty_cycle < RECOMMENDATION_WAITING_DUTY ? WORK_WAITING : WORK_MIXED;
}

bool recommendation_make(const struct benchmark_figures *figures, size_t count,
                         const struct recommendation_facts *facts, struct recommendation *out)
{
    struct recommendation chosen = {.setting = SIZE_MAX, .best = SIZE_MAX};
    const struct benchmark_figures *base = NULL;
    unsigned enough_jobs = UINT_MAX; /* have all URLs at once: more could only win by chance */
    for (size_t i = 0; i < count; i++) {
        if (figures[i].elapsed_us.count == 0)
            continue;
        base = base != NULL ? base : &figures[i];
        chosen.largest = i;
        chosen.rises[i] = does_rise(base, &figures[i]);
        bool is_eligible =
            is_measured(&figures[i]) && !chosen.rises[i] && figures[i].setting.jobs <= enough_jobs;
        if (is_eligible && figures[i].setting.jobs >= facts->urls)
            enough_jobs = figures[i].setting.jobs;
        if (is_eligible && (chosen.best == SIZE_MAX ||
                            figures[i].elapsed_us.mean < figures[chosen.best].elapsed_us.mean))
            chosen.best = i;
    }
    if (chosen.best == SIZE_MAX)
        return false;
    double most_us = figures[chosen.best].elapsed_us.mean * RECOMMENDATION_TOLERANCE;
    for (size_t i = 0; i <= chosen.best && chosen.setting == SIZE_MAX; i++) {
        if (is_measured(&figures[i]) && !chosen.rises[i] && figures[i].elapsed_us.mean <= most_us)
            chosen.setting = i;
    }
    chosen.limit = find_limit(figures, count, facts, &chosen);
    chosen.work = find_work(figures, count, facts);
    *out = chosen;
    return true;
}

const char *recommendation_limit_name(enum recommendation_limit limit)
{
    static const char *const names[] = {"none", "cpu",      "rate",   "per-host", "jobs",
                                        "list", "failures", "server", "link"};
    _Static_assert(ARRAY_LENGTH(names) == LIMIT_COUNT, "one name for each limit");
    return names[limit];
}

const char *recommendation_work_name(enum recommendation_work work)
{
    static const char *const names[] = {NULL, "waiting", "mixed", "computing"};
    _Static_assert(ARRAY_LENGTH(names) == WORK_COUNT, "one name for each kind of work");
    return names[work];
}
