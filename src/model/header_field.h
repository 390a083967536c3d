/* Request headers that a user or a list asks for: "Name: value" (RFC 9110, section 5). */
#ifndef HAUL_MODEL_HEADER_FIELD_H
#define HAUL_MODEL_HEADER_FIELD_H

#include "base/common.h"

enum header_field_problem {
    HEADER_FIELD_FINE,
    HEADER_FIELD_MALFORMED, /* not like "Name: value" */
    HEADER_FIELD_RESERVED,  /* frames the message or asks for a part: haul sets it itself */
    HEADER_FIELD_EMPTY,     /* no value: libcurl would take the header away instead */
    HEADER_FIELD_CONTROL,   /* control bytes (a line end would begin another header) */
};

/* Of several problems CONTROL comes first. */
enum header_field_problem header_field_check(const char *text);
/* Static text to put behind the name of what was checked: "is set by haul itself"; FINE gives
 * NULL. With RESERVED and EMPTY the header's name may be shown, never more: values are secrets. */
const char *header_field_explain(enum header_field_problem problem);

size_t header_field_name_length(const char *text); /* up to the colon */
bool header_field_same_name(const char *a, const char *b);

#endif
