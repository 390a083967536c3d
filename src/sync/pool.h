/* A fixed number of named threads that run the same function and are joined together. */
#ifndef HAUL_SYNC_POOL_H
#define HAUL_SYNC_POOL_H

#include "base/common.h"
#include "base/error.h"

struct pool;

/* Starts `count` threads NAME-1, NAME-2 ... running body(contexts[0]), body(contexts[1]) ...
 * When the system gives fewer threads, the pool has fewer; it fails (NULL) only when there is not
 * even one. `contexts` is lent until pool_destroy. */
struct pool *pool_start(const char *name, unsigned count, void (*body)(void *context),
                        void *const *contexts, struct error *error);
unsigned pool_size(const struct pool *pool);
void pool_join(struct pool *pool);
void pool_destroy(struct pool *pool); /* joins when that is still to do; NULL is fine */

#endif
