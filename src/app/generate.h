/* --generate: what haul knows about itself, for the machine that it is installed on. */
#ifndef HAUL_APP_GENERATE_H
#define HAUL_APP_GENERATE_H

#include <stdio.h>

/* The values of the option. */
enum generate {
    GENERATE_NOTHING,
    GENERATE_MAN,
    GENERATE_BASH,
    GENERATE_ZSH,
    GENERATE_FISH,
    GENERATE_CONFIG,
};

void generate_print(FILE *out, enum generate what);

#endif
