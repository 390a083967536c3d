/* The type of a file by its magic bytes, and the extension that goes with it. */
#ifndef HAUL_MODEL_CONTENT_TYPE_H
#define HAUL_MODEL_CONTENT_TYPE_H

#include "base/common.h"

#define CONTENT_TYPE_SNIFF_BYTES 512 /* how many first bytes are enough */

struct content_type {
    const char *media_type; /* image/jpeg */
    const char *extension;  /* ".jpg"; "" for plain text, which keeps its bare name */
};

/* The type of a file that starts with these bytes; NULL when unknown. Static. */
const struct content_type *content_type_detect(const char *bytes, size_t length);

/* The type of this name; NULL when content_type_detect never gives it. Static. */
const struct content_type *content_type_find(const char *media_type);

/* Copies a Content-Type value without parameters and in lower case; "" when it is malformed.
 * Returns out. */
char *content_type_declared(const char *value, char *out, size_t out_size);

#endif
