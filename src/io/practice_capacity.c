#include "io/practice_capacity.h"

#include <stdlib.h>

#include "base/memory.h"

void practice_capacity_init(struct practice_capacity *capacity, unsigned count)
{
    capacity->count = count;
    capacity->free_us =
        count > 0 ? memory_allocate_zeroed(count, sizeof(*capacity->free_us)) : NULL;
}

void practice_capacity_clear(struct practice_capacity *capacity)
{
    free(capacity->free_us);
    capacity->free_us = NULL;
    capacity->count = 0;
}

int64_t practice_capacity_done_us(struct practice_capacity *capacity, int64_t now_us,
                                  int64_t duration_us)
{
    unsigned first = 0;
    if (capacity->count == 0)
        return now_us + duration_us;
    for (unsigned i = 1; i < capacity->count; i++) {
        if (capacity->free_us[i] < capacity->free_us[first])
            first = i;
    }
    int64_t *free_us = &capacity->free_us[first];
    *free_us = (*free_us > now_us ? *free_us : now_us) + duration_us;
    return *free_us;
}
