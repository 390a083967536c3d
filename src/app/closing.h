/* What a finished run says to people: counts, failures by class, where the report is. On stderr,
 * because stdout carries only what was asked for. */
#ifndef HAUL_APP_CLOSING_H
#define HAUL_APP_CLOSING_H

#include "base/text.h"
#include "io/report_records.h"
#include "model/hint.h"
#include "model/summary.h"

struct closing {
    const struct summary *summary;
    int64_t elapsed_us;
    int64_t cpu_us;
    const char *run_id;    /* NULL for haul check, like folder and directory */
    const char *folder;    /* of the run */
    const char *directory; /* where the files are */
    int exit_code;
    const struct hints *hints;            /* NULL = none */
    bool is_retry;                        /* of what failed before */
    bool has_page;                        /* there is a report.html beside the report */
    const struct report_records *records; /* NULL = none */
    int reason;                           /* why it stopped early: of cancel, 0 = it did not */
};

/* The screenful of a run that is not quiet. */
void closing_append_summary(struct text *text, const struct closing *closing);
/* At most 20 lines, for cron: only what failed. Nothing when the exit code is 0. */
void closing_append_failures(struct text *text, const struct closing *closing);
/* One line with a time stamp, for logs. */
void closing_append_line(struct text *text, const struct closing *closing);

#endif
