/* What the options say about retries, hosts, rates and failures, as the parts of a run need it. */
#ifndef HAUL_APP_RUN_POLITENESS_H
#define HAUL_APP_RUN_POLITENESS_H

#include "app/failure_limit.h"
#include "app/options.h"
#include "io/transfer.h"
#include "model/retry.h"
#include "model/status_set.h"
#include "sync/host_gate.h"
#include "sync/throttle.h"

struct run_politeness {
    struct retry_policy retry;
    struct host_gate_settings gate;
    struct throttle *throttle;     /* of --limit-rate; owned, NULL = none */
    struct status_set accepted;    /* --ok-status */
    struct failure_limit failures; /* --max-failures */
    struct host_headers *headers;  /* of [host NAME] sections; owned, their texts are lent */
    size_t header_count;
};

/* The options are lent until run_politeness_clear; their texts were checked when they were read. */
void run_politeness_init(struct run_politeness *politeness, const struct options *options);
void run_politeness_clear(struct run_politeness *politeness);

#endif
