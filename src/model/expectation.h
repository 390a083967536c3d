/* What --expect asks for: a list of types, each "image" (or another group, also image/ with a
 * star), a media type like "application/pdf", or a short name like "jpeg" or "pdf", separated by
 * commas. Case and blanks around a word do not count. */
#ifndef HAUL_MODEL_EXPECTATION_H
#define HAUL_MODEL_EXPECTATION_H

#include "base/common.h"
#include "base/error.h"
#include "model/content_type.h"

struct expectation;

/* ERROR_USAGE names the word that is no type known by its magic bytes. */
struct expectation *expectation_create(const char *text, struct error *error);
void expectation_destroy(struct expectation *expectation); /* NULL is fine */

/* `detected` may be NULL (unknown): that matches nothing. */
bool expectation_is_met(const struct expectation *expectation, const struct content_type *detected);
bool expectation_wants_images(const struct expectation *expectation); /* any word is of images */
const char *expectation_text(const struct expectation *expectation);  /* as the user wrote it */

#endif
