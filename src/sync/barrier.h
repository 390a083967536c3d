/* A barrier: threads wait at it until all that are expected have come, and go on together.
 *
 * Threads: any thread may call anything, except create and destroy.
 * Ending:  it serves once: whoever comes later goes straight on. */
#ifndef HAUL_SYNC_BARRIER_H
#define HAUL_SYNC_BARRIER_H

#include "base/common.h"

struct barrier;

struct barrier *barrier_create(unsigned expected); /* at least 1 */
void barrier_destroy(struct barrier *barrier);     /* nobody waiting; NULL is fine */

/* Waits for the others; the last one to come waits for nobody. */
void barrier_wait(struct barrier *barrier);

/* So many of the expected will not come: a thread that the system did not give. */
void barrier_expect_fewer(struct barrier *barrier, unsigned missing);

#endif
