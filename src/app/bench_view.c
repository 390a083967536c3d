#include "app/bench_view.h"

#include <stdlib.h>

#include "base/memory.h"

/* What a view points to. */
struct parts {
    struct bench_view view; /* first: the address of both */
    struct benchmark_figures figures[BENCHMARK_SETTINGS_MAX];
    struct recommendation_facts facts;
    struct recommendation recommendation;
    struct scaling_model scaling;
    struct scaling_model amdahl;
};

/* The points of one curve: throughput over downloads at once, or over threads where these are
 * equal. A grid has no single curve. */
static size_t points_of(const struct benchmark *benchmark, const struct benchmark_figures *figures,
                        struct scaling_point points[BENCHMARK_SETTINGS_MAX])
{
    enum benchmark_axis axis = benchmark_axis_of(benchmark);
    size_t count = 0;
    for (size_t i = 0; i < benchmark->setting_count && axis != BENCHMARK_GRID; i++) {
        const struct benchmark_setting *setting = &benchmark->settings[i];
        if (figures[i].elapsed_us.count == 0)
            continue;
        points[count++] = (struct scaling_point){
            axis == BENCHMARK_JOBS ? setting->jobs : setting->threads, figures[i].urls_per_s};
    }
    return count;
}

struct bench_view *bench_view_create(const struct benchmark *benchmark,
                                     const struct recommendation_facts *facts)
{
    struct parts *parts = memory_allocate_zeroed(1, sizeof(*parts));
    struct bench_view *view = &parts->view;
    struct scaling_point points[BENCHMARK_SETTINGS_MAX];
    parts->facts = *facts;
    for (size_t i = 0; i < benchmark->setting_count; i++)
        parts->figures[i] = benchmark_figures_of(benchmark, i);
    view->benchmark = benchmark;
    view->figures = parts->figures;
    view->facts = &parts->facts;
    if (recommendation_make(parts->figures, benchmark->setting_count, facts,
                            &parts->recommendation))
        view->recommendation = &parts->recommendation;
    size_t count = points_of(benchmark, parts->figures, points);
    if (scaling_fit(points, count, &parts->scaling))
        view->scaling = &parts->scaling;
    if (scaling_fit_amdahl(points, count, &parts->amdahl))
        view->amdahl = &parts->amdahl;
    return view;
}

void bench_view_destroy(struct bench_view *view)
{
    free(view);
}
