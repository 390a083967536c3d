/* What a record of a run (haul.result/1) says that the state would know. A part of io/state.
 *
 * Nothing of it is trusted: what haul would not have written is unknown, or makes it no record. */
#ifndef HAUL_IO_STATE_RECORD_H
#define HAUL_IO_STATE_RECORD_H

#include "io/results_reader.h"
#include "io/state.h"

struct state_record {
    json_t *tree;         /* holds the row's texts; owned */
    struct state_row row; /* downloaded_us 0 = not by this run (kept) */
};

/* Cheap and never wrong about a line that says so. */
bool state_record_may_have_file(const struct results_line *line);

/* True for a record of a file that haul downloaded, in this run or an earlier one. To be cleared
 * then. */
bool state_record_read(const struct results_line *line, struct state_record *out);
void state_record_clear(struct state_record *record);

#endif
