/* Tells a health check (--ping URL) that a run has started and how it ended: GET URL/start, then
 * GET URL after exit code 0, or URL/EXITCODE. A query of the URL stays behind the path.
 *
 * A thread of its own asks, so that nothing waits for it but the end of the run. Three tries of ten
 * seconds each; what goes wrong never changes a run. Any 2xx is success, all else is not, redirects
 * included: they are not followed. Only http and https, TLS 1.2 or newer; the proxy is the run's.
 * libcurl's global state must be set up. */
#ifndef HAUL_IO_PING_H
#define HAUL_IO_PING_H

#include "base/common.h"
#include "base/error.h"
#include "io/proxy.h"

struct ping;

/* All lent until ping_finish. */
struct ping_settings {
    const char *url;
    const char *user_agent;
    const char *ca_file; /* NULL = the system's */
    const struct proxy_settings *proxy;
};

bool ping_check(const char *url, struct error *error); /* ERROR_USAGE when it is none */

/* The start is told at once. NULL when the URL is none or there is no thread: nothing is told then.
 */
struct ping *ping_start(const struct ping_settings *settings);

/* Tells the end after the start, waits for both, and frees: at most 35 seconds. A start that is
 * still being tried again is given up, one in progress is waited for. False with a text when one of
 * them did not get through (only the origin of the URL is shown). NULL is fine. */
bool ping_finish(struct ping *ping, int exit_code, struct error *error);

#endif
