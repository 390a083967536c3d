#include "app/run_build.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUEUE_JOBS 256
#define WINDOW_JOBS 10000 /* in which an order other than the list's is exact */
#define PARKED_JOBS 10000
#define JOBS_BYTES ((size_t)10 * 1024 * 1024) /* queued, waiting, parked and to be recorded */

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
 * anything is made. Only that another run holds the directory is said first. Lists are opened
 * before the run has a folder, because .haul/last/failed.tsv is a list, too. */
static bool open_places(struct run *run, struct error *error)
{
    const struct options *options = run->options;
    struct source_settings source = {
        .format = (enum source_format)options->format,
        .url_column = options->url_column,
        .stop_descriptor = cancel_descriptor(run->cancel),
    };
    if (lists_check(&options->operands, error) && reporting_check_copy(options, error))
        run->lists = lists_open(&options->operands, &source, error);
    if (run->lists == NULL) {
        root_is_held(options->dir, error); /* says so in place of the mistake */
        return false;
    }
    run->root = root_open(options->dir, error);
    if (run->root == NULL)
        return false;
    run->folder =
        run_folder_create(run->root, run->start_wall_us, (unsigned)options->keep_runs, error);
    return run->folder != NULL;
}

static struct naming_settings naming_settings_of(const struct run *run)
{
    return (struct naming_settings){
        .template = run->settings.template,
        .fixes_extension = run->options->fix_extension,
        .root = run->root,
        .state = run->state,
        .existing = (enum existing_policy)run->options->if_exists,
    };
}

static bool create_recorder(struct run *run, struct error *error)
{
    const struct options *options = run->options;
    struct naming_settings naming = naming_settings_of(run);
    struct recorder_settings settings = {
        .root = run->root,
        .folder = run->folder,
        .results = run->results,
        .cancel = run->cancel,
        .budget = run->budget,
        .sync = (enum sync_mode)options->sync,
        .existing = (enum existing_policy)options->if_exists,
        .naming = options->content_disposition ? &naming : NULL,
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
        .budget = run->budget,
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

static enum queue_order queue_order_of(const struct options *options)
{
    switch ((enum order)options->order) {
    case ORDER_REVERSE:
        return QUEUE_LIFO;
    case ORDER_PRIORITY:
        return QUEUE_PRIORITY;
    case ORDER_RANDOM:
        return QUEUE_SHUFFLED;
    case ORDER_LIST:
        break;
    }
    return QUEUE_FIFO;
}

static void create_producer(struct run *run)
{
    const struct options *options = run->options;
    struct producer_settings producer = {
        .lists = run->lists,
        .planner = {.naming = naming_settings_of(run),
                    .rules = &run->settings.transfer.rules,
                    .names_later = options->content_disposition,
                    .warnings = run->settings.warnings,
                    .cancel = run->cancel},
        .queue = run->queue,
        .window = options->order == ORDER_LIST ? 0 : WINDOW_JOBS,
        .recorder = run->recorder,
        .budget = run->budget,
        .cancel = run->cancel,
        .warnings = run->settings.warnings,
    };
    run->producer = producer_create(&producer);
}

bool run_build(struct run *run, struct error *error)
{
    const struct options *options = run->options;
    if (!run_settings_init(&run->settings, run->options, error))
        return false;
    run->thread_count = run->settings.threads;
    run->report_settings = report_settings_create(run->options, &run->settings.redaction);
    run->cancel = cancel_create(error);
    if (run->cancel == NULL)
        return false;
    run->budget = budget_create(JOBS_BYTES);
    run->queue = queue_create(queue_order_of(options),
                              options->order == ORDER_LIST ? QUEUE_JOBS : WINDOW_JOBS,
                              (uint64_t)options->seed);
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
    create_producer(run);
    return true;
}

void run_take_apart(struct run *run)
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
    lists_close(run->lists);
    run_folder_destroy(run->folder);
    root_close(run->root);
    report_settings_destroy(run->report_settings);
    run_settings_clear(&run->settings);
}
