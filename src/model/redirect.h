/* Where a redirect leads, or why it is not followed. */
#ifndef HAUL_MODEL_REDIRECT_H
#define HAUL_MODEL_REDIRECT_H

#include "base/common.h"
#include "model/outcome.h"
#include "model/url.h"

/* 301, 302, 303, 307, 308: a new request may follow (RFC 9110, 15.4). */
bool redirect_is_status(int http);

/* The next URL, or false with FAILURE_BAD_REDIRECT (no Location, malformed, not http or https, from
 * https to http) or FAILURE_TOO_MANY_REDIRECTS, and a static reason. `location` may be NULL. */
bool redirect_next(const struct url *current, const char *location, unsigned followed,
                   unsigned limit, struct url *out, enum failure *out_failure,
                   const char **out_reason);

#endif
