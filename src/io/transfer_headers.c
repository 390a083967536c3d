#include "io/transfer_headers.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/header_field.h"
#include "model/host_pattern.h"

#define HEADER_BYTES (64 * 1024)

static struct curl_slist *append(struct curl_slist *list, const char *header)
{
    struct curl_slist *longer = curl_slist_append(list, header);
    if (longer == NULL)
        abort();
    return longer;
}

/* What came from a server or a file is sent only when it cannot begin another header. */
static struct curl_slist *append_value(struct curl_slist *list, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return list;
    struct text text;
    text_init(&text, HEADER_BYTES);
    text_append_format(&text, "%s: %s", name, value);
    if (!text.is_full && header_field_check(text.data) != HEADER_FIELD_CONTROL)
        list = append(list, text.data);
    text_clear(&text);
    return list;
}

static struct curl_slist *append_conditions(struct curl_slist *list, const struct job *job)
{
    if (!job->wants_update || job->is_checked)
        return list;
    list = append_value(list, "If-None-Match", job->known_etag);
    return append_value(list, "If-Modified-Since", job->known_date);
}

static bool holds(const char *const *headers, size_t count, const char *header)
{
    for (size_t i = 0; i < count; i++) {
        if (header_field_same_name(headers[i], header))
            return true;
    }
    return false;
}

/* Do the headers from `first` on, of those given for hosts, replace this one? */
static bool is_replaced(const struct transfer_settings *settings, const struct job *job,
                        size_t first, const char *header)
{
    const struct list_entry *entry = job->entry;
    if (entry != NULL && holds((const char *const *)entry->headers, entry->header_count, header))
        return true;
    for (size_t i = first; i < settings->host_headers_count; i++) {
        const struct host_headers *host = &settings->host_headers[i];
        if (host_pattern_matches(host->pattern, job->origin.host) &&
            holds(host->headers, host->count, header))
            return true;
    }
    return false;
}

static struct curl_slist *append_users(struct curl_slist *list,
                                       const struct transfer_settings *settings,
                                       const struct job *job)
{
    for (size_t i = 0; i < settings->header_count; i++) {
        if (!is_replaced(settings, job, 0, settings->headers[i]))
            list = append(list, settings->headers[i]);
    }
    for (size_t i = 0; i < settings->host_headers_count; i++) {
        const struct host_headers *host = &settings->host_headers[i];
        bool matches = host_pattern_matches(host->pattern, job->origin.host);
        for (size_t k = 0; matches && k < host->count; k++) {
            if (!is_replaced(settings, job, i + 1, host->headers[k]))
                list = append(list, host->headers[k]);
        }
    }
    for (size_t i = 0; job->entry != NULL && i < job->entry->header_count; i++)
        list = append(list, job->entry->headers[i]);
    return list;
}

struct curl_slist *transfer_headers_common(const struct transfer_settings *settings)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < settings->header_count; i++)
        list = append(list, settings->headers[i]);
    return list;
}

bool transfer_headers_differ(const struct transfer_settings *settings, const struct job *job,
                             const struct partial *part)
{
    if (part != NULL || job->is_probed_by_get || job->wants_update ||
        (job->entry != NULL && job->entry->header_count > 0))
        return true;
    for (size_t i = 0; i < settings->host_headers_count; i++) {
        if (host_pattern_matches(settings->host_headers[i].pattern, job->origin.host))
            return true;
    }
    return false;
}

struct curl_slist *transfer_headers_own(const struct transfer_settings *settings,
                                        const struct job *job, const struct partial *part)
{
    struct curl_slist *list = NULL;
    if (transfer_headers_is_listed_origin(job))
        list = append_users(list, settings, job);
    if (job->is_probed_by_get) {
        list = append(list, "Range: bytes=0-0");
    } else if (job->wants_update) {
        list = append_conditions(list, job);
    } else if (part != NULL) {
        char range[64];
        snprintf(range, sizeof range, "Range: bytes=%lld-", (long long)part->bytes);
        list = append(list, range);
        list = append_value(list, "If-Range", part->validator);
    }
    return list;
}

bool transfer_headers_ask_for_news(const struct job *job)
{
    struct curl_slist *list = append_conditions(NULL, job);
    bool asks = list != NULL;
    curl_slist_free_all(list);
    return asks;
}

bool transfer_headers_is_listed_origin(const struct job *job)
{
    return !job->is_redirected || url_same_origin(&job->redirected, &job->origin);
}
