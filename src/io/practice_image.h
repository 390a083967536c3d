/* Pictures for the practice server: small, valid, pleasant to look at, and the same for the same
 * seed. A label goes into a comment of the file, so that one picture gives many different files
 * for the price of a copy. */
#ifndef HAUL_IO_PRACTICE_IMAGE_H
#define HAUL_IO_PRACTICE_IMAGE_H

#include "base/common.h"
#include "base/text.h"

enum practice_format { PRACTICE_PNG, PRACTICE_JPEG };

#define PRACTICE_SIDE_MAX 1024u /* pixels */
#define PRACTICE_LABEL_MAX 100u /* bytes */

struct practice_image {
    enum practice_format format;
    unsigned width, height;
    struct text file; /* without label */
};

/* Draws and encodes; each side is 1 to PRACTICE_SIDE_MAX. Then practice_image_clear. */
void practice_image_init(struct practice_image *image, enum practice_format format, unsigned width,
                         unsigned height, uint64_t seed);
void practice_image_clear(struct practice_image *image); /* zeroed is fine */

/* Appends the file with the label (printable ASCII, at most PRACTICE_LABEL_MAX) inside. */
void practice_image_append(const struct practice_image *image, const char *label, struct text *out);

#endif
