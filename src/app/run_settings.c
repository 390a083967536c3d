#include "app/run_settings.h"

#include "app/limits.h"
#include "base/log.h"
#include "base/memory.h"

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All downloads together share this much for each kind of buffer: many stay within the memory
 * budget, and few are fast. */
#define BUFFERS_BYTES ((size_t)16 * 1024 * 1024)

static size_t share_of_buffers(unsigned jobs, size_t least, size_t most)
{
    size_t share = BUFFERS_BYTES / jobs;
    return share < least ? least : share > most ? most : share;
}

void run_settings_warn(struct run_settings *settings, const char *format, ...)
{
    char words[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    struct string_list *list = &settings->warnings;
    list->items = memory_resize(list->items, list->count + 1, sizeof *list->items);
    list->items[list->count++] = memory_copy_string(words);
    log_warning("%s", words);
}

static bool fit_jobs(struct run_settings *settings, const struct options *options,
                     struct error *error)
{
    settings->threads = options_thread_count(options);
    struct limits limits =
        limits_fit((unsigned)options->jobs, settings->threads, options->operands.count);
    if (limits.jobs == 0)
        return error_set(error, ERROR_LOCAL,
                         "the limit on open files (ulimit -n) is too low for a single download");
    settings->jobs = limits.jobs;
    settings->connections = limits.connections;
    if (settings->jobs < options->jobs)
        run_settings_warn(settings,
                          "the limit on open files (ulimit -n) allows %u downloads at once, not "
                          "%lld",
                          settings->jobs, (long long)options->jobs);
    if (settings->threads > settings->jobs)
        settings->threads = settings->jobs;
    settings->slots = (settings->jobs + settings->threads - 1) / settings->threads;
    return true;
}

static const char *const *lend(const struct string_list *list)
{
    return (const char *const *)list->items;
}

bool run_settings_init(struct run_settings *settings, const struct options *options,
                       struct error *error)
{
    memset(settings, 0, sizeof *settings);
    atomic_init(&settings->received, 0);
    if (!fit_jobs(settings, options, error))
        return false;
    if (options->insecure_host.count > 0)
        run_settings_warn(settings, "certificates of some hosts are not checked "
                                    "(--insecure-host)");
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
    };
    return proxy_settings_check(&settings->transfer.proxy, error);
}

void run_settings_clear(struct run_settings *settings)
{
    for (size_t i = 0; i < settings->warnings.count; i++)
        free(settings->warnings.items[i]);
    free(settings->warnings.items);
}
