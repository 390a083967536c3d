#include "app/limits.h"

#include <sys/resource.h>

/* What a run holds open beside its downloads: standard streams, directories, lock, state (two
 * handles with write-ahead log and shared memory), records, list, cancel. */
#define FIXED_DESCRIPTORS 30
#define DESCRIPTORS_PER_THREAD 3 /* a wake-up pair and a name lookup */
#define DESCRIPTORS_PER_JOB 3    /* its connection, its file, and an idle connection kept */

unsigned limits_fit_jobs(unsigned jobs, unsigned threads)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return jobs;
    rlim_t fixed = FIXED_DESCRIPTORS + (rlim_t)DESCRIPTORS_PER_THREAD * threads;
    rlim_t wanted = fixed + (rlim_t)DESCRIPTORS_PER_JOB * jobs;
    if (limit.rlim_cur < wanted) {
        struct rlimit raised = limit;
        raised.rlim_cur =
            limit.rlim_max == RLIM_INFINITY || limit.rlim_max > wanted ? wanted : limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    if (limit.rlim_cur >= wanted)
        return jobs;
    rlim_t left = limit.rlim_cur > fixed ? limit.rlim_cur - fixed : 0;
    unsigned fitting = (unsigned)(left / DESCRIPTORS_PER_JOB);
    return fitting > 0 ? fitting : 1;
}
