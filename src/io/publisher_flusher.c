#include "io/publisher_flusher.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"

struct publisher_flusher {
    struct root *root;
    struct thread thread;

    struct lock lock; /* guards everything below */
    struct condition changed;
    bool is_wanted; /* a sync was begun and has not ended */
    bool is_stopping;
    int result; /* of the syncs since somebody asked */
};

static bool wait_for_work(struct publisher_flusher *flusher)
{
    lock_acquire(&flusher->lock);
    while (!flusher->is_wanted && !flusher->is_stopping)
        condition_wait(&flusher->changed, &flusher->lock);
    bool is_wanted = flusher->is_wanted;
    lock_release(&flusher->lock);
    return is_wanted;
}

static void flusher_body(void *context)
{
    struct publisher_flusher *flusher = context;
    while (wait_for_work(flusher)) {
        int result = root_sync_filesystem(flusher->root);
        lock_acquire(&flusher->lock);
        flusher->is_wanted = false;
        if (result < 0)
            flusher->result = result;
        condition_broadcast(&flusher->changed);
        lock_release(&flusher->lock);
    }
}

struct publisher_flusher *publisher_flusher_create(struct root *root)
{
    struct publisher_flusher *flusher = memory_allocate_zeroed(1, sizeof(*flusher));
    flusher->root = root;
    /* The recorder's thread holds none of its own while it publishes. */
    lock_init(&flusher->lock, LOCK_RANK_RECORDER);
    condition_init(&flusher->changed);
    return flusher;
}

void publisher_flusher_destroy(struct publisher_flusher *flusher)
{
    if (flusher == NULL)
        return;
    lock_acquire(&flusher->lock);
    flusher->is_stopping = true;
    condition_broadcast(&flusher->changed);
    lock_release(&flusher->lock);
    thread_join(&flusher->thread);
    condition_clear(&flusher->changed);
    lock_clear(&flusher->lock);
    free(flusher);
}

void publisher_flusher_begin(struct publisher_flusher *flusher)
{
    if (!flusher->thread.is_started &&
        !thread_start(&flusher->thread, "flusher", flusher_body, flusher, NULL))
        return;
    lock_acquire(&flusher->lock);
    flusher->is_wanted = true;
    condition_broadcast(&flusher->changed);
    lock_release(&flusher->lock);
}

int publisher_flusher_end(struct publisher_flusher *flusher)
{
    lock_acquire(&flusher->lock);
    while (flusher->is_wanted)
        condition_wait(&flusher->changed, &flusher->lock);
    int result = flusher->result;
    flusher->result = 0;
    lock_release(&flusher->lock);
    return result;
}
