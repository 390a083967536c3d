#include "io/state_handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define TEXTS_MAX (1024 * 1024) /* of one row; haul itself writes less */

static int errno_of(sqlite3 *database)
{
    switch (sqlite3_errcode(database) & 0xFF) {
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: /* elsewhere the number would be that of an older failure */
        return sqlite3_system_errno(database) > 0 ? sqlite3_system_errno(database) : EIO;
    default:
        return EIO;
    }
}

/* True when the contents are at fault, not the disk, a lock or a permission. Before the file was
 * looked at, SQL of ours that it does not understand says that the tables are others. */
static bool is_damage(const struct state *state, int result)
{
    switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return true;
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
        return !state->is_trusted;
    default:
        return false;
    }
}

/* What SQLite says may quote the file: only plain characters stay. */
static void set_damage(struct state *state, const char *reason)
{
    size_t length = 0;
    for (; reason[length] != '\0' && length < sizeof(state->damage) - 1; length++) {
        char character = reason[length];
        bool is_plain = character >= ' ' && character <= '~';
        state->damage[length] = is_plain ? character : character == '\n' ? ' ' : '?';
    }
    state->damage[length] = '\0';
}

/* What a run stumbles over, quick_check may not see (an index that lacks a row, say). */
static void leave_mark(const struct state *state)
{
    if (!state->is_trusted || state->only_looks)
        return;
    char *path;
    if (asprintf(&path, "%s" STATE_MARK, state->path) < 0)
        return;
    int descriptor =
        open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    if (descriptor >= 0)
        close(descriptor);
    free(path);
}

static void note_damage(struct state *state)
{
    char reason[sizeof(state->damage)];
    snprintf(reason, sizeof(reason), "it is damaged: %s", sqlite3_errmsg(state->database));
    set_damage(state, reason);
    leave_mark(state);
}

struct state *state_create(const struct root *root)
{
    struct state *state = memory_allocate_zeroed(1, sizeof(*state));
    text_init(&state->texts, TEXTS_MAX);
    state->find = STATE_QUERY_FIND;
    const char *directory = root_private_path(root);
    size_t size = strlen(directory) + sizeof("/" STATE_NAME);
    state->path = memory_allocate(size);
    snprintf(state->path, size, "%s/%s", directory, STATE_NAME);
    return state;
}

void state_close(struct state *state)
{
    if (state == NULL)
        return;
    for (size_t i = 0; i < STATE_QUERY_COUNT; i++)
        sqlite3_finalize(state->statements[i]);
    sqlite3_close(state->database);
    text_clear(&state->texts);
    free(state->path);
    free(state);
}

bool state_fail(struct state *state, const char *what, struct error *error)
{
    state->failure = errno_of(state->database);
    if (state->database != NULL && is_damage(state, sqlite3_extended_errcode(state->database))) {
        note_damage(state);
        error_set(error, ERROR_LOCAL, "cannot %s %s: %s%s", what, state->path, state->damage,
                  state->only_looks ? "" : "; the next run sets it aside");
    } else {
        error_set(error, ERROR_LOCAL, "cannot %s %s: %s", what, state->path,
                  sqlite3_errmsg(state->database));
    }
    if (state->database != NULL && !sqlite3_get_autocommit(state->database))
        sqlite3_exec(state->database, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

void state_note_read(struct state *state, int result)
{
    if (result != SQLITE_ROW && result != SQLITE_DONE && is_damage(state, result) &&
        state->damage[0] == '\0')
        note_damage(state);
}

bool state_distrust(struct state *state, struct error *error, const char *format, ...)
{
    char reason[sizeof(state->damage)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    set_damage(state, reason);
    return error_set(error, ERROR_LOCAL, "cannot use %s: %s", state->path, state->damage);
}

bool state_execute(struct state *state, const char *sql, const char *what, struct error *error)
{
    return sqlite3_exec(state->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           state_fail(state, what, error);
}

bool state_read_number(struct state *state, const char *query, int64_t *out, struct error *error)
{
    sqlite3_stmt *prepared = NULL;
    bool is_read = sqlite3_prepare_v2(state->database, query, -1, &prepared, NULL) == SQLITE_OK &&
                   sqlite3_step(prepared) == SQLITE_ROW;
    if (is_read)
        *out = sqlite3_column_int64(prepared, 0);
    else
        state_fail(state, "read", error);
    sqlite3_finalize(prepared);
    return is_read;
}
