#include "app/config_places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SYSTEM_FILE "/etc/haul.conf"

static const char *find(char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; *environment != NULL; environment++) {
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    }
    return NULL;
}

static char *join(const char *directory, const char *rest)
{
    size_t size = strlen(directory) + strlen(rest) + 2;
    char *path = memory_allocate(size);
    snprintf(path, size, "%s/%s", directory, rest);
    return path;
}

struct config_places config_places_find(char *const *environment)
{
    struct config_places places = {.environment = environment};
    const char *system = find(environment, CONFIG_PLACES_SYSTEM);
    const char *xdg = find(environment, "XDG_CONFIG_HOME");
    const char *home = find(environment, "HOME");

    if (system == NULL)
        system = SYSTEM_FILE;
    if (system[0] != '\0')
        places.system_file = memory_copy_string(system);
    /* A relative path would be looked up in the current directory (the specification of these
     * variables says to ignore it, too). */
    if (xdg != NULL && xdg[0] == '/')
        places.user_file = join(xdg, "haul/haul.conf");
    else if (home != NULL && home[0] == '/')
        places.user_file = join(home, ".config/haul/haul.conf");
    return places;
}

void config_places_clear(struct config_places *places)
{
    free(places->system_file);
    free(places->user_file);
    *places = (struct config_places){NULL, NULL, NULL};
}

const char *config_places_variable(const struct config_places *places, const char *name)
{
    const char *value = find(places->environment, name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}
