/* The list of haul doctor: what it holds, and some of its hosts.
 *
 * Owned and used by one thread. */
#ifndef HAUL_APP_DOCTOR_LIST_H
#define HAUL_APP_DOCTOR_LIST_H

#include "app/options.h"
#include "base/error.h"
#include "io/proxy.h"
#include "model/diagnosis.h"
#include "model/host_sample.h"
#include "sync/cancel.h"

struct doctor_list {
    struct diagnosis_list facts;
    struct host_sample *names; /* that haul itself must look up; owned */
    uint64_t literal;          /* hosts that are addresses */
    uint64_t proxied;          /* hosts that only a proxy looks up */
    uint64_t proxied_http;     /* URLs that go through the proxy for http */
    uint64_t proxied_https;
};

/* Reads the operands of the options to their end, or until `cancel`; none is fine. `sample` hosts
 * are drawn with the options' seed. ERROR_INPUT for lists that cannot be read or hold no URL.
 * doctor_list_clear in any case. */
bool doctor_list_read(struct doctor_list *list, const struct options *options,
                      const struct proxy_settings *proxies, size_t sample,
                      const struct cancel *cancel, struct error *error);
void doctor_list_clear(struct doctor_list *list);

#endif
