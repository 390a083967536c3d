#include "app/run.h"

#include "app/exit_code.h"
#include "app/run_build.h"
#include "app/stop_reason.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "io/partial_file.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void on_warning(void *context, const char *words)
{
    struct run *run = context;
    if (!run->options->quiet)
        messages_say(run->messages, "warning: %s", words);
}

/* Says what is happening and how to end it at once. */
static void tell_stop(struct run *run, int number)
{
    unsigned running = permits_in_use(run->permits);
    const char *again = number == SIGINT ? "Ctrl-C again" : "a second signal";
    if (running > 0)
        messages_say(run->messages, "finishing %u download%s, %s to stop at once", running,
                     running == 1 ? "" : "s", again);
    else
        messages_say(run->messages, "stopping");
}

static void on_signal(void *context, enum signal_event event, int number)
{
    struct run *run = context;
    switch (event) {
    case SIGNAL_DRAINS:
        if (!run->options->quiet)
            tell_stop(run, number);
        break;
    case SIGNAL_EXITS:
        progress_abandon(run->progress);
        break;
    case SIGNAL_ASKS:
        progress_show_status(run->progress);
        break;
    case SIGNAL_RESIZED:
        progress_redraw(run->progress);
        break;
    case SIGNAL_SUSPENDS:
        progress_pause(run->progress);
        break;
    case SIGNAL_RESUMED:
        progress_resume(run->progress);
        break;
    }
}

/* That nothing is left to retry is as good as it gets. */
static bool allows_empty(const struct options *options)
{
    return options->allow_empty || options_is_retry(options);
}

static bool start_pool(struct run *run, struct error *error)
{
    run->pool =
        pool_start("worker", run->thread_count, worker_run, (void *const *)run->workers, error);
    if (run->pool == NULL)
        return false;
    if (pool_size(run->pool) < run->thread_count) {
        warnings_add(run->settings.warnings,
                     "the system did not give all the threads that were asked for");
        if (run->barrier != NULL)
            barrier_expect_fewer(run->barrier, run->thread_count - pool_size(run->pool));
        run->thread_count = pool_size(run->pool);
    }
    return true;
}

/* What is measured begins when all workers have come. */
static void pass_barrier(struct run *run)
{
    if (run->barrier == NULL)
        return;
    barrier_wait(run->barrier);
    run->start_us = clock_monotonic_us();
    run->start_wall_us = clock_wall_us();
    clock_cpu_us(&run->start_user_us, &run->start_system_us);
}

static struct reporting reporting_of(struct run *run)
{
    return (struct reporting){
        .options = run->options,
        .redaction = &run->settings.redaction,
        .settings = run->report_settings,
        .proxy = &run->settings.transfer.proxy,
        .warnings = run->settings.warnings,
        .root = run->root,
        .folder = run->folder,
        .results = run->results,
        .highlights = recorder_highlights(run->recorder),
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

/* What goes to standard output may come to the terminal, too: frames would be torn by it. A table
 * of a check or events there show how far the run is; behind a pipe nobody knows where they go. */
static enum progress_mode progress_mode_of(const struct options *options)
{
    enum progress_mode mode = (enum progress_mode)options->progress;
    struct stat output;
    bool has_output = options->command == COMMAND_CHECK || options->json;
    if (mode != PROGRESS_AUTO)
        return mode;
    if (has_output && isatty(STDOUT_FILENO))
        return PROGRESS_NONE;
    bool is_passed_on = has_output && fstat(STDOUT_FILENO, &output) == 0 &&
                        (S_ISFIFO(output.st_mode) || S_ISSOCK(output.st_mode));
    /* Programs of --exec write where they like. */
    return is_passed_on || options->exec != NULL ? PROGRESS_PLAIN : PROGRESS_AUTO;
}

static struct live_parts live_parts_of(struct run *run)
{
    run->activities = memory_allocate_zeroed(run->worker_count, sizeof *run->activities);
    for (unsigned i = 0; i < run->worker_count; i++)
        run->activities[i] = worker_activity(run->workers[i]);
    return (struct live_parts){
        .results = run->results,
        .producer = run->producer,
        .queue = run->queue,
        .gate = run->gate,
        .cancel = run->cancel,
        .activities = run->activities,
        .activity_count = run->worker_count,
        .received = &run->settings.received,
        .redaction = &run->settings.redaction,
        .options = run->options,
        .start_us = run->start_us,
        .jobs = run->settings.jobs,
    };
}

static bool start(struct run *run, struct error *error)
{
    const struct options *options = run->options;
    struct progress_settings progress = {
        .mode = progress_mode_of(options),
        .messages = run->messages,
        .parts = live_parts_of(run),
    };
    run->progress = progress_start(&progress, error);
    if (run->progress == NULL)
        return false;
    warnings_show_with(run->settings.warnings, on_warning, run);
    run->signals = signals_start(run->cancel, (struct signal_listener){on_signal, run}, error);
    run->reporting = reporting_of(run);
    if (run->signals == NULL || !time_limit_start(run->time_limit, error) ||
        !recorder_start(run->recorder, error) || !start_pool(run, error))
        return false;
    pass_barrier(run);
    return producer_start(run->producer, error);
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
    run->recorded_us = clock_monotonic_us();
    time_limit_stop(run->time_limit);
}

/* What went wrong beside the URLs themselves; the first of it. */
static struct error find_trouble(const struct run *run, const struct counts *counts)
{
    const struct options *options = run->options;
    struct error trouble = {0};
    if (!producer_is_sound(run->producer, &trouble) || !recorder_is_sound(run->recorder, &trouble))
        return trouble;
    int reason = cancel_reason(run->cancel);
    if (reason == STOP_LOCAL)
        error_set(&trouble, ERROR_LOCAL, "cannot store files under %s, the run was stopped",
                  root_path(run->root));
    else if (run->output_errno != 0)
        error_set_errno(&trouble, ERROR_LOCAL, run->output_errno,
                        "cannot write to standard output");
    else if (counts->total == 0 && reason == 0 && !allows_empty(options))
        error_set(&trouble, ERROR_INPUT, "the lists hold no URL");
    return trouble;
}

/* What the whole run shows, and no single URL. */
static void add_last_warnings(struct run *run, const struct counts *counts)
{
    struct warnings *warnings = run->settings.warnings;
    uint64_t commands = run->exec != NULL ? exec_pool_failed(run->exec) : 0;
    if (counts->incomplete_images > 0)
        warnings_add(warnings, "%llu %s cut short (see the records)",
                     (unsigned long long)counts->incomplete_images,
                     counts->incomplete_images == 1 ? "image is" : "images are");
    if (commands > 0)
        warnings_add(warnings, "--exec failed for %llu %s", (unsigned long long)commands,
                     commands == 1 ? "file" : "files");
    if (commands > 0 && run->options->quiet) /* no warning is seen, and this is no success */
        log_error("--exec failed for %llu %s", (unsigned long long)commands,
                  commands == 1 ? "file" : "files");
    if (counts->by_status[STATUS_SKIPPED] == counts->total && options_is_retry(run->options))
        warnings_add(warnings, "nothing is left to be retried");
}

/* The report is there, so that whoever does not read stderr holds up nothing but the end. */
static void end_progress(void *context)
{
    struct run *run = context;
    if (run->has_left_screen)
        return;
    run->has_left_screen = true;
    warnings_show_with(run->settings.warnings, NULL, NULL); /* the lines are gone then */
    progress_stop(run->progress);
    if (run->trouble.kind != ERROR_NONE)
        log_error("%s", run->trouble.text);
}

/* Room for the records that are still to be written comes first (SAFETY: disk full). */
static void drop_parts(struct run *run)
{
    if (cancel_reason(run->cancel) == STOP_LOCAL)
        partial_file_remove_all(run->root);
}

static void finish(struct run *run, struct run_result *out_result)
{
    struct counts counts = results_counts(run->results);
    add_last_warnings(run, &counts);
    drop_parts(run);
    run->trouble = find_trouble(run, &counts);
    struct ending ending = {
        .counts = &counts,
        .allows_empty = allows_empty(run->options),
        .is_input_complete = producer_input(run->producer).is_complete,
        .failures = run->settings.politeness.failures,
        .signal_number = signals_taken(run->signals),
        .reason = cancel_reason(run->cancel),
        .trouble = run->trouble.kind,
    };
    int exit_code = exit_code_of_ending(&ending);
    run->reporting = reporting_of(run);
    run->reporting.is_log = progress_is_log(run->progress);
    run->reporting.before_words = (struct hook){end_progress, run};
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
        .peak_jobs = host_gate_figures(run->gate).total_peak,
    };
    if (run->folder == NULL)
        return;
    snprintf(out_result->run_id, sizeof out_result->run_id, "%s", run_folder_id(run->folder));
    snprintf(out_result->report_path, sizeof out_result->report_path, "%s/runs/%s/report.json",
             root_private_path(run->root), out_result->run_id);
}

/* From the first part to the last join. False when it could not start. */
static bool carry_out(struct run *run, struct error *error)
{
    run->start_us = clock_monotonic_us();
    run->start_wall_us = clock_wall_us();
    clock_cpu_us(&run->start_user_us, &run->start_system_us);
    bool is_built = run_build(run, error);
    bool is_started = is_built && start(run, error);
    if (is_built && !is_started)
        cancel_raise(run->cancel, CANCEL_ABORT, STOP_LOCAL);
    if (is_built)
        wait_for_end(run);
    return is_started;
}

static bool take_measures(struct run *run, struct run_measures *out, struct error *error)
{
    struct summary summary;
    results_copy(run->results, &summary);
    *out = (struct run_measures){
        .start_wall_us = run->start_wall_us,
        .elapsed_us = run->recorded_us - run->start_us,
        .jobs = run->settings.jobs,
        .counts = summary.counts,
        .latency = summary.total_us,
        .is_complete = cancel_reason(run->cancel) == 0,
        .signal_number = signals_taken(run->signals),
    };
    clock_cpu_us(&out->user_us, &out->system_us);
    out->user_us -= run->start_user_us;
    out->system_us -= run->start_system_us;
    summary_clear(&summary);
    struct error trouble = find_trouble(run, &out->counts);
    if (trouble.kind != ERROR_NONE)
        *error = trouble;
    return trouble.kind == ERROR_NONE;
}

bool run_measure(const struct options *options, const struct run_probe *probe,
                 struct run_measures *out, struct error *error)
{
    struct run run = {.options = options, .probe = probe};
    bool is_done = carry_out(&run, error) && take_measures(&run, out, error);
    if (!is_done)
        *out = (struct run_measures){.signal_number = run.signal_number};
    run_take_apart(&run);
    return is_done;
}

bool run_execute(const struct options *options, struct run_result *out_result, struct error *error)
{
    struct run run = {.options = options};
    bool is_started = carry_out(&run, error);
    if (is_started)
        finish(&run, out_result);
    else
        *out_result = (struct run_result){.signal_number = run.signal_number};
    run_take_apart(&run);
    return is_started;
}
