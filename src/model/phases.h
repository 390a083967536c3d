/* Where the time of one URL went. */
#ifndef HAUL_MODEL_PHASES_H
#define HAUL_MODEL_PHASES_H

#include "base/common.h"

/* Microseconds on the monotonic clock; -1 = unknown, or not reached. All but `queue` and `total`
 * are of the last attempt; `total` runs from the start of the first attempt to the end of the last.
 * The phase in which an attempt failed has the time until then.
 *
 * `write` is what a worker waited for while the body was stored: making, writing and closing its
 * temporary file. The sync and the final name come later, for many files at once, while the worker
 * goes on: they are no URL's time. */
struct phases {
    int64_t queue;
    int64_t dns;
    int64_t connect;
    int64_t tls;
    int64_t ttfb;    /* request sent to first byte of the reply */
    int64_t receive; /* first byte to last, without what of `write` fell into it */
    int64_t write;
    int64_t total;
};

/* When a request came to its points, in microseconds from its start; 0 = never. */
struct phase_points {
    int64_t resolved;
    int64_t connected; /* without the handshake */
    int64_t secured;
    int64_t sent;
    int64_t answered; /* the first byte */
    int64_t ended;    /* well or badly */
    bool is_secure;   /* a handshake is part of it */
};

/* Sets all but queue, write and total. */
void phases_set(struct phases *us, const struct phase_points *points);

/* Takes storing out of what was measured as receiving. `within_us`: of the `write_us`, what came
 * before the end of the reply, as the pieces of a large body do; a small one is stored after it,
 * which makes `total` longer. -1 = nothing was stored. */
void phases_add_write(struct phases *us, int64_t within_us, int64_t write_us);

#endif
