#include "model/run_figures.h"

#include <math.h>
#include <string.h>

void run_figures_init(struct run_figures *figures)
{
    *figures = (struct run_figures){.latency_us = {-1, -1, -1, -1}, .cpu_us = -1};
}

/* Equal ones stay in the order of the list of classes. */
static void add_classes(struct run_figures *figures, const struct counts *counts)
{
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++) {
        int64_t count = (int64_t)counts->by_failure[failure];
        if (count == 0)
            continue;
        size_t place = figures->class_count++;
        for (; place > 0 && figures->classes[place - 1].count < count; place--)
            figures->classes[place] = figures->classes[place - 1];
        figures->classes[place] = (struct run_class){failure, failure_name(failure), count};
    }
}

static void add_phases(struct run_figures *figures, const struct phases *us)
{
    const double sums[RUN_PHASE_COUNT] = {(double)us->dns,  (double)us->connect, (double)us->tls,
                                          (double)us->ttfb, (double)us->receive, (double)us->write};
    double all = 0;
    for (size_t i = 0; i < RUN_PHASE_COUNT; i++)
        all += sums[i];
    for (size_t i = 0; i < RUN_PHASE_COUNT && all > 0; i++)
        figures->phases_share[i] = sums[i] / all;
}

void run_figures_from_summary(struct run_figures *figures, const struct summary *summary,
                              int64_t elapsed_us)
{
    const struct counts *counts = &summary->counts;
    const struct histogram *latency = &summary->total_us;
    const struct host_summary *slowest = summary_slowest_host(summary);
    run_figures_init(figures);
    figures->elapsed_us = elapsed_us;
    figures->total = (int64_t)counts->total;
    for (size_t i = 0; i < STATUS_COUNT; i++)
        figures->by_status[i] = (int64_t)counts->by_status[i];
    add_classes(figures, counts);
    figures->wire_bytes = counts->wire_bytes;
    figures->latency_us.p50 = histogram_percentile(latency, 0.50);
    figures->latency_us.p95 = histogram_percentile(latency, 0.95);
    figures->latency_us.p99 = histogram_percentile(latency, 0.99);
    figures->latency_us.max = latency->max_us;
    add_phases(figures, &counts->phases);
    figures->opened = (int64_t)counts->connections_opened;
    figures->reused = (int64_t)counts->connections_reused;
    figures->retries = (int64_t)counts->retries;
    figures->recovered = (int64_t)counts->recovered;
    if (slowest != NULL) {
        figures->slowest_host = slowest->host;
        figures->slowest_urls = (int64_t)slowest->urls;
        figures->slowest_p95_us = host_summary_p95_us(slowest);
    }
}

bool run_figures_may_be_retried(const struct run_figures *figures)
{
    for (size_t i = 0; i < figures->class_count; i++)
        if (!failure_name_is_final(figures->classes[i].name, strlen(figures->classes[i].name)))
            return true;
    /* A report without its classes does not say that it is in vain. */
    return figures->by_status[STATUS_FAILED] > 0 && figures->class_count == 0;
}

void run_figures_percent(const double shares[RUN_PHASE_COUNT], int out[RUN_PHASE_COUNT])
{
    double rest[RUN_PHASE_COUNT];
    double all = 0;
    int given = 0;
    for (size_t i = 0; i < RUN_PHASE_COUNT; i++) {
        bool is_share = shares[i] >= 0 && shares[i] <= 1;
        double percent = is_share ? shares[i] * 100 : 0;
        out[i] = (int)floor(percent);
        rest[i] = percent - out[i];
        given += out[i];
        all += percent;
    }
    /* Shares that are not 1 together are of a foreign report: each is rounded for itself then. */
    bool is_whole = all > 99.5 && all < 100.5;
    for (; is_whole && given < 100; given++) {
        size_t most = 0;
        for (size_t i = 1; i < RUN_PHASE_COUNT; i++)
            if (rest[i] > rest[most])
                most = i;
        out[most]++;
        rest[most] = -1;
    }
    for (size_t i = 0; i < RUN_PHASE_COUNT && !is_whole; i++)
        out[i] += rest[i] >= 0.5;
}
