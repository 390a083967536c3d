#include "io/benchmark_json.h"

#include "io/json_tree.h"
#include "io/report_value.h"

static json_t *real(double value)
{
    return json_tree_ratio(value, 1);
}

/* Microseconds are integers wherever they are times of something. */
static json_t *time_value(double us)
{
    return json_tree_known((int64_t)(us + 0.5));
}

static json_t *share_value(double share)
{
    return share < 0 ? json_null() : real(share);
}

static json_t *host_value(const struct machine *machine)
{
    json_t *host = json_tree_object();
    json_tree_put(host, "name", report_value_host());
    json_tree_put(host, "cpus", json_tree_count(machine->cpus));
    json_tree_put(host, "cpu_model",
                  json_tree_string(machine->cpu_model[0] != '\0' ? machine->cpu_model : NULL));
    json_tree_put(host, "memory_bytes", json_tree_known(machine->memory_bytes));
    json_tree_put(host, "kernel",
                  json_tree_string(machine->kernel[0] != '\0' ? machine->kernel : NULL));
    return host;
}

static json_t *list_value(const struct benchmark_facts *facts)
{
    json_t *list = json_tree_object();
    json_t *dropped = json_tree_object();
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++) {
        if (facts->dropped[failure] > 0)
            json_tree_put(dropped, failure_name(failure), json_tree_count(facts->dropped[failure]));
    }
    json_tree_put(list, "arguments",
                  report_value_arguments(facts->lists, facts->list_count, facts->redaction));
    json_tree_put(list, "listed", json_tree_count(facts->listed));
    json_tree_put(list, "invalid", json_tree_count(facts->bad));
    json_tree_put(list, "duplicates", json_tree_count(facts->duplicates));
    json_tree_put(list, "dropped", dropped);
    json_tree_put(list, "urls", json_tree_count(facts->urls));
    json_tree_put(list, "hosts", json_tree_count(facts->hosts));
    return list;
}

static json_t *plan_value(const struct benchmark *benchmark, const struct benchmark_facts *facts)
{
    json_t *plan = json_tree_object();
    json_tree_put(plan, "settings", json_tree_count(benchmark->setting_count));
    json_tree_put(plan, "runs", json_tree_count(facts->runs));
    json_tree_put(plan, "warmup", json_tree_count(facts->warmup));
    json_tree_put(plan, "sample", facts->sample > 0 ? json_tree_count(facts->sample) : json_null());
    json_tree_put(plan, "seed", json_tree_count(facts->seed));
    json_tree_put(plan, "sink", json_tree_string(facts->is_stored ? "disk" : "discard"));
    json_tree_put(plan, "keep_warm", json_boolean(facts->is_kept_warm));
    json_tree_put(plan, "options",
                  report_value_settings(facts->options, facts->option_count, facts->redaction));
    return plan;
}

static json_t *run_value(const struct benchmark *benchmark, const struct benchmark_run *run)
{
    const struct benchmark_setting *setting = &benchmark->settings[run->setting];
    json_t *value = json_tree_object();
    json_tree_put(value, "threads", json_tree_count(setting->threads));
    json_tree_put(value, "jobs", json_tree_count(setting->jobs));
    json_tree_put(value, "round", json_tree_count(run->round));
    json_tree_put(value, "warmup", json_boolean(run->is_warmup));
    json_tree_put(value, "complete", json_boolean(run->is_complete));
    json_tree_put(value, "start", json_tree_time(run->start_wall_us));
    json_tree_put(value, "elapsed_us", json_tree_known(run->elapsed_us));
    json_tree_put(value, "urls", json_tree_count(run->urls));
    json_tree_put(value, "failed", json_tree_count(run->failed));
    json_tree_put(value, "attempts", json_tree_count(run->attempts));
    json_tree_put(value, "retries", json_tree_count(run->retries));
    json_tree_put(value, "bytes", json_tree_known(run->wire_bytes));
    json_tree_put(value, "user_us", json_tree_known(run->user_us));
    json_tree_put(value, "system_us", json_tree_known(run->system_us));
    json_tree_put(value, "machine_busy", share_value(run->machine_busy));
    json_tree_put(value, "connections_opened", json_tree_count(run->connections_opened));
    json_tree_put(value, "connections_reused", json_tree_count(run->connections_reused));
    json_tree_put(value, "transfer_us", json_tree_known(run->transfer_us));
    json_tree_put(value, "wait_us", json_tree_known(run->wait_us));
    json_tree_put(value, "receive_us", json_tree_known(run->receive_us));
    json_tree_put(value, "p50_us", json_tree_known(run->p50_us));
    json_tree_put(value, "p95_us", json_tree_known(run->p95_us));
    json_tree_put(value, "p99_us", json_tree_known(run->p99_us));
    return value;
}

static void put_times(json_t *value, const struct benchmark_figures *figures)
{
    const struct statistics *times = &figures->elapsed_us;
    bool is_known = times->count > 0;
    json_tree_put(value, "runs", json_tree_count(times->count));
    json_tree_put(value, "mean_us", is_known ? time_value(times->mean) : json_null());
    json_tree_put(value, "stddev_us",
                  times->count > 1 ? time_value(times->deviation) : json_null());
    json_tree_put(value, "min_us", is_known ? time_value(times->min) : json_null());
    json_tree_put(value, "max_us", is_known ? time_value(times->max) : json_null());
    json_tree_put(value, "median_us", is_known ? time_value(times->median) : json_null());
    json_tree_put(value, "outliers", json_tree_count(figures->outliers));
}

static void put_speedup(json_t *value, const struct benchmark_figures *figures)
{
    bool is_known = figures->speedup.value > 0;
    bool has_error = figures->elapsed_us.count > 1;
    json_tree_put(value, "speedup", is_known ? real(figures->speedup.value) : json_null());
    json_tree_put(value, "speedup_stddev",
                  is_known && has_error ? real(figures->speedup.deviation) : json_null());
    json_tree_put(value, "efficiency", is_known ? real(figures->efficiency) : json_null());
}

/* What was measured; null all over for a setting without a run that counts. */
static json_t *setting_value(const struct benchmark_figures *figures)
{
    bool is_known = figures->elapsed_us.count > 0;
    json_t *value = json_tree_object();
    json_tree_put(value, "threads", json_tree_count(figures->setting.threads));
    json_tree_put(value, "jobs", json_tree_count(figures->setting.jobs));
    put_times(value, figures);
    json_tree_put(value, "urls_per_s", is_known ? real(figures->urls_per_s) : json_null());
    json_tree_put(value, "bytes_per_s", is_known ? real(figures->bytes_per_s) : json_null());
    put_speedup(value, figures);
    json_tree_put(value, "p50_us", json_tree_known(figures->p50_us));
    json_tree_put(value, "p95_us", json_tree_known(figures->p95_us));
    json_tree_put(value, "p99_us", json_tree_known(figures->p99_us));
    json_tree_put(value, "failed", json_tree_count(figures->failed));
    json_tree_put(value, "failure_share", is_known ? real(figures->failure_share) : json_null());
    json_tree_put(value, "trouble_share", is_known ? real(figures->trouble_share) : json_null());
    json_tree_put(value, "cpu_us", is_known ? time_value(figures->cpu_us) : json_null());
    json_tree_put(value, "duty_cycle", is_known ? real(figures->duty_cycle) : json_null());
    json_tree_put(value, "machine_busy", share_value(figures->machine_busy));
    json_tree_put(value, "concurrency", is_known ? real(figures->concurrency) : json_null());
    json_tree_put(value, "connections", is_known ? real(figures->connections_opened) : json_null());
    json_tree_put(value, "reused_share", is_known ? real(figures->reused_share) : json_null());
    json_tree_put(value, "wait_us", is_known ? time_value(figures->wait_us) : json_null());
    json_tree_put(value, "receive_us", is_known ? time_value(figures->receive_us) : json_null());
    return value;
}

static json_t *model_value(const struct benchmark_facts *facts)
{
    const struct scaling_model *model = facts->scaling;
    if (model == NULL)
        return json_null();
    json_t *value = json_tree_object();
    json_tree_put(value, "law", json_tree_string("usl"));
    json_tree_put(value, "lambda", real(model->lambda));
    json_tree_put(value, "sigma", real(model->sigma));
    json_tree_put(value, "kappa", real(model->kappa));
    json_tree_put(value, "peak", model->peak > 0 ? real(model->peak) : json_null());
    json_tree_put(value, "error", real(model->error));
    json_tree_put(value, "amdahl_serial_share",
                  facts->amdahl != NULL ? real(facts->amdahl->sigma) : json_null());
    return value;
}

static json_t *recommendation_value(const struct benchmark *benchmark,
                                    const struct benchmark_facts *facts)
{
    const struct recommendation *recommendation = facts->recommendation;
    if (recommendation == NULL)
        return json_null();
    const struct benchmark_setting *setting = &benchmark->settings[recommendation->setting];
    json_t *value = json_tree_object();
    json_tree_put(value, "threads", json_tree_count(setting->threads));
    json_tree_put(value, "jobs", json_tree_count(setting->jobs));
    json_tree_put(value, "reason", json_tree_string(facts->reason));
    json_tree_put(value, "limit",
                  json_tree_string(recommendation_limit_name(recommendation->limit)));
    json_tree_put(value, "work", json_tree_string(recommendation_work_name(recommendation->work)));
    return value;
}

char *benchmark_format(const struct benchmark *benchmark, const struct benchmark_facts *facts)
{
    json_t *document = json_tree_object();
    json_t *runs = json_tree_array();
    json_t *settings = json_tree_array();
    for (size_t i = 0; i < benchmark->run_count; i++)
        json_tree_append(runs, run_value(benchmark, &benchmark->runs[i]));
    for (size_t i = 0; i < benchmark->setting_count; i++) {
        struct benchmark_figures figures = benchmark_figures_of(benchmark, i);
        json_tree_append(settings, setting_value(&figures));
    }
    json_tree_put(document, "schema", json_tree_string("haul.bench/1"));
    json_tree_put(document, "tool", report_value_tool());
    json_tree_put(document, "host", host_value(facts->machine));
    json_tree_put(document, "start", json_tree_time(facts->start_wall_us));
    json_tree_put(document, "end", json_tree_time(facts->end_wall_us));
    json_tree_put(document, "outcome", json_tree_string(facts->outcome));
    json_tree_put(document, "list", list_value(facts));
    json_tree_put(document, "plan", plan_value(benchmark, facts));
    json_tree_put(document, "settings", settings);
    json_tree_put(document, "model", model_value(facts));
    json_tree_put(document, "recommendation", recommendation_value(benchmark, facts));
    json_tree_put(document, "runs", runs);
    char *text = json_tree_format(document, true);
    json_decref(document);
    return text;
}
