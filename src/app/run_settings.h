/* The options as the parts of a run need them: limits that fit this machine, buffers that fit the
 * memory budget, what requests look like. */
#ifndef HAUL_APP_RUN_SETTINGS_H
#define HAUL_APP_RUN_SETTINGS_H

#include "app/options.h"
#include "app/run_politeness.h"
#include "app/warnings.h"
#include "io/command.h"
#include "io/transfer.h"
#include "model/name_template.h"
#include "model/url.h"

struct run_settings {
    unsigned jobs;        /* as many as descriptors allow */
    unsigned threads;     /* never more than jobs */
    unsigned slots;       /* of one worker */
    unsigned connections; /* of one worker, idle ones included */
    size_t sink_bytes;
    struct transfer_settings transfer;
    struct redaction redaction;
    atomic_llong received; /* bytes so far; workers add, progress reads */
    char user_agent[128];
    struct name_template *template;  /* of --name; owned */
    struct expectation *expectation; /* of --expect; owned, NULL = any type */
    struct warnings *warnings;       /* of this run; owned */
    struct run_politeness politeness;
    int64_t deadline_us;  /* monotonic, CLOCK_NEVER = none */
    struct command *exec; /* of --exec; owned, NULL = none */
};

/* Fails when the machine cannot carry a run, or an option is unusable that only its user can judge
 * (--name, --expect, --exec, a proxy of the environment ...). options are lent until
 * run_settings_clear, which is to be called in any case. Prints the warnings. The structure must
 * not move. */
bool run_settings_init(struct run_settings *settings, const struct options *options,
                       struct error *error);
void run_settings_clear(struct run_settings *settings);

#endif
