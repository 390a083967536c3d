/* Letters and numbers of a chart: how wide they are about, and how they are printed. */
#ifndef HAUL_IO_CHART_TEXT_H
#define HAUL_IO_CHART_TEXT_H

#include "base/text.h"

/* In the image's units. The sizes are those of a chart that is shown small, so that what has room
 * then has room always; chart.c has the style. */
#define CHART_TEXT_SIZE 18.0
#define CHART_TITLE_SIZE 24.0 /* 21, but bold letters are wider */
#define CHART_BOLD_SIZE 20.5  /* the same of 18 */

/* The width of UTF-8 text in a wide font: rather too large than too small. */
double chart_text_width(const char *string, double size);

/* Escaped; where it is wider than that, with an ellipsis in the middle: a path's first and last
 * part say most. */
void chart_text_append(struct text *text, const char *string, double size, double width);

/* At most so many decimals (up to 9) without trailing zeros, and a point in every locale. What is
 * no finite number, or has more than 15 digits before the point, becomes 0. */
void chart_number_append(struct text *text, double value, unsigned decimals);

/* For people: as many decimals as a step needs; k, M, G, T or an exponent when `largest`, which
 * numbers that stand together share, is 100,000 or more, or below 0.001. */
void chart_value_append(struct text *text, double value, double step, double largest);

/* A value that stands alone, to four digits. */
void chart_single_value_append(struct text *text, double value);

/* Appends the format with each @ replaced by the next number, with at most one decimal. */
void chart_draw(struct text *text, const char *format, const double *numbers, size_t count);

#define CHART_DRAW(text, format, ...)                                                              \
    chart_draw((text), (format), (const double[]){__VA_ARGS__},                                    \
               ARRAY_LENGTH(((const double[]){__VA_ARGS__})))

#endif
