/* Line charts as SVG 1.1, complete in themselves: an image file, or a part of an HTML page.
 *
 * A chart is described as data and drawn by one call. Nothing is kept. All strings may hold foreign
 * bytes: they are escaped, and cut where they would not fit. Colours follow the reader's preference
 * for light or dark; no two series look alike without colour either (markers, dashes). Letters grow
 * where the image is shown small.
 *
 * Points that cannot be drawn are skipped and interrupt their line: no finite number, beyond 1e300,
 * y below 0, x not above 0 on a logarithmic axis. The y axis starts at 0. */
#ifndef HAUL_IO_CHART_H
#define HAUL_IO_CHART_H

#include "base/text.h"

#define CHART_WIDTH 640 /* in the image's own units; shown smaller where the page is */

struct chart_point {
    double x;
    double y;
    double error; /* half the length of its bar, which is left out where the marker covers it */
};

struct chart_series {
    const char *name; /* NULL = not in the legend */
    const struct chart_point *points;
    size_t count; /* markers are left out where points would be closer than they are wide */
    /* Dashed and without markers. It does not widen the y axis by more than a quarter of what the
     * other series need, but ends there. */
    bool is_reference;
    bool is_area; /* filled down to the axis, without markers: for many points, or steps */
};

/* A ring around one point; its x is printed bold on the axis. */
struct chart_ring {
    size_t series;
    size_t point;
    const char *name;
};

struct chart_panel {
    const char *title;
    const char *unit; /* of y */
    const char *x_label;
    bool x_is_log2;        /* equal distances for equal factors */
    const double *x_ticks; /* in rising order; labels that do not fit are left out. NULL = steps of
                            * 1, 2 or 5 */
    size_t x_tick_count;
    const struct chart_series *series;
    size_t series_count;
    const struct chart_ring *ring; /* NULL = none */
    const char *no_data;           /* said when there is no point to draw */
};

struct chart {
    const char *id; /* a name of XML, unique in its document */
    const char *title;
    const char *subtitle;    /* NULL = none */
    const char *description; /* the chart in words, for those who cannot see it */
    const char *footer;      /* NULL = none */
    const struct chart_panel *panels;
    size_t panel_count;
    /* Part of a page that has chart_style() in a style element of its own, and a heading: without
     * style, frame and title line. The title is still there for those who cannot see. */
    bool is_part;
};

/* What charts look like, for the page that they are part of; static. */
const char *chart_style(void);

/* Appends one svg element and a line end, or nothing when it does not fit. */
bool chart_append(struct text *text, const struct chart *chart);

#endif
