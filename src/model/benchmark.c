#include "model/benchmark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

#define OUTLIER_SHARE 0.05 /* of the median */

static int compare_settings(const void *a, const void *b)
{
    const struct benchmark_setting *left = a;
    const struct benchmark_setting *right = b;
    if (left->threads != right->threads)
        return left->threads < right->threads ? -1 : 1;
    return left->jobs < right->jobs ? -1 : left->jobs > right->jobs;
}

bool benchmark_init(struct benchmark *benchmark, const struct benchmark_setting *settings,
                    size_t count)
{
    memset(benchmark, 0, sizeof(*benchmark));
    if (count == 0)
        return false;
    struct benchmark_setting *sorted = memory_allocate_zeroed(count, sizeof(*sorted));
    memcpy(sorted, settings, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare_settings);
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_settings(&sorted[i], &sorted[i - 1]) == 0)
            continue;
        if (distinct < BENCHMARK_SETTINGS_MAX)
            benchmark->settings[distinct] = sorted[i];
        distinct++;
    }
    free(sorted);
    if (distinct > BENCHMARK_SETTINGS_MAX)
        return false;
    benchmark->setting_count = distinct;
    benchmark->latency = memory_allocate_zeroed(distinct, sizeof(*benchmark->latency));
    return true;
}

void benchmark_clear(struct benchmark *benchmark)
{
    free(benchmark->runs);
    free(benchmark->latency);
    memset(benchmark, 0, sizeof(*benchmark));
}

void benchmark_add(struct benchmark *benchmark, const struct benchmark_run *run,
                   const struct histogram *latency)
{
    benchmark->runs =
        memory_resize(benchmark->runs, benchmark->run_count + 1, sizeof(*benchmark->runs));
    struct benchmark_run *added = &benchmark->runs[benchmark->run_count++];
    *added = *run;
    added->p50_us = histogram_percentile(latency, 0.50);
    added->p95_us = histogram_percentile(latency, 0.95);
    added->p99_us = histogram_percentile(latency, 0.99);
    if (benchmark_counts(run))
        histogram_merge(&benchmark->latency[run->setting], latency);
}

/* The sums over the runs of one setting that count. */
struct sums {
    double elapsed_us, busy_us; /* busy_us: time by share of the machine that was busy */
    bool is_busy_known;
    double urls, failed, attempts, retries;
    double wire_bytes, cpu_us;
    double opened, reused;
    double transfer_us, wait_us, receive_us;
};

static void add_run(struct sums *sums, const struct benchmark_run *run)
{
    sums->elapsed_us += (double)run->elapsed_us;
    sums->busy_us += (double)run->elapsed_us * run->machine_busy;
    sums->is_busy_known = sums->is_busy_known && run->machine_busy >= 0;
    sums->urls += (double)run->urls;
    sums->failed += (double)run->failed;
    sums->attempts += (double)run->attempts;
    sums->retries += (double)run->retries;
    sums->wire_bytes += (double)run->wire_bytes;
    sums->cpu_us += (double)(run->user_us + run->system_us);
    sums->opened += (double)run->connections_opened;
    sums->reused += (double)run->connections_reused;
    sums->transfer_us += (double)run->transfer_us;
    sums->wait_us += (double)run->wait_us;
    sums->receive_us += (double)run->receive_us;
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

/* The times of the runs that count, freed by the caller. */
static double *times_of(const struct benchmark *benchmark, size_t setting, size_t *out_count,
                        struct sums *sums)
{
    double *times = memory_allocate_zeroed(benchmark->run_count + 1, sizeof(*times));
    *out_count = 0;
    for (size_t i = 0; i < benchmark->run_count; i++) {
        const struct benchmark_run *run = &benchmark->runs[i];
        if (run->setting != setting || !benchmark_counts(run))
            continue;
        times[(*out_count)++] = (double)run->elapsed_us;
        add_run(sums, run);
    }
    return times;
}

/* How much more may run at once than in the smallest setting. */
static double growth(const struct benchmark *benchmark, const struct benchmark_setting *setting)
{
    const struct benchmark_setting *base = &benchmark->settings[0];
    return setting->jobs != base->jobs ? (double)setting->jobs / base->jobs
                                       : (double)setting->threads / base->threads;
}

static void compare_with_smallest(const struct benchmark *benchmark,
                                  struct benchmark_figures *figures, bool is_smallest)
{
    struct sums ignored = {0};
    size_t count = 0;
    double *times = times_of(benchmark, 0, &count, &ignored);
    struct statistics base = statistics_describe(times, count);
    free(times);
    if (base.count == 0 || figures->elapsed_us.count == 0)
        return;
    if (is_smallest) { /* against itself there is nothing to be unsure about */
        figures->speedup = (struct statistics_ratio){1, 0};
        figures->efficiency = 1;
        return;
    }
    figures->speedup = statistics_divide(&base, &figures->elapsed_us);
    figures->efficiency = ratio(figures->speedup.value, growth(benchmark, &figures->setting));
}

struct benchmark_figures benchmark_figures_of(const struct benchmark *benchmark, size_t setting)
{
    struct sums sums = {.is_busy_known = true};
    size_t count = 0;
    double *times = times_of(benchmark, setting, &count, &sums);
    const struct histogram *latency = &benchmark->latency[setting];
    struct benchmark_figures figures = {
        .setting = benchmark->settings[setting],
        .elapsed_us = statistics_describe(times, count),
        .outliers = statistics_outliers(times, count, OUTLIER_SHARE),
        .urls_per_s = ratio(sums.urls * 1e6, sums.elapsed_us),
        .bytes_per_s = ratio(sums.wire_bytes * 1e6, sums.elapsed_us),
        .failure_share = ratio(sums.failed, sums.urls),
        .trouble_share = ratio(sums.failed + sums.retries, sums.attempts),
        .urls = (uint64_t)sums.urls,
        .failed = (uint64_t)sums.failed,
        .cpu_us = ratio(sums.cpu_us, (double)count),
        .duty_cycle = ratio(sums.cpu_us, sums.elapsed_us),
        .machine_busy = sums.is_busy_known && count > 0 ? ratio(sums.busy_us, sums.elapsed_us) : -1,
        .concurrency = ratio(sums.transfer_us, sums.elapsed_us),
        .connections_opened = ratio(sums.opened, (double)count),
        .reused_share = ratio(sums.reused, sums.opened + sums.reused),
        .wait_us = ratio(sums.wait_us, sums.urls),
        .receive_us = ratio(sums.receive_us, sums.urls),
        .p50_us = histogram_percentile(latency, 0.50),
        .p95_us = histogram_percentile(latency, 0.95),
        .p99_us = histogram_percentile(latency, 0.99),
    };
    free(times);
    compare_with_smallest(benchmark, &figures, setting == 0);
    return figures;
}

enum benchmark_axis benchmark_axis_of(const struct benchmark *benchmark)
{
    const struct benchmark_setting *base = &benchmark->settings[0];
    bool are_jobs_threads = true;
    bool are_jobs_equal = true;
    bool do_threads_follow = true; /* each number of jobs is there once */
    for (size_t i = 0; i < benchmark->setting_count; i++) {
        const struct benchmark_setting *setting = &benchmark->settings[i];
        are_jobs_threads = are_jobs_threads && setting->jobs == setting->threads;
        are_jobs_equal = are_jobs_equal && setting->jobs == base->jobs;
        for (size_t j = 0; j < i; j++)
            do_threads_follow = do_threads_follow && setting->jobs != benchmark->settings[j].jobs;
    }
    if (are_jobs_threads || are_jobs_equal)
        return BENCHMARK_THREADS;
    return do_threads_follow ? BENCHMARK_JOBS : BENCHMARK_GRID;
}

char *benchmark_name(enum benchmark_axis axis, const struct benchmark_setting *setting,
                     char out[BENCHMARK_NAME_SIZE])
{
    if (axis == BENCHMARK_GRID)
        snprintf(out, BENCHMARK_NAME_SIZE, "%u x %u", setting->threads, setting->jobs);
    else
        snprintf(out, BENCHMARK_NAME_SIZE, "%u",
                 axis == BENCHMARK_JOBS ? setting->jobs : setting->threads);
    return out;
}

void benchmark_shuffle(const struct benchmark *benchmark, uint64_t seed, unsigned round,
                       size_t out_order[BENCHMARK_SETTINGS_MAX])
{
    for (size_t i = 0; i < benchmark->setting_count; i++)
        out_order[i] = i;
    for (size_t i = benchmark->setting_count; i > 1; i--) {
        size_t j = (size_t)(random_at(seed ^ ((uint64_t)round << 32), i) % i);
        size_t swapped = out_order[i - 1];
        out_order[i - 1] = out_order[j];
        out_order[j] = swapped;
    }
}
