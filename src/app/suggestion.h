/* Which of many names a typo meant: the nearest, when it is near enough.
 *
 * Near is what few letters make of it, the fewer the shorter it is; an abbreviation is nearest. */
#ifndef HAUL_APP_SUGGESTION_H
#define HAUL_APP_SUGGESTION_H

#include "base/common.h"

#define SUGGESTION_SIZE 32 /* room for any name, with its prefix */

struct suggestion {
    const char *typed;
    size_t length;
    unsigned distance; /* the best so far */
    char *out_name;
    bool is_found;
};

/* Lends both; `typed` needs no final NUL. out_name is filled once there is a name. */
void suggestion_init(struct suggestion *suggestion, const char *typed, size_t length,
                     char out_name[SUGGESTION_SIZE]);
void suggestion_add(struct suggestion *suggestion, const char *prefix, const char *name);

#endif
