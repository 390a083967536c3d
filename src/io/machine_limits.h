/* What the system lets this process have: descriptors, memory, threads. */
#ifndef HAUL_IO_MACHINE_LIMITS_H
#define HAUL_IO_MACHINE_LIMITS_H

#include "base/common.h"

struct machine_limits {
    uint64_t descriptors_soft; /* UINT64_MAX = no limit */
    uint64_t descriptors_hard;
    int64_t memory_available; /* bytes that can be had without swapping; -1 = unknown */
    int64_t memory_limit;     /* bytes, of this process or its control group; -1 = none */
    int64_t processes_left;   /* of its control group; -1 = no limit, or unknown */
};

struct machine_limits machine_limits_read(void);

#endif
