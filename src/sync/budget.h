/* How much may be in hand at once: a producer waits until what it adds fits below the limit.
 *
 * Threads: any thread may call anything, except create and destroy.
 * Waiting: budget_acquire only. One thing that is larger than the limit passes when nothing else
 *          is held.
 * Ending:  budget_close lets everybody pass from then on; amounts are still counted. */
#ifndef HAUL_SYNC_BUDGET_H
#define HAUL_SYNC_BUDGET_H

#include "base/common.h"

struct budget;

struct budget *budget_create(size_t limit);
void budget_destroy(struct budget *budget); /* NULL is fine */

/* False, and nothing acquired, where budget_acquire would wait. */
bool budget_try_acquire(struct budget *budget, size_t amount);
void budget_acquire(struct budget *budget, size_t amount);
/* What is in hand has grown: counted without waiting, also beyond the limit. */
void budget_charge(struct budget *budget, size_t amount);
void budget_release(struct budget *budget, size_t amount); /* more than was acquired aborts */
void budget_close(struct budget *budget);
size_t budget_held(struct budget *budget);

#endif
