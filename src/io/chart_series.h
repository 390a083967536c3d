/* How the series of a chart look: lines that end with the axis, markers, error bars. */
#ifndef HAUL_IO_CHART_SERIES_H
#define HAUL_IO_CHART_SERIES_H

#include "io/chart.h"
#include "io/chart_axis.h"

#define CHART_SYMBOL_WIDTH 30.0 /* of the sample in a legend */

bool chart_series_has(const struct chart_panel *panel, const struct chart_point *point);
double chart_series_error(const struct chart_point *point); /* 0 when it is not to be drawn */

/* The axes hold every point that can be drawn, but those of references may lie beyond y's end. */
void chart_series_append(struct text *text, const struct chart_panel *panel, size_t index,
                         const struct chart_axis *x, const struct chart_axis *y);
void chart_series_append_symbol(struct text *text, const struct chart_panel *panel, size_t index,
                                double left, double middle);
void chart_series_append_ring(struct text *text, double x, double y);

#endif
