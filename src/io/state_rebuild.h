/* Puts into the state what the records of runs (results.jsonl) say was downloaded, where the state
 * does not know it and the file is there with the recorded size: after the state was lost, and
 * after a run that was killed before its state reached the disk.
 *
 * Nothing of a record is trusted: lines that are no record, names that haul could not have given,
 * and keys that do not parse are passed over, and so is a file that was touched after the record.
 * The URL of such a row is masked, as the record is. */
#ifndef HAUL_IO_STATE_REBUILD_H
#define HAUL_IO_STATE_REBUILD_H

#include "base/common.h"
#include "base/error.h"
#include "io/root.h"
#include "io/state.h"

struct state_rebuilt {
    uint64_t runs; /* that were read */
    uint64_t rows; /* that were added, or replaced by what is newer */
};

/* All runs in DIR/.haul/runs, the oldest first, so that later records replace earlier ones. False
 * only when the state cannot be written; what was added before stays. */
bool state_rebuild(struct state *state, struct root *root, struct state_rebuilt *out,
                   struct error *error);

/* The newest run, if it did not come to its end (no report.json, or one whose outcome is
 * "running"); call it before this run has a folder. All runs, when a rebuild was killed: what
 * state_open set aside is made good by the first of these two that comes to its end. */
bool state_fold_interrupted(struct state *state, struct root *root, struct state_rebuilt *out,
                            struct error *error);

#endif
