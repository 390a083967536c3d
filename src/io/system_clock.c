#include "io/system_clock.h"

#include "base/clock.h"

#include <sys/timex.h>

struct diagnosis_clock system_clock_describe(void)
{
    struct timex kernel = {.modes = 0}; /* asks, sets nothing */
    int state = adjtimex(&kernel);
    return (struct diagnosis_clock){
        .wall_us = clock_wall_us(),
        .is_known = state >= 0,
        .is_synchronised = state >= 0 && (kernel.status & STA_UNSYNC) == 0,
    };
}
