#include "io/report_figures.h"

#include "io/json_field.h"

#include <string.h>

#define EXIT_TOO_MANY 8  /* --max-failures */
#define MOST_CPUS 100000 /* a duty cycle above is of no machine */

bool report_is_retry(const json_t *report)
{
    const json_t *settings = json_field_find(report, "settings");
    return json_is_true(json_object_get(settings, "retry-failed")) ||
           json_is_string(json_object_get(settings, "retry-from"));
}

static void read_counts(struct run_figures *figures, const json_t *report)
{
    const json_t *counts = json_field_find(report, "counts");
    const char *command = json_field_string(report, "command");
    const char *outcome = json_field_string(report, "outcome");
    figures->is_running = outcome != NULL && strcmp(outcome, "running") == 0;
    figures->is_check = command != NULL && strcmp(command, "check") == 0;
    figures->would_stop = json_field_count(report, "exit_code", -1) == EXIT_TOO_MANY;
    figures->is_retry = report_is_retry(report);
    figures->total = json_field_count(counts, "total", 0);
    for (enum status status = 0; status < STATUS_COUNT; status++)
        figures->by_status[status] = json_field_count(counts, status_name(status), 0);
    figures->elapsed_us = json_field_count(report, "elapsed_us", 0);
    figures->wire_bytes = json_field_count(report, "bytes.wire", 0);
}

/* In the order of the report, which is that of the counts. */
static void read_classes(struct run_figures *figures, const json_t *report)
{
    const json_t *failures = json_field_find(report, "failures");
    for (size_t i = 0; i < json_array_size(failures) && i < FAILURE_COUNT; i++) {
        const json_t *entry = json_array_get(failures, i);
        const char *name = json_field_string(entry, "class");
        figures->classes[figures->class_count++] = (struct run_class){
            .name = name != NULL ? name : "?", .count = json_field_count(entry, "count", 0)};
    }
}

static void read_times(struct run_figures *figures, const json_t *report)
{
    static const char *const phases[RUN_PHASE_COUNT] = {"dns",  "connect", "tls",
                                                        "ttfb", "receive", "write"};
    const json_t *total = json_field_find(report, "latency_us.total");
    const json_t *shares = json_field_find(report, "phases_share");
    figures->latency_us.p50 = json_field_count(total, "p50", -1);
    figures->latency_us.p95 = json_field_count(total, "p95", 0);
    figures->latency_us.p99 = json_field_count(total, "p99", 0);
    figures->latency_us.max = json_field_count(total, "max", 0);
    for (size_t i = 0; i < RUN_PHASE_COUNT; i++)
        figures->phases_share[i] = json_field_real(shares, phases[i], 0);
}

static void read_traffic(struct run_figures *figures, const json_t *report)
{
    figures->opened = json_field_count(report, "connections.opened", 0);
    figures->reused = json_field_count(report, "connections.reused", 0);
    figures->retries = json_field_count(report, "retries.attempts", 0);
    figures->recovered = json_field_count(report, "retries.recovered", 0);
    figures->slowest_host = json_field_string(report, "slowest_host.host");
    figures->slowest_urls = json_field_count(report, "slowest_host.urls", 0);
    figures->slowest_p95_us = json_field_count(report, "slowest_host.p95_us", 0);
    int64_t user_us = json_field_count(report, "cpu.user_us", -1);
    int64_t system_us = json_field_count(report, "cpu.sys_us", 0);
    if (user_us < 0 || __builtin_add_overflow(user_us, system_us, &figures->cpu_us))
        figures->cpu_us = -1;
    double duty = json_field_real(report, "cpu.duty_cycle", 0);
    figures->duty_cycle = duty >= 0 && duty <= MOST_CPUS ? duty : 0;
}

static void read_hints(struct run_figures *figures, const json_t *report)
{
    const json_t *hints = json_field_find(report, "hints");
    for (size_t i = 0; i < json_array_size(hints) && figures->hint_count < HINT_LIMIT; i++) {
        const char *hint = json_string_value(json_array_get(hints, i));
        if (hint != NULL && hint[0] != '\0')
            figures->hints[figures->hint_count++] = hint;
    }
}

void report_figures_read(struct run_figures *figures, const json_t *report)
{
    run_figures_init(figures);
    read_counts(figures, report);
    read_classes(figures, report);
    read_times(figures, report);
    read_traffic(figures, report);
    read_hints(figures, report);
    figures->not_tried_reason = "the run ended before";
}
