#include "app/bench_runs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench_plan.h"
#include "app/limits.h"
#include "app/run.h"
#include "base/log.h"
#include "base/memory.h"
#include "io/machine.h"
#include "io/temporary_folder.h"

/* So many URLs at the end of a run that were not even reached: the server may be gone. */
#define UNREACHED_LEAST 5
#define ROOM_RUNS 3 /* for so many more runs there should be room on the disk */

struct bench_runs {
    const struct bench_runs_settings *settings;
    struct temporary_folder *folder;                      /* of stored bodies; NULL = none are */
    unsigned stored;                                      /* runs in it so far */
    struct transfer_group **kept[BENCHMARK_SETTINGS_MAX]; /* of --keep-warm, by worker */
    bool has_told_jobs;
    bool has_measured;    /* a run came to its end */
    uint64_t most_failed; /* in any run that did */

    /* of the run in progress; written by its recorder */
    uint8_t *failed; /* a bit for each URL; NULL = nobody wants to know */
    uint64_t by_failure[FAILURE_COUNT];
    uint64_t unreached; /* at the end of what was recorded */

    /* a run that ended with URLs that were not reached: the next one tells whether it counts */
    bool has_suspect;
    struct benchmark_run suspect;
    struct histogram suspect_latency;
};

static bool is_unreached(enum failure failure)
{
    switch (failure) {
    case FAILURE_DNS:
    case FAILURE_DNS_TEMPORARY:
    case FAILURE_CONNECT:
    case FAILURE_HOST_DOWN:
    case FAILURE_REFUSED:
        return true;
    default:
        return false;
    }
}

static void on_record(void *context, const struct job *job)
{
    struct bench_runs *runs = context;
    if (job->outcome.status != STATUS_FAILED) {
        runs->unreached = 0;
        return;
    }
    runs->unreached = is_unreached(job->outcome.failure) ? runs->unreached + 1 : 0;
    runs->by_failure[job->outcome.failure]++;
    if (runs->failed != NULL)
        runs->failed[(job->index - 1) / 8] |= (uint8_t)(1 << (job->index - 1) % 8);
}

static struct benchmark_run run_of(size_t setting, unsigned round, bool is_warmup,
                                   const struct run_measures *measures, double machine_busy)
{
    const struct counts *counts = &measures->counts;
    const struct phases *phases = &counts->phases;
    return (struct benchmark_run){
        .setting = setting,
        .round = round,
        .is_warmup = is_warmup,
        .is_complete = measures->is_complete,
        .start_wall_us = measures->start_wall_us,
        .elapsed_us = measures->elapsed_us,
        .urls = counts->total,
        .failed = counts->by_status[STATUS_FAILED],
        .attempts = counts->attempts,
        .retries = counts->retries,
        .wire_bytes = counts->wire_bytes,
        .user_us = measures->user_us,
        .system_us = measures->system_us,
        .machine_busy = machine_busy,
        .connections_opened = counts->connections_opened,
        .connections_reused = counts->connections_reused,
        .transfer_us = phases->total,
        .wait_us = phases->ttfb,
        .receive_us = phases->receive,
    };
}

/* Names deleted a moment ago make new files slow on ext4, so nothing is removed from a disk as long
 * as there is room. In memory the next run is to find the pages that this one had: new ones cost
 * more. */
static void make_room(struct bench_runs *runs, int64_t run_bytes)
{
    int64_t least = runs->settings->options->min_free;
    int64_t free_bytes = temporary_folder_free_bytes(runs->folder);
    if (temporary_folder_is_memory(runs->folder) ||
        __builtin_add_overflow(least, ROOM_RUNS * run_bytes, &least) || free_bytes < least)
        temporary_folder_empty(runs->folder);
}

/* False when this machine cannot do it. */
static bool measure(struct bench_runs *runs, size_t setting, struct run_measures *out,
                    double *out_busy, struct error *error)
{
    const struct bench_runs_settings *settings = runs->settings;
    const struct benchmark_setting *measured = &settings->benchmark->settings[setting];
    char list[PATH_MAX];
    char directory[PATH_MAX] = "";
    char *operand = list;
    snprintf(list, sizeof list, "%s", bench_list_path(settings->list));
    if (runs->folder != NULL)
        snprintf(directory, sizeof directory, "%s/%u", temporary_folder_path(runs->folder),
                 ++runs->stored);
    struct options options = bench_plan_options(settings->options, measured, settings->seed,
                                                &operand, runs->folder != NULL ? directory : NULL);
    struct run_probe probe = {
        .is_stored = runs->folder != NULL,
        .kept_groups = runs->kept[setting],
        .on_record = on_record,
        .context = runs,
    };
    runs->unreached = 0;
    memset(runs->by_failure, 0, sizeof runs->by_failure);
    struct machine_load before = machine_load_now();
    bool is_measured = run_measure(&options, &probe, out, error);
    struct machine_load after = machine_load_now();
    *out_busy = machine_load_between(&before, &after);
    if (is_measured && runs->folder != NULL)
        make_room(runs, out->counts.wire_bytes);
    return is_measured;
}

static void tell_jobs(struct bench_runs *runs, unsigned jobs, unsigned wanted)
{
    if (jobs < wanted && !runs->has_told_jobs) {
        bench_screen_say(runs->settings->screen,
                         "warning: the limit on open files (ulimit -n) allows %u at once, "
                         "not %u downloads",
                         jobs, wanted);
        runs->has_told_jobs = true;
    }
}

static void note_measured(struct bench_runs *runs, const struct benchmark_run *run)
{
    if (!run->is_complete)
        return;
    runs->has_measured = true;
    if (run->failed > runs->most_failed)
        runs->most_failed = run->failed;
}

/* Two in a row that ended without reaching anything: neither says anything about its setting. */
static enum bench_end keep_run(struct bench_runs *runs, struct benchmark_run *run,
                               const struct histogram *latency, bool is_suspect)
{
    struct benchmark *benchmark = runs->settings->benchmark;
    bool is_gone = is_suspect && runs->has_suspect;
    if (runs->has_suspect) {
        runs->suspect.is_complete = !is_gone;
        benchmark_add(benchmark, &runs->suspect, &runs->suspect_latency);
        note_measured(runs, &runs->suspect);
        runs->has_suspect = false;
    }
    if (is_suspect && !is_gone) {
        runs->has_suspect = true;
        runs->suspect = *run;
        runs->suspect_latency = *latency;
        return BENCH_DONE;
    }
    run->is_complete = run->is_complete && !is_gone;
    benchmark_add(benchmark, run, latency);
    note_measured(runs, run);
    return is_gone ? BENCH_GONE : BENCH_DONE;
}

/* The mean time of what is known of each setting, times how often it is still to come. */
static int64_t time_left_us(const struct bench_runs *runs, unsigned rounds_left,
                            const size_t *order, size_t next)
{
    const struct benchmark *benchmark = runs->settings->benchmark;
    int64_t known_us[BENCHMARK_SETTINGS_MAX] = {0};
    int64_t left_us = 0;
    for (size_t i = 0; i < benchmark->run_count; i++)
        known_us[benchmark->runs[i].setting] = benchmark->runs[i].elapsed_us; /* the latest */
    for (size_t i = 0; i < benchmark->setting_count; i++) {
        int64_t us = known_us[order[i]];
        if (us == 0)
            return -1;
        left_us += us * (rounds_left + (i >= next));
    }
    return left_us;
}

static enum bench_end run_once(struct bench_runs *runs, size_t setting, unsigned round,
                               bool is_warmup, int *out_signal, struct error *error)
{
    const struct bench_runs_settings *settings = runs->settings;
    struct run_measures *measures = memory_allocate_zeroed(1, sizeof(*measures));
    double busy = -1;
    enum bench_end end = BENCH_ERROR;
    bool is_measured = measure(runs, setting, measures, &busy, error);
    *out_signal = measures->signal_number;
    if (is_measured) {
        struct benchmark_run run = run_of(setting, round, is_warmup, measures, busy);
        uint64_t least = run.urls < UNREACHED_LEAST ? run.urls : UNREACHED_LEAST;
        /* Of a host that was never reached, it says nothing new. */
        bool is_suspect = run.is_complete && run.urls > 0 && runs->unreached >= least &&
                          runs->has_measured && run.failed > runs->most_failed;
        /* In the first warm-up a URL that cannot be reached is only dropped. */
        end = keep_run(runs, &run, &measures->latency, is_suspect && runs->failed == NULL);
        tell_jobs(runs, measures->jobs, settings->benchmark->settings[setting].jobs);
        bench_screen_end(settings->screen, settings->benchmark, &run,
                         (unsigned)settings->options->runs);
    }
    free(measures);
    return *out_signal != 0 ? BENCH_SIGNAL : end;
}

/* The first run of all tells which URLs there is no use in measuring. */
static enum bench_end run_first(struct bench_runs *runs, int *out_signal, struct error *error)
{
    const struct bench_runs_settings *settings = runs->settings;
    uint64_t urls = bench_list_facts(settings->list).urls;
    runs->failed = memory_allocate_zeroed(urls / 8 + 1, 1);
    enum bench_end end = run_once(runs, 0, 1, true, out_signal, error);
    uint64_t count = 0;
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++)
        count += runs->by_failure[failure];
    if (end == BENCH_DONE && count > 0) {
        settings->on_dropped(settings->context, runs->by_failure);
        if (!bench_list_drop(settings->list, runs->failed, error))
            end = BENCH_ERROR;
        else if (bench_list_facts(settings->list).urls == 0)
            end = BENCH_NOTHING;
    }
    free(runs->failed);
    runs->failed = NULL;
    return end;
}

/* Warm-ups are the rounds up to options->warmup. */
static enum bench_end run_round(struct bench_runs *runs, unsigned number, int *out_signal,
                                struct error *error)
{
    const struct bench_runs_settings *settings = runs->settings;
    struct benchmark *benchmark = settings->benchmark;
    unsigned warmup = (unsigned)settings->options->warmup;
    unsigned count = (unsigned)settings->options->runs;
    bool is_warmup = number <= warmup;
    unsigned shown = is_warmup ? 0 : number - warmup;
    bool is_first = number == 1 && is_warmup;
    size_t order[BENCHMARK_SETTINGS_MAX];
    enum bench_end end = BENCH_DONE;
    benchmark_shuffle(benchmark, settings->seed, number, order);
    if (is_first) {
        bench_screen_begin(settings->screen, benchmark, 0, shown, count, -1);
        end = run_first(runs, out_signal, error);
    }
    for (size_t i = 0; i < benchmark->setting_count && end == BENCH_DONE; i++) {
        if (is_first && order[i] == 0)
            continue;
        bench_screen_begin(settings->screen, benchmark, order[i], shown, count,
                           time_left_us(runs, warmup + count - number, order, i));
        end = run_once(runs, order[i], is_warmup ? number : shown, is_warmup, out_signal, error);
    }
    return end;
}

/* Every setting keeps as many connections as it has downloads at once. */
static bool can_keep(const struct benchmark *benchmark, struct error *error)
{
    unsigned jobs = 0;
    unsigned threads = 0;
    for (size_t i = 0; i < benchmark->setting_count; i++) {
        jobs += benchmark->settings[i].jobs;
        threads += benchmark->settings[i].threads;
    }
    struct limits limits = limits_fit(jobs, threads, 0);
    return limits.jobs == jobs ||
           error_set(error, ERROR_LOCAL,
                     "--keep-warm: the limit on open files (ulimit -n) allows %u connections, the "
                     "settings have %u",
                     limits.jobs, jobs);
}

static bool prepare(struct bench_runs *runs, struct error *error)
{
    const struct options *options = runs->settings->options;
    const struct benchmark *benchmark = runs->settings->benchmark;
    for (size_t i = 0; i < benchmark->setting_count && options->keep_warm; i++)
        runs->kept[i] =
            memory_allocate_zeroed(benchmark->settings[i].threads, sizeof(*runs->kept[i]));
    if (options->keep_warm && !can_keep(benchmark, error))
        return false;
    if (options->sink == SINK_DISK)
        runs->folder = temporary_folder_create(options->output_dir, ".haul-bench-", error);
    return options->sink != SINK_DISK || runs->folder != NULL;
}

static void clear(struct bench_runs *runs)
{
    const struct benchmark *benchmark = runs->settings->benchmark;
    for (size_t i = 0; i < benchmark->setting_count; i++) {
        for (unsigned j = 0; runs->kept[i] != NULL && j < benchmark->settings[i].threads; j++)
            transfer_group_destroy(runs->kept[i][j]);
        free(runs->kept[i]);
    }
    temporary_folder_destroy(runs->folder);
}

enum bench_end bench_runs_execute(const struct bench_runs_settings *settings, int *out_signal,
                                  struct error *error)
{
    struct bench_runs *runs = memory_allocate_zeroed(1, sizeof(*runs));
    unsigned rounds = (unsigned)(settings->options->warmup + settings->options->runs);
    enum log_level level = log_get_level();
    runs->settings = settings;
    log_set_level(LOG_ERROR); /* a warning would be told again with each run */
    enum bench_end end = prepare(runs, error) ? BENCH_DONE : BENCH_ERROR;
    for (unsigned number = 1; number <= rounds && end == BENCH_DONE; number++) {
        end = run_round(runs, number, out_signal, error);
        if (runs->has_suspect && (number == rounds || end != BENCH_DONE)) {
            benchmark_add(settings->benchmark, &runs->suspect, &runs->suspect_latency);
            runs->has_suspect = false;
        }
        if (!settings->on_round(settings->context, error))
            end = BENCH_ERROR;
    }
    log_set_level(level);
    clear(runs);
    free(runs);
    return end;
}
