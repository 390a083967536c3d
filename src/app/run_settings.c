#include "app/run_settings.h"

#include "app/deadline.h"
#include "app/limits.h"
#include "app/option_command.h"
#include "base/clock.h"

#include "config.h"

#include <stdio.h>
#include <string.h>

/* All downloads together share this much for each kind of buffer: many stay within the memory
 * budget, and few are fast. */
#define BUFFERS_BYTES ((size_t)16 * 1024 * 1024)

#define PROGRAM_DESCRIPTORS 2 /* of --exec, each */
#define PING_DESCRIPTORS 4

static size_t share_of_buffers(unsigned jobs, size_t least, size_t most)
{
    size_t share = BUFFERS_BYTES / jobs;
    return share < least ? least : share > most ? most : share;
}

static bool fit_jobs(struct run_settings *settings, const struct options *options,
                     struct error *error)
{
    settings->threads = options_thread_count(options);
    size_t beside = options->operands.count;
    beside += options->exec != NULL ? PROGRAM_DESCRIPTORS * (size_t)options->exec_jobs : 0;
    beside += options->ping != NULL ? PING_DESCRIPTORS : 0;
    struct limits limits = limits_fit(options_jobs(options), settings->threads, beside);
    if (limits.jobs == 0)
        return error_set(error, ERROR_LOCAL,
                         "the limit on open files (ulimit -n) is too low for a single download");
    settings->jobs = limits.jobs;
    settings->connections = limits.connections;
    if (settings->jobs < options_jobs(options))
        warnings_add(settings->warnings,
                     "the limit on open files (ulimit -n) allows %u downloads at once, not %u",
                     settings->jobs, options_jobs(options));
    if (settings->threads > settings->jobs)
        settings->threads = settings->jobs;
    settings->slots = (settings->jobs + settings->threads - 1) / settings->threads;
    return true;
}

static bool create_rules(struct run_settings *settings, const struct options *options,
                         struct error *error)
{
    struct error problem = {0};
    settings->template = name_template_create(options_name_template(options), &problem);
    if (settings->template == NULL)
        return error_set(error, ERROR_USAGE, "--name: %s", problem.text);
    if (options->content_disposition && name_template_has_digest(settings->template))
        return error_set(error, ERROR_USAGE,
                         "--content-disposition and {sha256} both name a file: give one of them");
    if (options->expect != NULL)
        settings->expectation = expectation_create(options->expect, error);
    return options->expect == NULL || settings->expectation != NULL;
}

static bool create_command(struct run_settings *settings, const struct options *options,
                           struct error *error)
{
    if (options->exec != NULL)
        settings->exec = option_command_create(OPTION_ID_exec, options->exec, error);
    return options->exec == NULL || settings->exec != NULL;
}

/* A clock time is turned into a duration once, so that a clock that jumps later changes nothing. */
static bool set_deadline(struct run_settings *settings, const struct options *options,
                         struct error *error)
{
    int64_t after_us = 0;
    settings->deadline_us = CLOCK_NEVER;
    if (options->deadline == NULL)
        return true;
    if (!deadline_parse(options->deadline, clock_wall_us(), &after_us))
        return error_set(error, ERROR_USAGE, "--deadline: '%s' is no time", options->deadline);
    settings->deadline_us = clock_monotonic_us() + after_us;
    return true;
}

static const char *const *lend(const struct string_list *list)
{
    return (const char *const *)list->items;
}

static enum digest_algorithm digest_of(const struct options *options)
{
    switch ((enum hash)options->hash) {
    case HASH_SHA256:
        return DIGEST_SHA256;
    case HASH_SHA512:
        return DIGEST_SHA512;
    case HASH_NONE:
        break;
    }
    return DIGEST_NONE;
}

bool run_settings_init(struct run_settings *settings, const struct options *options,
                       struct error *error)
{
    memset(settings, 0, sizeof *settings);
    atomic_init(&settings->received, 0);
    settings->warnings = warnings_create();
    run_politeness_init(&settings->politeness, options);
    if (!create_rules(settings, options, error) || !create_command(settings, options, error) ||
        !set_deadline(settings, options, error) || !fit_jobs(settings, options, error))
        return false;
    if (options->insecure_host.count > 0)
        warnings_add(settings->warnings,
                     "certificates of some hosts are not checked (--insecure-host)");
    settings->sink_bytes = share_of_buffers(settings->jobs, 16 * 1024, 256 * 1024);
    settings->redaction = (struct redaction){lend(&options->redact), options->redact.count};
    snprintf(settings->user_agent, sizeof settings->user_agent, "%s/%s", PACKAGE_NAME,
             PACKAGE_VERSION);
    settings->transfer = (struct transfer_settings){
        .connect_timeout_us = options->connect_timeout,
        .stall_timeout_us = options->stall_timeout,
        .timeout_us = options->timeout,
        .max_bytes = options->max_size,
        .redirects = (unsigned)options->redirects,
        .is_public_only = options->public_only,
        .keeps_mtime = options->mtime,
        .hash = digest_of(options),
        .uses_server_names = options->content_disposition,
        .rules = {.expectation = settings->expectation,
                  .min_width = (uint32_t)options->min_width,
                  .min_height = (uint32_t)options->min_height,
                  .max_pixels = (uint64_t)options->max_pixels},
        .user_agent = options->user_agent != NULL ? options->user_agent : settings->user_agent,
        .referer = options->referer,
        .headers = lend(&options->header),
        .header_count = options->header.count,
        .proxy = proxy_settings_read(options->proxy),
        .ca_file = options->cacert,
        .insecure_hosts = lend(&options->insecure_host),
        .insecure_host_count = options->insecure_host.count,
        .received = &settings->received,
        .connections = settings->connections,
        .buffer_bytes = share_of_buffers(settings->jobs, 16 * 1024, 128 * 1024),
        .throttle = settings->politeness.throttle,
        .host_headers = settings->politeness.headers,
        .host_headers_count = settings->politeness.header_count,
    };
    return proxy_settings_check(&settings->transfer.proxy, error);
}

void run_settings_clear(struct run_settings *settings)
{
    name_template_destroy(settings->template);
    expectation_destroy(settings->expectation);
    command_destroy(settings->exec);
    run_politeness_clear(&settings->politeness);
    warnings_destroy(settings->warnings);
}
