#include "io/chart_panel.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "io/chart_axis.h"
#include "io/chart_series.h"
#include "io/chart_text.h"

#define PLOT_LEFT 78.0 /* room for six digits */
#define PLOT_RIGHT (CHART_WIDTH - 24.0)
#define PLOT_HEIGHT 216.0
#define PLOT_INSET 18.0 /* no marker or bar lies on the y axis */
#define TITLE_HEIGHT 30.0
#define ROW_HEIGHT 25.0 /* of a legend */
#define LEGEND_GAP 10.0
#define AXIS_HEIGHT 52.0 /* labels below the plot */
#define SYMBOL_GAP 8.0
#define ENTRY_GAP 16.0
#define LABEL_GAP 8.0
#define Y_TICKS 4
#define X_TICKS 8

struct extent {
    double x_low;
    double x_high;
    double y_high;
    double reference_high;
    bool has_data;
};

static struct extent measure(const struct chart_panel *panel)
{
    struct extent extent = {.x_low = HUGE_VAL, .x_high = -HUGE_VAL};
    for (size_t i = 0; i < panel->series_count; i++) {
        const struct chart_series *series = &panel->series[i];
        for (size_t j = 0; j < series->count; j++) {
            const struct chart_point *point = &series->points[j];
            if (!chart_series_has(panel, point))
                continue;
            extent.x_low = fmin(extent.x_low, point->x);
            extent.x_high = fmax(extent.x_high, point->x);
            if (series->is_reference) {
                extent.reference_high = fmax(extent.reference_high, point->y);
            } else {
                extent.y_high = fmax(extent.y_high, point->y + chart_series_error(point));
                extent.has_data = true;
            }
        }
    }
    return extent;
}

static double y_end(const struct extent *extent)
{
    if (extent->y_high < CHART_VALUE_MIN)
        return 1;
    return fmax(extent->y_high * 1.08, fmin(extent->reference_high * 1.02, extent->y_high * 1.25));
}

static const struct chart_point *ringed(const struct chart_panel *panel)
{
    const struct chart_ring *ring = panel->ring;
    if (ring == NULL || ring->series >= panel->series_count ||
        ring->point >= panel->series[ring->series].count)
        return NULL;
    const struct chart_point *point = &panel->series[ring->series].points[ring->point];
    return chart_series_has(panel, point) ? point : NULL;
}

/* Where the next entry of a legend starts. */
struct legend {
    double left;
    double middle; /* of the row */
};

static void legend_place(struct legend *legend, const char *name)
{
    double width = CHART_SYMBOL_WIDTH + SYMBOL_GAP + chart_text_width(name, CHART_TEXT_SIZE);
    if (legend->left > CHART_MARGIN && legend->left + width > CHART_WIDTH - CHART_MARGIN) {
        legend->left = CHART_MARGIN;
        legend->middle += ROW_HEIGHT;
    }
}

static void legend_pass(struct legend *legend, const char *name)
{
    legend->left +=
        CHART_SYMBOL_WIDTH + SYMBOL_GAP + chart_text_width(name, CHART_TEXT_SIZE) + ENTRY_GAP;
}

static void append_name(struct text *text, const struct legend *legend, const char *name)
{
    double left = legend->left + CHART_SYMBOL_WIDTH + SYMBOL_GAP;
    CHART_DRAW(text, "<text x='@' y='@' dy='.35em'>", left, legend->middle);
    chart_text_append(text, name, CHART_TEXT_SIZE, CHART_WIDTH - CHART_MARGIN - left);
    text_append_string(text, "</text>\n");
}

/* Appends the legend that starts at top, or only measures it when text is NULL. Returns where it
 * ends. */
static double append_legend(struct text *text, const struct chart_panel *panel, double top)
{
    struct legend legend = {CHART_MARGIN, top + ROW_HEIGHT / 2};
    for (size_t i = 0; i < panel->series_count; i++) {
        const char *name = panel->series[i].name;
        if (name == NULL)
            continue;
        legend_place(&legend, name);
        if (text != NULL) {
            chart_series_append_symbol(text, panel, i, legend.left, legend.middle);
            append_name(text, &legend, name);
        }
        legend_pass(&legend, name);
    }
    if (ringed(panel) != NULL && panel->ring->name != NULL) {
        legend_place(&legend, panel->ring->name);
        if (text != NULL) {
            chart_series_append_ring(text, legend.left + CHART_SYMBOL_WIDTH / 2, legend.middle);
            append_name(text, &legend, panel->ring->name);
        }
        legend_pass(&legend, panel->ring->name);
    }
    return legend.left > CHART_MARGIN ? legend.middle + ROW_HEIGHT / 2 : top;
}

static void append_y_axis(struct text *text, const struct chart_axis *y)
{
    double ticks[CHART_TICKS_MAX];
    double step;
    size_t count = chart_axis_ticks(y, Y_TICKS, ticks, &step);
    for (size_t i = 0; i < count; i++) {
        double place = chart_axis_place(y, ticks[i]);
        if (i > 0)
            CHART_DRAW(text, "<path class='grid' d='M@ @H@'/>", PLOT_LEFT, place, PLOT_RIGHT);
        CHART_DRAW(text, "<text class='soft end' x='@' y='@' dy='.35em'>", PLOT_LEFT - 8, place);
        chart_value_append(text, ticks[i], step, ticks[count - 1]);
        text_append_string(text, "</text>\n");
    }
}

static bool is_power_of_two(double value)
{
    int exponent;
    return frexp(value, &exponent) == 0.5;
}

/* Ticks of the x axis: the caller's, powers of 2, or steps of one size. */
struct ruler {
    struct chart_tick *ticks; /* owned */
    size_t count;
    double step; /* 0 unless all steps are equal */
    double largest;
};

/* A caller's ticks are values that mean something each, others are parts of one ruler. */
static void append_x_label(struct text *text, const struct ruler *ruler, double value)
{
    if (ruler->step > 0)
        chart_value_append(text, value, ruler->step, ruler->largest);
    else
        chart_single_value_append(text, value);
}

static bool is_ringed(const struct chart_panel *panel, double x)
{
    const struct chart_point *point = ringed(panel);
    return point != NULL && point->x == x;
}

/* Places the ticks and chooses labels; returns how many were left out. */
static size_t ruler_place(struct ruler *ruler, const struct chart_panel *panel,
                          const struct chart_axis *x)
{
    struct text label;
    text_init(&label, 64);
    for (size_t i = 0; i < ruler->count; i++) {
        struct chart_tick *tick = &ruler->ticks[i];
        bool is_bold = is_ringed(panel, tick->value);
        bool is_end = i == 0 || i + 1 == ruler->count;
        text_reset(&label);
        append_x_label(&label, ruler, tick->value);
        tick->width = chart_text_width(label.data, is_bold ? CHART_BOLD_SIZE : CHART_TEXT_SIZE);
        tick->place = chart_axis_place(x, tick->value);
        tick->rank = is_bold ? 0 : is_end ? 1 : is_power_of_two(tick->value) ? 2 : 3;
    }
    text_clear(&label);
    chart_axis_choose(ruler->ticks, ruler->count, LABEL_GAP);
    size_t left_out = 0;
    for (size_t i = 0; i < ruler->count; i++)
        left_out += !ruler->ticks[i].is_labelled;
    return left_out;
}

static void ruler_fill(struct ruler *ruler, const double *values, size_t count,
                       const struct chart_axis *x)
{
    ruler->count = 0;
    for (size_t i = 0; i < count; i++)
        if (values[i] >= x->low && values[i] <= x->high)
            ruler->ticks[ruler->count++].value = values[i];
    ruler->largest = count > 0 ? fmax(fabs(values[0]), fabs(values[count - 1])) : 0;
}

static struct ruler ruler_create(const struct chart_panel *panel, const struct chart_axis *x)
{
    size_t room = panel->x_ticks != NULL ? panel->x_tick_count : CHART_TICKS_MAX;
    struct ruler ruler = {.ticks = memory_allocate_zeroed(room + 1, sizeof(struct chart_tick))};
    if (panel->x_ticks != NULL) {
        ruler_fill(&ruler, panel->x_ticks, panel->x_tick_count, x);
        ruler_place(&ruler, panel, x);
        return ruler;
    }
    /* Some labels of a ruler would look as if the distances differed: rather fewer ticks. */
    for (unsigned wanted = X_TICKS; wanted > 0; wanted--) {
        double values[CHART_TICKS_MAX];
        size_t count = chart_axis_ticks(x, wanted, values, &ruler.step);
        ruler_fill(&ruler, values, count, x);
        if (ruler_place(&ruler, panel, x) == 0)
            break;
    }
    return ruler;
}

static void append_x_axis(struct text *text, const struct chart_panel *panel,
                          const struct chart_axis *x, double bottom)
{
    struct ruler ruler = ruler_create(panel, x);
    CHART_DRAW(text, "<path class='axis' d='M@ @H@'/>\n", PLOT_LEFT, bottom, PLOT_RIGHT);
    for (size_t i = 0; i < ruler.count; i++) {
        const struct chart_tick *tick = &ruler.ticks[i];
        CHART_DRAW(text, "<path class='axis' d='M@ @v5'/>", tick->place, bottom);
        if (tick->is_labelled) {
            text_append_string(text, is_ringed(panel, tick->value) ? "<text class='strong middle'"
                                                                   : "<text class='soft middle'");
            CHART_DRAW(text, " x='@' y='@'>", tick->place, bottom + 22);
            append_x_label(text, &ruler, tick->value);
            text_append_string(text, "</text>");
        }
        text_append_char(text, '\n');
    }
    free(ruler.ticks);
    CHART_DRAW(text, "<text class='soft middle' x='@' y='@'>", (PLOT_LEFT + PLOT_RIGHT) / 2,
               bottom + 44);
    chart_text_append(text, panel->x_label, CHART_TEXT_SIZE, PLOT_RIGHT - PLOT_LEFT);
    text_append_string(text, "</text>\n");
}

static void append_plot(struct text *text, const struct chart_panel *panel,
                        const struct extent *extent, double top)
{
    double bottom = top + PLOT_HEIGHT;
    struct chart_axis y = chart_axis_make(0, y_end(extent), false, bottom, top);
    struct chart_axis x = chart_axis_make(extent->x_low, extent->x_high, panel->x_is_log2,
                                          PLOT_LEFT + PLOT_INSET, PLOT_RIGHT - PLOT_INSET);
    append_y_axis(text, &y);
    append_x_axis(text, panel, &x, bottom);
    /* References lie below everything else. */
    for (size_t i = 0; i < panel->series_count; i++)
        if (panel->series[i].is_reference)
            chart_series_append(text, panel, i, &x, &y);
    for (size_t i = 0; i < panel->series_count; i++)
        if (!panel->series[i].is_reference)
            chart_series_append(text, panel, i, &x, &y);
    const struct chart_point *ring = ringed(panel);
    if (ring != NULL)
        chart_series_append_ring(text, chart_axis_place(&x, ring->x),
                                 chart_axis_place(&y, ring->y));
}

static void append_no_data(struct text *text, const struct chart_panel *panel, double top)
{
    CHART_DRAW(text, "<rect class='frame' x='@' y='@' width='@' height='@'/>\n", CHART_MARGIN, top,
               CHART_WIDTH - 2 * CHART_MARGIN, PLOT_HEIGHT);
    CHART_DRAW(text, "<text class='soft middle' x='@' y='@' dy='.35em'>", CHART_WIDTH / 2.0,
               top + PLOT_HEIGHT / 2);
    chart_text_append(text, panel->no_data, CHART_TEXT_SIZE, CHART_WIDTH - 4 * CHART_MARGIN);
    text_append_string(text, "</text>\n");
}

double chart_panel_height(const struct chart_panel *panel)
{
    if (!measure(panel).has_data)
        return TITLE_HEIGHT + LEGEND_GAP + PLOT_HEIGHT;
    return append_legend(NULL, panel, TITLE_HEIGHT) + LEGEND_GAP + PLOT_HEIGHT + AXIS_HEIGHT;
}

void chart_panel_append(struct text *text, const struct chart_panel *panel, double top)
{
    double title_width = chart_text_width(panel->title, CHART_BOLD_SIZE);
    double room = CHART_WIDTH - 2 * CHART_MARGIN - title_width - ENTRY_GAP;
    CHART_DRAW(text, "<text x='@' y='@'><tspan class='strong'>", CHART_MARGIN, top + 20);
    chart_text_append(text, panel->title, CHART_BOLD_SIZE, CHART_WIDTH - 2 * CHART_MARGIN);
    text_append_string(text, "</tspan> <tspan class='soft'>");
    chart_text_append(text, room > 0 ? panel->unit : "", CHART_TEXT_SIZE, room);
    text_append_string(text, "</tspan></text>\n");
    struct extent extent = measure(panel);
    if (!extent.has_data) {
        append_no_data(text, panel, top + TITLE_HEIGHT + LEGEND_GAP);
        return;
    }
    double legend_end = append_legend(text, panel, top + TITLE_HEIGHT);
    append_plot(text, panel, &extent, legend_end + LEGEND_GAP);
}
