#include "app/report_text.h"

#include "app/failed_lines.h"
#include "app/figures_text.h"
#include "app/foreign_text.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/vis.h"
#include "io/json_field.h"
#include "io/report_figures.h"

#include <limits.h>
#include <string.h>

#define HOSTS_SHOWN 10
#define ARGUMENTS_SHOWN 5
#define SLOWEST_SHOWN 10
#define FAILED_SHOWN 5
#define FOREIGN_BYTES 200 /* shown of a host, a class, an argument */
#define STAMP_SECONDS 19  /* 2026-11-20T12:00:00 of an RFC 3339 time */

static void append_stamp(struct text *text, const char *time)
{
    char shown[STAMP_SECONDS + 1];
    vis_format(shown, sizeof(shown), time, strlen(time));
    text_append_format(text, "%sZ", shown);
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
        text_append_format(text, " %s",
                           number_format_count(number, json_field_count(host, "count", 0)));
        if (others > 0)
            text_append_format(text, ", %s other host%s", number_format_count(number, others),
                               others == 1 ? "" : "s");
    }
    if (example != NULL) {
        text_append_string(text, "  (first: ");
        foreign_text_append(text, example, FOREIGN_BYTES);
        text_append_char(text, ')');
    }
    text_append_char(text, '\n');
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

/* The first of them, and where the others are. */
static void append_failed(struct text *text, const struct report_reader *reader,
                          const struct report_records *records, int64_t failed)
{
    struct text path;
    char number[NUMBER_SIZE];
    text_append_char(text, '\n');
    int64_t shown = (int64_t)failed_lines_append(text, records, FAILED_SHOWN, "  ");
    if (failed <= shown)
        return;
    text_init(&path, PATH_MAX);
    text_append_format(text, "  and %s more", number_format_count(number, failed - shown));
    if (append_failed_path(&path, reader)) {
        text_append_string(text, ", see ");
        foreign_text_append(text, path.data, FOREIGN_TEXT_MAX);
    }
    text_append_char(text, '\n');
    text_clear(&path);
}

static void append_failures(struct text *text, const struct report_reader *reader,
                            const struct report_records *records, int64_t failed)
{
    const json_t *failures = json_field_find(reader->report, "failures");
    if (json_array_size(failures) > 0)
        text_append_string(text, "\nfailures\n");
    for (size_t i = 0; i < json_array_size(failures); i++)
        append_failure(text, json_array_get(failures, i));
    if (records != NULL && records->failed_count > 0)
        append_failed(text, reader, records, failed);
}

static void append_duration(struct text *text, int64_t us)
{
    char duration[NUMBER_SIZE];
    text_append_format(text, " %10s", us < 0 ? "-" : number_format_duration(duration, us));
}

static void append_hosts(struct text *text, const json_t *report)
{
    const json_t *hosts = json_field_find(report, "hosts");
    if (json_array_size(hosts) == 0)
        return;
    text_append_string(
        text,
        "\nhosts                            URLs    failed       mean        p95        max\n");
    for (size_t i = 0; i < json_array_size(hosts) && i < HOSTS_SHOWN; i++) {
        char urls[NUMBER_SIZE];
        char failed[NUMBER_SIZE];
        const json_t *host = json_array_get(hosts, i);
        const char *name = json_field_string(host, "host");
        text_append_string(text, "  ");
        foreign_text_append_padded(text, name != NULL ? name : "?", 24);
        text_append_format(text, " %10s %9s",
                           number_format_count(urls, json_field_count(host, "urls", 0)),
                           number_format_count(failed, json_field_count(host, "failed", 0)));
        append_duration(text, json_field_count(host, "mean_us", -1));
        append_duration(text, json_field_count(host, "p95_us", -1));
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
    for (size_t i = 0; i < slowest->count && i < SLOWEST_SHOWN; i++) {
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

/* The page beside the records, where the run made one. */
static void append_look(struct text *path, const struct report_reader *reader)
{
    const char *slash = strrchr(reader->path, '/');
    bool is_beside = reader->results_path != NULL && slash != NULL &&
                     json_field_string(reader->report, "files.html") != NULL;
    if (!is_beside) {
        text_append_string(path, reader->path);
        return;
    }
    text_append(path, reader->path, (size_t)(slash + 1 - reader->path));
    text_append_string(path, "report.html");
}

/* The last run of a directory is retried by that; a report of its own need not be the last. */
static void append_places(struct text *text, const struct report_reader *reader,
                          const struct run_figures *figures, const char *directory)
{
    struct text failed;
    struct text look;
    text_init(&failed, PATH_MAX);
    text_init(&look, SIZE_MAX);
    append_look(&look, reader);
    bool is_known = append_failed_path(&failed, reader);
    const char *known = reader->directory != NULL ? reader->directory : directory;
    if (known == NULL)
        known = report_reader_named_directory(reader->report);
    struct run_places places = {
        .directory = known != NULL ? known : json_field_string(reader->report, "files.directory"),
        .is_vague = known == NULL,
        .failed = is_known ? failed.data : NULL,
        .look = look.data,
        .is_last = reader->directory != NULL,
    };
    figures_text_append_places(text, figures, &places);
    if (reader->results < 0 && reader->results_path == NULL)
        text_append_string(text, "  records are not there: no slowest URLs\n");
    text_clear(&look);
    text_clear(&failed);
}

void report_text_append(struct text *text, const struct report_reader *reader,
                        const struct report_records *records, const char *directory)
{
    const json_t *report = reader->report;
    struct run_figures figures;
    report_figures_read(&figures, report);
    report_text_append_run(text, report);
    append_command(text, report);
    text_append_char(text, '\n');
    figures_text_append(text, &figures);
    figures_text_append_hints(text, &figures);
    append_failures(text, reader, records, figures.by_status[STATUS_FAILED]);
    append_slowest(text, records != NULL ? &records->slowest : NULL);
    append_hosts(text, report);
    append_warnings(text, report);
    append_places(text, reader, &figures, directory);
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
