/* One panel of a chart: title, legend, axes and lines. */
#ifndef HAUL_IO_CHART_PANEL_H
#define HAUL_IO_CHART_PANEL_H

#include "io/chart.h"

#define CHART_MARGIN 20.0 /* left and right of everything */

double chart_panel_height(const struct chart_panel *panel);
/* Draws it from there down. */
void chart_panel_append(struct text *text, const struct chart_panel *panel, double top);

#endif
