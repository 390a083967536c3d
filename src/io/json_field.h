/* Values inside a JSON document of foreign make, by the way that leads to them: "counts.total".
 *
 * What is missing or of another type gives the value for the unknown, so that a document which is
 * older, newer or damaged shows what it has. Everything that is returned is lent. */
#ifndef HAUL_IO_JSON_FIELD_H
#define HAUL_IO_JSON_FIELD_H

#include "base/common.h"

#include <jansson.h>

const json_t *json_field_find(const json_t *value, const char *path); /* NULL = missing */
const char *json_field_string(const json_t *value, const char *path); /* NULL = none */
int64_t json_field_integer(const json_t *value, const char *path, int64_t unknown);
/* The same for counts, sizes and durations: negative is unknown, too. */
int64_t json_field_count(const json_t *value, const char *path, int64_t unknown);
double json_field_real(const json_t *value, const char *path, double unknown); /* or an integer */

#endif
