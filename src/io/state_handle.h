/* What the parts of io/state share. Nobody else includes this. */
#ifndef HAUL_IO_STATE_HANDLE_H
#define HAUL_IO_STATE_HANDLE_H

#include <sqlite3.h>

#include "base/text.h"
#include "io/state.h"

#define STATE_NAME "state.db"
#define STATE_MARK "-damaged" /* behind the name: a run found it so */
#define STATE_MARK_NAME STATE_NAME STATE_MARK
#define STATE_DEBT_NAME STATE_NAME "-rebuild" /* one was set aside, and records are to be read */

enum state_query {
    STATE_QUERY_ANY,
    STATE_QUERY_FIND,
    STATE_QUERY_FIND_NEXT,
    STATE_QUERY_FIND_SCHEMA_1,
    STATE_QUERY_FIND_UNCHECKED, /* schema 1 before it had the column `checks` */
    STATE_QUERY_BARE_TAKEN,
    STATE_QUERY_NAME_TAKEN,
    STATE_QUERY_PATH_TAKEN,
    STATE_QUERY_DIRECTORY,
    STATE_QUERY_BEGIN,
    STATE_QUERY_ROW,
    STATE_QUERY_INSERT,
    STATE_QUERY_UPDATE,
    STATE_QUERY_REMOVE,
    STATE_QUERY_REMOVE_OTHERS,
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
    enum state_query find;                       /* the one that the file's schema allows */
    int64_t found;                               /* rowid of that row */
    bool is_in_order;                            /* it came behind the one found before it */
    bool is_writer;                              /* has the writer's cache */
    bool is_trusted;  /* it was looked at: what is wrong from now on is not repaired in this run */
    bool only_looks;  /* writes nothing */
    char damage[160]; /* why the file is not to be trusted, printable; "" = it may be */
    int failure;
};

/* Zeroed but for path and texts; state_close destroys it. */
struct state *state_create(const struct root *root);

/* Remembers why, ends an open transaction, and returns false. When it is the file that is damaged,
 * and not the machine that fails, it leaves the mark that has the next run set the file aside. */
bool state_fail(struct state *state, const char *what, struct error *error);
/* The same for a read, which nobody is told of: for a result that is neither row nor end. */
void state_note_read(struct state *state, int result);
/* The file must not be trusted, for a reason that SQLite does not know; returns false. */
bool state_distrust(struct state *state, struct error *error, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* SQL that gives no rows, or whose rows do not matter. */
bool state_execute(struct state *state, const char *sql, const char *what, struct error *error);
/* The first column of the first row. */
bool state_read_number(struct state *state, const char *query, int64_t *out, struct error *error);

/* Prepared; NULL when it cannot be: the database says why. */
sqlite3_stmt *state_statement(struct state *state, enum state_query query);

/* Rows of other URLs with exactly this name (but for case and Unicode form), in a transaction. */
bool state_remove_others(struct state *state, const char *name, struct key key,
                         struct error *error);

#endif
