/* Values of a list's unknown keys go to records, which other people read: what looks like a secret
 * is masked on the way. */
#ifndef HAUL_MODEL_LIST_SECRET_H
#define HAUL_MODEL_LIST_SECRET_H

#include "base/text.h"

/* True for names like http-passwd, Cookie, api_token: passwords and what is as good. */
bool list_secret_is_key(const char *key, size_t length);

/* Appends the value as a JSON string; URLs in it as url_append_masked shows them. */
void list_secret_append(struct text *text, const char *value, size_t length);

#endif
