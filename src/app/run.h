/* One run: builds the pipeline, starts its threads, waits, stops them, writes the report.
 *
 *   lists -> producer -> queue -> workers -> recorder -> results.jsonl, report.json
 *
 * This is the file to read first. */
#ifndef HAUL_APP_RUN_H
#define HAUL_APP_RUN_H

#include "app/options.h"
#include "base/error.h"
#include "io/transfer_group.h"
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

/* What haul bench brings to a run, all lent. */
struct run_probe {
    bool is_stored; /* in options->dir, as a run of haul get; else bodies are thrown away, and there
                       is no directory, state, record or report */
    /* Groups that earlier runs left, by worker, at least as many as threads; filled by this one.
     * NULL = connections end with the run. */
    struct transfer_group **kept_groups;
    /* Each finished job, on the recorder's thread. */
    void (*on_record)(void *context, const struct job *job);
    void *context;
};

struct run_measures {
    int64_t start_wall_us;
    int64_t elapsed_us; /* from the barrier that all workers begin at, to the last record */
    int64_t user_us;    /* CPU of this process meanwhile */
    int64_t system_us;
    unsigned jobs; /* as many as descriptors allow */
    struct counts counts;
    struct histogram latency; /* of the time of one URL */
    bool is_complete;         /* nothing stopped it */
    int signal_number;        /* that stopped it, 0 = none */
};

/* One measured run: as run_execute, but nothing is shown, and all workers begin at one barrier.
 * False when it could not start, or for trouble that is not that of the URLs. */
bool run_measure(const struct options *options, const struct run_probe *probe,
                 struct run_measures *out, struct error *error);

#endif
