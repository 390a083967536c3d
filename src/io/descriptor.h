/* Complete writes to a file descriptor. Functions give 0 or a negative errno value. */
#ifndef HAUL_IO_DESCRIPTOR_H
#define HAUL_IO_DESCRIPTOR_H

#include "base/common.h"

/* Writes all of it: goes on after interruptions and partial writes. */
int descriptor_write(int descriptor, const char *bytes, size_t length);

/* Network file systems report a full disk here. The descriptor is gone in any case. */
int descriptor_close(int descriptor);

#endif
