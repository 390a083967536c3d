/* What a run asked of its files, taken over by a retry of it: else a file that was refused before
 * might be accepted, or get another name. */
#ifndef HAUL_APP_RETRY_OPTIONS_H
#define HAUL_APP_RETRY_OPTIONS_H

#include "app/options.h"

/* Sets --name, --tree, --content-disposition, --fix-extension, --expect and its kind, --hash and
 * --max-size as the report in this folder has them, where nobody has given them for this run. A
 * folder without a readable report changes nothing. Says what was taken over. */
void retry_options_take(struct options *options, const char *folder);

#endif
