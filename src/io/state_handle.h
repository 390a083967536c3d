/* What the parts of io/state share. Nobody else includes this. */
#ifndef HAUL_IO_STATE_HANDLE_H
#define HAUL_IO_STATE_HANDLE_H

#include <sqlite3.h>

#include "base/text.h"
#include "io/state.h"

enum state_query {
    STATE_QUERY_ANY,
    STATE_QUERY_FIND,
    STATE_QUERY_BARE_TAKEN,
    STATE_QUERY_NAME_TAKEN,
    STATE_QUERY_PATH_TAKEN,
    STATE_QUERY_DIRECTORY,
    STATE_QUERY_BEGIN,
    STATE_QUERY_ROW,
    STATE_QUERY_INSERT,
    STATE_QUERY_UPDATE,
    STATE_QUERY_REMOVE,
    STATE_QUERY_CONFIRM,
    STATE_QUERY_INSERT_DIRECTORY,
    STATE_QUERY_COMMIT,
    STATE_QUERY_COUNT,
};

struct state {
    char *path;
    sqlite3 *database;
    sqlite3_stmt *statements[STATE_QUERY_COUNT]; /* prepared at first use */
    struct text texts;                           /* of the row that was found last */
    bool is_writer;                              /* has the writer's cache */
    int failure;
};

/* Remembers why, ends an open transaction, and returns false. */
bool state_fail(struct state *state, const char *what, struct error *error);
/* SQL that gives no rows, or whose rows do not matter. */
bool state_execute(struct state *state, const char *sql, const char *what, struct error *error);

#endif
