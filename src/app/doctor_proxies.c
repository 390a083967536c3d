#include "app/doctor_proxies.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void add(struct doctor_proxies *proxies, const char *schemes, const char *proxy,
                const char *origin)
{
    size_t i = proxies->facts.count++;
    proxies->facts.items[i] = (struct diagnosis_proxy){
        .schemes = schemes,
        .shown = proxy, /* for now: survey masks it */
        .origin = origin,
    };
}

static void find(struct doctor_proxies *proxies, const struct proxy_settings *settings)
{
    const char *http = settings->http;
    const char *https = settings->https;
    bool are_one = http != NULL && https != NULL && strcmp(http, https) == 0 &&
                   strcmp(settings->http_origin, settings->https_origin) == 0;
    if (are_one) {
        add(proxies, "http and https", http, settings->http_origin);
        return;
    }
    if (http != NULL)
        add(proxies, "http", http, settings->http_origin);
    if (https != NULL)
        add(proxies, "https", https, settings->https_origin);
}

void doctor_proxies_survey(struct doctor_proxies *proxies, const struct proxy_settings *settings,
                           const struct redaction *redaction, struct name_lookup *lookup,
                           const struct cancel *cancel, int64_t limit_us)
{
    const char *upper = getenv("HTTP_PROXY");
    *proxies = (struct doctor_proxies){.facts = {.direct = settings->none}};
    find(proxies, settings);
    /* Where it names the proxy that is used anyway, nothing is to be said. */
    proxies->facts.has_upper_case = upper != NULL && upper[0] != '\0' && settings->http == NULL;
    for (size_t i = 0; i < proxies->facts.count; i++) {
        struct diagnosis_proxy *proxy = &proxies->facts.items[i];
        struct text shown;
        if (cancel_level(cancel) != CANCEL_NONE)
            return;
        proxies->probes[i] =
            proxy_probe_make(proxy->shown, lookup, cancel_descriptor(cancel), limit_us);
        text_init(&shown, 2 * URL_MAX_BYTES);
        proxy_append_masked(&shown, proxy->shown, redaction);
        proxy->shown = proxies->shown[i] = text_take(&shown);
        text_clear(&shown);
        proxy->state = proxies->probes[i].state;
        proxy->detail = proxies->probes[i].detail;
        proxy->connect_us = proxies->probes[i].connect_us;
    }
}

void doctor_proxies_clear(struct doctor_proxies *proxies)
{
    for (size_t i = 0; i < ARRAY_LENGTH(proxies->shown); i++)
        free(proxies->shown[i]);
    *proxies = (struct doctor_proxies){0};
}
