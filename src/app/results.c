#include "app/results.h"

#include "base/memory.h"
#include "base/thread.h"

#include <stdlib.h>

struct results {
    struct lock lock; /* guards everything below */
    struct summary summary;
};

struct results *results_create(void)
{
    struct results *results = memory_allocate_zeroed(1, sizeof *results);
    lock_init(&results->lock, LOCK_RANK_RESULTS);
    summary_init(&results->summary);
    return results;
}

void results_destroy(struct results *results)
{
    if (results == NULL)
        return;
    summary_clear(&results->summary);
    lock_clear(&results->lock);
    free(results);
}

void results_add(struct results *results, struct job *const *jobs, size_t count, int64_t elapsed_us)
{
    lock_acquire(&results->lock);
    for (size_t i = 0; i < count; i++)
        summary_add(&results->summary, jobs[i], elapsed_us);
    lock_release(&results->lock);
}

struct counts results_counts(struct results *results)
{
    lock_acquire(&results->lock);
    struct counts copy = results->summary.counts;
    lock_release(&results->lock);
    return copy; /* printed slowly, with no lock held */
}

void results_copy(struct results *results, struct summary *out)
{
    lock_acquire(&results->lock);
    summary_copy(&results->summary, out);
    lock_release(&results->lock);
}
