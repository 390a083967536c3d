/* JSON trees that lose nothing: the only way in which values get into a jansson tree.
 *
 * jansson answers NULL to bad UTF-8, to infinity, and when memory is exhausted, and an object takes
 * such a NULL without a word. These functions repair the first, turn the second into null, and end
 * the program on the third, like base/memory.
 *
 * Ownership: values given to put and append are taken. */
#ifndef HAUL_IO_JSON_TREE_H
#define HAUL_IO_JSON_TREE_H

#include "base/common.h"

#include <jansson.h>

json_t *json_tree_object(void);
json_t *json_tree_array(void);
void json_tree_put(json_t *object, const char *key, json_t *value);
void json_tree_append(json_t *array, json_t *value);

json_t *json_tree_string(const char *string); /* NULL gives null; bad UTF-8 becomes U+FFFD */
json_t *json_tree_count(uint64_t count);
json_t *json_tree_known(int64_t number);                       /* negative gives null */
json_t *json_tree_ratio(double numerator, double denominator); /* null when it is no number */
json_t *json_tree_time(int64_t wall_us); /* RFC 3339 with microseconds; null unless positive */

/* The text of a tree with a final '\n', on one line or indented; the caller frees it. Characters
 * that could steer a terminal are escaped. */
char *json_tree_format(const json_t *tree, bool is_indented);

#endif
