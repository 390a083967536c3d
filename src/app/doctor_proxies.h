/* Which proxies a run would use, and whether they take connections. */
#ifndef HAUL_APP_DOCTOR_PROXIES_H
#define HAUL_APP_DOCTOR_PROXIES_H

#include "io/name_lookup.h"
#include "io/proxy.h"
#include "io/proxy_probe.h"
#include "model/diagnosis_network.h"
#include "model/url.h"
#include "sync/cancel.h"

/* What the facts lend. */
struct doctor_proxies {
    struct diagnosis_proxies facts;
    struct proxy_probe probes[2];
    char *shown[2]; /* owned */
};

/* Connects to each proxy once, within limit_us, or until `cancel` is raised. The structure must not
 * move; doctor_proxies_clear. */
void doctor_proxies_survey(struct doctor_proxies *proxies, const struct proxy_settings *settings,
                           const struct redaction *redaction, struct name_lookup *lookup,
                           const struct cancel *cancel, int64_t limit_us);
void doctor_proxies_clear(struct doctor_proxies *proxies);

#endif
