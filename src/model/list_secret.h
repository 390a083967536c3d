/* Values of a list's unknown keys go to records, which other people read: what looks like a secret
 * is masked on the way. */
#ifndef HAUL_MODEL_LIST_SECRET_H
#define HAUL_MODEL_LIST_SECRET_H

#include "base/text.h"

/* True for names like http-passwd, Cookie, api_token: passwords and what is as good. */
bool list_secret_is_key(const char *key, size_t length);

/* Appends a text as a JSON string; every URL in it as url_append_masked shows it. */
void list_secret_append(struct text *text, const char *value, size_t length);

/* Appends JSON text with the same done to the strings in it, and values of secret keys hidden. */
void list_secret_append_json(struct text *text, const char *json, size_t length);

#endif
