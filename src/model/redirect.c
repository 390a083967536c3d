#include "model/redirect.h"

static bool refuse(enum failure failure, const char *reason, enum failure *out_failure,
                   const char **out_reason)
{
    *out_failure = failure;
    *out_reason = reason;
    return false;
}

bool redirect_is_status(int http)
{
    return http == 301 || http == 302 || http == 303 || http == 307 || http == 308;
}

bool redirect_next(const struct url *current, const char *location, unsigned followed,
                   unsigned limit, struct url *out, enum failure *out_failure,
                   const char **out_reason)
{
    if (location == NULL || location[0] == '\0')
        return refuse(FAILURE_BAD_REDIRECT, "redirect without a target", out_failure, out_reason);
    if (followed >= limit)
        return refuse(FAILURE_TOO_MANY_REDIRECTS, "too many redirects", out_failure, out_reason);
    struct url next;
    if (!url_resolve(current, location, &next, out_failure, out_reason)) {
        if (*out_failure == FAILURE_UNSUPPORTED_SCHEME)
            *out_reason = "redirect to something else than http or https";
        *out_failure = FAILURE_BAD_REDIRECT;
        return false;
    }
    if (current->is_https && !next.is_https) {
        url_clear(&next);
        return refuse(FAILURE_BAD_REDIRECT, "redirect from https to http", out_failure, out_reason);
    }
    *out = next;
    return true;
}
