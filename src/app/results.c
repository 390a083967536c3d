#include "app/results.h"

#include "base/clock.h"
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

/* Records come in batches, up to a second after the downloads that they are about. */
static int64_t end_of(const struct job *job, int64_t now_us)
{
    int64_t total_us = job->outcome.us.total;
    return job->started_us > 0 && total_us >= 0 ? job->started_us + total_us : now_us;
}

void results_add(struct results *results, struct job *const *jobs, size_t count, int64_t start_us)
{
    int64_t now_us = clock_monotonic_us();
    lock_acquire(&results->lock);
    for (size_t i = 0; i < count; i++)
        summary_add(&results->summary, jobs[i], end_of(jobs[i], now_us) - start_us);
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
