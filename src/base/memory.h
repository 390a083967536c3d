/* Small allocations of fixed size: they return memory or end the program with exit code 4.
 *
 * For anything whose size comes from outside, check a cap first (base/text does). All memory is
 * released with free(). */
#ifndef HAUL_BASE_MEMORY_H
#define HAUL_BASE_MEMORY_H

#include "base/common.h"

void *memory_allocate(size_t size);                           /* not initialised */
void *memory_allocate_zeroed(size_t count, size_t item_size); /* overflow ends the program */
void *memory_resize(void *block, size_t count, size_t item_size);
char *memory_copy_string(const char *string);              /* NULL gives NULL */
char *memory_copy_bytes(const char *bytes, size_t length); /* adds a final NUL */

#endif
