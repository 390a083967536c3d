/* What --show-config and --generate config print. */
#ifndef HAUL_APP_CONFIG_PRINT_H
#define HAUL_APP_CONFIG_PRINT_H

#include "app/options.h"

#include <stdio.h>

/* "name = value    # origin" for each option that the command knows, then the host sections.
 * Secrets are masked as in reports. */
void config_print_present(FILE *out, const struct options *options);

/* A configuration file with every option it may hold as a comment, the same on every machine:
 * conf/haul.conf. Lines that begin with '#' and a letter or bracket are settings. */
void config_print_template(FILE *out);

#endif
