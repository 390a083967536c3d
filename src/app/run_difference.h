/* What changed from an older run to a newer one, URL by URL, from the records of both.
 *
 * The records are read twice and more: the first time to find out what differs, in at most 64 bytes
 * of memory a URL, then again to show it. */
#ifndef HAUL_APP_RUN_DIFFERENCE_H
#define HAUL_APP_RUN_DIFFERENCE_H

#include "base/error.h"
#include "io/report_reader.h"

#include <stdio.h>

struct run_difference;

/* Reads both runs once; their records are taken from the reports, which are lent for as long as
 * this lives. NULL when one has no records or they cannot be read. */
struct run_difference *run_difference_create(struct report_reader *older,
                                             struct report_reader *newer, struct error *error);
void run_difference_destroy(struct run_difference *difference);

/* Counts, and up to 20 URLs of each kind. False when the records cannot be read; whether the stream
 * could be written is the caller's to check, here and below. */
bool run_difference_print_text(struct run_difference *difference, FILE *out, struct error *error);
/* One object of schema haul.report-comparison/1 with every URL, on lines of their own. */
bool run_difference_print_json(struct run_difference *difference, FILE *out, struct error *error);

#endif
