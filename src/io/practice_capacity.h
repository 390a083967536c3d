/* A server that works on so many requests at once: the others wait for their turn, in the order in
 * which they came. Data and a function; the caller holds its lock. */
#ifndef HAUL_IO_PRACTICE_CAPACITY_H
#define HAUL_IO_PRACTICE_CAPACITY_H

#include "base/common.h"

struct practice_capacity {
    unsigned count;   /* 0 = any number at once */
    int64_t *free_us; /* when each place is free again, monotonic; owned */
};

void practice_capacity_init(struct practice_capacity *capacity, unsigned count);
void practice_capacity_clear(struct practice_capacity *capacity);

/* When a request that comes now and takes so long is done; it holds its place until then. */
int64_t practice_capacity_done_us(struct practice_capacity *capacity, int64_t now_us,
                                  int64_t duration_us);

#endif
