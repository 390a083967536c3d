/* Gives verified files their final names, in batches, so that what a record says survives a crash
 * and (unless SYNC_NONE) a power cut.
 *
 * Order of a batch: names and sizes into the state (one transaction), sync of the data and the
 * state, renames, sync of the directory. A kill at any point leaves either no final name, or one
 * that the state knows. Owned and used by one thread. */
#ifndef HAUL_IO_PUBLISHER_H
#define HAUL_IO_PUBLISHER_H

#include "base/common.h"
#include "base/error.h"
#include "io/root.h"
#include "io/state.h"
#include "model/job.h"

enum sync_mode { SYNC_BATCH, SYNC_FILE, SYNC_NONE };

/* What to do with a file that is there and that this URL did not make. */
enum existing_policy { EXISTING_SKIP, EXISTING_OVERWRITE, EXISTING_RENAME, EXISTING_ERROR };

struct publisher;

/* root and state are lent. */
struct publisher *publisher_create(struct root *root, struct state *state, enum sync_mode sync,
                                   enum existing_policy existing);
void publisher_destroy(struct publisher *publisher); /* NULL is fine */

/* Publishes jobs whose `temporary` is set. The final name is job->name, with the extension of
 * outcome.detected_type when job->wants_extension. Each job ends with outcome.status and
 * outcome.path set (downloaded), or skipped/failed with FAILURE_EXISTS, FAILURE_IO or
 * FAILURE_DISK_FULL; `temporary` is "" then, and the file removed when it was not published.
 * False (ERROR_LOCAL) when the state cannot be written or synced: the run should stop; all jobs
 * have an outcome then too. */
bool publisher_publish(struct publisher *publisher, struct job *const *jobs, size_t count,
                       struct error *error);

#endif
