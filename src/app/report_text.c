#include "app/report_text.h"

#include "app/foreign_text.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/vis.h"
#include "io/json_field.h"

#include <limits.h>
#include <string.h>

#define HOSTS_SHOWN 10
#define ARGUMENTS_SHOWN 5
#define FOREIGN_BYTES 200 /* shown of a host, a class, an argument */
#define STAMP_SECONDS 19  /* 2026-11-20T12:00:00 of an RFC 3339 time */

static void append_stamp(struct text *text, const char *time)
{
    char shown[STAMP_SECONDS + 1];
    vis_format(shown, sizeof(shown), time, strlen(time));
    text_append_format(text, "%sZ", shown);
}

/* "dns 2%": shares under half a per cent are left out. */
static void append_share(struct text *text, const json_t *report, const char *path,
                         const char *word)
{
    double share = json_field_real(report, path, 0) * 100;
    if (share >= 0.5 && share <= 100.5)
        text_append_format(text, "  %s %.0f%%", word, share);
}

static void append_outcome(struct text *text, const json_t *report)
{
    const char *outcome = json_field_string(report, "outcome");
    int64_t exit_code = json_field_count(report, "exit_code", -1);
    if (outcome == NULL)
        return;
    if (strcmp(outcome, "running") == 0) {
        text_append_string(text, "still running, or killed");
        return;
    }
    foreign_text_append(text, outcome, FOREIGN_BYTES);
    if (exit_code >= 0)
        text_append_format(text, ", exit %lld", (long long)exit_code);
}

static void append_command(struct text *text, const json_t *report)
{
    const char *command = json_field_string(report, "command");
    const json_t *arguments = json_field_find(report, "arguments");
    if (command == NULL)
        return;
    text_append_string(text, "haul ");
    foreign_text_append(text, command, FOREIGN_BYTES);
    size_t count = json_array_size(arguments);
    for (size_t i = 0; i < count && i < ARGUMENTS_SHOWN; i++) {
        const char *argument = json_string_value(json_array_get(arguments, i));
        text_append_char(text, ' ');
        foreign_text_append(text, argument != NULL ? argument : "?", FOREIGN_BYTES);
    }
    if (count > ARGUMENTS_SHOWN)
        text_append_format(text, " and %zu more", count - ARGUMENTS_SHOWN);
    text_append_char(text, '\n');
}

static void append_figures(struct text *text, const json_t *report)
{
    char count[NUMBER_SIZE];
    char duration[NUMBER_SIZE];
    char rate[NUMBER_SIZE];
    char bytes[NUMBER_SIZE];
    int64_t total = json_field_count(report, "counts.total", 0);
    int64_t elapsed_us = json_field_count(report, "elapsed_us", 0);
    int64_t wire = json_field_count(report, "bytes.wire", 0);
    double seconds = (double)elapsed_us / CLOCK_SECOND_US;
    double per_second = seconds > 0 ? 1 / seconds : 0;
    double wire_rate = (double)wire * per_second;
    text_append_format(
        text, "%s %s in %s        %.1f url/s   %s/s   %s\n\n", number_format_count(count, total),
        total == 1 ? "URL" : "URLs", number_format_duration(duration, elapsed_us),
        (double)total * per_second,
        number_format_bytes(rate, wire_rate < (double)INT64_MAX ? (int64_t)wire_rate : INT64_MAX),
        number_format_bytes(bytes, json_field_count(report, "bytes.file", 0)));
}

static void append_top_classes(struct text *text, const json_t *failures)
{
    char number[NUMBER_SIZE];
    size_t count = json_array_size(failures);
    for (size_t i = 0; i < count && i < 3; i++) {
        const json_t *entry = json_array_get(failures, i);
        const char *name = json_field_string(entry, "class");
        text_append_format(text, "   %s ",
                           number_format_count(number, json_field_count(entry, "count", 0)));
        foreign_text_append(text, name != NULL ? name : "?", FOREIGN_BYTES);
    }
    if (count > 3)
        text_append_format(text, "   and %zu other class%s", count - 3, count == 4 ? "" : "es");
}

static void append_counts(struct text *text, const json_t *report)
{
    static const struct {
        const char *status;
        const char *words;
        bool is_usual; /* shown even when it is 0 */
    } rows[] = {
        {"downloaded", "", true},
        {"ok", "", false},
        {"kept", "   already on disk", false},
        {"duplicate", "   listed before", false},
        {"skipped", "   a file of this name was there", false},
        {"failed", "", true},
        {"not_tried", "   the run ended before", false},
    };
    const json_t *counts = json_field_find(report, "counts");
    int64_t total = json_field_count(counts, "total", 0);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char number[NUMBER_SIZE];
        char share[NUMBER_SIZE];
        int64_t count = json_field_count(counts, rows[i].status, 0);
        if (count == 0 && !rows[i].is_usual)
            continue;
        text_append_format(text, "  %-10s %9s  %6s%s", rows[i].status,
                           number_format_count(number, count),
                           number_format_ratio(share, (double)count, (double)total), rows[i].words);
        if (strcmp(rows[i].status, "failed") == 0)
            append_top_classes(text, json_field_find(report, "failures"));
        text_append_char(text, '\n');
    }
    text_append_char(text, '\n');
}

static void append_latency(struct text *text, const json_t *report)
{
    static const char *const names[] = {"p50", "p95", "p99", "max"};
    const json_t *total = json_field_find(report, "latency_us.total");
    if (!json_is_object(total))
        return;
    text_append_string(text, "  time per URL ");
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        char duration[NUMBER_SIZE];
        int64_t us = json_field_count(total, names[i], 0);
        text_append_format(text, "%s%s %s", i == 0 ? "  " : "   ", names[i],
                           number_format_duration(duration, us));
    }
    text_append_char(text, '\n');
}

static void append_traffic(struct text *text, const json_t *report)
{
    char first[NUMBER_SIZE];
    char second[NUMBER_SIZE];
    int64_t retries = json_field_count(report, "retries.attempts", 0);
    int64_t recovered = json_field_count(report, "retries.recovered", 0);
    int64_t opened = json_field_count(report, "connections.opened", 0);
    int64_t reused = json_field_count(report, "connections.reused", 0);
    if (json_is_object(json_field_find(report, "phases_share"))) {
        text_append_string(text, "  where it went");
        append_share(text, report, "phases_share.dns", "dns");
        append_share(text, report, "phases_share.connect", "connect");
        append_share(text, report, "phases_share.tls", "tls");
        append_share(text, report, "phases_share.ttfb", "wait");
        append_share(text, report, "phases_share.receive", "receive");
        text_append_char(text, '\n');
    }
    if (opened > 0 || reused > 0) {
        text_append_format(text, "  connections    %s opened, %s reused      retries %lld",
                           number_format_count(first, opened), number_format_count(second, reused),
                           (long long)retries);
        if (retries > 0)
            text_append_format(text, " (%lld %s recovered)", (long long)recovered,
                               recovered == 1 ? "URL" : "URLs");
        text_append_char(text, '\n');
    }
    int64_t user_us = json_field_count(report, "cpu.user_us", -1);
    int64_t system_us = json_field_count(report, "cpu.sys_us", 0);
    int64_t cpu_us;
    if (user_us >= 0 && !__builtin_add_overflow(user_us, system_us, &cpu_us))
        text_append_format(text, "  cpu            %s, duty cycle %.0f%%\n",
                           number_format_duration(first, cpu_us),
                           json_field_real(report, "cpu.duty_cycle", 0) * 100);
}

/* "   121 not-found          img2.example.org 119, 2 other hosts", and the first one's place. */
static void append_failure(struct text *text, const json_t *entry)
{
    char number[NUMBER_SIZE];
    const char *name = json_field_string(entry, "class");
    const char *example = json_field_string(entry, "example");
    const json_t *host = json_array_get(json_field_find(entry, "hosts"), 0);
    const char *host_name = json_field_string(host, "host");
    int64_t others = json_field_count(entry, "other_hosts", 0);
    size_t listed = json_array_size(json_field_find(entry, "hosts"));
    others += listed > 1 && others < INT32_MAX ? (int64_t)listed - 1 : 0;
    text_append_format(text, "  %9s  ",
                       number_format_count(number, json_field_count(entry, "count", 0)));
    foreign_text_append_padded(text, name != NULL ? name : "?", 18);
    if (host_name != NULL) {
        text_append_char(text, ' ');
        foreign_text_append(text, host_name, FOREIGN_BYTES);
        text_append_format(text, " %lld", (long long)json_field_count(host, "count", 0));
        if (others > 0)
            text_append_format(text, ", %lld other host%s", (long long)others,
                               others == 1 ? "" : "s");
    }
    if (example != NULL) {
        text_append_string(text, "  (first: ");
        foreign_text_append(text, example, FOREIGN_BYTES);
        text_append_char(text, ')');
    }
    text_append_char(text, '\n');
}

static void append_failures(struct text *text, const json_t *report)
{
    const json_t *failures = json_field_find(report, "failures");
    if (json_array_size(failures) == 0)
        return;
    text_append_string(text, "\nfailures\n");
    for (size_t i = 0; i < json_array_size(failures); i++)
        append_failure(text, json_array_get(failures, i));
}

static void append_duration(struct text *text, int64_t us)
{
    char duration[NUMBER_SIZE];
    text_append_format(text, " %12s", us < 0 ? "-" : number_format_duration(duration, us));
}

static void append_hosts(struct text *text, const json_t *report)
{
    const json_t *hosts = json_field_find(report, "hosts");
    if (json_array_size(hosts) == 0)
        return;
    text_append_string(
        text, "\nhosts                                 URLs    failed         mean          max\n");
    for (size_t i = 0; i < json_array_size(hosts) && i < HOSTS_SHOWN; i++) {
        char urls[NUMBER_SIZE];
        char failed[NUMBER_SIZE];
        const json_t *host = json_array_get(hosts, i);
        const char *name = json_field_string(host, "host");
        text_append_string(text, "  ");
        foreign_text_append_padded(text, name != NULL ? name : "?", 29);
        text_append_format(text, " %9s %9s",
                           number_format_count(urls, json_field_count(host, "urls", 0)),
                           number_format_count(failed, json_field_count(host, "failed", 0)));
        append_duration(text, json_field_count(host, "mean_us", -1));
        append_duration(text, json_field_count(host, "max_us", -1));
        text_append_char(text, '\n');
    }
    if (json_array_size(hosts) > HOSTS_SHOWN)
        text_append_string(text, "  ...\n");
}

static void append_slowest(struct text *text, const struct slowest *slowest)
{
    if (slowest == NULL || slowest->count == 0)
        return;
    text_append_string(text, "\nslowest\n");
    for (size_t i = 0; i < slowest->count; i++) {
        char bytes[NUMBER_SIZE];
        const json_t *record = slowest->urls[i].record;
        const char *url = json_field_string(record, "url");
        int64_t size = json_field_count(record, "bytes.file", -1);
        append_duration(text, slowest->urls[i].total_us);
        text_append_format(text, " %11s  ", size < 0 ? "-" : number_format_bytes(bytes, size));
        foreign_text_append(text, url != NULL ? url : "?", FOREIGN_TEXT_MAX);
        text_append_char(text, '\n');
    }
}

static void append_warnings(struct text *text, const json_t *report)
{
    const json_t *warnings = json_field_find(report, "warnings");
    if (json_array_size(warnings) == 0)
        return;
    text_append_string(text, "\nwarnings\n");
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        const char *warning = json_string_value(json_array_get(warnings, i));
        text_append_string(text, "  ");
        foreign_text_append(text, warning != NULL ? warning : "?", FOREIGN_TEXT_MAX);
        text_append_char(text, '\n');
    }
}

/* failed.tsv lies beside the records; a report without them can only say where it was. */
static bool append_failed_path(struct text *path, const struct report_reader *reader)
{
    const char *named = json_field_string(reader->report, "files.failed");
    if (reader->results_path == NULL)
        return named != NULL && text_append_string(path, named);
    const char *slash = strrchr(reader->results_path, '/');
    if (slash != NULL)
        text_append(path, reader->results_path, (size_t)(slash + 1 - reader->results_path));
    return text_append_string(path, "failed.tsv");
}

/* The last run of a directory is retried by that; a report of its own need not be the last. */
static void append_retry(struct text *text, const struct report_reader *reader)
{
    struct text failed;
    const char *directory = json_field_string(reader->report, "files.directory");
    text_init(&failed, PATH_MAX);
    if (append_failed_path(&failed, reader)) {
        text_append_string(text, "  failed  ");
        foreign_text_append(text, failed.data, FOREIGN_TEXT_MAX);
        text_append_char(text, '\n');
    }
    if (reader->directory != NULL) {
        text_append_string(text, "  retry   haul --retry-failed -d ");
        foreign_text_append_argument(text, reader->directory);
        text_append_char(text, '\n');
    } else if (failed.length > 0 && directory != NULL) {
        text_append_string(text, "  retry   haul --retry-from ");
        foreign_text_append_argument(text, failed.data);
        text_append_string(text, " -d ");
        foreign_text_append_argument(text, directory);
        text_append_char(text, '\n');
    }
    text_clear(&failed);
}

static void append_files(struct text *text, const struct report_reader *reader)
{
    const char *directory = reader->directory != NULL
                                ? reader->directory
                                : json_field_string(reader->report, "files.directory");
    text_append_char(text, '\n');
    if (directory != NULL) {
        text_append_string(text, "  files   ");
        foreign_text_append(text, directory, FOREIGN_TEXT_MAX);
        text_append_char(text, '\n');
    }
    text_append_string(text, "  report  ");
    foreign_text_append(text, reader->path, FOREIGN_TEXT_MAX);
    text_append_char(text, '\n');
    if (reader->results < 0 && reader->results_path == NULL)
        text_append_string(text, "  records are not there: no slowest URLs\n");
    if (json_field_count(reader->report, "counts.failed", 0) > 0)
        append_retry(text, reader);
}

void report_text_append(struct text *text, const struct report_reader *reader,
                        const struct slowest *slowest)
{
    const json_t *report = reader->report;
    report_text_append_run(text, report);
    append_command(text, report);
    text_append_char(text, '\n');
    append_figures(text, report);
    append_counts(text, report);
    append_latency(text, report);
    append_traffic(text, report);
    append_failures(text, report);
    append_slowest(text, slowest);
    append_hosts(text, report);
    append_warnings(text, report);
    append_files(text, reader);
}

void report_text_append_run(struct text *text, const json_t *report)
{
    const char *run_id = json_field_string(report, "run_id");
    const char *start = json_field_string(report, "start");
    text_append_string(text, "run ");
    foreign_text_append(text, run_id != NULL ? run_id : "?", FOREIGN_BYTES);
    if (start != NULL) {
        text_append_string(text, "  ");
        append_stamp(text, start);
    }
    text_append_string(text, "  ");
    append_outcome(text, report);
    text_append_char(text, '\n');
}

void report_text_append_place(struct text *text, const json_t *record)
{
    const char *source = json_field_string(record, "source");
    int64_t line = json_field_count(record, "line", -1);
    if (source == NULL || line < 0)
        return;
    text_append_string(text, "  (");
    foreign_text_append(text, source, FOREIGN_BYTES);
    text_append_format(text, ":%lld)", (long long)line);
}
