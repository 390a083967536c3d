/* Proof that a file which is there already has certain contents. */
#ifndef HAUL_IO_KEPT_FILE_H
#define HAUL_IO_KEPT_FILE_H

#include "io/root.h"
#include "model/verification.h"
#include "sync/cancel.h"

/* Reads the whole of a regular file. False when it cannot be read or has another digest, and when
 * the run is canceled meanwhile (`cancel` may be NULL). */
bool kept_file_has_checksum(struct root *root, const char *path, const struct checksum *wanted,
                            const struct cancel *cancel);

/* The same with all checks of a download; `wanted` may be NULL. */
bool kept_file_passes(struct root *root, const char *path, const struct verification_rules *rules,
                      const struct checksum *wanted, const struct cancel *cancel);

#endif
