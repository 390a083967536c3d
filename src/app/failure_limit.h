/* How many failed URLs a run may have and still be a success (--max-failures N|P%). */
#ifndef HAUL_APP_FAILURE_LIMIT_H
#define HAUL_APP_FAILURE_LIMIT_H

#include "base/common.h"

struct failure_limit {
    bool is_set;
    bool is_share;
    double share;   /* 0 to 1, of all URLs */
    uint64_t count; /* without a share */
};

/* "20", "5%", "0.5%". False when malformed or above 100%; *out is untouched then. */
bool failure_limit_parse(const char *text, struct failure_limit *out);

/* More failed than allowed, of so many; never without a limit. A share of a run that goes on is
 * known only when its total is. */
bool failure_limit_is_exceeded(const struct failure_limit *limit, uint64_t failed, uint64_t total);

#endif
