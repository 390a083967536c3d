#include "io/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "io/json_tree.h"
#include "io/report_course.h"
#include "io/report_value.h"

#define TOP_HOSTS 50
#define TOP_FAILING_HOSTS 5
#define SECOND_US 1e6

static json_t *input_value(const struct report_input *input)
{
    json_t *object = json_tree_object();
    json_tree_put(object, "files", json_tree_count(input->files));
    json_tree_put(object, "lines", json_tree_count(input->lines));
    json_tree_put(object, "comments", json_tree_count(input->comments));
    json_tree_put(object, "blank", json_tree_count(input->blank));
    json_tree_put(object, "duplicates", json_tree_count(input->duplicates));
    json_tree_put(object, "invalid", json_tree_count(input->invalid));
    json_tree_put(object, "complete", json_boolean(input->is_complete));
    return object;
}

static json_t *counts_value(const struct counts *counts)
{
    json_t *object = json_tree_object();
    json_tree_put(object, "total", json_tree_count(counts->total));
    for (size_t i = 0; i < STATUS_COUNT; i++)
        json_tree_put(object, status_name((enum status)i), json_tree_count(counts->by_status[i]));
    return object;
}

static json_t *failing_hosts_value(const struct summary *summary, enum failure failure,
                                   json_t *entry)
{
    size_t count;
    size_t total;
    const struct host_summary **hosts =
        summary_failing_hosts(summary, failure, TOP_FAILING_HOSTS, &count, &total);
    json_t *array = json_tree_array();
    for (size_t i = 0; i < count; i++) {
        json_t *host = json_tree_object();
        json_tree_put(host, "host", json_tree_string(hosts[i]->host));
        json_tree_put(host, "count", json_tree_count(host_summary_failures(hosts[i], failure)));
        json_tree_append(array, host);
    }
    free(hosts);
    json_tree_put(entry, "hosts", array);
    json_tree_put(entry, "other_hosts", json_tree_count(total - count));
    return entry;
}

/* Classes in order of their counts; equal ones in the order of the list of classes. */
static json_t *failures_value(const struct summary *summary)
{
    const uint64_t *counts = summary->counts.by_failure;
    bool is_written[FAILURE_COUNT] = {false};
    json_t *array = json_tree_array();
    for (;;) {
        size_t most = FAILURE_COUNT;
        for (size_t i = 0; i < FAILURE_COUNT; i++) {
            if (!is_written[i] && counts[i] > 0 &&
                (most == FAILURE_COUNT || counts[i] > counts[most]))
                most = i;
        }
        if (most == FAILURE_COUNT)
            return array;
        is_written[most] = true;
        json_t *entry = json_tree_object();
        json_tree_put(entry, "class", json_tree_string(failure_name((enum failure)most)));
        json_tree_put(entry, "count", json_tree_count(counts[most]));
        failing_hosts_value(summary, (enum failure)most, entry);
        char *example = summary_example(summary, (enum failure)most);
        json_tree_put(entry, "example", json_tree_string(example));
        free(example);
        json_tree_append(array, entry);
    }
}

static json_t *percentiles_value(const struct histogram *histogram)
{
    if (histogram->count == 0)
        return json_null();
    json_t *object = json_tree_object();
    json_tree_put(object, "p50", json_tree_known(histogram_percentile(histogram, 0.50)));
    json_tree_put(object, "p90", json_tree_known(histogram_percentile(histogram, 0.90)));
    json_tree_put(object, "p95", json_tree_known(histogram_percentile(histogram, 0.95)));
    json_tree_put(object, "p99", json_tree_known(histogram_percentile(histogram, 0.99)));
    json_tree_put(object, "max", json_tree_known(histogram->max_us));
    return object;
}

static json_t *phases_value(const struct phases *sums)
{
    double all = (double)sums->dns + (double)sums->connect + (double)sums->tls +
                 (double)sums->ttfb + (double)sums->receive + (double)sums->write;
    if (all <= 0)
        return json_null();
    json_t *object = json_tree_object();
    json_tree_put(object, "dns", json_tree_ratio((double)sums->dns, all));
    json_tree_put(object, "connect", json_tree_ratio((double)sums->connect, all));
    json_tree_put(object, "tls", json_tree_ratio((double)sums->tls, all));
    json_tree_put(object, "ttfb", json_tree_ratio((double)sums->ttfb, all));
    json_tree_put(object, "receive", json_tree_ratio((double)sums->receive, all));
    json_tree_put(object, "write", json_tree_ratio((double)sums->write, all));
    return object;
}

static void put_hosts(json_t *report, const struct summary *summary)
{
    size_t count;
    size_t total;
    const struct host_summary **hosts = summary_hosts(summary, TOP_HOSTS, &count, &total);
    json_t *array = json_tree_array();
    for (size_t i = 0; i < count; i++) {
        const struct host_summary *host = hosts[i];
        bool is_timed = host->timed > 0;
        json_t *object = json_tree_object();
        json_tree_put(object, "host", json_tree_string(host->host));
        json_tree_put(object, "urls", json_tree_count(host->urls));
        json_tree_put(object, "failed", json_tree_count(host->failed));
        json_tree_put(object, "bytes", json_tree_known(host->file_bytes));
        int64_t mean = is_timed ? (int64_t)((uint64_t)host->total_us / host->timed) : -1;
        json_tree_put(object, "mean_us", json_tree_known(mean));
        json_tree_put(object, "max_us", json_tree_known(is_timed ? host->max_us : -1));
        json_tree_put(object, "p95_us", json_tree_known(host_summary_p95_us(host)));
        json_tree_append(array, object);
    }
    free(hosts);
    json_tree_put(report, "hosts", array);
    json_tree_put(report, "other_hosts", json_tree_count(total - count));
}

static json_t *slowest_host_value(const struct summary *summary)
{
    const struct host_summary *host = summary_slowest_host(summary);
    if (host == NULL)
        return json_null();
    json_t *object = json_tree_object();
    json_tree_put(object, "host", json_tree_string(host->host));
    json_tree_put(object, "urls", json_tree_count(host->urls));
    json_tree_put(object, "p95_us", json_tree_known(host_summary_p95_us(host)));
    return object;
}

/* A file of the run's folder; null when the run has none. */
static json_t *file_value(const struct report_facts *facts, const char *name)
{
    if (facts->folder == NULL)
        return json_null();
    struct text path;
    text_init(&path, SIZE_MAX);
    text_append_string(&path, facts->folder);
    text_append_char(&path, '/');
    text_append_string(&path, name);
    json_t *value = json_tree_string(path.data);
    text_clear(&path);
    return value;
}

static json_t *files_value(const struct report_facts *facts)
{
    json_t *files = json_tree_object();
    json_tree_put(files, "directory", json_tree_string(facts->directory));
    json_tree_put(files, "results", file_value(facts, "results.jsonl"));
    json_tree_put(files, "report", file_value(facts, "report.json"));
    json_tree_put(files, "failed", file_value(facts, "failed.tsv"));
    bool has_ended = facts->end_wall_us > 0; /* the page comes last */
    json_tree_put(files, "html", has_ended ? file_value(facts, "report.html") : json_null());
    return files;
}

static json_t *strings_value(const char *const *strings, size_t count)
{
    json_t *array = json_tree_array();
    for (size_t i = 0; i < count; i++)
        json_tree_append(array, json_tree_string(strings[i]));
    return array;
}

/* An object of two members, which many parts of the report are. */
static json_t *pair_value(const char *first_key, json_t *first, const char *second_key,
                          json_t *second)
{
    json_t *object = json_tree_object();
    json_tree_put(object, first_key, first);
    json_tree_put(object, second_key, second);
    return object;
}

static json_t *rate_value(const struct counts *counts, int64_t elapsed_us)
{
    double seconds = (double)elapsed_us / SECOND_US;
    uint64_t finished = counts->total - counts->by_status[STATUS_NOT_TRIED];
    return pair_value("urls_per_s", json_tree_ratio((double)finished, seconds), "bytes_per_s",
                      json_tree_ratio((double)counts->wire_bytes, seconds));
}

static json_t *workers_value(const struct report_facts *facts)
{
    json_t *workers = pair_value("threads", json_tree_count(facts->workers.threads), "jobs",
                                 json_tree_count(facts->workers.jobs));
    json_tree_put(workers, "peak_jobs", json_tree_count(facts->workers.peak_jobs));
    json_tree_put(workers, "peak_per_host", json_tree_count(facts->workers.peak_per_host));
    return workers;
}

static json_t *cpu_value(const struct report_facts *facts)
{
    double busy_us = (double)facts->user_us + (double)facts->system_us;
    json_t *cpu = pair_value("user_us", json_tree_known(facts->user_us), "sys_us",
                             json_tree_known(facts->system_us));
    json_tree_put(cpu, "duty_cycle", json_tree_ratio(busy_us, (double)facts->elapsed_us));
    return cpu;
}

static void put_run(json_t *report, const struct report_facts *facts)
{
    json_tree_put(report, "schema", json_tree_string("haul.report/1"));
    json_tree_put(report, "run_id", json_tree_string(facts->run_id));
    json_tree_put(report, "tool", report_value_tool());
    json_tree_put(report, "command", json_tree_string(facts->command));
    json_tree_put(
        report, "arguments",
        report_value_arguments(facts->arguments, facts->argument_count, facts->redaction));
    json_tree_put(report, "host", report_value_host());
    json_tree_put(report, "start", json_tree_time(facts->start_wall_us));
    json_tree_put(report, "end", json_tree_time(facts->end_wall_us));
    json_tree_put(report, "elapsed_us", json_tree_known(facts->elapsed_us));
    json_tree_put(report, "outcome", json_tree_string(facts->outcome));
    json_tree_put(report, "exit_code", json_tree_known(facts->exit_code));
    json_tree_put(report, "input", input_value(&facts->input));
    json_tree_put(report, "settings",
                  report_value_settings(facts->settings, facts->setting_count, facts->redaction));
}

static void put_results(json_t *report, const struct report_facts *facts,
                        const struct summary *summary)
{
    const struct counts *counts = &summary->counts;
    json_tree_put(report, "counts", counts_value(counts));
    json_tree_put(report, "bytes",
                  pair_value("wire", json_tree_known(counts->wire_bytes), "file",
                             json_tree_known(counts->file_bytes)));
    json_tree_put(report, "rate", rate_value(counts, facts->elapsed_us));
    json_tree_put(report, "failures", failures_value(summary));
    json_t *latency = pair_value("total", percentiles_value(&summary->total_us), "ttfb",
                                 percentiles_value(&summary->ttfb_us));
    json_tree_put(latency, "distribution", report_course_distribution(&summary->total_us));
    json_tree_put(report, "latency_us", latency);
    json_tree_put(report, "phases_share", phases_value(&counts->phases));
    json_tree_put(report, "connections",
                  pair_value("opened", json_tree_count(counts->connections_opened), "reused",
                             json_tree_count(counts->connections_reused)));
    json_tree_put(report, "retries",
                  pair_value("attempts", json_tree_count(counts->retries), "recovered",
                             json_tree_count(counts->recovered)));
}

json_t *report_tree(const struct report_facts *facts, const struct summary *summary)
{
    json_t *report = json_tree_object();
    put_run(report, facts);
    put_results(report, facts, summary);
    json_tree_put(report, "workers", workers_value(facts));
    json_tree_put(report, "cpu", cpu_value(facts));
    put_hosts(report, summary);
    json_tree_put(report, "slowest_host", slowest_host_value(summary));
    json_tree_put(
        report, "timeline",
        report_course_timeline(&summary->timeline, facts->elapsed_us, facts->workers.peak_jobs));
    json_tree_put(report, "proxy", report_value_proxy(facts->proxy, facts->redaction));
    json_tree_put(report, "warnings", strings_value(facts->warnings, facts->warning_count));
    json_tree_put(report, "hints", strings_value(facts->hints, facts->hint_count));
    json_tree_put(report, "files", files_value(facts));
    return report;
}

char *report_format(const struct report_facts *facts, const struct summary *summary,
                    bool is_indented)
{
    json_t *report = report_tree(facts, summary);
    char *text = json_tree_format(report, is_indented);
    json_decref(report);
    return text;
}
