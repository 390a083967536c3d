#include "base/random.h"

#include <sys/random.h>

#include "base/clock.h"

uint64_t random_at(uint64_t seed, uint64_t position)
{
    uint64_t mixed = seed + (position + 1) * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ mixed >> 31;
}

uint32_t random_any(void)
{
    uint32_t number = 0;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
        number = (uint32_t)clock_monotonic_us() * 2654435761u;
    return number;
}
