/* What this machine is, and how busy it is. */
#ifndef HAUL_IO_MACHINE_H
#define HAUL_IO_MACHINE_H

#include "base/common.h"

unsigned machine_cpus(void); /* that this process may use; a container often has fewer than all */

struct machine {
    unsigned cpus;
    char cpu_model[128];  /* "" = unknown */
    int64_t memory_bytes; /* -1 = unknown */
    char kernel[128];     /* "Linux 6.1.0 x86_64" */
};
struct machine machine_describe(void);

/* Ticks of all CPUs since the start of the machine (proc(5), /proc/stat); 0 of 0 = unknown. */
struct machine_load {
    uint64_t busy;
    uint64_t all;
};
struct machine_load machine_load_now(void);
/* Share of the time between two looks that the CPUs were busy with anything at all, 0 to 1; -1 when
 * that is unknown, or too short to tell. */
double machine_load_between(const struct machine_load *before, const struct machine_load *after);

#endif
