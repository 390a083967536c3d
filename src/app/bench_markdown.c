#include "app/bench_markdown.h"

#include "base/number.h"

/* The fastest of all, as hyperfine's column "Relative" is against. */
static const struct benchmark_figures *fastest(const struct bench_view *view)
{
    const struct benchmark_figures *best = NULL;
    for (size_t i = 0; i < view->benchmark->setting_count; i++) {
        const struct benchmark_figures *figures = &view->figures[i];
        if (figures->elapsed_us.count > 0 &&
            (best == NULL || figures->elapsed_us.mean < best->elapsed_us.mean))
            best = figures;
    }
    return best;
}

static void append_ratio(struct text *text, struct statistics_ratio ratio, bool has_error)
{
    if (has_error)
        text_append_format(text, " %.2f \u00B1 %.2f |", ratio.value, ratio.deviation);
    else
        text_append_format(text, " %.2f |", ratio.value);
}

/* The smallest setting has no run when the first round was interrupted. */
static void append_speedup(struct text *text, const struct benchmark_figures *figures)
{
    if (figures->speedup.value <= 0) {
        text_append_string(text, " - | - |");
        return;
    }
    append_ratio(text, figures->speedup, figures->speedup.deviation > 0);
    text_append_format(text, " %.0f%% |", figures->efficiency * 100);
}

static void append_row(struct text *text, const struct benchmark_figures *figures,
                       const struct benchmark_figures *best)
{
    const struct statistics *us = &figures->elapsed_us;
    char share[NUMBER_SIZE];
    bool has_error = us->count > 1;
    text_append_format(text, "| `haul --threads %u --jobs %u` |", figures->setting.threads,
                       figures->setting.jobs);
    if (has_error)
        text_append_format(text, " %.3f \u00B1 %.3f |", us->mean / 1e6, us->deviation / 1e6);
    else
        text_append_format(text, " %.3f |", us->mean / 1e6);
    text_append_format(text, " %.3f | %.3f |", us->min / 1e6, us->max / 1e6);
    append_ratio(text, statistics_divide(us, &best->elapsed_us), has_error && figures != best);
    text_append_format(text, " %.1f |", figures->urls_per_s);
    append_speedup(text, figures);
    text_append_format(text, " %.1f | %.1f | %s |\n", (double)figures->p50_us / 1e3,
                       (double)figures->p95_us / 1e3,
                       number_format_ratio(share, (double)figures->failed, (double)figures->urls));
}

void bench_markdown_append(struct text *text, const struct bench_view *view, const char *title)
{
    const struct benchmark_figures *best = fastest(view);
    text_append_format(text, "%s\n\n", title);
    text_append_string(text, "| Command | Mean [s] | Min [s] | Max [s] | Relative | URLs/s | "
                             "Speed-up | Efficiency | p50 [ms] | p95 [ms] | Failed |\n"
                             "|:---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < view->benchmark->setting_count; i++) {
        if (view->figures[i].elapsed_us.count > 0)
            append_row(text, &view->figures[i], best);
    }
    if (view->recommendation == NULL)
        return;
    text_append_string(text, "\nRecommended: ");
    bench_words_append_reason(text, view);
    text_append_string(text, ".\n");
}
