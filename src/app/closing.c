#include "app/closing.h"

#include "app/failed_lines.h"
#include "app/figures_text.h"
#include "app/foreign_text.h"
#include "app/stop_reason.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/vis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAILED_SHOWN 3
#define LINES_SHOWN 12 /* of classes and URLs: twenty in all, with an error above them */

static void append_shown(struct text *text, const char *foreign)
{
    vis_append(text, foreign, strlen(foreign));
}

/* The command that tries again what may pass. */
static void append_retry(struct text *text, const char *words, const struct closing *closing)
{
    text_append_format(text, "%shaul --retry-failed -d ", words);
    foreign_text_append_argument(text, closing->directory);
    text_append_char(text, '\n');
}

/* What a URL ends as when all is well. */
static enum status best_status(const struct closing *closing)
{
    return closing->folder != NULL ? STATUS_DOWNLOADED : STATUS_OK;
}

/* The option that stopped the run, NULL = none did. */
static const char *limit_of(const struct closing *closing)
{
    switch (closing->reason) {
    case STOP_DEADLINE:
        return "--deadline";
    case STOP_QUOTA:
        return "--max-total-size";
    case STOP_FAILURES:
        return "--max-failures";
    default:
        return NULL;
    }
}

/* A check begins anew, and what failed too often would do so again. */
static const char *how_to_go_on(const struct closing *closing)
{
    return closing->folder != NULL && closing->reason != STOP_FAILURES
               ? ": the same command goes on"
               : "";
}

/* Initialises the text with the path of a file of the last run. */
static void init_path(struct text *path, const char *directory, const char *name)
{
    size_t length = strlen(directory);
    text_init(path, SIZE_MAX);
    text_append_string(path, directory);
    if (length > 0 && directory[length - 1] != '/')
        text_append_char(path, '/');
    text_append_string(path, ".haul/last/");
    text_append_string(path, name);
}

/* By way of the link that leads to the last run: this run is it, and the name is a short one. */
static void append_places(struct text *text, const struct closing *closing,
                          const struct run_figures *figures)
{
    struct text failed;
    struct text look;
    init_path(&failed, closing->directory, "failed.tsv");
    init_path(&look, closing->directory, closing->has_page ? "report.html" : "report.json");
    struct run_places places = {
        .directory = closing->directory,
        .failed = failed.data,
        .look = look.data,
        .is_last = true,
    };
    figures_text_append_places(text, figures, &places);
    text_clear(&look);
    text_clear(&failed);
}

void closing_append_summary(struct text *text, const struct closing *closing)
{
    struct run_figures figures;
    char reason[96];
    run_figures_from_summary(&figures, closing->summary, closing->elapsed_us);
    const char *limit = limit_of(closing);
    if (closing->reason == STOP_OUTPUT)
        snprintf(reason, sizeof reason, "standard output cannot be written%s",
                 how_to_go_on(closing));
    else if (limit != NULL)
        snprintf(reason, sizeof reason, "stopped by %s%s", limit, how_to_go_on(closing));
    else
        snprintf(reason, sizeof reason, "the run ended before%s", how_to_go_on(closing));
    figures.not_tried_reason = reason;
    figures.is_check = closing->folder == NULL;
    figures.is_retry = closing->is_retry;
    figures.would_stop = closing->reason == STOP_FAILURES;
    figures.cpu_us = closing->cpu_us;
    if (closing->elapsed_us > 0)
        figures.duty_cycle = (double)closing->cpu_us / (double)closing->elapsed_us;
    for (size_t i = 0; closing->hints != NULL && i < closing->hints->count; i++)
        figures.hints[figures.hint_count++] = closing->hints->texts[i];
    figures_text_append(text, &figures);
    figures_text_append_hints(text, &figures);
    if (closing->folder != NULL)
        append_places(text, closing, &figures);
}

/* "not-found         (img2.example.org 119, 2 other hosts)" */
static void append_hosts(struct text *text, const struct summary *summary,
                         const struct run_class *class)
{
    char number[NUMBER_SIZE];
    size_t count = 0;
    size_t total = 0;
    const struct host_summary **hosts =
        summary_failing_hosts(summary, class->failure, 1, &count, &total);
    text_append_format(text, "%-*s", count > 0 ? 18 : 0, class->name);
    if (count > 0) {
        text_append_string(text, "  (");
        append_shown(text, hosts[0]->host);
        text_append_format(
            text, " %s",
            number_format_count(number, (int64_t)host_summary_failures(hosts[0], class->failure)));
        if (total > 1)
            text_append_format(text, ", %s other host%s",
                               number_format_count(number, (int64_t)total - 1),
                               total == 2 ? "" : "s");
        text_append_char(text, ')');
    }
    text_append_char(text, '\n');
    free(hosts);
}

/* "   121 not-found         (img2.example.org 119, 2 other hosts)" */
static void append_classes(struct text *text, const struct closing *closing,
                           const struct run_figures *figures, size_t limit)
{
    char number[NUMBER_SIZE];
    for (size_t i = 0; i < figures->class_count && i < limit; i++) {
        text_append_format(text, "  %6s ",
                           number_format_count(number, (int64_t)figures->classes[i].count));
        append_hosts(text, closing->summary, &figures->classes[i]);
    }
    if (figures->class_count > limit)
        text_append_format(text, "  and %zu other class%s\n", figures->class_count - limit,
                           figures->class_count == limit + 1 ? "" : "es");
}

/* How many of what, and the first of them with the reason. */
static void append_causes(struct text *text, const struct closing *closing,
                          const struct run_figures *figures)
{
    struct text lines;
    size_t count = 0;
    text_init(&lines, SIZE_MAX);
    if (closing->records != NULL)
        count = failed_lines_append(&lines, closing->records, FAILED_SHOWN, "");
    append_classes(text, closing, figures, LINES_SHOWN - count);
    text_append(text, lines.data, lines.length);
    text_clear(&lines);
}

/* Why a run that was not done has ended. */
static void append_reason(struct text *text, const struct closing *closing)
{
    const char *limit = limit_of(closing);
    if (limit != NULL && (closing->exit_code == 6 || closing->exit_code == 8))
        text_append_format(text, "stopped by %s, ", limit);
    else if (closing->exit_code == 8)
        text_append_string(text, "more than --max-failures allows, ");
    else if (closing->exit_code > 128)
        text_append_string(text, "stopped by a signal, ");
}

void closing_append_failures(struct text *text, const struct closing *closing)
{
    const struct counts *counts = &closing->summary->counts;
    char share[NUMBER_SIZE];
    char number[NUMBER_SIZE];
    char total[NUMBER_SIZE];
    uint64_t failed = counts->by_status[STATUS_FAILED];
    if (closing->exit_code == 0)
        return;
    if (counts->total == 0)
        return; /* the error has been said */
    text_append_string(text, "haul: ");
    append_reason(text, closing);
    text_append_format(
        text, "%s of %s %s failed (%s), exit %d", number_format_count(number, (int64_t)failed),
        number_format_count(total, (int64_t)counts->total), counts->total == 1 ? "URL" : "URLs",
        number_format_ratio(share, (double)failed, (double)counts->total), closing->exit_code);
    if (closing->run_id != NULL)
        text_append_format(text, ", run %s", closing->run_id);
    text_append_char(text, '\n');
    uint64_t not_tried = counts->by_status[STATUS_NOT_TRIED];
    if (not_tried > 0)
        text_append_format(text, "  %s %s not tried%s\n",
                           number_format_count(number, (int64_t)not_tried),
                           not_tried == 1 ? "was" : "were", how_to_go_on(closing));
    struct run_figures figures;
    run_figures_from_summary(&figures, closing->summary, closing->elapsed_us);
    append_causes(text, closing, &figures);
    if (closing->folder == NULL)
        return;
    if (failed > 0) {
        if (run_figures_may_be_retried(&figures))
            append_retry(text, "retry only these: ", closing);
        text_append_string(text, "failed URLs: ");
        append_shown(text, closing->folder);
        text_append_string(text, "/failed.tsv\n");
    }
    text_append_string(text, closing->has_page ? "look: " : "full report: ");
    append_shown(text, closing->folder);
    text_append_string(text, closing->has_page ? "/report.html\n" : "/report.json\n");
}

void closing_append_line(struct text *text, const struct closing *closing)
{
    const struct counts *counts = &closing->summary->counts;
    char stamp[CLOCK_TEXT_SIZE];
    text_append_format(text, "%s haul: done %llu", clock_format_seconds(stamp, clock_wall_us()),
                       (unsigned long long)counts->total);
    for (enum status status = 0; status < STATUS_COUNT; status++) {
        uint64_t count = counts->by_status[status];
        bool is_usual = status == best_status(closing) || status == STATUS_FAILED ||
                        (status == STATUS_KEPT && closing->folder != NULL);
        if (is_usual || count > 0)
            text_append_format(text, " %s %llu", status_name(status), (unsigned long long)count);
    }
    text_append_format(text, " in %.1fs exit %d", (double)closing->elapsed_us / CLOCK_SECOND_US,
                       closing->exit_code);
    if (closing->folder != NULL) {
        text_append_string(text, " report ");
        append_shown(text, closing->folder);
        text_append_string(text, "/report.json");
    }
    text_append_char(text, '\n');
}
