/* Whether a text given for an option can be used: what would break a request or silently do
 * nothing is refused before the run starts. */
#ifndef HAUL_APP_OPTION_CHECK_H
#define HAUL_APP_OPTION_CHECK_H

#include "app/option_table.h"
#include "base/error.h"

/* For STRING and LIST options. ERROR_USAGE names the option and the reason. */
bool option_check_text(enum option_id id, const char *text, struct error *error);

/* Parses a COUNT, BYTES, DURATION or RATE and checks its range. */
bool option_check_number(enum option_id id, const char *text, int64_t *out_number,
                         struct error *error);

#endif
