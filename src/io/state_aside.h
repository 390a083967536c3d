/* A state that is not trusted gets another name, and is kept. A part of io/state. */
#ifndef HAUL_IO_STATE_ASIDE_H
#define HAUL_IO_STATE_ASIDE_H

#include "io/state.h"

/* Renames the database with its -wal and -shm, whichever are there, replacing nothing, and removes
 * the mark of damage. Nobody may have it open. From now on a rebuild is owed. */
bool state_aside_move(struct root *root, const char *reason, struct state_set_aside *out,
                      struct error *error);

/* A log whose database is gone: SQLite would delete it. */
bool state_aside_has_lone_log(struct root *root);

/* A run left the mark. */
bool state_aside_is_marked(struct root *root);

/* The state that took the place of one that was set aside has not got all records yet: a run was
 * killed in between. */
bool state_aside_owes_rebuild(struct root *root);
void state_aside_note_rebuilt(struct root *root);

#endif
