/* The wall clock, and whether a time service keeps it right. */
#ifndef HAUL_IO_SYSTEM_CLOCK_H
#define HAUL_IO_SYSTEM_CLOCK_H

#include "model/diagnosis_machine.h"

struct diagnosis_clock system_clock_describe(void);

#endif
