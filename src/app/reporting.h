/* What a run tells about itself: report.json while it goes on and at its end, and the last words
 * on the screen. */
#ifndef HAUL_APP_REPORTING_H
#define HAUL_APP_REPORTING_H

#include "app/options.h"
#include "app/producer.h"
#include "app/results.h"
#include "app/run_report.h"
#include "io/proxy.h"
#include "io/run_folder.h"
#include "model/highlights.h"
#include "sync/cancel.h"
#include "sync/host_gate.h"
#include "sync/permits.h"

/* The parts of a run that its report is made of; lent. */
struct reporting {
    const struct options *options;
    const struct redaction *redaction;
    const struct report_settings *settings;
    const struct proxy_settings *proxy;
    struct warnings *warnings;
    struct root *root;
    struct run_folder *folder;
    struct results *results;
    const struct highlights *highlights; /* read at the end only */
    struct producer *producer;
    struct permits *permits;
    struct host_gate *gate;
    unsigned thread_count;
    unsigned jobs;
    int64_t start_us;
    int64_t start_wall_us;
    int64_t start_user_us; /* CPU time of the process before the run */
    int64_t start_system_us;
    const struct cancel *cancel;
    bool is_log;     /* stderr has lines with time stamps (app/progress) */
    bool has_reader; /* of standard output, as far as is known */
    /* When all is written that does not depend on somebody who reads stderr. */
    struct hook before_words;
};

/* False (ERROR_LOCAL) when --report names a file that cannot be written. Makes it where missing. */
bool reporting_check_copy(const struct options *options, struct error *error);

/* Replaces report.json with what is known so far. 0 or a negative errno value. */
int reporting_checkpoint(const struct reporting *reporting);

/* The end: report.json, --report, the JSON event, report.html, the summary on stderr. False when a
 * report could not be written; the page may be left out. *out_elapsed_us: of the whole run. */
bool reporting_finish(const struct reporting *reporting, int exit_code, const char *outcome,
                      int64_t *out_elapsed_us, struct error *error);

#endif
