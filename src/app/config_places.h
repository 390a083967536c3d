/* Where configuration comes from beside the command line. Never from the current directory. */
#ifndef HAUL_APP_CONFIG_PLACES_H
#define HAUL_APP_CONFIG_PLACES_H

#include "base/common.h"

struct config_places {
    char *system_file; /* owned; NULL = none */
    char *user_file;   /* owned; NULL = none */
    char *const *environment;
};

/* /etc/haul.conf, or what HAUL_SYSTEM_CONFIG names (nothing when it is empty); and
 * haul/haul.conf in XDG_CONFIG_HOME, or in .config of HOME. The environment is lent. */
struct config_places config_places_find(char *const *environment);
void config_places_clear(struct config_places *places);

/* Value of a variable; NULL when it is not set or empty. Lent. */
const char *config_places_variable(const struct config_places *places, const char *name);

#define CONFIG_PLACES_SYSTEM "HAUL_SYSTEM_CONFIG"

#endif
