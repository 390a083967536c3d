/* What the end of a request says about its host, for the gate: was it reached, does it want a
 * rest. */
#ifndef HAUL_APP_HOST_POLICY_H
#define HAUL_APP_HOST_POLICY_H

#include "io/proxy.h"
#include "model/job.h"
#include "model/retry.h"
#include "sync/host_gate.h"

/* Of a failed attempt. Behind a proxy, nobody knows whether the host itself was not reached. */
enum host_gate_result host_policy_judge(const struct job *job, const struct proxy_settings *proxy);

/* 429 and 503 are about the host: all of it rests, as it asked, or with a backoff. Before
 * host_gate_leave. */
void host_policy_let_rest(struct host_gate *gate, const struct retry_policy *policy,
                          const struct job *job, const char *host, uint32_t random);

#endif
