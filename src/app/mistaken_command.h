/* A command that was misspelt is a list that is not there: 'haul docter urls.txt'. */
#ifndef HAUL_APP_MISTAKEN_COMMAND_H
#define HAUL_APP_MISTAKEN_COMMAND_H

#include "app/options.h"
#include "base/error.h"

/* Adds "; did you mean 'haul doctor'?", or "'haul --help'", to the error of a run that did not
 * begin, where the word in the place of the command is no file and near to one. */
void mistaken_command_explain(const struct options *options, struct error *error);

#endif
