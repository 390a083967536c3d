#include "sync/pool.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"

#define THREAD_NAME_SIZE 16 /* what the kernel keeps, with the final NUL */

struct pool {
    unsigned size;
    struct thread threads[];
};

/* A name that is too long loses its own end, not the number's. */
static void format_thread_name(char out[THREAD_NAME_SIZE], const char *name, unsigned number)
{
    char suffix[THREAD_NAME_SIZE];
    int length = snprintf(suffix, sizeof(suffix), "-%u", number);
    size_t kept = strnlen(name, sizeof(suffix) - 1 - (size_t)length);
    memcpy(out, name, kept);
    memcpy(out + kept, suffix, (size_t)length + 1);
}

struct pool *pool_start(const char *name, unsigned count, void (*body)(void *context),
                        void *const *contexts, struct error *error)
{
    assert(count > 0);
    struct pool *pool = memory_allocate_zeroed(1, sizeof(*pool) + count * sizeof(pool->threads[0]));
    for (unsigned i = 0; i < count; i++) {
        char thread_name[THREAD_NAME_SIZE];
        format_thread_name(thread_name, name, i + 1);
        /* The caller's error stays untouched when there is at least one thread. */
        if (!thread_start(&pool->threads[i], thread_name, body, contexts[i], i == 0 ? error : NULL))
            break;
        pool->size++;
    }
    if (pool->size == 0) {
        free(pool);
        return NULL;
    }
    return pool;
}

unsigned pool_size(const struct pool *pool)
{
    return pool->size;
}

void pool_join(struct pool *pool)
{
    for (unsigned i = 0; i < pool->size; i++)
        thread_join(&pool->threads[i]);
}

void pool_destroy(struct pool *pool)
{
    if (pool == NULL)
        return;
    pool_join(pool);
    free(pool);
}
