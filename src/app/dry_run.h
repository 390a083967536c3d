/* --dry-run: what a run would do, as far as that can be told without a request, and without a trace
 * in the output directory. */
#ifndef HAUL_APP_DRY_RUN_H
#define HAUL_APP_DRY_RUN_H

#include "app/options.h"
#include "base/error.h"

/* Reads all lists and prints to standard output. Returns the exit code; *error is set when a list
 * could not be read, or the options cannot be used. */
int dry_run_execute(const struct options *options, struct error *error);

#endif
