/* Complete writes to a file descriptor. Functions give 0 or a negative errno value. */
#ifndef HAUL_IO_DESCRIPTOR_H
#define HAUL_IO_DESCRIPTOR_H

#include "base/common.h"
#include "sync/cancel.h"

/* Writes all of it: goes on after interruptions and partial writes, and waits
 * where the descriptor is non-blocking. */
int descriptor_write(int descriptor, const char *bytes, size_t length);

/* The same to a pipe or terminal whose other end may not read: gives up with -ECANCELED when the
 * run is aborted (cancel may be NULL: never). */
int descriptor_write_unless(int descriptor, const char *bytes, size_t length,
                            const struct cancel *cancel);

/* One write that never waits, for what may be lost; false when not all of it was written. */
bool descriptor_write_now(int descriptor, const char *bytes, size_t length);

/* Network file systems report a full disk here. The descriptor is gone in any case. */
int descriptor_close(int descriptor);

#endif
