/* Gives verified files their final names, in batches, so that what a record says survives a crash
 * and (unless SYNC_NONE) a power cut.
 *
 * Order of a batch: names, sizes and missing directories into the state (one transaction), sync of
 * the data and the state, new directories and renames, sync of the directories. A kill at any point
 * leaves either no final name, or one that the state knows. Owned and used by one thread. */
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

/* Publishes jobs whose `temporary` is set. The final path is job->name; the digits at digest_offset
 * become outcome.sha256; with wants_extension the extension of outcome.detected_type is appended;
 * with fixes_extension it replaces one that the type does not have. Missing directories are made,
 * and synced like the names in them. When a name with digits exists, made by haul, with the same
 * size, the content is stored once: the job is downloaded too, with that path, and duplicate_of is
 * the index of the record that stored it (0: an earlier run did). Each job ends with outcome.status
 * and outcome.path set (downloaded), or skipped/failed with FAILURE_EXISTS, FAILURE_IO or
 * FAILURE_DISK_FULL; `temporary` is "" then, and the file removed when it was not published.
 * False (ERROR_LOCAL) when the state cannot be written or synced: the run should stop; all jobs
 * have an outcome then too. */
bool publisher_publish(struct publisher *publisher, struct job *const *jobs, size_t count,
                       struct error *error);

#endif
