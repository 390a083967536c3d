/* Descriptors: how many downloads and connections this process can carry at once. */
#ifndef HAUL_APP_LIMITS_H
#define HAUL_APP_LIMITS_H

#include "base/common.h"

struct limits {
    unsigned jobs;        /* downloads that fit, up to what was wanted; 0 = not even one */
    unsigned connections; /* open at once on each worker, idle ones included */
};

/* Raises the soft limit on open files as far as `jobs` downloads on `threads` workers with
 * `beside` further descriptors need and the hard limit allows, and says what fits. */
struct limits limits_fit(unsigned jobs, unsigned threads, size_t beside);

/* The same for a limit that is given; nothing is raised. */
struct limits limits_within(uint64_t limit, unsigned jobs, unsigned threads, size_t beside);

/* For all the downloads, and for idle connections, to be used again. */
uint64_t limits_wanted(unsigned jobs, unsigned threads, size_t beside);

#endif
