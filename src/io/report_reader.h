/* Finds and parses the report of a run that has ended, or that goes on: nothing is locked, and
 * nothing is trusted but that it is a report.
 *
 * Whether a run without a report goes on is asked by its lock, for a moment.
 *
 * The path may be an output directory (its last run), the folder of a run, or a report file, which
 * may be a copy. It is opened as any program would; below a directory no symbolic link is followed
 * but DIR/.haul/last, and that only into DIR/.haul/runs. */
#ifndef HAUL_IO_REPORT_READER_H
#define HAUL_IO_REPORT_READER_H

#include "base/common.h"
#include "base/error.h"

#include <jansson.h>

#define REPORT_READER_MAX_BYTES ((size_t)64 * 1024 * 1024)

struct report_reader {
    json_t *report;     /* an object of schema haul.report/1 with counts; owned */
    char *path;         /* of the report, for messages; owned */
    char *directory;    /* the output directory, when it was found by that; owned, else NULL */
    int results;        /* descriptor of its results.jsonl, -1 = there is none */
    char *results_path; /* owned, NULL = there is none */
};

/* ERROR_INPUT: it cannot be read, or is no report of this version. */
bool report_reader_open(struct report_reader *reader, const char *path, struct error *error);
void report_reader_close(struct report_reader *reader);

/* Where the report says that its files are. NULL when it does not, or by a path that is seen from
 * where the run was started, which says nothing here. */
const char *report_reader_named_directory(const json_t *report);

/* The records become the caller's: results is -1 then. */
int report_reader_take_results(struct report_reader *reader);

#endif
