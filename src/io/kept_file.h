/* Proof that a file which is there already has certain contents. */
#ifndef HAUL_IO_KEPT_FILE_H
#define HAUL_IO_KEPT_FILE_H

#include "io/root.h"
#include "model/digest.h"

/* Reads the whole of a regular file. False when it cannot be read or has another digest. */
bool kept_file_has_checksum(struct root *root, const char *path, const struct checksum *wanted);

#endif
