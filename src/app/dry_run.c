#include "app/dry_run.h"

#include "app/exit_code.h"
#include "app/lists.h"
#include "app/planner.h"
#include "app/run_settings.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/vis.h"
#include "model/run_figures.h"
#include "model/summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN 10 /* bad lines, hosts, names, clashes */
#define OUTPUT_MAX ((size_t)1 << 20)

struct dry_run {
    const struct options *options;
    struct run_settings settings;
    struct root *root;   /* NULL = the output directory does not exist */
    struct state *state; /* NULL = nothing is known */
    struct lists *lists;
    struct planner *planner;
    struct summary summary; /* what is to be downloaded counts as not tried */
    struct summary wanted;  /* that alone, for its hosts */
    uint64_t clashes;
    struct text bad_lines;
    struct text names;
    struct text clashing;
    unsigned names_shown;
    struct error list_error; /* the first one */
};

static void append_foreign(struct text *text, const char *foreign)
{
    char shown[256];
    text_append_string(text, vis_format(shown, sizeof shown, foreign, strlen(foreign)));
}

static void append_place(struct text *text, const struct job *job)
{
    append_foreign(text, job->source);
    if (job->line > 0)
        text_append_format(text, ":%llu", (unsigned long long)job->line);
}

static void append_url(struct text *text, const struct dry_run *run, const struct job *job)
{
    struct text masked;
    text_init(&masked, 2 * URL_MAX_BYTES);
    url_append_masked(&masked, job->listed, &run->settings.redaction);
    append_foreign(text, masked.data);
    text_clear(&masked);
}

static void show_bad_line(struct dry_run *run, const struct job *job)
{
    if (run->summary.counts.by_status[STATUS_FAILED] >= SHOWN)
        return;
    text_append_string(&run->bad_lines, "  ");
    append_place(&run->bad_lines, job);
    text_append_format(&run->bad_lines, "  %s: ", failure_name(job->outcome.failure));
    append_foreign(&run->bad_lines, outcome_detail(&job->outcome));
    text_append_string(&run->bad_lines, "  ");
    append_url(&run->bad_lines, run, job);
    text_append_char(&run->bad_lines, '\n');
}

static const char *name_suffix(const struct job *job)
{
    if (job->digest_offset != SIZE_MAX)
        return " (zeros become its SHA-256)";
    return job->wants_extension ? " (and its type's extension)" : "";
}

static void append_name(struct text *text, const struct job *job)
{
    text_append_string(text, "  ");
    append_foreign(text, job->name);
    text_append_string(text, name_suffix(job));
    text_append_string(text, "  (");
    append_place(text, job);
    text_append_string(text, ")\n");
}

static void show_name(struct dry_run *run, const struct job *job)
{
    if (run->names_shown < SHOWN) {
        run->names_shown++;
        append_name(&run->names, job);
    }
    if (planner_has_clash(run->planner) && run->clashes++ < SHOWN)
        append_name(&run->clashing, job);
}

static void take_item(struct dry_run *run, const struct source_item *item)
{
    struct error error = {0};
    uint64_t index = run->summary.counts.total + 1;
    struct job *job = planner_make_job(run->planner, index, lists_name(run->lists), item);
    enum plan plan = planner_decide(run->planner, job, item, false);
    bool is_list_line = planner_is_list_line(job, item);
    if (plan == PLAN_DOWNLOAD) {
        job->outcome.status = STATUS_NOT_TRIED;
        job->outcome.failure = FAILURE_NONE;
        summary_add(&run->wanted, job, 0);
        show_name(run, job);
    } else if (job->outcome.status == STATUS_FAILED) {
        show_bad_line(run, job);
    }
    summary_add(&run->summary, job, 0);
    job_destroy(job);
    if (!lists_judge(run->lists, is_list_line, &error) && run->list_error.kind == ERROR_NONE)
        run->list_error = error;
}

static void read_lists(struct dry_run *run)
{
    bool may_be_empty = run->options->allow_empty || options_is_retry(run->options);
    enum source_answer answer;
    do {
        struct source_item item;
        struct error error = {0};
        answer = lists_next(run->lists, &item, &error);
        if (answer == SOURCE_ITEM)
            take_item(run, &item);
        else if (answer == SOURCE_ERROR && run->list_error.kind == ERROR_NONE)
            run->list_error = error;
    } while (answer != SOURCE_END);
    if (run->summary.counts.total == 0 && !may_be_empty && run->list_error.kind == ERROR_NONE)
        error_set(&run->list_error, ERROR_INPUT, "the lists hold no URL");
}

static void append_count(struct text *text, const char *what, uint64_t count, const char *words)
{
    char number[NUMBER_SIZE];
    if (count > 0)
        text_append_format(text, "  %-12s %9s%s%s\n", what,
                           number_format_count(number, (int64_t)count),
                           words[0] != '\0' ? "   " : "", words);
}

static void append_counts(struct text *text, const struct dry_run *run)
{
    const struct counts *counts = &run->summary.counts;
    struct report_input input = lists_input(run->lists);
    char total[NUMBER_SIZE];
    char lines[NUMBER_SIZE];
    char comments[NUMBER_SIZE];
    char blank[NUMBER_SIZE];
    text_append_format(
        text, "%s %s in %s %s (%s comments, %s blank)\n%s",
        number_format_count(total, (int64_t)counts->total), counts->total == 1 ? "URL" : "URLs",
        number_format_count(lines, (int64_t)input.lines), input.lines == 1 ? "line" : "lines",
        number_format_count(comments, (int64_t)input.comments),
        number_format_count(blank, (int64_t)input.blank), counts->total > 0 ? "\n" : "");
    append_count(text, "to download", counts->by_status[STATUS_NOT_TRIED], "");
    append_count(text, "kept", counts->by_status[STATUS_KEPT], "already on disk");
    append_count(text, "duplicate", counts->by_status[STATUS_DUPLICATE], "listed before");
    append_count(text, "skipped", counts->by_status[STATUS_SKIPPED],
                 options_is_retry(run->options) ? RUN_FIGURES_LEFT_OUT
                                                : "a file of this name is there");
    append_count(text, "failed", counts->by_status[STATUS_FAILED], "cannot be used");
}

/* One host cannot keep all downloads busy. */
static void append_advice(struct text *text, const struct dry_run *run, uint64_t most)
{
    const struct options *options = run->options;
    uint64_t total = run->wanted.counts.total;
    char urls[NUMBER_SIZE];
    char of[NUMBER_SIZE];
    if (2 * most <= total || options->per_host >= options_jobs(options) ||
        most <= (uint64_t)options->per_host)
        return;
    text_append_format(text,
                       "%s of %s URLs are on one host: at most %lld of your %lld downloads can be "
                       "busy\n",
                       number_format_count(urls, (int64_t)most),
                       number_format_count(of, (int64_t)total), (long long)options->per_host,
                       (long long)options_jobs(options));
}

static void append_hosts(struct text *text, const struct dry_run *run)
{
    size_t count = 0;
    size_t total = 0;
    char number[NUMBER_SIZE];
    const struct host_summary **hosts = summary_hosts(&run->wanted, SHOWN, &count, &total);
    if (count > 0)
        text_append_format(text, "\n%s %s to ask\n", number_format_count(number, (int64_t)total),
                           total == 1 ? "host" : "hosts");
    for (size_t i = 0; i < count; i++) {
        char share[NUMBER_SIZE];
        text_append_format(
            text, "  %9s  %6s  ", number_format_count(number, (int64_t)hosts[i]->urls),
            number_format_ratio(share, (double)hosts[i]->urls, (double)run->wanted.counts.total));
        append_foreign(text, hosts[i]->host);
        text_append_char(text, '\n');
    }
    if (count > 0)
        append_advice(text, run, hosts[0]->urls);
    free(hosts);
}

/* Of the nearest directory that exists: the output directory may be made later. */
static void append_space(struct text *text, const struct dry_run *run)
{
    char *path = memory_copy_string(run->options->dir);
    struct error error = {0};
    struct root *root = root_open_read_only(path, &error);
    while (root == NULL) {
        char *slash = strrchr(path, '/');
        bool is_last = slash == NULL || slash == path;
        if (slash != NULL && !is_last)
            *slash = '\0';
        root = root_open_read_only(is_last ? slash == NULL ? "." : "/" : path, &error);
        if (is_last)
            break;
    }
    char bytes[NUMBER_SIZE];
    char files[NUMBER_SIZE];
    int64_t free_bytes = root != NULL ? root_free_bytes(root) : -1;
    int64_t free_files = root != NULL ? root_free_inodes(root) : -1;
    if (free_bytes >= 0)
        text_append_format(text, "\n%s free for files in ", number_format_bytes(bytes, free_bytes));
    if (free_bytes >= 0)
        append_foreign(text, run->options->dir);
    if (free_bytes >= 0 && free_files > 0)
        text_append_format(text, ", %s inodes", number_format_count(files, free_files));
    if (free_bytes >= 0)
        text_append_char(text, '\n');
    root_close(root);
    free(path);
}

static void append_section(struct text *text, const char *title, const struct text *section,
                           uint64_t shown, uint64_t total)
{
    char number[NUMBER_SIZE];
    if (section->length == 0)
        return;
    text_append_format(text, "\n%s\n", title);
    text_append(text, section->data, section->length);
    if (total > shown)
        text_append_format(text, "  and %s more\n",
                           number_format_count(number, (int64_t)(total - shown)));
}

static bool print(const struct dry_run *run)
{
    struct text text;
    const struct counts *counts = &run->summary.counts;
    text_init(&text, OUTPUT_MAX);
    append_counts(&text, run);
    append_section(&text, "lines that cannot be used", &run->bad_lines, SHOWN,
                   counts->by_status[STATUS_FAILED]);
    append_hosts(&text, run);
    append_section(&text,
                   run->options->content_disposition ? "first names, unless servers give others"
                                                     : "first names",
                   &run->names, 0, 0);
    append_section(&text, "names that another URL or file has already, so these get a number",
                   &run->clashing, SHOWN, run->clashes);
    append_space(&text, run);
    bool is_printed = fwrite(text.data, 1, text.length, stdout) == text.length;
    text_clear(&text);
    return fflush(stdout) == 0 && is_printed;
}

static int exit_code_of(const struct dry_run *run)
{
    const struct counts *counts = &run->summary.counts;
    if (run->list_error.kind != ERROR_NONE)
        return exit_code_of_error(run->list_error.kind);
    uint64_t failed = counts->by_status[STATUS_FAILED];
    return failed == 0 ? 0 : failed == counts->total ? EXIT_CODE_ALL_FAILED : EXIT_CODE_SOME_FAILED;
}

static bool open_places(struct dry_run *run, struct error *error)
{
    const struct options *options = run->options;
    if (!run_settings_init(&run->settings, options, error))
        return false;
    struct source_settings source = {
        .format = (enum source_format)options->format,
        .url_column = options->url_column,
        .stop_descriptor = -1,
        .names = options_is_retry(options) ? NULL : run->settings.template,
    };
    run->lists = lists_open(&options->operands, &source, error);
    if (run->lists == NULL)
        return false;
    run->root = root_open_read_only(options->dir, error);
    if (run->root == NULL)
        return error->kind == ERROR_NONE;
    if (root_has_private(run->root) && options->state)
        run->state = state_open_read_only(run->root, error);
    return error->kind == ERROR_NONE;
}

static void create_planner(struct dry_run *run)
{
    const struct options *options = run->options;
    struct planner_settings planner = {
        .naming = {.template = run->settings.template,
                   .keeps_names = options_is_retry(options),
                   .fixes_extension = options->fix_extension,
                   .root = run->root,
                   .state = run->state,
                   .existing = (enum existing_policy)options->if_exists},
        .rules = &run->settings.transfer.rules,
        .wants_all = options->force,
        .wants_update = options->update,
        .leaves_final = !options->retry_all && options_is_retry(options),
        .warnings = run->settings.warnings,
    };
    run->planner = planner_create(&planner);
}

int dry_run_execute(const struct options *options, struct error *error)
{
    struct dry_run run = {.options = options};
    summary_init(&run.summary);
    summary_init(&run.wanted);
    text_init(&run.bad_lines, OUTPUT_MAX);
    text_init(&run.names, OUTPUT_MAX);
    text_init(&run.clashing, OUTPUT_MAX);
    int exit_code;
    if (open_places(&run, error)) {
        create_planner(&run);
        read_lists(&run);
        exit_code = exit_code_of(&run);
        *error = run.list_error;
        if (!print(&run)) {
            error_set_errno(error, ERROR_LOCAL, errno, "cannot write to standard output");
            exit_code = EXIT_CODE_LOCAL;
        }
    } else {
        exit_code = exit_code_of_error(error->kind);
    }
    planner_destroy(run.planner);
    state_close(run.state);
    root_close(run.root);
    lists_close(run.lists);
    run_settings_clear(&run.settings);
    summary_clear(&run.summary);
    summary_clear(&run.wanted);
    text_clear(&run.bad_lines);
    text_clear(&run.names);
    text_clear(&run.clashing);
    return exit_code;
}
