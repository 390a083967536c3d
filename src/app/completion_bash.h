/* The completion for bash, from the tables of commands and options. */
#ifndef HAUL_APP_COMPLETION_BASH_H
#define HAUL_APP_COMPLETION_BASH_H

#include <stdio.h>

void completion_bash_print(FILE *out);

#endif
