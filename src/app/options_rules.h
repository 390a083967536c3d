/* What options mean together: which commands know them, which need or exclude one another. */
#ifndef HAUL_APP_OPTIONS_RULES_H
#define HAUL_APP_OPTIONS_RULES_H

#include "app/options.h"

/* For options as all sources have set them. Of two that exclude each other the one of the weaker
 * source goes back to its default; two of the same source are ERROR_USAGE, as is what the command
 * line asks for in vain. */
bool options_rules_settle(struct options *options, struct error *error);

#endif
