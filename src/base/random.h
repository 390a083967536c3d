/* Random numbers: from a seed, the same on every machine; or any. */
#ifndef HAUL_BASE_RANDOM_H
#define HAUL_BASE_RANDOM_H

#include "base/common.h"

/* The number at a position of the sequence that a seed begins (splitmix64: Steele, Lea, Flood, Fast
 * Splittable Pseudorandom Number Generators, 2014). Any seed is as good as any other, also 0. */
uint64_t random_at(uint64_t seed, uint64_t position);

/* A number that differs between processes and calls. No secret: it never waits for one. */
uint32_t random_any(void);

#endif
