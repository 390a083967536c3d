/* One run: builds the pipeline, starts its threads, waits, stops them, writes the report.
 *
 *   lists -> producer -> queue -> workers -> recorder -> results.jsonl, report.json
 *
 * This is the file to read first. */
#ifndef HAUL_APP_RUN_H
#define HAUL_APP_RUN_H

#include "app/options.h"
#include "base/error.h"
#include "model/summary.h"

struct run_result {
    int exit_code;
    int signal_number; /* to be raised again at the end of the process, 0 = none */
    int64_t elapsed_us;
    struct counts counts;
    unsigned peak_jobs;     /* the most downloads that ran at once */
    char run_id[32];        /* "" for haul check */
    char report_path[4096]; /* of report.json, absolute; the same */
};

/* Downloads (or, for haul check, looks at) what the options say. False when the run could not
 * start: the error's kind says which exit code that is (app/exit_code), or a signal ended it while
 * it waited for another run (out_result->signal_number). Signals must be blocked (signals_block)
 * and libcurl initialised. */
bool run_execute(const struct options *options, struct run_result *out_result, struct error *error);

#endif
