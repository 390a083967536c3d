/* What the file system of an output directory has to offer, found without changing anything. */
#ifndef HAUL_IO_FILESYSTEM_H
#define HAUL_IO_FILESYSTEM_H

#include "model/diagnosis_machine.h"

/* Fills all of *out but `waits` and min_free_bytes. When the directory is not there, the nearest
 * one above it that is answers for it. out->path is lent, out->nearest owned: filesystem_clear. */
void filesystem_survey(const char *path, struct diagnosis_directory *out);
void filesystem_clear(struct diagnosis_directory *directory);

#endif
