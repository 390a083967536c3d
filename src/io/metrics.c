#include "io/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vis.h"
#include "io/whole_file.h"

#define TEXT_LIMIT ((size_t)1024 * 1024) /* also of the old file that is looked at */
#define SUCCESS "haul_run_success_timestamp_seconds"
#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* What is being formatted. */
struct page {
    struct text *text;
    struct text directory; /* the label with its escaped value, as it stands in each line */
};

/* Prometheus takes UTF-8 only, and any of it but these three. */
static void append_escaped(struct text *text, const char *value)
{
    size_t left = strlen(value);
    while (left > 0) {
        uint32_t code_point;
        size_t length = vis_decode(value, left, &code_point);
        if (*value == '\n')
            text_append_string(text, "\\n");
        else if (*value == '\\' || *value == '"')
            text_append_format(text, "\\%c", *value);
        else if (length > 0)
            text_append(text, value, length);
        else
            text_append_string(text, REPLACEMENT);
        length = length > 0 ? length : 1;
        value += length;
        left -= length;
    }
}

static void append_directory_label(struct text *text, const char *directory)
{
    text_append_string(text, "directory=\"");
    append_escaped(text, directory);
    text_append_char(text, '"');
}

static void begin_family(struct page *page, const char *name, const char *type, const char *help)
{
    text_append_format(page->text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Everything in front of the value; label NULL = none but the directory. */
static void begin_line(struct page *page, const char *name, const char *label, const char *value)
{
    text_append_format(page->text, "%s{%s", name, page->directory.data);
    if (label != NULL)
        text_append_format(page->text, ",%s=\"%s\"", label, value);
    text_append_string(page->text, "} ");
}

static void add_count(struct page *page, const char *name, const char *label, const char *value,
                      uint64_t count)
{
    begin_line(page, name, label, value);
    text_append_unsigned(page->text, count);
    text_append_char(page->text, '\n');
}

/* Microseconds as decimals of a second: exact, and never with an exponent. */
static void add_seconds(struct page *page, const char *name, const char *label, const char *value,
                        int64_t us)
{
    if (us < 0)
        us = 0;
    begin_line(page, name, label, value);
    text_append_format(page->text, "%" PRId64 ".%06" PRId64 "\n", us / CLOCK_SECOND_US,
                       us % CLOCK_SECOND_US);
}

static uint64_t not_negative(int64_t number)
{
    return number > 0 ? (uint64_t)number : 0;
}

static void add_run(struct page *page, const struct metrics_facts *facts)
{
    static const char end[] = "haul_run_end_timestamp_seconds";
    static const char duration[] = "haul_run_duration_seconds";
    static const char exit_code[] = "haul_run_exit_code";
    static const char complete[] = "haul_run_complete";

    begin_family(page, end, "gauge", "When the last run ended.");
    add_seconds(page, end, NULL, NULL, facts->end_wall_us);
    if (facts->last_success_wall_us > 0) {
        begin_family(page, SUCCESS, "gauge", "When a run last ended with exit code 0.");
        add_seconds(page, SUCCESS, NULL, NULL, facts->last_success_wall_us);
    }
    begin_family(page, duration, "gauge", "How long the last run took.");
    add_seconds(page, duration, NULL, NULL, facts->elapsed_us);
    begin_family(page, exit_code, "gauge", "Exit code of the last run.");
    add_count(page, exit_code, NULL, NULL, not_negative(facts->exit_code));
    begin_family(page, complete, "gauge", "1 when the last run read its lists to their end.");
    add_count(page, complete, NULL, NULL, facts->is_complete ? 1 : 0);
}

static void add_counts(struct page *page, const struct counts *counts)
{
    static const char urls[] = "haul_urls";
    static const char failures[] = "haul_failures";
    static const char bytes[] = "haul_bytes";
    static const char retries[] = "haul_retries";
    static const char connections[] = "haul_connections";

    begin_family(page, urls, "gauge", "URLs of the last run by status.");
    for (int i = 0; i < STATUS_COUNT; i++)
        add_count(page, urls, "status", status_name((enum status)i), counts->by_status[i]);

    bool has_failures = false;
    for (int i = FAILURE_NONE + 1; i < FAILURE_COUNT; i++) {
        if (counts->by_failure[i] == 0)
            continue;
        if (!has_failures)
            begin_family(page, failures, "gauge", "Failed URLs of the last run by class.");
        has_failures = true;
        add_count(page, failures, "class", failure_name((enum failure)i), counts->by_failure[i]);
    }

    begin_family(page, bytes, "gauge", "Bytes of downloaded files, and received in all.");
    add_count(page, bytes, "kind", "files", not_negative(counts->file_bytes));
    add_count(page, bytes, "kind", "wire", not_negative(counts->wire_bytes));
    begin_family(page, retries, "gauge", "Attempts of the last run after the first of each URL.");
    add_count(page, retries, NULL, NULL, counts->retries);
    begin_family(page, connections, "gauge", "Requests of the last run by connection.");
    add_count(page, connections, "kind", "opened", counts->connections_opened);
    add_count(page, connections, "kind", "reused", counts->connections_reused);
}

static void add_times(struct page *page, int64_t cpu_us, const struct histogram *times)
{
    static const struct {
        const char *name;
        double share;
    } quantiles[] = {{"0.5", 0.5}, {"0.95", 0.95}, {"0.99", 0.99}};
    static const char cpu[] = "haul_cpu_seconds";
    static const char url[] = "haul_url_seconds";

    begin_family(page, cpu, "gauge", "Processor time of the last run.");
    add_seconds(page, cpu, NULL, NULL, cpu_us);
    begin_family(page, url, "summary", "Time that a URL of the last run took, tries included.");
    for (size_t i = 0; times->count > 0 && i < ARRAY_LENGTH(quantiles); i++) {
        add_seconds(page, url, "quantile", quantiles[i].name,
                    histogram_percentile(times, quantiles[i].share));
    }
    if (times->count > 0)
        add_seconds(page, url, "quantile", "1", times->max_us);
    add_seconds(page, "haul_url_seconds_sum", NULL, NULL, times->sum_us);
    add_count(page, "haul_url_seconds_count", NULL, NULL, times->count);
}

void metrics_format(const struct metrics_facts *facts, const struct summary *summary,
                    struct text *text)
{
    struct page page = {.text = text};
    text_init(&page.directory, TEXT_LIMIT);
    append_directory_label(&page.directory, facts->directory);
    add_run(&page, facts);
    add_counts(&page, &summary->counts);
    add_times(&page, facts->cpu_us, &summary->total_us);
    text_clear(&page.directory);
}

/* A file that is regular and not too large, NUL-terminated; NULL otherwise. */
static char *read_old(int directory, const char *name)
{
    int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return NULL;
    char *content = NULL;
    struct stat status;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size <= (off_t)TEXT_LIMIT) {
        content = memory_allocate_zeroed((size_t)status.st_size + 1, 1);
        size_t length = 0;
        ssize_t got;
        while (length < (size_t)status.st_size &&
               (got = read(descriptor, content + length, (size_t)status.st_size - length)) > 0)
            length += (size_t)got;
    }
    close(descriptor);
    return content;
}

/* Digits as add_seconds writes them, and nothing else up to the line's end; 0 when it is not so. */
static int64_t parse_seconds(const char *at)
{
    int64_t us = 0;
    size_t digits = 0;
    for (; at[digits] >= '0' && at[digits] <= '9'; digits++) {
        if (digits == 12)
            return 0;
        us = us * 10 + (at[digits] - '0');
    }
    if (digits == 0 || at[digits] != '.')
        return 0;
    at += digits + 1;
    for (int i = 0; i < 6; i++) {
        if (at[i] < '0' || at[i] > '9')
            return 0;
        us = us * 10 + (at[i] - '0');
    }
    return at[6] == '\n' ? us : 0;
}

/* When an earlier run into this directory succeeded, by the file that is there; 0 = not known. */
static int64_t old_success(int directory, const char *name, const char *label_value)
{
    char *content = read_old(directory, name);
    if (content == NULL)
        return 0;
    struct text start;
    text_init(&start, TEXT_LIMIT);
    text_append_string(&start, SUCCESS "{");
    append_directory_label(&start, label_value);
    text_append_string(&start, "} ");
    int64_t us = 0;
    for (const char *line = content; line != NULL && us == 0;) {
        if (!start.is_full && strncmp(line, start.data, start.length) == 0)
            us = parse_seconds(line + start.length);
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    text_clear(&start);
    free(content);
    return us;
}

static int write_in(int directory, const char *name, const struct metrics_facts *facts,
                    const struct summary *summary)
{
    struct metrics_facts all = *facts;
    if (all.last_success_wall_us == 0)
        all.last_success_wall_us = old_success(directory, name, facts->directory);
    struct text text;
    text_init(&text, TEXT_LIMIT);
    metrics_format(&all, summary, &text);
    int result = -EFBIG;
    if (!text.is_full)
        result = whole_file_replace(directory, name, text.data, text.length);
    text_clear(&text);
    return result;
}

bool metrics_write(const char *path, const struct metrics_facts *facts,
                   const struct summary *summary, struct error *error)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    char *parent =
        slash != NULL ? memory_copy_bytes(path, (size_t)(name - path)) : memory_copy_string(".");
    int result = 0;
    int directory = -1;
    if (name[0] == '\0')
        result = -EISDIR;
    else if ((directory = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        result = -errno;
    else
        result = write_in(directory, name, facts, summary);
    if (directory >= 0)
        close(directory);
    free(parent);
    if (result != 0)
        return error_set_errno(error, ERROR_LOCAL, -result, "cannot write metrics to %s", path);
    return true;
}
