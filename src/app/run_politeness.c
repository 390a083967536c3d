#include "app/run_politeness.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#define PARKED_JOBS 10000
#define SLOW_START_ABOVE 8 /* downloads at once from one host */
#define UNREACHED_LIMIT 5  /* failures to reach a host, in a row */
#define HOUR_US (3600 * CLOCK_SECOND_US)

static struct host_gate_rate rate_of(int64_t per_hour)
{
    return (struct host_gate_rate){per_hour, HOUR_US};
}

/* [host NAME] sections of the configuration. */
static bool limits_of_host(void *context, const char *host, struct host_gate_limits *out)
{
    const struct options *options = context;
    const struct host_section *section = options_host_section(options, host);
    if (section == NULL)
        return false;
    out->at_once = (unsigned)(section->per_host >= 0 ? section->per_host : options->per_host);
    out->rate = rate_of(section->host_rate >= 0 ? section->host_rate : options->host_rate);
    return true;
}

static void lend_host_headers(struct run_politeness *politeness, const struct options *options)
{
    size_t count = options->host_count;
    politeness->headers = memory_allocate_zeroed(count + 1, sizeof *politeness->headers);
    politeness->header_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct host_section *section = &options->hosts[i];
        politeness->headers[i] = (struct host_headers){
            .pattern = section->pattern,
            .headers = (const char *const *)section->headers.items,
            .count = section->headers.count,
        };
    }
}

void run_politeness_init(struct run_politeness *politeness, const struct options *options)
{
    memset(politeness, 0, sizeof *politeness);
    politeness->retry = (struct retry_policy){.retries = (unsigned)options->retries,
                                              .wait_us = options->retry_wait,
                                              .max_wait_us = options->max_retry_wait};
    if (options->retry_on != NULL)
        (void)status_set_parse(options->retry_on, &politeness->retry.also);
    if (options->ok_status != NULL)
        (void)status_set_parse(options->ok_status, &politeness->accepted);
    if (options->max_failures != NULL)
        (void)failure_limit_parse(options->max_failures, &politeness->failures);
    if (options->limit_rate > 0)
        politeness->throttle = throttle_create(options->limit_rate);
    politeness->gate = (struct host_gate_settings){
        .limits = {(unsigned)options->per_host, rate_of(options->host_rate)},
        .limits_of = options->host_count > 0 ? limits_of_host : NULL,
        .context = (void *)options,
        .rate = rate_of(options->rate),
        .slow_start_above = options->slow_start ? SLOW_START_ABOVE : 0,
        .unreached_limit = UNREACHED_LIMIT,
        .probe_after_us = retry_probe_us(&politeness->retry),
        .park_limit = PARKED_JOBS,
    };
    lend_host_headers(politeness, options);
}

void run_politeness_clear(struct run_politeness *politeness)
{
    throttle_destroy(politeness->throttle);
    free(politeness->headers);
}
