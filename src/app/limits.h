/* Descriptors: how many downloads this process can carry at once. */
#ifndef HAUL_APP_LIMITS_H
#define HAUL_APP_LIMITS_H

#include "base/common.h"

/* Raises the soft limit on open files as far as `jobs` downloads on `threads` workers need and the
 * hard limit allows; returns how many downloads fit, from 1 to jobs. */
unsigned limits_fit_jobs(unsigned jobs, unsigned threads);

#endif
