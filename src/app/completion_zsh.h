/* The completion for zsh, from the tables of commands and options. */
#ifndef HAUL_APP_COMPLETION_ZSH_H
#define HAUL_APP_COMPLETION_ZSH_H

#include <stdio.h>

void completion_zsh_print(FILE *out);

#endif
