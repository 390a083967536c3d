#include "app/host_policy.h"

#include "base/clock.h"

/* --timeout is over. A host that took all of it without a connection was not reached; what is left
 * of it for a later request may be too short to tell. */
static enum host_gate_result judge_timeout(const struct job *job)
{
    const struct outcome *outcome = &job->outcome;
    if (outcome->has_connected)
        return HOST_GATE_REACHED;
    return outcome->attempts == 1 && !job->is_redirected ? HOST_GATE_UNREACHED : HOST_GATE_UNKNOWN;
}

enum host_gate_result host_policy_judge(const struct job *job, const struct proxy_settings *proxy)
{
    switch (job->outcome.failure) {
    case FAILURE_DNS:
    case FAILURE_DNS_TEMPORARY:
    case FAILURE_CONNECT:
    case FAILURE_REFUSED:
    case FAILURE_TLS:
        return proxy_for(proxy, job_target(job)) == NULL ? HOST_GATE_UNREACHED : HOST_GATE_UNKNOWN;
    case FAILURE_CANCELED:
    case FAILURE_INTERNAL:
    case FAILURE_BLOCKED_ADDRESS:
        return HOST_GATE_UNKNOWN;
    case FAILURE_TIMEOUT:
        return proxy_for(proxy, job_target(job)) == NULL ? judge_timeout(job) : HOST_GATE_REACHED;
    case FAILURE_STALLED:
    case FAILURE_RESET:
    case FAILURE_TRUNCATED:
    case FAILURE_RATE_LIMITED:
    case FAILURE_SERVER_ERROR:
        return HOST_GATE_REACHED;
    default: /* an answer is an answer */
        return job->has_answered ? HOST_GATE_REACHED : HOST_GATE_SUCCESS;
    }
}

void host_policy_let_rest(struct host_gate *gate, const struct retry_policy *policy,
                          const struct job *job, const char *host, uint32_t random)
{
    int http = job->outcome.http;
    bool is_by_status = job->outcome.failure == FAILURE_RATE_LIMITED ||
                        job->outcome.failure == FAILURE_SERVER_ERROR;
    if (!is_by_status || (http != 429 && http != 503))
        return;
    int64_t now_us = clock_monotonic_us();
    unsigned rests = host_gate_count_rest(gate, host, now_us);
    int64_t rest_us = retry_rest_us(policy, rests, job->retry_after_us, random);
    host_gate_pause(gate, host, now_us + rest_us);
}
