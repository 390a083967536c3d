/* --retry-failed and --retry-from: the list is the failed.tsv of an earlier run. */
#ifndef HAUL_APP_RETRY_LIST_H
#define HAUL_APP_RETRY_LIST_H

#include "app/options.h"
#include "base/error.h"
#include "io/root.h"
#include "io/run_folder.h"

/* The list of a retry, in the folder of its run: the next one goes on with that when this
 * run does not come to its end. */
#define RETRY_LIST_NAME "retried.tsv"

/* Makes failed.tsv the only list of the options, where they ask for it. ERROR_INPUT when --dir has
 * no run that could have failed. */
bool retry_list_prepare(struct options *options, struct error *error);

/* Where the list of a retry really is, before `last` leads to this run; NULL unless it is in the
 * folder of one of this directory's runs. To be freed. */
char *retry_list_place(const struct options *options, const struct root *root);

/* Leaves that list in the folder of this run, as RETRY_LIST_NAME. place is taken; each may be NULL.
 */
void retry_list_keep(struct run_folder *folder, char *place);

#endif
