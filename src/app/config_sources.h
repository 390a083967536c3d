/* Options from everywhere but the command line, the weakest source first: the system's file, the
 * user's, the one that is named (--config, HAUL_CONFIG), the [profile NAME] sections of all three
 * in the same order, HAUL_* variables.
 *
 * A setting with nothing behind its '=' goes back to the default; a LIST that stands in several
 * places holds all values. An empty variable counts as not set. */
#ifndef HAUL_APP_CONFIG_SOURCES_H
#define HAUL_APP_CONFIG_SOURCES_H

#include "app/options.h"

/* config and profile: of the command line, NULL = see the environment. ERROR_USAGE names the file
 * and line, or the variable. Variables that are nearly named as an option become warnings. */
bool config_sources_apply(struct options *options, const struct config_places *places,
                          const char *config, const char *profile, struct error *error);

#endif
