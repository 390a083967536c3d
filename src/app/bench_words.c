#include "app/bench_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

void bench_words_append_setting(struct text *text, const struct bench_view *view, size_t setting)
{
    const struct benchmark_setting *shown = &view->benchmark->settings[setting];
    switch (benchmark_axis_of(view->benchmark)) {
    case BENCHMARK_THREADS:
        text_append_format(text, "%u thread%s", shown->threads, shown->threads == 1 ? "" : "s");
        break;
    case BENCHMARK_JOBS:
        text_append_format(text, "%u download%s at once", shown->jobs, shown->jobs == 1 ? "" : "s");
        break;
    case BENCHMARK_GRID:
        text_append_format(text, "%u thread%s with %u download%s at once", shown->threads,
                           shown->threads == 1 ? "" : "s", shown->jobs,
                           shown->jobs == 1 ? "" : "s");
        break;
    }
}

static const char *name_of(const struct bench_view *view, size_t setting,
                           char out[BENCHMARK_NAME_SIZE])
{
    return benchmark_name(benchmark_axis_of(view->benchmark), &view->benchmark->settings[setting],
                          out);
}

static double mean_of(const struct bench_view *view, size_t setting)
{
    return view->figures[setting].elapsed_us.mean;
}

/* "3% faster", "12% slower", "3.4x slower". */
static void append_difference(struct text *text, double us, double than_us)
{
    double ratio = us / than_us;
    if (ratio >= 1.5)
        text_append_format(text, "takes %.1fx as long", ratio);
    else if (fabs(ratio - 1) < 0.005)
        text_append_string(text, "is as fast");
    else if (ratio >= 1)
        text_append_format(text, "is %.0f%% slower", (ratio - 1) * 100);
    else
        text_append_format(text, "is %.0f%% faster", (1 - ratio) * 100);
}

/* The nearest smaller setting that was measured, or SIZE_MAX. */
static size_t smaller_than(const struct bench_view *view, size_t setting)
{
    while (setting-- > 0) {
        if (view->figures[setting].elapsed_us.count > 0)
            return setting;
    }
    return SIZE_MAX;
}

void bench_words_append_choice(struct text *text, const struct bench_view *view)
{
    const struct recommendation *chosen = view->recommendation;
    char name[BENCHMARK_NAME_SIZE];
    size_t smaller = smaller_than(view, chosen->setting);
    bool rises = false;
    for (size_t i = 0; i < view->benchmark->setting_count; i++)
        rises = rises || chosen->rises[i];
    bench_words_append_setting(text, view, chosen->setting);
    text_append_format(text, ": the fewest within 5%% of the best time%s",
                       rises ? " where no more fail" : "");
    if (smaller == SIZE_MAX)
        return;
    text_append_format(text, " (%s ", name_of(view, smaller, name));
    append_difference(text, mean_of(view, smaller), mean_of(view, chosen->setting));
    text_append_char(text, ')');
}

static void append_welch(struct text *text, const struct benchmark_figures *a,
                         const struct benchmark_figures *b)
{
    struct statistics_test test;
    if (!statistics_welch(&a->elapsed_us, &b->elapsed_us, &test))
        return;
    if (test.p < 0.001)
        text_append_string(text, " (Welch p<0.001)");
    else
        text_append_format(text, " (Welch p=%.2g)", test.p);
}

/* More of something, in points of a share. */
static void append_points(struct text *text, const char *what, double share, double than)
{
    double points = (share - than) * 100;
    if (points >= 0.05)
        text_append_format(text, ", %s +%.1f points", what, points);
}

static void append_larger(struct text *text, const struct bench_view *view, size_t setting)
{
    const struct benchmark_figures *larger = &view->figures[setting];
    const struct benchmark_figures *chosen = &view->figures[view->recommendation->setting];
    char name[BENCHMARK_NAME_SIZE];
    text_append_format(text, "%s ", name_of(view, setting, name));
    append_difference(text, larger->elapsed_us.mean, chosen->elapsed_us.mean);
    append_welch(text, larger, chosen);
    if (larger->p95_us > 0 && chosen->p95_us > 0)
        text_append_format(text, ", p95 %.1fx", (double)larger->p95_us / (double)chosen->p95_us);
    append_points(text, "failures", larger->failure_share, chosen->failure_share);
    if (larger->failure_share <= chosen->failure_share)
        append_points(text, "attempts that fail", larger->trouble_share, chosen->trouble_share);
}

void bench_words_append_beyond(struct text *text, const struct bench_view *view)
{
    size_t shown = 0;
    for (size_t i = view->recommendation->setting + 1;
         i < view->benchmark->setting_count && shown < 2; i++) {
        if (view->figures[i].elapsed_us.count == 0)
            continue;
        text_append_string(text, shown > 0 ? "; " : "");
        append_larger(text, view, i);
        shown++;
    }
}

static void append_cpu(struct text *text, const struct bench_view *view)
{
    const struct recommendation *chosen = view->recommendation;
    const struct benchmark_figures *figures = &view->figures[chosen->setting];
    unsigned cpus = view->facts->cpus;
    for (size_t i = 0; i < view->benchmark->setting_count; i++) {
        if (view->figures[i].duty_cycle > figures->duty_cycle)
            figures = &view->figures[i];
    }
    text_append_format(text, "this machine's CPU: haul keeps %.1f of %u busy", figures->duty_cycle,
                       cpus);
    if (figures->machine_busy >= 0)
        text_append_format(text, ", all that runs here %.1f", figures->machine_busy * cpus);
}

static void append_growth(struct text *text, double before_us, double after_us)
{
    char before[NUMBER_SIZE];
    char after[NUMBER_SIZE];
    text_append_format(text, "(%s, then %s)", number_format_duration(before, (int64_t)before_us),
                       number_format_duration(after, (int64_t)after_us));
}

static void append_server_or_link(struct text *text, const struct bench_view *view)
{
    const struct recommendation *chosen = view->recommendation;
    const struct benchmark_figures *before = &view->figures[chosen->setting];
    const struct benchmark_figures *after = &view->figures[chosen->compared];
    bool is_server = chosen->limit == LIMIT_SERVER;
    double growth_us =
        is_server ? after->wait_us - before->wait_us : after->receive_us - before->receive_us;
    char name[BENCHMARK_NAME_SIZE];
    char cpu[NUMBER_SIZE];
    if (growth_us <= 0) {
        text_append_format(text,
                           "the server or the link: beyond %s nothing is gained, while haul uses "
                           "%s of %u CPUs",
                           name_of(view, chosen->setting, name),
                           number_format_ratio(cpu, after->duty_cycle, view->facts->cpus),
                           view->facts->cpus);
        return;
    }
    text_append_format(text, "the %s: beyond %s replies %s ", is_server ? "server" : "link",
                       name_of(view, chosen->setting, name),
                       is_server ? "begin later" : "take longer to arrive");
    if (is_server)
        append_growth(text, before->wait_us, after->wait_us);
    else
        append_growth(text, before->receive_us, after->receive_us);
    text_append_format(text, ", while haul uses %s of %u CPUs",
                       number_format_ratio(cpu, after->duty_cycle, view->facts->cpus),
                       view->facts->cpus);
}

void bench_words_append_limit(struct text *text, const struct bench_view *view)
{
    const struct recommendation *chosen = view->recommendation;
    const struct recommendation_facts *facts = view->facts;
    const struct benchmark_figures *compared = &view->figures[chosen->compared];
    char name[BENCHMARK_NAME_SIZE];
    switch (chosen->limit) {
    case LIMIT_NONE:
        text_append_format(text, "none was met: %s is the largest that was measured, more may help",
                           name_of(view, chosen->setting, name));
        break;
    case LIMIT_CPU:
        append_cpu(text, view);
        break;
    case LIMIT_RATE:
        text_append_string(text, "the rate that is set (--rate, --host-rate or --limit-rate)");
        break;
    case LIMIT_PER_HOST:
        text_append_format(text,
                           "--per-host: the hosts of the list may have %llu downloads at once "
                           "together, others wait",
                           (unsigned long long)facts->host_slots);
        break;
    case LIMIT_JOBS:
        text_append_format(text,
                           "--jobs: the %u downloads that may run at once were busy, more of them "
                           "may help",
                           compared->setting.jobs);
        break;
    case LIMIT_LIST:
        text_append_format(text,
                           "the list: with %llu URL%s workers are idle (%.1f of %u were busy)",
                           (unsigned long long)facts->urls, facts->urls == 1 ? "" : "s",
                           compared->concurrency, compared->setting.jobs);
        break;
    case LIMIT_FAILURES:
        text_append_format(text, "failures: beyond %s more fail or are asked to come back later",
                           name_of(view, chosen->setting, name));
        break;
    case LIMIT_SERVER:
    case LIMIT_LINK:
    case LIMIT_COUNT:
        append_server_or_link(text, view);
        break;
    }
}

void bench_words_append_work(struct text *text, const struct bench_view *view)
{
    char share[NUMBER_SIZE];
    number_format_ratio(share, view->figures[0].duty_cycle, 1);
    switch (view->recommendation->work) {
    case WORK_WAITING:
        text_append_format(text, "mostly waiting (one thread keeps a CPU busy %s of the time)%s",
                           share, view->recommendation->setting > 0 ? ": more threads help" : "");
        break;
    case WORK_MIXED:
        text_append_format(
            text, "waiting and computing (one thread keeps a CPU busy %s of the time)", share);
        break;
    case WORK_COMPUTING:
        text_append_string(text,
                           "mostly computing: what would help is a faster or a second machine");
        break;
    case WORK_UNKNOWN:
    case WORK_COUNT:
        break;
    }
}

void bench_words_append_model(struct text *text, const struct bench_view *view)
{
    const struct scaling_model *model = view->scaling;
    if (model == NULL)
        return;
    text_append_format(text, "USL sigma %.3g, kappa %.2g", model->sigma, model->kappa);
    if (model->peak > 0)
        text_append_format(text, ", peak near %.0f", model->peak);
    if (view->amdahl != NULL)
        text_append_format(text, "; Amdahl serial share %.2g%%", view->amdahl->sigma * 100);
    text_append_format(text, " (fits within %.1f%%; a model, not a measurement)",
                       model->error * 100);
}

void bench_words_append_outliers(struct text *text, const struct bench_view *view)
{
    size_t shown = 0;
    for (size_t i = 0; i < view->benchmark->setting_count; i++) {
        const struct benchmark_figures *figures = &view->figures[i];
        if (figures->outliers == 0)
            continue;
        text_append_format(text, "%s%zu of %zu runs with ", shown++ > 0 ? ", " : "",
                           figures->outliers, figures->elapsed_us.count);
        bench_words_append_setting(text, view, i);
    }
    if (shown > 0)
        text_append_string(text, " took much longer or shorter than the others: was something else "
                                 "going on?");
}

void bench_words_append_reason(struct text *text, const struct bench_view *view)
{
    bench_words_append_choice(text, view);
    text_append_string(text, "; limit: ");
    bench_words_append_limit(text, view);
}
