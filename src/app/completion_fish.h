/* The completion for fish, from the tables of commands and options. */
#ifndef HAUL_APP_COMPLETION_FISH_H
#define HAUL_APP_COMPLETION_FISH_H

#include <stdio.h>

void completion_fish_print(FILE *out);

#endif
