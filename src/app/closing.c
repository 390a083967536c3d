#include "app/closing.h"

#include "app/foreign_text.h"
#include "app/stop_reason.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/vis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASSES_SHOWN 12 /* twenty lines in all, with an error above them */

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

/* Failure classes that occurred, most frequent first. */
static size_t sort_failures(const struct counts *counts, enum failure out[FAILURE_COUNT])
{
    size_t count = 0;
    for (int failure = 0; failure < FAILURE_COUNT; failure++) {
        if (counts->by_failure[failure] == 0)
            continue;
        size_t place = count++;
        while (place > 0 && counts->by_failure[out[place - 1]] < counts->by_failure[failure]) {
            out[place] = out[place - 1];
            place--;
        }
        out[place] = (enum failure)failure;
    }
    return count;
}

static void append_status(struct text *text, const struct counts *counts, enum status status,
                          const char *words)
{
    char number[NUMBER_SIZE];
    char share[NUMBER_SIZE];
    uint64_t count = counts->by_status[status];
    if (count == 0 && status != STATUS_DOWNLOADED && status != STATUS_OK && status != STATUS_FAILED)
        return;
    text_append_format(text, "  %-10s %9s  %6s", status_name(status),
                       number_format_count(number, (int64_t)count),
                       number_format_ratio(share, (double)count, (double)counts->total));
    if (status == STATUS_FAILED) {
        enum failure order[FAILURE_COUNT];
        size_t classes = sort_failures(counts, order);
        for (size_t i = 0; i < classes && i < 3; i++)
            text_append_format(text, "   %s %s",
                               number_format_count(number, (int64_t)counts->by_failure[order[i]]),
                               failure_name(order[i]));
        if (classes > 3)
            text_append_format(text, "   and %zu other class%s", classes - 3,
                               classes == 4 ? "" : "es");
    } else if (count > 0 && words != NULL) {
        text_append_format(text, "   %s", words);
    }
    text_append_char(text, '\n');
}

static void append_latency(struct text *text, const struct histogram *histogram)
{
    char p50[NUMBER_SIZE];
    char p95[NUMBER_SIZE];
    char p99[NUMBER_SIZE];
    char max[NUMBER_SIZE];
    if (histogram->count == 0)
        return;
    text_append_format(text, "  time per URL   p50 %s   p95 %s   p99 %s   max %s\n",
                       number_format_duration(p50, histogram_percentile(histogram, 0.50)),
                       number_format_duration(p95, histogram_percentile(histogram, 0.95)),
                       number_format_duration(p99, histogram_percentile(histogram, 0.99)),
                       number_format_duration(max, histogram->max_us));
}

static void append_traffic(struct text *text, const struct counts *counts)
{
    char first[NUMBER_SIZE];
    char second[NUMBER_SIZE];
    uint64_t requests = counts->connections_opened + counts->connections_reused;
    if (requests == 0)
        return;
    text_append_format(text, "  connections    %s opened, %s reused      retries %llu",
                       number_format_count(first, (int64_t)counts->connections_opened),
                       number_format_count(second, (int64_t)counts->connections_reused),
                       (unsigned long long)counts->retries);
    if (counts->retries > 0)
        text_append_format(text, " (%llu %s recovered)", (unsigned long long)counts->recovered,
                           counts->recovered == 1 ? "URL" : "URLs");
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

/* A check begins anew. */
static const char *how_to_go_on(const struct closing *closing)
{
    return closing->folder != NULL ? ": the same command goes on" : "";
}

void closing_append_summary(struct text *text, const struct closing *closing)
{
    const struct counts *counts = &closing->summary->counts;
    char count[NUMBER_SIZE];
    char duration[NUMBER_SIZE];
    char rate[NUMBER_SIZE];
    char bytes[NUMBER_SIZE];
    double seconds = (double)closing->elapsed_us / CLOCK_SECOND_US;
    double per_second = seconds > 0 ? 1 / seconds : 0;
    text_append_format(
        text, "%s %s in %s        %.1f url/s   %s/s   %s\n\n",
        number_format_count(count, (int64_t)counts->total), counts->total == 1 ? "URL" : "URLs",
        number_format_duration(duration, closing->elapsed_us), (double)counts->total * per_second,
        number_format_bytes(rate, (int64_t)((double)counts->wire_bytes * per_second)),
        number_format_bytes(bytes, counts->file_bytes));
    append_status(text, counts, best_status(closing), NULL);
    append_status(text, counts, STATUS_KEPT, "already on disk");
    append_status(text, counts, STATUS_DUPLICATE, "listed before");
    append_status(text, counts, STATUS_SKIPPED, "a file of this name was there");
    append_status(text, counts, STATUS_FAILED, NULL);
    const char *limit = limit_of(closing);
    char words[96] = "the run ended before";
    if (limit != NULL)
        snprintf(words, sizeof words, "stopped by %s%s", limit, how_to_go_on(closing));
    append_status(text, counts, STATUS_NOT_TRIED, words);
    text_append_char(text, '\n');
    append_latency(text, &closing->summary->total_us);
    append_traffic(text, counts);
    double duty = seconds > 0 ? (double)closing->cpu_us / (double)closing->elapsed_us : 0;
    text_append_format(text, "  cpu            %s, duty cycle %.0f%%\n",
                       number_format_duration(duration, closing->cpu_us), duty * 100);
    if (closing->folder == NULL)
        return;
    text_append_string(text, "\n  files   ");
    append_shown(text, closing->directory);
    text_append_string(text, "\n  report  ");
    append_shown(text, closing->folder);
    text_append_string(text, "/report.json\n");
    if (counts->by_status[STATUS_FAILED] > 0) {
        text_append_string(text, "  failed  ");
        append_shown(text, closing->folder);
        text_append_string(text, "/failed.tsv\n");
        append_retry(text, "  retry   ", closing);
    }
}

static void append_hosts(struct text *text, const struct summary *summary, enum failure failure)
{
    size_t count = 0;
    size_t total = 0;
    const struct host_summary **hosts = summary_failing_hosts(summary, failure, 1, &count, &total);
    if (count > 0) {
        text_append_string(text, "  (");
        append_shown(text, hosts[0]->host);
        text_append_format(text, " %llu",
                           (unsigned long long)host_summary_failures(hosts[0], failure));
        if (total > 1)
            text_append_format(text, ", %zu other host%s", total - 1, total == 2 ? "" : "s");
        text_append_char(text, ')');
    }
    text_append_char(text, '\n');
    free(hosts);
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
    uint64_t failed = counts->by_status[STATUS_FAILED];
    if (closing->exit_code == 0)
        return;
    if (counts->total == 0)
        return; /* the error has been said */
    text_append_string(text, "haul: ");
    append_reason(text, closing);
    text_append_format(text, "%llu of %llu URLs failed (%s), exit %d", (unsigned long long)failed,
                       (unsigned long long)counts->total,
                       number_format_ratio(share, (double)failed, (double)counts->total),
                       closing->exit_code);
    if (closing->run_id != NULL)
        text_append_format(text, ", run %s", closing->run_id);
    text_append_char(text, '\n');
    uint64_t not_tried = counts->by_status[STATUS_NOT_TRIED];
    if (not_tried > 0)
        text_append_format(text, "  %llu %s not tried%s\n", (unsigned long long)not_tried,
                           not_tried == 1 ? "was" : "were", how_to_go_on(closing));
    enum failure order[FAILURE_COUNT];
    size_t classes = sort_failures(counts, order);
    for (size_t i = 0; i < classes && i < CLASSES_SHOWN; i++) {
        text_append_format(text, "  %6llu %-18s", (unsigned long long)counts->by_failure[order[i]],
                           failure_name(order[i]));
        append_hosts(text, closing->summary, order[i]);
    }
    if (classes > CLASSES_SHOWN)
        text_append_format(text, "  and %zu other class%s\n", classes - CLASSES_SHOWN,
                           classes == CLASSES_SHOWN + 1 ? "" : "es");
    if (closing->folder == NULL)
        return;
    if (failed > 0) {
        append_retry(text, "retry only these: ", closing);
        text_append_string(text, "failed URLs: ");
        append_shown(text, closing->folder);
        text_append_string(text, "/failed.tsv\n");
    }
    text_append_string(text, "full report: ");
    append_shown(text, closing->folder);
    text_append_string(text, "/report.json\n");
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
