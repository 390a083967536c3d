/* What --help and --version print, made from the option table. */
#ifndef HAUL_APP_USAGE_H
#define HAUL_APP_USAGE_H

#include "base/common.h"

#include <stdio.h>

/* "all" or the name of a group of options. */
bool usage_is_topic(const char *word);

/* NULL prints the first screen, which fits 24 lines of 80 columns. */
void usage_print(FILE *out, const char *topic);

/* haul's version, then the libraries and what they can do. */
void usage_print_version(FILE *out);

#endif
