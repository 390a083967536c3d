/* A thread that brings to the disk what was written while the publisher gives names, so that the
 * sync before the next names finds little left to do. It promises nothing: the publisher syncs
 * itself before it gives a name.
 *
 * Owned and used by one thread, the publisher's; only its own thread calls the sync. */
#ifndef HAUL_IO_PUBLISHER_FLUSHER_H
#define HAUL_IO_PUBLISHER_FLUSHER_H

#include "io/root.h"

struct publisher_flusher;

struct publisher_flusher *publisher_flusher_create(struct root *root); /* root is lent */
void publisher_flusher_destroy(struct publisher_flusher *flusher);     /* NULL is fine */

/* Starts a sync and returns at once; without a thread to be had, nothing happens. */
void publisher_flusher_begin(struct publisher_flusher *flusher);
/* Waits for its end, if one was begun. A failure of the disk is reported to one sync only, so this
 * one counts like the publisher's own: 0 or a negative errno value. */
int publisher_flusher_end(struct publisher_flusher *flusher);

#endif
