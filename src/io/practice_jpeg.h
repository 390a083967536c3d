/* A baseline JPEG encoder for the pictures of the practice server: 8 bits, three components without
 * subsampling, the example tables of ITU-T T.81 Annex K. Made to be small and readable, not fast.
 */
#ifndef HAUL_IO_PRACTICE_JPEG_H
#define HAUL_IO_PRACTICE_JPEG_H

#include "base/common.h"
#include "base/text.h"

/* Appends a whole JFIF file for rows of RGB triples; each side is 1 to 65,535 pixels. */
void practice_jpeg_append(struct text *out, const uint8_t *rgb, unsigned width, unsigned height);

#endif
