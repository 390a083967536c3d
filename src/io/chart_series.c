#include "io/chart_series.h"

#include <math.h>

#include "io/chart_text.h"

/* Two numbers without a common divisor: 30 combinations before dashes must help. */
#define COLOUR_COUNT 6
#define MARKER_COUNT ARRAY_LENGTH(MARKERS)
#define MARKED_POINTS_MAX 72
#define BAR_MIN 6.0 /* half of one that a marker does not cover */
#define SAMPLE_BAR 8.0

/* Outlines around a middle, of about the same area. */
static const char *const MARKERS[] = {
    "<path d='M@ @m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z'/>",
    "<path d='M@ @m-4.2 -4.2h8.4v8.4h-8.4z'/>",
    "<path d='M@ @m0 -5.8l5.4 9.4h-10.8z'/>",
    "<path d='M@ @m0 -6l6 6l-6 6l-6 -6z'/>",
    "<path d='M@ @m0 5.8l5.4 -9.4h-10.8z'/>",
};

static const char *const DASHES[] = {"", " d1", " d2", " d3"};

/* What is no number fails every comparison. */
bool chart_series_has(const struct chart_panel *panel, const struct chart_point *point)
{
    return fabs(point->x) <= CHART_VALUE_MAX && point->y <= CHART_VALUE_MAX && point->y >= 0 &&
           (!panel->x_is_log2 || point->x > CHART_VALUE_MIN);
}

double chart_series_error(const struct chart_point *point)
{
    return point->error > 0 && point->error <= CHART_VALUE_MAX ? point->error : 0;
}

static bool is_marked(const struct chart_series *series)
{
    return !series->is_reference && !series->is_area && series->count <= MARKED_POINTS_MAX;
}

static void append_class(struct text *text, const struct chart_series *series, size_t index)
{
    if (series->is_reference) {
        text_append_string(text, "reference");
        return;
    }
    size_t dash = is_marked(series) ? index / (COLOUR_COUNT * MARKER_COUNT) : index;
    text_append_format(text, "c%zu%s", index % COLOUR_COUNT, DASHES[dash % ARRAY_LENGTH(DASHES)]);
}

/* Where the way from a to b, one of which is above the axis, crosses its end. */
static struct chart_point crossing(const struct chart_axis *x, const struct chart_axis *y,
                                   const struct chart_point *a, const struct chart_point *b)
{
    double share = (y->high - a->y) / (b->y - a->y);
    double from = chart_axis_place(x, a->x);
    double to = chart_axis_place(x, b->x);
    return (struct chart_point){.x = from + share * (to - from), .y = y->end};
}

static void append_line(struct text *text, const struct chart_panel *panel, size_t index,
                        const struct chart_axis *x, const struct chart_axis *y)
{
    const struct chart_series *series = &panel->series[index];
    const struct chart_point *previous = NULL;
    text_append_string(text, "<path class='line ");
    append_class(text, series, index);
    text_append_string(text, "' d='");
    for (size_t i = 0; i < series->count; i++) {
        const struct chart_point *point = &series->points[i];
        if (!chart_series_has(panel, point)) {
            previous = NULL;
            continue;
        }
        bool was_inside = previous != NULL && previous->y <= y->high;
        if (point->y <= y->high) {
            if (previous != NULL && !was_inside) {
                struct chart_point edge = crossing(x, y, previous, point);
                CHART_DRAW(text, "M@ @", edge.x, edge.y);
            }
            CHART_DRAW(text, previous != NULL ? "L@ @" : "M@ @", chart_axis_place(x, point->x),
                       chart_axis_place(y, point->y));
        } else if (was_inside) {
            struct chart_point edge = crossing(x, y, previous, point);
            CHART_DRAW(text, "L@ @", edge.x, edge.y);
        }
        previous = point;
    }
    text_append_string(text, "'/>\n");
}

/* The same way, but each stretch of it goes down to the axis. */
static void append_area(struct text *text, const struct chart_panel *panel, size_t index,
                        const struct chart_axis *x, const struct chart_axis *y)
{
    const struct chart_series *series = &panel->series[index];
    bool is_open = false;
    text_append_string(text, "<path class='area ");
    append_class(text, series, index);
    text_append_string(text, "' d='");
    for (size_t i = 0; i <= series->count; i++) {
        const struct chart_point *point = i < series->count ? &series->points[i] : NULL;
        bool is_drawn = point != NULL && chart_series_has(panel, point);
        if (is_drawn && !is_open)
            CHART_DRAW(text, "M@ @", chart_axis_place(x, point->x), y->start);
        if (is_drawn)
            CHART_DRAW(text, "L@ @", chart_axis_place(x, point->x), chart_axis_place(y, point->y));
        else if (is_open)
            CHART_DRAW(text, "V@z", y->start);
        is_open = is_drawn;
    }
    text_append_string(text, "'/>\n");
}

static void append_bar(struct text *text, const struct chart_series *series, size_t index,
                       double middle, double top, double bottom)
{
    text_append_string(text, "<path class='bar ");
    append_class(text, series, index);
    CHART_DRAW(text, "' d='M@ @h10m-5 0V@m-5 0h10'/>\n", middle - 5, top, bottom);
}

static void append_bars(struct text *text, const struct chart_panel *panel, size_t index,
                        const struct chart_axis *x, const struct chart_axis *y)
{
    const struct chart_series *series = &panel->series[index];
    for (size_t i = 0; i < series->count; i++) {
        const struct chart_point *point = &series->points[i];
        double error = chart_series_error(point);
        if (!chart_series_has(panel, point) || error == 0)
            continue;
        double middle = chart_axis_place(x, point->x);
        double top = chart_axis_place(y, point->y + error);
        double bottom = chart_axis_place(y, fmax(point->y - error, y->low));
        if (chart_axis_place(y, point->y) - top >= BAR_MIN)
            append_bar(text, series, index, middle, top, bottom);
    }
}

static bool has_errors(const struct chart_panel *panel, const struct chart_series *series)
{
    for (size_t i = 0; i < series->count; i++)
        if (chart_series_has(panel, &series->points[i]) &&
            chart_series_error(&series->points[i]) > 0)
            return true;
    return false;
}

/* What a browser shows when the pointer rests on a marker. */
static void append_hint(struct text *text, const struct chart_panel *panel,
                        const struct chart_point *point)
{
    text_append_string(text, "<title>");
    chart_text_append(text, panel->x_label, 1, HUGE_VAL);
    text_append_char(text, ' ');
    chart_single_value_append(text, point->x);
    text_append_string(text, ": ");
    chart_single_value_append(text, point->y);
    if (chart_series_error(point) > 0) {
        text_append_string(text, " \xC2\xB1 "); /* U+00B1 */
        chart_single_value_append(text, point->error);
    }
    text_append_char(text, ' ');
    chart_text_append(text, panel->unit, 1, HUGE_VAL);
    text_append_string(text, "</title>");
}

void chart_series_append(struct text *text, const struct chart_panel *panel, size_t index,
                         const struct chart_axis *x, const struct chart_axis *y)
{
    const struct chart_series *series = &panel->series[index];
    if (series->is_area)
        append_area(text, panel, index, x, y);
    append_line(text, panel, index, x, y);
    if (series->is_reference)
        return;
    append_bars(text, panel, index, x, y);
    for (size_t i = 0; i < series->count && is_marked(series); i++) {
        const struct chart_point *point = &series->points[i];
        if (!chart_series_has(panel, point))
            continue;
        text_append_string(text, "<g class='mark ");
        append_class(text, series, index);
        text_append_string(text, "'>");
        append_hint(text, panel, point);
        CHART_DRAW(text, MARKERS[index % MARKER_COUNT], chart_axis_place(x, point->x),
                   chart_axis_place(y, point->y));
        text_append_string(text, "</g>\n");
    }
}

void chart_series_append_symbol(struct text *text, const struct chart_panel *panel, size_t index,
                                double left, double middle)
{
    const struct chart_series *series = &panel->series[index];
    text_append_string(text, "<path class='line ");
    append_class(text, series, index);
    CHART_DRAW(text, "' d='M@ @h@'/>", left, middle, CHART_SYMBOL_WIDTH);
    if (!is_marked(series))
        return;
    double centre = left + CHART_SYMBOL_WIDTH / 2;
    if (has_errors(panel, series))
        append_bar(text, series, index, centre, middle - SAMPLE_BAR, middle + SAMPLE_BAR);
    text_append_string(text, "<g class='mark ");
    append_class(text, series, index);
    text_append_string(text, "'>");
    CHART_DRAW(text, MARKERS[index % MARKER_COUNT], centre, middle);
    text_append_string(text, "</g>");
}

void chart_series_append_ring(struct text *text, double x, double y)
{
    CHART_DRAW(text, "<circle class='ring' cx='@' cy='@' r='10'/>\n", x, y);
}
