/* The figures of a report (schema haul.report/1, of this or an earlier haul, maybe of foreign
 * make), as far as it has them. */
#ifndef HAUL_IO_REPORT_FIGURES_H
#define HAUL_IO_REPORT_FIGURES_H

#include "model/run_figures.h"

#include <jansson.h>

/* Strings are lent by the report. */
void report_figures_read(struct run_figures *figures, const json_t *report);

/* True for the report of a run that tried again what failed before. */
bool report_is_retry(const json_t *report);

#endif
