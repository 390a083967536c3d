/* The tables of the state: made, brought up to date, and judged. A part of io/state.
 *
 * Schema 1 had no digest, dimensions or exact time of modification; its first databases had neither
 * the column `checks` nor the table `directories`. All of that is NULL for rows from then. */
#ifndef HAUL_IO_STATE_TABLES_H
#define HAUL_IO_STATE_TABLES_H

#include "io/state_handle.h"

/* False when it is not haul's, is newer, or is damaged (state->damage says why then), or when it
 * cannot be read. Writes nothing. *out_schema is 0 for an empty file. */
bool state_tables_check(struct state *state, int64_t *out_schema, struct error *error);

/* Makes what is missing, in one transaction; where nothing is, without the lock of writers. */
bool state_tables_complete(struct state *state, int64_t schema, struct error *error);

/* For looking only: which questions an older schema can answer. */
bool state_tables_adapt(struct state *state, int64_t schema, struct error *error);

#endif
