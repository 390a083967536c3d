/* Foreign bytes as JSON (RFC 8259), safe to look at in a terminal: what vis would escape is escaped
 * in the JSON way, bad UTF-8 becomes U+FFFD. Each appends all or nothing. */
#ifndef HAUL_BASE_JSON_STRING_H
#define HAUL_BASE_JSON_STRING_H

#include "base/text.h"

/* A JSON string with its quotes; a NUL becomes \u0000. */
bool json_string_append(struct text *text, const char *bytes, size_t length);

/* JSON text, taken to be valid: a number, an object ... It stays the same value; line ends between
 * its parts become blanks. */
bool json_string_append_json(struct text *text, const char *json, size_t length);

/* How many first bytes stand in a JSON string as they are: printable ASCII but for quote and
 * backslash. */
size_t json_string_plain_prefix(const char *bytes, size_t length);

#endif
