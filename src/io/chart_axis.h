/* One axis of a chart: where a value lies, and which ticks are labelled. Plain functions. */
#ifndef HAUL_IO_CHART_AXIS_H
#define HAUL_IO_CHART_AXIS_H

#include "io/chart.h"

#define CHART_TICKS_MAX 16 /* that chart_axis_ticks makes */
#define CHART_RANKS 4
#define CHART_VALUE_MAX 1e300  /* larger numbers are not drawn: sums of them must be finite */
#define CHART_VALUE_MIN 1e-300 /* smaller ones are as good as 0 */

struct chart_axis {
    double low;
    double high; /* above low */
    bool is_log2;
    double start; /* where low lies, in the image's units */
    double end;   /* where high lies; less than start when the axis points up */
};

struct chart_tick {
    double value;
    double place;
    double width;  /* of the label, whose middle is at place */
    unsigned rank; /* below CHART_RANKS; the more important labels come first, from 0 */
    bool is_labelled;
};

/* low and high are widened when they are equal. On a logarithmic axis both are above 0. */
struct chart_axis chart_axis_make(double low, double high, bool is_log2, double start, double end);

double chart_axis_place(const struct chart_axis *axis, double value);

/* Steps of 1, 2 or 5 times a power of 10, about as many as wanted (at most 8), or powers of 2;
 * returns how many. Stores the distance of two, 0 for powers. */
size_t chart_axis_ticks(const struct chart_axis *axis, unsigned wanted,
                        double out_ticks[CHART_TICKS_MAX], double *out_step);

/* Decides which labels are printed, with a gap between them. */
void chart_axis_choose(struct chart_tick *ticks, size_t count, double gap);

#endif
