/* What --help and --version print, made from the option table. */
#ifndef HAUL_APP_USAGE_H
#define HAUL_APP_USAGE_H

#include "base/common.h"
#include "base/text.h"

#include <stdio.h>

/* "all", a command, or the name of a group of options. */
bool usage_is_topic(const char *word);
/* Each once: a command may be called as a group is, and comes first. */
void usage_append_topics(struct text *text);

/* NULL prints the first screen, which fits 24 lines of 80 columns. */
void usage_print(FILE *out, const char *topic);

/* haul's version, then the libraries and what they can do. */
void usage_print_version(FILE *out);

#endif
