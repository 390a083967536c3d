#include "sync/budget.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"

struct budget {
    size_t limit;

    struct lock lock; /* guards everything below */
    struct condition has_room;
    size_t held;
    unsigned waiting;
    bool is_closed;
};

struct budget *budget_create(size_t limit)
{
    struct budget *budget = memory_allocate_zeroed(1, sizeof *budget);
    budget->limit = limit;
    lock_init(&budget->lock, LOCK_RANK_BUDGET);
    condition_init(&budget->has_room);
    return budget;
}

void budget_destroy(struct budget *budget)
{
    if (budget == NULL)
        return;
    condition_clear(&budget->has_room);
    lock_clear(&budget->lock);
    free(budget);
}

static bool fits_locked(const struct budget *budget, size_t amount)
{
    return budget->is_closed || budget->held == 0 ||
           (budget->held < budget->limit && amount <= budget->limit - budget->held);
}

bool budget_try_acquire(struct budget *budget, size_t amount)
{
    lock_acquire(&budget->lock);
    bool fits = fits_locked(budget, amount);
    budget->held += fits ? amount : 0;
    lock_release(&budget->lock);
    return fits;
}

void budget_acquire(struct budget *budget, size_t amount)
{
    lock_acquire(&budget->lock);
    budget->waiting++;
    while (!fits_locked(budget, amount))
        condition_wait(&budget->has_room, &budget->lock);
    budget->waiting--;
    budget->held += amount;
    lock_release(&budget->lock);
}

void budget_charge(struct budget *budget, size_t amount)
{
    lock_acquire(&budget->lock);
    budget->held += amount;
    lock_release(&budget->lock);
}

void budget_release(struct budget *budget, size_t amount)
{
    lock_acquire(&budget->lock);
    if (amount > budget->held)
        abort();
    budget->held -= amount;
    if (budget->waiting > 0)
        condition_broadcast(&budget->has_room);
    lock_release(&budget->lock);
}

void budget_close(struct budget *budget)
{
    lock_acquire(&budget->lock);
    budget->is_closed = true;
    condition_broadcast(&budget->has_room);
    lock_release(&budget->lock);
}

size_t budget_held(struct budget *budget)
{
    lock_acquire(&budget->lock);
    size_t held = budget->held;
    lock_release(&budget->lock);
    return held;
}
