#include "io/benchmark_svg.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "io/chart.h"
#include "io/chart_text.h"

#define DESCRIPTION_MAX ((size_t)16 * 1024)
#define SECONDS_FROM_US 10e6 /* latency in ms below that */
#define NAME_SIZE 64

/* What the chart points into. Points are in the order of the figures, those without a complete run
 * left out, so that each series is one stretch of them. */
struct drawing {
    enum benchmark_axis axis;
    const struct benchmark_figures *measured[BENCHMARK_SETTINGS_MAX];
    size_t count;
    size_t recommended; /* index into measured, or SIZE_MAX */
    bool in_seconds;
    struct chart_point rate[BENCHMARK_SETTINGS_MAX];
    struct chart_point linear[BENCHMARK_SETTINGS_MAX];
    struct chart_point p50[BENCHMARK_SETTINGS_MAX];
    struct chart_point p95[BENCHMARK_SETTINGS_MAX];
    double ticks[BENCHMARK_SETTINGS_MAX];
    size_t tick_count;
    struct chart_series rates[BENCHMARK_SETTINGS_MAX + 1];
    size_t rate_count;
    struct chart_series p50s[BENCHMARK_SETTINGS_MAX]; /* in a grid; else both in p50s */
    struct chart_series p95s[BENCHMARK_SETTINGS_MAX];
    size_t p50_count;
    char names[BENCHMARK_SETTINGS_MAX][NAME_SIZE];
    char ring_name[NAME_SIZE];
    struct chart_ring ring;
};

static void select_measured(struct drawing *drawing, const struct benchmark_figures *figures,
                            size_t count, size_t recommended)
{
    drawing->recommended = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        if (figures[i].elapsed_us.count == 0)
            continue;
        if (i == recommended)
            drawing->recommended = drawing->count;
        drawing->measured[drawing->count++] = &figures[i];
    }
}

static double x_of(const struct drawing *drawing, size_t i)
{
    const struct benchmark_setting *setting = &drawing->measured[i]->setting;
    return drawing->axis == BENCHMARK_THREADS ? setting->threads : setting->jobs;
}

/* Values from different series may come in any order, and more than once. */
static void add_tick(struct drawing *drawing, double value)
{
    size_t place = drawing->tick_count;
    while (place > 0 && drawing->ticks[place - 1] >= value)
        place--;
    if (place < drawing->tick_count && drawing->ticks[place] == value)
        return;
    for (size_t i = drawing->tick_count; i > place; i--)
        drawing->ticks[i] = drawing->ticks[i - 1];
    drawing->ticks[place] = value;
    drawing->tick_count++;
}

/* Below 0 when it is unknown: charts skip that. */
static double latency(const struct drawing *drawing, int64_t us)
{
    return (double)us / (drawing->in_seconds ? 1e6 : 1e3);
}

static void fill_points(struct drawing *drawing)
{
    for (size_t i = 0; i < drawing->count; i++)
        if ((double)drawing->measured[i]->p95_us >= SECONDS_FROM_US)
            drawing->in_seconds = true;
    for (size_t i = 0; i < drawing->count; i++) {
        const struct benchmark_figures *figures = drawing->measured[i];
        const struct statistics *time = &figures->elapsed_us;
        double x = x_of(drawing, i);
        add_tick(drawing, x);
        /* To first order, a rate is off by the same share as the time that it is divided by. */
        double share = time->mean > 0 ? time->deviation / time->mean : 0;
        drawing->rate[i] =
            (struct chart_point){x, figures->urls_per_s, figures->urls_per_s * share};
        drawing->p50[i] = (struct chart_point){x, latency(drawing, figures->p50_us), 0};
        drawing->p95[i] = (struct chart_point){x, latency(drawing, figures->p95_us), 0};
        drawing->linear[i] =
            (struct chart_point){x, drawing->rate[0].y * x / drawing->rate[0].x, 0};
    }
}

/* One series for each number of threads. */
static void fill_grid(struct drawing *drawing)
{
    size_t end;
    for (size_t start = 0; start < drawing->count; start = end) {
        unsigned threads = drawing->measured[start]->setting.threads;
        end = start + 1;
        while (end < drawing->count && drawing->measured[end]->setting.threads == threads)
            end++;
        size_t series = drawing->rate_count++;
        char *name = drawing->names[series];
        snprintf(name, NAME_SIZE, "%u thread%s", threads, threads == 1 ? "" : "s");
        size_t count = end - start;
        drawing->rates[series] =
            (struct chart_series){name, drawing->rate + start, count, false, false};
        drawing->p50s[series] =
            (struct chart_series){name, drawing->p50 + start, count, false, false};
        drawing->p95s[series] =
            (struct chart_series){name, drawing->p95 + start, count, false, false};
        if (drawing->recommended >= start && drawing->recommended < end)
            drawing->ring =
                (struct chart_ring){series, drawing->recommended - start, drawing->ring_name};
    }
    drawing->p50_count = drawing->rate_count;
}

static void fill_lines(struct drawing *drawing)
{
    size_t count = drawing->count;
    bool has_error = false;
    for (size_t i = 0; i < count; i++)
        has_error = has_error || drawing->rate[i].error > 0;
    const char *name = has_error ? "mean \xC2\xB1 deviation" : "measured"; /* U+00B1 */
    drawing->rates[drawing->rate_count++] =
        (struct chart_series){name, drawing->rate, count, false, false};
    if (count > 1)
        drawing->rates[drawing->rate_count++] =
            (struct chart_series){"linear", drawing->linear, count, true, false};
    drawing->p50s[drawing->p50_count++] =
        (struct chart_series){"p50", drawing->p50, count, false, false};
    drawing->p50s[drawing->p50_count++] =
        (struct chart_series){"p95", drawing->p95, count, false, false};
    drawing->ring = (struct chart_ring){0, drawing->recommended, drawing->ring_name};
}

static void name_ring(struct drawing *drawing)
{
    if (drawing->recommended == SIZE_MAX)
        return;
    const struct benchmark_setting *setting = &drawing->measured[drawing->recommended]->setting;
    if (drawing->axis == BENCHMARK_GRID)
        snprintf(drawing->ring_name, NAME_SIZE, "recommended: %u thread%s, %u job%s",
                 setting->threads, setting->threads == 1 ? "" : "s", setting->jobs,
                 setting->jobs == 1 ? "" : "s");
    else
        snprintf(drawing->ring_name, NAME_SIZE, "recommended: %u",
                 drawing->axis == BENCHMARK_JOBS ? setting->jobs : setting->threads);
}

static void describe_latency(struct text *text, const struct drawing *drawing, const char *name,
                             int64_t us)
{
    if (us < 0)
        return;
    text_append_format(text, ", %s ", name);
    chart_single_value_append(text, latency(drawing, us));
    text_append_string(text, drawing->in_seconds ? " s" : " ms");
}

static void describe(struct text *text, const struct drawing *drawing)
{
    text_append_string(text, "Throughput and latency of downloads.");
    for (size_t i = 0; i < drawing->count; i++) {
        const struct benchmark_figures *figures = drawing->measured[i];
        if (!isfinite(figures->urls_per_s))
            continue;
        text_append_format(text, " Threads %u, jobs %u: ", figures->setting.threads,
                           figures->setting.jobs);
        chart_single_value_append(text, figures->urls_per_s);
        text_append_string(text, " URLs/s");
        describe_latency(text, drawing, "p50", figures->p50_us);
        describe_latency(text, drawing, "p95", figures->p95_us);
        text_append_char(text, '.');
    }
    if (drawing->count == 0)
        text_append_string(text, " No run is complete yet.");
    if (drawing->recommended != SIZE_MAX)
        text_append_format(text, " Marked as %s.", drawing->ring_name);
}

static bool append_chart(struct text *text, const struct drawing *drawing,
                         const struct benchmark_svg_facts *facts, const char *title,
                         const char *description)
{
    struct chart_panel panels[3];
    size_t count = 0;
    panels[count] = (struct chart_panel){
        .title = "Throughput",
        .unit = "URLs/s",
        .x_label = drawing->axis == BENCHMARK_THREADS ? "threads" : "jobs",
        .x_is_log2 = true,
        .x_ticks = drawing->ticks,
        .x_tick_count = drawing->tick_count,
        .series = drawing->rates,
        .series_count = drawing->rate_count,
        .ring = drawing->recommended != SIZE_MAX ? &drawing->ring : NULL,
        .no_data = "no run is complete yet",
    };
    struct chart_panel next = panels[count++];
    next.title = drawing->axis == BENCHMARK_GRID ? "Latency, p50" : "Latency";
    next.unit = drawing->in_seconds ? "s" : "ms";
    next.series = drawing->p50s;
    next.series_count = drawing->p50_count;
    next.ring = NULL;
    next.no_data = "no download has ended";
    if (drawing->count > 0)
        panels[count++] = next;
    next.title = "Latency, p95";
    next.series = drawing->p95s;
    if (drawing->axis == BENCHMARK_GRID)
        panels[count++] = next;
    char urls[NUMBER_SIZE];
    char subtitle[NAME_SIZE * 2];
    snprintf(subtitle, sizeof(subtitle), "%s URL%s, %u run%s of each setting",
             number_format_count(urls, facts->urls > INT64_MAX ? INT64_MAX : (int64_t)facts->urls),
             facts->urls == 1 ? "" : "s", facts->runs, facts->runs == 1 ? "" : "s");
    struct chart chart = {
        .id = "haul-bench",
        .title = title,
        .subtitle = subtitle,
        .description = description,
        .footer = facts->origin,
        .panels = panels,
        .panel_count = count,
    };
    return chart_append(text, &chart);
}

bool benchmark_svg_append(struct text *text, const struct benchmark_figures *figures, size_t count,
                          const struct benchmark_svg_facts *facts)
{
    assert(count <= BENCHMARK_SETTINGS_MAX);
    struct drawing drawing = {0};
    drawing.axis = facts->axis;
    select_measured(&drawing, figures, count, facts->recommended);
    fill_points(&drawing);
    name_ring(&drawing);
    if (drawing.axis == BENCHMARK_GRID)
        fill_grid(&drawing);
    else if (drawing.count > 0)
        fill_lines(&drawing);
    struct text title;
    struct text description;
    text_init(&title, SIZE_MAX);
    text_init(&description, DESCRIPTION_MAX);
    text_append_string(&title, "haul bench");
    if (facts->list != NULL) {
        text_append_string(&title, ": ");
        text_append_string(&title, facts->list);
    }
    describe(&description, &drawing);
    bool appended = append_chart(text, &drawing, facts, title.data, description.data);
    text_clear(&title);
    text_clear(&description);
    return appended;
}
