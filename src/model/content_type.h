/* The type of a file by its magic bytes, and the extension that goes with it. */
#ifndef HAUL_MODEL_CONTENT_TYPE_H
#define HAUL_MODEL_CONTENT_TYPE_H

#include "base/common.h"
#include "base/text.h"

#define CONTENT_TYPE_SNIFF_BYTES 512 /* how many first bytes are enough */

struct content_type {
    const char *media_type; /* image/jpeg */
    const char *extension;  /* ".jpg"; "" for plain text, which keeps its bare name */
};

/* The type of a file that starts with these bytes; NULL when unknown. Static. */
const struct content_type *content_type_detect(const char *bytes, size_t length);

/* The type of this name; NULL when content_type_detect never gives it. Static. */
const struct content_type *content_type_find(const char *media_type);

/* True when the extension (with its dot, in any case; "" = none) is a usual one for the type: .jpeg
 * and .jfif for JPEG, and those of formats that are built on it, as .docx is on ZIP. Of several the
 * last one counts (.tar.gz). Right for plain text is whatever belongs to no binary type. */
bool content_type_has_extension(const struct content_type *type, const char *extension);

/* Words for types, in lower case: a group ("image", also "image/" with a star), a media type or
 * another name of it ("image/jpg"), a short name ("jpeg", "jpg"). Known is what
 * content_type_detect can give. */
bool content_type_is_called(const struct content_type *type, const char *word);
bool content_type_is_known_word(const char *word);
bool content_type_is_image_word(const char *word); /* at least one type called so is an image */

/* Words to offer, with blanks between: the groups, and one short name of each type. */
void content_type_append_words(struct text *text);

/* Copies a Content-Type value without parameters and in lower case; "" when it is malformed.
 * Returns out. */
char *content_type_declared(const char *value, char *out, size_t out_size);

#endif
