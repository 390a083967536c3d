/* A set of HTTP status codes, as options name it: 404,410,500-599. */
#ifndef HAUL_MODEL_STATUS_SET_H
#define HAUL_MODEL_STATUS_SET_H

#include "base/common.h"

#define STATUS_SET_FIRST 100
#define STATUS_SET_LAST 599

struct status_set {
    uint64_t bits[(STATUS_SET_LAST - STATUS_SET_FIRST) / 64 + 1];
};

/* Codes from 100 to 599 and ranges of them, separated by commas, no blanks. False when malformed;
 * *out is untouched then. */
bool status_set_parse(const char *text, struct status_set *out);
bool status_set_has(const struct status_set *set, int status); /* false for any other number */

#endif
