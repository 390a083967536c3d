/* The records that a page about a run shows: the slowest URLs, failures of each class,
 * the first images (model/highlights).
 *
 * Found in one of two ways, with the same result: by reading all records of a finished run, or by
 * the places that were noted while it went on. */
#ifndef HAUL_IO_REPORT_RECORDS_H
#define HAUL_IO_REPORT_RECORDS_H

#include "base/error.h"
#include "io/results_reader.h"
#include "io/slowest.h"
#include "model/highlights.h"

struct report_records {
    struct slowest slowest;
    json_t *failed[HIGHLIGHTS_FAILED]; /* owned; in the order of their numbers */
    size_t failed_count;
    json_t *images[HIGHLIGHTS_IMAGES]; /* owned; in the order of their numbers */
    size_t image_count;
    uint64_t image_total; /* how many there are in the run */
};

/* False when the file cannot be read; then there is nothing to clear. */
bool report_records_read(struct report_records *records, struct results_reader *reader,
                         struct error *error);
/* Reads those few lines of the file. What does not stand where it should is left out. */
void report_records_load(struct report_records *records, int results,
                         const struct highlights *highlights);
void report_records_clear(struct report_records *records);

#endif
