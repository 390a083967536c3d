#include "sync/cancel.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/thread.h"

struct cancel {
    int descriptor;
    struct hook *waiters;
    size_t waiter_count;

    struct lock lock; /* orders the raises */
    /* Written by cancel_raise under the lock, read by every thread without it. */
    atomic_int level;
    atomic_int reason;
};

struct cancel *cancel_create(struct error *error)
{
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) {
        error_set_errno(error, ERROR_LOCAL, errno, "cannot make a descriptor for cancelling");
        return NULL;
    }
    struct cancel *cancel = memory_allocate_zeroed(1, sizeof(*cancel));
    cancel->descriptor = descriptor;
    lock_init(&cancel->lock, LOCK_RANK_CANCEL);
    return cancel;
}

void cancel_destroy(struct cancel *cancel)
{
    if (cancel == NULL)
        return;
    lock_clear(&cancel->lock);
    close(cancel->descriptor);
    free(cancel->waiters);
    free(cancel);
}

void cancel_add_waiter(struct cancel *cancel, struct hook wake)
{
    cancel->waiters =
        memory_resize(cancel->waiters, cancel->waiter_count + 1, sizeof(cancel->waiters[0]));
    cancel->waiters[cancel->waiter_count++] = wake;
}

void cancel_raise(struct cancel *cancel, enum cancel_level level, int reason)
{
    assert(reason > 0);
    lock_acquire(&cancel->lock);
    bool is_higher = (int)level > atomic_load(&cancel->level);
    if (is_higher) {
        /* The reason first: who sees the level must find the reason. */
        if (atomic_load(&cancel->reason) == 0)
            atomic_store(&cancel->reason, reason);
        atomic_store(&cancel->level, (int)level);
    }
    lock_release(&cancel->lock);
    if (!is_higher)
        return;

    /* Cannot fail: at most two raises ever reach this, and the counter holds 2^64 - 2. */
    (void)eventfd_write(cancel->descriptor, 1);
    for (size_t i = 0; i < cancel->waiter_count; i++)
        hook_call(cancel->waiters[i]);
}

enum cancel_level cancel_level(const struct cancel *cancel)
{
    return (enum cancel_level)atomic_load(&cancel->level);
}

int cancel_reason(const struct cancel *cancel)
{
    return atomic_load(&cancel->reason);
}

int cancel_descriptor(const struct cancel *cancel)
{
    return cancel->descriptor;
}
