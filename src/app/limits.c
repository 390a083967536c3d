#include "app/limits.h"

#include <sys/resource.h>

/* What a run holds open beside its downloads: standard streams, directories, lock, state (two
 * handles with write-ahead log and shared memory), records, cancel. */
#define FIXED_DESCRIPTORS 24
#define LEAST_DESCRIPTORS 26     /* for one download on one worker */
#define DESCRIPTORS_PER_THREAD 3 /* a wake-up pair and a name lookup */
#define LEAST_PER_JOB 2          /* a connection and a file */
#define WANTED_PER_JOB 5         /* and idle connections, to be used again */

/* The soft limit after an attempt to raise it; UINT32_MAX = none. */
static rlim_t raise_limit(rlim_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT32_MAX;
    if (limit.rlim_cur >= wanted)
        return limit.rlim_cur;
    struct rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max > wanted ? wanted : limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

static uint64_t fixed_part(unsigned threads, size_t beside)
{
    return FIXED_DESCRIPTORS + (uint64_t)beside + (uint64_t)DESCRIPTORS_PER_THREAD * threads;
}

uint64_t limits_wanted(unsigned jobs, unsigned threads, size_t beside)
{
    return fixed_part(threads, beside) + (uint64_t)WANTED_PER_JOB * jobs;
}

struct limits limits_within(uint64_t limit, unsigned jobs, unsigned threads, size_t beside)
{
    uint64_t fixed = fixed_part(threads, beside);
    struct limits none = {0};
    if (limit < LEAST_DESCRIPTORS + (uint64_t)beside)
        return none;
    uint64_t left = limit > fixed ? limit - fixed : 0;
    uint64_t fitting = left / LEAST_PER_JOB;
    struct limits limits = {.jobs = fitting < 1 ? 1 : fitting < jobs ? (unsigned)fitting : jobs};

    uint64_t slots = (limits.jobs + threads - 1) / threads;
    uint64_t most = slots * (WANTED_PER_JOB - 1);
    uint64_t connections = left > limits.jobs ? (left - limits.jobs) / threads : 1;
    limits.connections = (unsigned)(connections < most ? connections : most);
    if (limits.connections < slots)
        limits.connections = (unsigned)slots;
    return limits;
}

struct limits limits_fit(unsigned jobs, unsigned threads, size_t beside)
{
    rlim_t limit = raise_limit(limits_wanted(jobs, threads, beside));
    return limits_within(limit, jobs, threads, beside);
}
