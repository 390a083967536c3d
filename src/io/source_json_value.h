/* Values of a JSON line as the fields of an item have them. */
#ifndef HAUL_IO_SOURCE_JSON_VALUE_H
#define HAUL_IO_SOURCE_JSON_VALUE_H

#include <jansson.h>

#include "base/text.h"

/* Appends the compact text of a value, with keys in their order and reals as short as reads back
 * equal. Recurses as deep as the value is nested. */
void source_json_append(struct text *text, const json_t *value);

/* Appends one value, separated by TABs, of an array of strings; empty ones are left out. False when
 * it holds something else, or a string has a control character: it could come out as two. */
bool source_json_append_joined(struct text *text, const json_t *array);

#endif
