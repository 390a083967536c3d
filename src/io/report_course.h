/* Parts of a report that charts are made of: what happened when, and how long URLs took. */
#ifndef HAUL_IO_REPORT_COURSE_H
#define HAUL_IO_REPORT_COURSE_H

#include "model/histogram.h"
#include "model/timeline.h"

#include <jansson.h>

/* {slot_us, slots: [{t_us, finished, failed, wire_bytes, busy}]}, up to now. `peak`: never were
 * more downloads in progress; 0 = unknown. */
json_t *report_course_timeline(const struct timeline *timeline, int64_t elapsed_us, unsigned peak);
/* [{from_us, to_us, count}], empty when nothing was timed. */
json_t *report_course_distribution(const struct histogram *histogram);

#endif
