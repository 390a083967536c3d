#include "app/reporting.h"

#include "app/closing.h"
#include "app/report_page.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "io/descriptor.h"
#include "io/machine.h"
#include "io/metrics.h"
#include "io/report.h"
#include "io/screen_line.h"
#include "io/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_LEAVES_BYTES ((int64_t)2 * 1024 * 1024) /* on the disk */

static struct hints choose_hints(const struct reporting *reporting,
                                 const struct report_facts *facts, const struct summary *summary)
{
    const struct options *options = reporting->options;
    size_t count = 0;
    size_t hosts = 0;
    const struct host_summary **busiest = summary_hosts(summary, 1, &count, &hosts);
    struct hint_evidence evidence = {
        .counts = &summary->counts,
        .elapsed_us = facts->elapsed_us,
        .cpu_us = facts->user_us + facts->system_us,
        .p99_us = histogram_percentile(&summary->total_us, 0.99),
        .timeout_us = options->timeout,
        .cpus = machine_cpus(),
        .jobs = reporting->jobs,
        .per_host = (unsigned)options->per_host,
        .rate_per_hour = options->rate,
        .limit_rate = options->limit_rate,
        .has_host_rate = options->host_rate > 0,
        .has_host_limits = options->host_count > 0,
        .hosts = hosts,
        .busiest_host_urls = count > 0 ? busiest[0]->urls : 0,
    };
    free(busiest);
    return hint_choose(&evidence);
}

/* Lends them to the facts. */
static void note_hints(struct report_facts *facts, const struct hints *hints,
                       const char *lines[HINT_LIMIT])
{
    for (size_t i = 0; i < hints->count; i++)
        lines[i] = hints->texts[i];
    facts->hints = lines;
    facts->hint_count = hints->count;
}

static struct report_facts collect_facts(const struct reporting *reporting)
{
    const struct options *options = reporting->options;
    const struct proxy_settings *proxy = reporting->proxy;
    struct report_facts facts = {
        .run_id = reporting->folder != NULL ? run_folder_id(reporting->folder) : NULL,
        .command = options_command_name(options->command),
        .arguments = (const char *const *)options->operands.items,
        .argument_count = options->operands.count,
        .start_wall_us = reporting->start_wall_us,
        .elapsed_us = clock_monotonic_us() - reporting->start_us,
        .outcome = "running",
        .exit_code = -1,
        .input = producer_input(reporting->producer),
        .workers = {.threads = reporting->thread_count,
                    .jobs = reporting->jobs,
                    .peak_jobs = host_gate_figures(reporting->gate).total_peak,
                    .peak_per_host = host_gate_figures(reporting->gate).peak},
        .directory = reporting->root != NULL ? root_path(reporting->root) : NULL,
        .folder = reporting->folder != NULL ? run_folder_path(reporting->folder) : NULL,
        .proxy = proxy->http != NULL ? proxy->http : proxy->https,
        .redaction = reporting->redaction,
    };
    char **warnings = warnings_copy(reporting->warnings, &facts.warning_count);
    facts.warnings = (const char *const *)warnings;
    facts.settings = report_settings_lend(reporting->settings, &facts.setting_count);
    clock_cpu_us(&facts.user_us, &facts.system_us);
    facts.user_us -= reporting->start_user_us;
    facts.system_us -= reporting->start_system_us;
    return facts;
}

static void clear_facts(struct report_facts *facts)
{
    warnings_free_copy((char **)facts->warnings, facts->warning_count);
}

static int replace_report(const struct reporting *reporting, const char *json, bool is_synced)
{
    if (reporting->folder == NULL)
        return 0;
    return run_folder_replace_file(reporting->folder, "report.json", json, strlen(json), is_synced);
}

bool reporting_check_copy(const struct options *options, struct error *error)
{
    const char *path = options->report;
    if (path == NULL || strcmp(path, "-") == 0)
        return true;
    int descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (descriptor < 0)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot write the report: %s", path);
    close(descriptor);
    return true;
}

int reporting_checkpoint(const struct reporting *reporting)
{
    if (reporting->folder == NULL)
        return 0;
    struct summary summary;
    results_copy(reporting->results, &summary);
    struct report_facts facts = collect_facts(reporting);
    struct hints hints = choose_hints(reporting, &facts, &summary);
    const char *lines[HINT_LIMIT];
    note_hints(&facts, &hints, lines);
    char *json = report_format(&facts, &summary, true);
    int result = replace_report(reporting, json, false);
    free(json);
    clear_facts(&facts);
    summary_clear(&summary);
    return result;
}

/* --report: a file of the user's own choice, so it is opened as any program would. */
static int write_copy(const char *path, const char *json, const struct cancel *cancel)
{
    if (strcmp(path, "-") == 0)
        return descriptor_write_unless(STDOUT_FILENO, json, strlen(json), cancel);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return -errno;
    int result = descriptor_write(descriptor, json, strlen(json));
    int closed = descriptor_close(descriptor);
    return result < 0 ? result : closed;
}

/* Where both are one terminal, what is drawn would stand in the middle of it. */
static void leave_screen(const struct reporting *reporting)
{
    if (terminal_is_interactive(STDOUT_FILENO))
        hook_call(reporting->before_words);
}

static bool write_reports(const struct reporting *reporting, const struct report_facts *facts,
                          const struct summary *summary, struct error *error)
{
    const struct options *options = reporting->options;
    char *json = report_format(facts, summary, true);
    int result = replace_report(reporting, json, options->sync != SYNC_NONE);
    if (result == -ENOSPC) { /* the reserve is there for this */
        root_free_reserve(reporting->root);
        result = replace_report(reporting, json, options->sync != SYNC_NONE);
    }
    const char *failed = "report.json";
    bool is_printed =
        options->json || (options->report != NULL && strcmp(options->report, "-") == 0);
    if (is_printed)
        leave_screen(reporting);
    if (result == 0 && options->report != NULL) {
        failed = options->report;
        result = write_copy(options->report, json, reporting->cancel);
    }
    free(json);
    if (result == 0 && options->json && reporting->has_reader) {
        char *line = report_format(facts, summary, false);
        failed = "standard output";
        result = descriptor_write_unless(STDOUT_FILENO, line, strlen(line), reporting->cancel);
        free(line);
    }
    if (result < 0 && result != -ECANCELED)
        return error_set_errno(error, ERROR_LOCAL, -result, "cannot write the report: %s", failed);
    return true;
}

/* "" for haul check. */
static void absolute_directory(const struct reporting *reporting, char out[PATH_MAX])
{
    const char *private_path = reporting->root != NULL ? root_private_path(reporting->root) : "";
    size_t length = strlen(private_path);
    length -= length > 0 ? strlen("/.haul") : 0;
    snprintf(out, PATH_MAX, "%.*s", (int)length, private_path);
    if (length == 0 && private_path[0] != '\0')
        strcpy(out, "/");
}

static bool write_metrics(const struct reporting *reporting, const struct report_facts *facts,
                          const struct summary *summary, struct error *error)
{
    const struct options *options = reporting->options;
    if (options->metrics == NULL)
        return true;
    char directory[PATH_MAX] = ""; /* absolute: many runs have a place called "downloads" */
    absolute_directory(reporting, directory);
    struct metrics_facts metrics = {
        .directory = directory,
        .end_wall_us = facts->end_wall_us,
        .last_success_wall_us = facts->exit_code == 0 ? facts->end_wall_us : 0,
        .elapsed_us = facts->elapsed_us,
        .cpu_us = facts->user_us + facts->system_us,
        .exit_code = facts->exit_code,
        .is_complete = facts->input.is_complete,
    };
    return metrics_write(options->metrics, &metrics, summary, error);
}

/* Those that are shown apart, to be freed; NULL when there are no records. */
static struct report_records *load_records(const struct reporting *reporting)
{
    int results =
        reporting->folder != NULL ? run_folder_open_file(reporting->folder, "results.jsonl") : -1;
    if (results < 0)
        return NULL;
    struct report_records *records = memory_allocate_zeroed(1, sizeof *records);
    report_records_load(records, results, reporting->highlights);
    close(results);
    return records;
}

static void free_records(struct report_records *records)
{
    if (records != NULL)
        report_records_clear(records);
    free(records);
}

/* It comes last and does not take what little is left on a disk: everything else that the run
 * writes matters more, so that the run is none the worse without its page. */
static void write_page(const struct reporting *reporting, const struct report_facts *facts,
                       const struct summary *summary, const struct report_records *records)
{
    char directory[PATH_MAX];
    if (reporting->folder == NULL)
        return;
    absolute_directory(reporting, directory);
    int64_t free_bytes = root_free_bytes(reporting->root);
    if (free_bytes >= 0)
        free_bytes = free_bytes > PAGE_LEAVES_BYTES ? free_bytes - PAGE_LEAVES_BYTES : 0;
    json_t *report = report_tree(facts, summary);
    int result = report_page_write(reporting->folder, directory, report, records, free_bytes);
    json_decref(report);
    if (result < 0 && !reporting->options->quiet)
        warnings_add(reporting->warnings, "cannot write %s/report.html: %s", facts->folder,
                     strerror(-result));
}

/* As the lines of progress are shown there (app/progress). */
static void print(const struct reporting *reporting, const struct text *text)
{
    struct screen screen = {.is_unicode = terminal_takes_unicode(STDERR_FILENO)};
    struct text shown;
    text_init(&shown, SIZE_MAX);
    screen_append(&shown, text->data, text->length, &screen);
    /* Nobody is left to be told when stderr cannot be written. */
    (void)descriptor_write_unless(STDERR_FILENO, shown.data, shown.length, reporting->cancel);
    text_clear(&shown);
}

static void print_closing(const struct reporting *reporting, const struct closing *closing)
{
    if (reporting->options->command == COMMAND_DEMO)
        return; /* it compares two runs, and says so itself */
    struct text text;
    text_init(&text, 256 * 1024);
    if (reporting->options->quiet) {
        closing_append_failures(&text, closing);
    } else {
        if (reporting->is_log)
            closing_append_line(&text, closing);
        if (closing->summary->counts.total > 0)
            closing_append_summary(&text, closing);
    }
    print(reporting, &text);
    text_clear(&text);
}

/* True when the report is there as a page, too. */
static bool has_page(const struct reporting *reporting)
{
    char path[PATH_MAX];
    if (reporting->folder == NULL)
        return false;
    int length = snprintf(path, sizeof path, "%s/report.html", run_folder_path(reporting->folder));
    return length < (int)sizeof path && access(path, F_OK) == 0;
}

bool reporting_finish(const struct reporting *reporting, int exit_code, const char *outcome,
                      int64_t *out_elapsed_us, struct error *error)
{
    struct summary summary;
    results_copy(reporting->results, &summary);
    struct report_facts facts = collect_facts(reporting);
    facts.end_wall_us = clock_wall_us();
    facts.outcome = outcome;
    facts.exit_code = exit_code;
    *out_elapsed_us = facts.elapsed_us;
    struct hints hints = choose_hints(reporting, &facts, &summary);
    const char *lines[HINT_LIMIT];
    note_hints(&facts, &hints, lines);
    bool is_written = write_reports(reporting, &facts, &summary, error);
    if (is_written)
        is_written = write_metrics(reporting, &facts, &summary, error);
    struct report_records *records = load_records(reporting);
    write_page(reporting, &facts, &summary, records);
    struct closing closing = {
        .summary = &summary,
        .elapsed_us = facts.elapsed_us,
        .cpu_us = facts.user_us + facts.system_us,
        .run_id = facts.run_id,
        .folder = facts.folder,
        .directory = facts.directory,
        .exit_code = exit_code,
        .hints = &hints,
        .is_retry = options_is_retry(reporting->options),
        .has_page = has_page(reporting),
        .records = records,
        .reason = cancel_reason(reporting->cancel),
    };
    char folder[PATH_MAX + 64]; /* a mail from cron does not say where it was */
    char directory[PATH_MAX];
    if (reporting->options->quiet && reporting->root != NULL) {
        const char *private_path = root_private_path(reporting->root);
        snprintf(folder, sizeof folder, "%s/runs/%s", private_path, facts.run_id);
        absolute_directory(reporting, directory);
        closing.folder = folder;
        closing.directory = directory;
    }
    hook_call(reporting->before_words);
    print_closing(reporting, &closing);
    free_records(records);
    clear_facts(&facts);
    summary_clear(&summary);
    return is_written;
}
