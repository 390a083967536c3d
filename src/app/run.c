#include "app/run.h"

#include "app/exit_code.h"
#include "app/producer.h"
#include "app/progress.h"
#include "app/recorder.h"
#include "app/reporting.h"
#include "app/run_report.h"
#include "app/run_settings.h"
#include "app/signals.h"
#include "app/stop_reason.h"
#include "app/worker.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "sync/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define QUEUE_JOBS 256
#define PARKED_JOBS 10000
#define JOBS_BYTES ((size_t)12 * 1024 * 1024) /* queued, waiting, parked and to be recorded */

struct run {
    const struct options *options;
    int64_t start_us;
    int64_t start_wall_us;
    int64_t start_user_us;
    int64_t start_system_us;
    struct run_settings settings;
    unsigned thread_count; /* how many workers run */

    struct root *root;
    struct run_folder *folder;
    struct state *state; /* the producer's; NULL when it holds nothing */
    struct cancel *cancel;
    struct budget *budget;
    struct queue *queue;
    struct permits *permits;
    struct host_gate *gate;
    struct results *results;
    struct recorder *recorder;
    struct resolver *resolver;
    struct worker_shared shared;
    struct worker **workers;
    unsigned worker_count; /* created; not all may have got a thread */
    struct pool *pool;
    struct producer *producer;
    struct progress *progress;
    struct signals *signals;
    struct report_settings *report_settings;
    struct reporting reporting;
};

static void on_record(void *context, const struct job *job)
{
    struct run *run = context;
    if (run->options->command != COMMAND_DEMO) /* which plans its failures, and counts them */
        progress_record(run->progress, job);
}

static void on_retry(void *context, const struct job *job, int64_t delay_us)
{
    struct run *run = context;
    progress_retry(run->progress, job, delay_us);
}

/* What is known so far, for whoever looks while the run goes on or after it was killed. */
static void on_checkpoint(void *context)
{
    struct run *run = context;
    int result = reporting_checkpoint(&run->reporting);
    if (result < 0)
        progress_message(run->progress, "cannot write %s/report.json: %s",
                         run_folder_path(run->folder), strerror(-result));
}

static void on_resolved(void *context, void *item, bool name_exists, const char *detail)
{
    struct run *run = context;
    struct job *job = item;
    job_fail(job, name_exists ? FAILURE_DNS_TEMPORARY : FAILURE_DNS, detail);
    worker_settle(&run->shared, job);
}

static void on_first_signal(void *context)
{
    struct run *run = context;
    if (!run->options->quiet)
        progress_message(
            run->progress,
            "stopping: running downloads have 2 s to end, a second signal ends them at once");
}

static void stop_intake(void *context)
{
    struct run *run = context;
    queue_drain(run->queue);
    budget_close(run->budget);
}

static void give_up_names(void *context)
{
    struct run *run = context;
    resolver_give_up(run->resolver);
}

/* A mistake in the command leaves no trace: lists and the place of --report are looked at before
 * anything is made. Only that another run holds the directory is said first. */
static bool open_places(struct run *run, struct error *error)
{
    const struct options *options = run->options;
    if ((!producer_check_lists(&options->operands, error) ||
         !reporting_check_copy(options, error)) &&
        !root_is_held(options->dir, error))
        return false;
    run->root = root_open(options->dir, error);
    if (run->root == NULL)
        return false;
    run->folder =
        run_folder_create(run->root, run->start_wall_us, (unsigned)options->keep_runs, error);
    return run->folder != NULL;
}

static bool create_recorder(struct run *run, struct error *error)
{
    const struct options *options = run->options;
    struct recorder_settings settings = {
        .root = run->root,
        .folder = run->folder,
        .results = run->results,
        .cancel = run->cancel,
        .budget = run->budget,
        .sync = (enum sync_mode)options->sync,
        .existing = (enum existing_policy)options->if_exists,
        .redaction = &run->settings.redaction,
        .json_descriptor = options->json ? STDOUT_FILENO : -1,
        .start_us = run->start_us,
        .min_free_bytes = options->min_free,
        .on_record = on_record,
        .on_checkpoint = on_checkpoint,
        .context = run,
    };
    run->recorder = recorder_create(&settings, error);
    if (run->recorder == NULL)
        return false;
    if (!recorder_has_history(run->recorder))
        return true;
    run->state = state_open(run->root, error);
    return run->state != NULL;
}

static bool create_workers(struct run *run, struct error *error)
{
    run->shared = (struct worker_shared){
        .queue = run->queue,
        .permits = run->permits,
        .gate = run->gate,
        .cancel = run->cancel,
        .recorder = run->recorder,
        .resolver = run->resolver,
        .retry = {.retries = (unsigned)run->options->retries,
                  .wait_us = run->options->retry_wait,
                  .max_wait_us = run->options->max_retry_wait},
        .transfer = &run->settings.transfer,
        .root = run->root,
        .sink_bytes = run->settings.sink_bytes,
        .slots = run->settings.slots,
        .on_retry = on_retry,
        .context = run,
    };
    run->workers = memory_allocate_zeroed(run->thread_count, sizeof *run->workers);
    for (unsigned i = 0; i < run->thread_count; i++) {
        run->workers[i] = worker_create(&run->shared, (int)i + 1, error);
        if (run->workers[i] == NULL)
            return false;
        run->worker_count++;
    }
    return true;
}

/* Everything exists, nothing runs. */
static bool build(struct run *run, struct error *error)
{
    uint64_t seed = 0;
    (void)!getrandom(&seed, sizeof seed, 0);
    if (!run_settings_init(&run->settings, run->options, error))
        return false;
    run->thread_count = run->settings.threads;
    run->report_settings = report_settings_create(run->options, &run->settings.redaction);
    run->cancel = cancel_create(error);
    if (run->cancel == NULL)
        return false;
    run->budget = budget_create(JOBS_BYTES);
    run->queue = queue_create(QUEUE_FIFO, QUEUE_JOBS, seed);
    run->permits = permits_create(run->settings.jobs);
    run->gate = host_gate_create((unsigned)run->options->per_host, PARKED_JOBS);
    run->results = results_create();
    if (!open_places(run, error) || !create_recorder(run, error))
        return false;
    run->resolver = resolver_start(on_resolved, run, error);
    if (run->resolver == NULL || !create_workers(run, error))
        return false;
    run->settings.transfer.cancel = run->cancel;
    cancel_add_waiter(run->cancel, (struct hook){stop_intake, run});
    cancel_add_waiter(run->cancel, (struct hook){give_up_names, run});
    struct producer_settings producer = {
        .operands = &run->options->operands,
        .queue = run->queue,
        .recorder = run->recorder,
        .budget = run->budget,
        .cancel = run->cancel,
        .root = run->root,
        .state = run->state,
        .existing = (enum existing_policy)run->options->if_exists,
    };
    run->producer = producer_create(&producer, error);
    return run->producer != NULL;
}

static bool start_pool(struct run *run, struct error *error)
{
    run->pool =
        pool_start("worker", run->thread_count, worker_run, (void *const *)run->workers, error);
    if (run->pool == NULL)
        return false;
    if (pool_size(run->pool) < run->thread_count) {
        run_settings_warn(&run->settings,
                          "the system did not give all the threads that were asked for");
        run->thread_count = pool_size(run->pool);
    }
    return true;
}

static struct reporting reporting_of(struct run *run)
{
    return (struct reporting){
        .options = run->options,
        .redaction = &run->settings.redaction,
        .settings = run->report_settings,
        .proxy = &run->settings.transfer.proxy,
        .warnings = &run->settings.warnings,
        .root = run->root,
        .folder = run->folder,
        .results = run->results,
        .producer = run->producer,
        .cancel = run->cancel,
        .permits = run->permits,
        .gate = run->gate,
        .thread_count = run->thread_count,
        .jobs = run->settings.jobs,
        .start_us = run->start_us,
        .start_wall_us = run->start_wall_us,
        .start_user_us = run->start_user_us,
        .start_system_us = run->start_system_us,
        .has_reader = cancel_reason(run->cancel) != STOP_OUTPUT,
    };
}

static bool start(struct run *run, struct error *error)
{
    const struct options *options = run->options;
    struct progress_settings progress = {
        .mode = (enum progress_mode)options->progress,
        .is_quiet = options->quiet,
        .is_verbose = options->verbose,
        .results = run->results,
        .producer = run->producer,
        .cancel = run->cancel,
        .received = &run->settings.received,
        .redaction = &run->settings.redaction,
        .start_us = run->start_us,
    };
    run->progress = progress_start(&progress, error);
    if (run->progress == NULL)
        return false;
    run->signals = signals_start(run->cancel, (struct hook){on_first_signal, run}, error);
    run->reporting = reporting_of(run);
    return run->signals != NULL && recorder_start(run->recorder, error) && start_pool(run, error) &&
           producer_start(run->producer, error);
}

/* Waits for the end of each part in the order of the pipeline; all of it also after a start that
 * failed halfway. */
static void wait_for_end(struct run *run)
{
    producer_join(run->producer);
    if (run->pool != NULL)
        pool_join(run->pool);
    resolver_stop(run->resolver);
    recorder_stop(run->recorder);
    progress_stop(run->progress);
}

static void destroy(struct run *run)
{
    signals_stop(run->signals);
    progress_destroy(run->progress);
    producer_destroy(run->producer);
    pool_destroy(run->pool);
    for (unsigned i = 0; run->workers != NULL && i < run->worker_count; i++)
        worker_destroy(run->workers[i]);
    free(run->workers);
    resolver_destroy(run->resolver);
    recorder_destroy(run->recorder);
    results_destroy(run->results);
    host_gate_destroy(run->gate);
    permits_destroy(run->permits);
    queue_destroy(run->queue);
    budget_destroy(run->budget);
    cancel_destroy(run->cancel);
    state_close(run->state);
    run_folder_destroy(run->folder);
    root_close(run->root);
    report_settings_destroy(run->report_settings);
    run_settings_clear(&run->settings);
}

/* What went wrong beside the URLs themselves; the first of it. */
static struct error find_trouble(const struct run *run, const struct counts *counts)
{
    struct error trouble = {0};
    if (!producer_is_sound(run->producer, &trouble) || !recorder_is_sound(run->recorder, &trouble))
        return trouble;
    int reason = cancel_reason(run->cancel);
    if (reason == STOP_LOCAL)
        error_set(&trouble, ERROR_LOCAL, "cannot store files under %s, the run was stopped",
                  root_path(run->root));
    else if (counts->total == 0 && reason == 0 && !run->options->allow_empty)
        error_set(&trouble, ERROR_INPUT, "the lists hold no URL");
    return trouble;
}

static void finish(struct run *run, struct run_result *out_result)
{
    struct counts counts = results_counts(run->results);
    struct error trouble = find_trouble(run, &counts);
    struct ending ending = {&counts, run->options->allow_empty, cancel_reason(run->cancel),
                            trouble.kind};
    int exit_code = exit_code_of_ending(&ending);
    if (trouble.kind != ERROR_NONE)
        log_error("%s", trouble.text);
    run->reporting = reporting_of(run);
    struct error error = {0};
    int64_t elapsed_us = 0;
    if (!reporting_finish(&run->reporting, exit_code, exit_code_outcome(exit_code, ending.reason),
                          &elapsed_us, &error)) {
        log_error("%s", error.text);
        if (exit_code < EXIT_CODE_USAGE)
            exit_code = EXIT_CODE_LOCAL;
    }
    bool is_by_signal = exit_code > EXIT_CODE_SIGNAL;
    *out_result = (struct run_result){
        .exit_code = exit_code,
        .signal_number = is_by_signal ? exit_code - EXIT_CODE_SIGNAL : 0,
        .elapsed_us = elapsed_us,
        .counts = counts,
        .peak_jobs = host_gate_total_peak(run->gate),
    };
    snprintf(out_result->report_path, sizeof out_result->report_path, "%s/report.json",
             run_folder_path(run->folder));
}

bool run_execute(const struct options *options, struct run_result *out_result, struct error *error)
{
    struct run run = {
        .options = options,
        .start_us = clock_monotonic_us(),
        .start_wall_us = clock_wall_us(),
    };
    clock_cpu_us(&run.start_user_us, &run.start_system_us);
    bool is_built = build(&run, error);
    bool is_started = is_built && start(&run, error);
    if (is_built && !is_started)
        cancel_raise(run.cancel, CANCEL_ABORT, STOP_LOCAL);
    if (is_built)
        wait_for_end(&run);
    if (is_started)
        finish(&run, out_result);
    destroy(&run);
    return is_started;
}
