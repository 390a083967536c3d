#include "app/run_build.h"

#include "app/check_table.h"
#include "app/retry_list.h"
#include "app/stop_reason.h"
#include "app/worker_ending.h"
#include "base/clock.h"
#include "base/memory.h"
#include "io/descriptor.h"
#include "io/state_rebuild.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUEUE_JOBS 256
#define WINDOW_JOBS 10000                     /* in which an order other than the list's is exact */
#define LOCK_STEP_US (CLOCK_SECOND_US / 10)   /* between looks at another run's lock */
#define JOBS_BYTES ((size_t)10 * 1024 * 1024) /* queued, waiting, parked and to be recorded */

/* The table is what was asked for: it stands on standard output. */
static void print_checked(struct run *run, const struct job *job)
{
    if (run->options->quiet && job->outcome.status == STATUS_OK)
        return;
    int result = check_table_print(job, &run->settings.redaction, run->cancel);
    if (result >= 0)
        return;
    run->output_errno = result != -ECANCELED ? -result : 0;
    cancel_raise(run->cancel, CANCEL_DRAIN, STOP_OUTPUT);
}

static void on_record(void *context, const struct job *job)
{
    struct run *run = context;
    if (run->probe != NULL)
        run->probe->on_record(run->probe->context, job);
    else if (run->options->command == COMMAND_CHECK && !run->options->json)
        print_checked(run, job);
    else if (run->options->command != COMMAND_DEMO) /* which plans its failures, and counts them */
        messages_record(run->messages, job);
}

static void on_retry(void *context, const struct job *job, int64_t delay_us)
{
    struct run *run = context;
    messages_retry(run->messages, job, delay_us);
}

/* What is known so far, for whoever looks while the run goes on or after it was killed. */
static void on_checkpoint(void *context)
{
    struct run *run = context;
    int result = reporting_checkpoint(&run->reporting);
    if (result < 0)
        messages_say(run->messages, "cannot write %s/report.json: %s", run_folder_path(run->folder),
                     strerror(-result));
}

static void on_resolved(void *context, void *item, bool name_exists, const char *detail)
{
    struct run *run = context;
    struct job *job = item;
    job_fail(job, name_exists ? FAILURE_DNS_TEMPORARY : FAILURE_DNS, detail);
    worker_ending_settle(&run->shared, job);
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

/* Takes the output directory, waiting for another run as long as --lock-wait says. */
static bool open_root(struct run *run, struct error *error)
{
    int64_t until_us = run->start_us + run->options->lock_wait;
    for (;;) {
        struct error problem = {0};
        run->root = root_open(run->options->dir, &problem);
        if (run->root != NULL)
            return true;
        int64_t left_us = until_us - clock_monotonic_us();
        *error = problem;
        if (problem.kind != ERROR_BUSY || left_us <= 0)
            return false;
        run->signal_number = signals_wait(left_us < LOCK_STEP_US ? left_us : LOCK_STEP_US);
        if (run->signal_number != 0)
            return false;
    }
}

static void tell_rebuilt(struct run *run, const struct state_rebuilt *rebuilt, const char *why)
{
    if (rebuilt->rows > 0)
        warnings_add(run->settings.warnings, "%llu %s from the records of %llu %s (%s)",
                     (unsigned long long)rebuilt->rows,
                     rebuilt->rows == 1 ? "file is known again" : "files are known again",
                     (unsigned long long)rebuilt->runs, rebuilt->runs == 1 ? "run" : "runs", why);
}

/* Before this run has a folder: what earlier runs recorded, but the state does not know. */
static bool open_state(struct run *run, struct error *error)
{
    struct state_set_aside aside = {0};
    struct state_rebuilt rebuilt = {0};
    if (!run->options->state)
        return true;
    run->stored = state_open(run->root, &aside, error);
    if (run->stored == NULL)
        return false;
    if (aside.happened)
        warnings_add(run->settings.warnings, "the state of earlier runs was set aside as %s: %s",
                     aside.name, aside.reason);
    if (aside.happened || state_is_empty(run->stored)) {
        if (!state_rebuild(run->stored, run->root, &rebuilt, error))
            return false;
        tell_rebuilt(run, &rebuilt,
                     aside.happened ? "state.db was set aside" : "state.db was gone");
    } else {
        if (!state_fold_interrupted(run->stored, run->root, &rebuilt, error))
            return false;
        tell_rebuilt(run, &rebuilt, "the last run was interrupted");
    }
    if (state_is_empty(run->stored))
        return true;
    run->state = state_open_reader(run->root, error);
    return run->state != NULL;
}

static bool stores_files(const struct run *run)
{
    return run->probe != NULL ? run->probe->is_stored : run->options->command != COMMAND_CHECK;
}

/* A mistake in the command leaves no trace: lists and the place of --report are looked at before
 * anything is made. Only that another run holds the directory is said first. Lists are opened
 * before the run has a folder, because .haul/last/failed.tsv is a list, too. */
static bool open_places(struct run *run, struct error *error)
{
    const struct options *options = run->options;
    bool is_stored = stores_files(run);
    struct source_settings source = {
        .format = (enum source_format)options->format,
        .url_column = options->url_column,
        .stop_descriptor = cancel_descriptor(run->cancel),
        .names = is_stored && !options_is_retry(options) ? run->settings.template : NULL,
    };
    if (!lists_check(&options->operands, error) || !reporting_check_copy(options, error)) {
        if (is_stored)
            root_is_held(options->dir, error); /* says so in place of the mistake */
        return false;
    }
    if (is_stored && !open_root(run, error))
        return false;
    run->lists = lists_open(&options->operands, &source, error);
    if (run->lists == NULL)
        return false;
    if (!is_stored)
        return true;
    if (!open_state(run, error))
        return false;
    char *retried = retry_list_place(options, run->root);
    run->folder =
        run_folder_create(run->root, run->start_wall_us, (unsigned)options->keep_runs, error);
    retry_list_keep(run->folder, retried);
    return run->folder != NULL;
}

static struct naming_settings naming_settings_of(const struct run *run)
{
    return (struct naming_settings){
        .template = run->settings.template,
        .fixes_extension = run->options->fix_extension,
        .keeps_names = options_is_retry(run->options),
        .root = run->root,
        .state = run->state,
        .existing = (enum existing_policy)run->options->if_exists,
    };
}

static void on_executed(void *context, struct job *job)
{
    struct run *run = context;
    recorder_push(run->recorder, job);
}

static bool start_exec(struct run *run, struct error *error)
{
    if (run->settings.exec == NULL)
        return true;
    /* .haul is the last part of its path. */
    const char *private_path = root_private_path(run->root);
    run->directory = memory_copy_bytes(private_path, strlen(private_path) - strlen("/.haul"));
    struct exec_settings exec = {
        .command = run->settings.exec,
        .jobs = (unsigned)run->options->exec_jobs,
        .must_succeed = run->options->exec_must_succeed,
        .directory = run->directory,
        .cancel = run->cancel,
        .on_done = on_executed,
        .context = run,
    };
    run->exec = exec_pool_start(&exec, error);
    return run->exec != NULL;
}

static bool create_recorder(struct run *run, struct error *error)
{
    const struct options *options = run->options;
    struct naming_settings naming = naming_settings_of(run);
    struct recorder_settings settings = {
        .root = run->root,
        .folder = run->folder,
        .state = run->stored,
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
        .exec = run->exec,
        .accepted = run->settings.politeness.accepted,
        .failure_limit = run->settings.politeness.failures,
        .on_record = on_record,
        .on_checkpoint = on_checkpoint,
        .context = run,
    };
    run->recorder = recorder_create(&settings, error);
    return run->recorder != NULL;
}

static void on_answer(void *context, struct job *job)
{
    struct run *run = context;
    job->has_answered = host_gate_answer(run->gate, job->admitted_host, clock_monotonic_us());
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
        .retry = run->settings.politeness.retry,
        .transfer = &run->settings.transfer,
        .root = run->root,
        .sink_bytes = run->settings.sink_bytes,
        .slots = run->settings.slots,
        .threads = run->thread_count,
        .barrier = run->barrier,
        .kept_groups = run->probe != NULL ? run->probe->kept_groups : NULL,
        .max_total_bytes = run->options->max_total_size,
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

/* An argument that is no list is one URL: more workers than URLs would have nothing to do. What is
 * measured has the threads that were asked for. */
static void limit_threads(struct run *run)
{
    uint64_t most = lists_most_items(run->lists);
    if (run->probe == NULL && most < run->thread_count)
        run->thread_count = most > 0 ? (unsigned)most : 1;
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
                    .wants_all = options->force,
                    .wants_update = options->update,
                    .is_check = options->command == COMMAND_CHECK,
                    .leaves_final = options_is_retry(options) && !options->retry_all,
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
    run->messages = messages_create(options, &run->settings.redaction);
    run->cancel = cancel_create(error);
    if (run->cancel == NULL)
        return false;
    run->budget = budget_create(JOBS_BYTES);
    run->queue = queue_create(queue_order_of(options),
                              options->order == ORDER_LIST ? QUEUE_JOBS : WINDOW_JOBS,
                              (uint64_t)options->seed);
    run->permits = permits_create(run->settings.jobs);
    run->gate = host_gate_create(&run->settings.politeness.gate);
    run->results = results_create();
    run->time_limit = time_limit_create(run->cancel, run->settings.deadline_us);
    if (!open_places(run, error) || !start_exec(run, error) || !create_recorder(run, error))
        return false;
    limit_threads(run);
    if (run->probe != NULL)
        run->barrier = barrier_create(run->thread_count + 1); /* the main thread opens it */
    run->resolver = resolver_create(on_resolved, run);
    if (!create_workers(run, error))
        return false;
    run->settings.transfer.cancel = run->cancel;
    run->settings.transfer.on_answer = on_answer;
    run->settings.transfer.answer_context = run;
    cancel_add_waiter(run->cancel, (struct hook){stop_intake, run});
    cancel_add_waiter(run->cancel, (struct hook){give_up_names, run});
    create_producer(run);
    return true;
}

void run_take_apart(struct run *run)
{
    progress_stop(run->progress); /* a signal may still end its wait for a reader */
    signals_stop(run->signals);
    progress_destroy(run->progress);
    messages_destroy(run->messages);
    producer_destroy(run->producer);
    pool_destroy(run->pool);
    for (unsigned i = 0; run->workers != NULL && i < run->worker_count; i++)
        worker_destroy(run->workers[i]);
    free(run->workers);
    free(run->activities);
    barrier_destroy(run->barrier);
    resolver_destroy(run->resolver);
    if (run->exec != NULL)
        exec_pool_stop(run->exec);
    exec_pool_destroy(run->exec);
    recorder_destroy(run->recorder);
    time_limit_destroy(run->time_limit);
    results_destroy(run->results);
    host_gate_destroy(run->gate);
    permits_destroy(run->permits);
    queue_destroy(run->queue);
    budget_destroy(run->budget);
    cancel_destroy(run->cancel);
    state_close(run->state);
    state_close(run->stored);
    lists_close(run->lists);
    run_folder_destroy(run->folder);
    root_close(run->root);
    free(run->directory);
    report_settings_destroy(run->report_settings);
    run_settings_clear(&run->settings);
}
