/* What `haul check` prints: a line for each URL on standard output, as its answer comes. */
#ifndef HAUL_APP_CHECK_TABLE_H
#define HAUL_APP_CHECK_TABLE_H

#include "base/text.h"
#include "model/job.h"
#include "model/url.h"
#include "sync/cancel.h"

/* "301 +2 200  ok  84 ms  http://example.org/a -> https://example.org/a": the first redirect's
 * status, how many more there were, the last status; status or class, time, the URL as listed and
 * where it led to (by redirects, or another mirror); masked and printable, with its '\n'. */
void check_table_append(struct text *text, const struct job *job,
                        const struct redaction *redaction);

/* The same on standard output: 0 or a negative errno value, -ECANCELED when the run was aborted. */
int check_table_print(const struct job *job, const struct redaction *redaction,
                      const struct cancel *cancel);

#endif
