#include "io/state.h"

#include <sqlite3.h>
#include <string.h>

#include "base/text.h"
#include "io/state_handle.h"
#include "model/name.h"

static const char *const QUERIES[STATE_QUERY_COUNT] = {
    [STATE_QUERY_ANY] = "SELECT 1 FROM downloads UNION ALL SELECT 1 FROM directories LIMIT 1",
    [STATE_QUERY_FIND] = "SELECT url, name, size, modified, etag, last_modified, type, downloaded,"
                         " checks FROM downloads WHERE key_high = ?1 AND key_low = ?2",
    [STATE_QUERY_BARE_TAKEN] = "SELECT 1 FROM downloads WHERE stem = ?3"
                               " AND NOT (key_high = ?1 AND key_low = ?2) LIMIT 1",
    [STATE_QUERY_NAME_TAKEN] = "SELECT 1 FROM downloads WHERE stem = ?3 AND fold IN (?3, ?4)"
                               " AND NOT (key_high = ?1 AND key_low = ?2) LIMIT 1",
    [STATE_QUERY_PATH_TAKEN] = "SELECT 1 FROM downloads WHERE stem = ?3 AND fold = ?4"
                               " AND NOT (key_high = ?1 AND key_low = ?2) LIMIT 1",
    [STATE_QUERY_DIRECTORY] = "SELECT 1 FROM directories WHERE fold = ?1",
    [STATE_QUERY_BEGIN] = "BEGIN IMMEDIATE",
    [STATE_QUERY_ROW] = "SELECT rowid FROM downloads WHERE key_high = ?1 AND key_low = ?2",
    [STATE_QUERY_INSERT] = "INSERT INTO downloads(key_high, key_low, stem, fold, url, name, size,"
                           " modified, etag, last_modified, type, downloaded, checks)"
                           " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [STATE_QUERY_UPDATE] =
        "UPDATE downloads SET stem = ?3, fold = ?4, url = ?5, name = ?6, size = ?7,"
        " modified = ?8, etag = ?9, last_modified = ?10, type = ?11, downloaded = ?12,"
        " checks = ?13 WHERE rowid = ?14",
    [STATE_QUERY_REMOVE] = "DELETE FROM downloads WHERE key_high = ?1 AND key_low = ?2",
    [STATE_QUERY_CONFIRM] = "UPDATE downloads SET checks = ?3 WHERE key_high = ?1 AND key_low = ?2",
    [STATE_QUERY_INSERT_DIRECTORY] = "INSERT INTO directories(fold, path) VALUES(?1, ?2)"
                                     " ON CONFLICT(fold) DO NOTHING",
    [STATE_QUERY_COMMIT] = "COMMIT",
};

/* NULL when it cannot be prepared: the database says why. */
static sqlite3_stmt *statement(struct state *state, enum state_query query)
{
    if (state->statements[query] == NULL)
        sqlite3_prepare_v3(state->database, QUERIES[query], -1, SQLITE_PREPARE_PERSISTENT,
                           &state->statements[query], NULL);
    return state->statements[query];
}

static sqlite3_stmt *statement_of_key(struct state *state, enum state_query query, struct key key)
{
    sqlite3_stmt *prepared = statement(state, query);
    if (prepared != NULL) {
        sqlite3_bind_int64(prepared, 1, (sqlite3_int64)key.high);
        sqlite3_bind_int64(prepared, 2, (sqlite3_int64)key.low);
    }
    return prepared;
}

/* Runs a statement that gives no rows. */
static bool run(struct state *state, sqlite3_stmt *prepared, const char *what, struct error *error)
{
    if (prepared == NULL)
        return state_fail(state, what, error);
    bool is_done = sqlite3_step(prepared) == SQLITE_DONE;
    sqlite3_reset(prepared); /* keeps the error for fail */
    return is_done || state_fail(state, what, error);
}

static void bind_text(sqlite3_stmt *prepared, int column, const char *text)
{
    if (text != NULL)
        sqlite3_bind_text(prepared, column, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(prepared, column);
}

/* Unknown is NULL in the table, for people who query it. */
static void bind_known(sqlite3_stmt *prepared, int column, int64_t value)
{
    if (value != -1)
        sqlite3_bind_int64(prepared, column, value);
    else
        sqlite3_bind_null(prepared, column);
}

static int64_t column_known(sqlite3_stmt *prepared, int column)
{
    return sqlite3_column_type(prepared, column) == SQLITE_NULL
               ? -1
               : sqlite3_column_int64(prepared, column);
}

/* Copies a text behind the others and stores its offset, SIZE_MAX for NULL. */
static bool keep_text(struct state *state, sqlite3_stmt *prepared, int column, size_t *out_offset)
{
    const unsigned char *bytes = sqlite3_column_text(prepared, column);
    *out_offset = bytes == NULL ? SIZE_MAX : state->texts.length;
    return bytes == NULL || (text_append_string(&state->texts, (const char *)bytes) &&
                             text_append_char(&state->texts, '\0'));
}

static const char *kept_text(const struct state *state, size_t offset)
{
    return offset == SIZE_MAX ? NULL : state->texts.data + offset;
}

/* Copies the row, so that no read transaction stays open: that would keep the log from being
 * folded into the database. */
static bool read_row(struct state *state, sqlite3_stmt *prepared, struct key key,
                     struct state_row *out)
{
    size_t url, name, etag, type;
    text_reset(&state->texts);
    if (!keep_text(state, prepared, 0, &url) || !keep_text(state, prepared, 1, &name) ||
        !keep_text(state, prepared, 4, &etag) || !keep_text(state, prepared, 6, &type))
        return false;
    if (url == SIZE_MAX || name == SIZE_MAX)
        return false;
    *out = (struct state_row){
        .key = key,
        .url = kept_text(state, url),
        .name = kept_text(state, name),
        .size = sqlite3_column_int64(prepared, 2),
        .modified = column_known(prepared, 3),
        .etag = kept_text(state, etag),
        .last_modified = column_known(prepared, 5),
        .type = kept_text(state, type),
        .downloaded_us = sqlite3_column_int64(prepared, 7),
        .checks = sqlite3_column_int64(prepared, 8), /* NULL gives 0 */
    };
    return true;
}

/* Binding to a statement that could not be prepared (NULL) does nothing. */
static void bind_hash(sqlite3_stmt *prepared, int column, const char *name, size_t length)
{
    sqlite3_bind_int64(prepared, column, (sqlite3_int64)name_fold_hash(name, length));
}

static void bind_row(sqlite3_stmt *prepared, const struct state_row *row)
{
    bind_hash(prepared, 3, row->name, name_extension(row->name));
    bind_hash(prepared, 4, row->name, strlen(row->name));
    bind_text(prepared, 5, row->url);
    bind_text(prepared, 6, row->name);
    sqlite3_bind_int64(prepared, 7, row->size);
    bind_known(prepared, 8, row->modified);
    bind_text(prepared, 9, row->etag);
    bind_known(prepared, 10, row->last_modified);
    bind_text(prepared, 11, row->type);
    sqlite3_bind_int64(prepared, 12, row->downloaded_us);
    sqlite3_bind_int64(prepared, 13, row->checks);
}

static bool has_row(sqlite3_stmt *prepared)
{
    bool is_found = prepared != NULL && sqlite3_step(prepared) == SQLITE_ROW;
    sqlite3_reset(prepared);
    return is_found;
}

bool state_is_empty(struct state *state)
{
    sqlite3_stmt *prepared = statement(state, STATE_QUERY_ANY);
    bool is_empty = prepared != NULL && sqlite3_step(prepared) == SQLITE_DONE;
    sqlite3_reset(prepared);
    return is_empty;
}

bool state_find(struct state *state, struct key key, struct state_row *out)
{
    sqlite3_stmt *prepared = statement_of_key(state, STATE_QUERY_FIND, key);
    bool found = prepared != NULL && sqlite3_step(prepared) == SQLITE_ROW &&
                 read_row(state, prepared, key, out);
    sqlite3_reset(prepared);
    return found;
}

bool state_name_is_taken(struct state *state, const char *name, struct key key)
{
    size_t length = strlen(name);
    size_t extension = name_extension(name);
    bool is_bare = extension == length;
    sqlite3_stmt *prepared =
        statement_of_key(state, is_bare ? STATE_QUERY_BARE_TAKEN : STATE_QUERY_NAME_TAKEN, key);
    bind_hash(prepared, 3, name, extension);
    if (!is_bare)
        bind_hash(prepared, 4, name, length);
    return has_row(prepared);
}

bool state_path_is_taken(struct state *state, const char *path, struct key key)
{
    sqlite3_stmt *prepared = statement_of_key(state, STATE_QUERY_PATH_TAKEN, key);
    bind_hash(prepared, 3, path, name_extension(path));
    bind_hash(prepared, 4, path, strlen(path));
    return has_row(prepared);
}

bool state_has_directory(struct state *state, const char *path)
{
    sqlite3_stmt *prepared = statement(state, STATE_QUERY_DIRECTORY);
    bind_hash(prepared, 1, path, strlen(path));
    return has_row(prepared);
}

bool state_begin(struct state *state, struct error *error)
{
    if (!state->is_writer && !state_execute(state, "PRAGMA cache_size = -4096", "prepare", error))
        return false;
    state->is_writer = true;
    return run(state, statement(state, STATE_QUERY_BEGIN), "write", error);
}

bool state_put(struct state *state, const struct state_row *row, struct error *error)
{
    sqlite3_stmt *find = statement_of_key(state, STATE_QUERY_ROW, row->key);
    int found = find == NULL ? SQLITE_ERROR : sqlite3_step(find);
    sqlite3_int64 rowid = found == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    sqlite3_reset(find);
    if (found != SQLITE_ROW && found != SQLITE_DONE)
        return state_fail(state, "read", error);
    sqlite3_stmt *put = found == SQLITE_ROW ? statement(state, STATE_QUERY_UPDATE)
                                            : statement_of_key(state, STATE_QUERY_INSERT, row->key);
    if (put == NULL)
        return state_fail(state, "write", error);
    bind_row(put, row);
    if (found == SQLITE_ROW)
        sqlite3_bind_int64(put, 14, rowid);
    return run(state, put, "write", error);
}

bool state_remove(struct state *state, struct key key, struct error *error)
{
    return run(state, statement_of_key(state, STATE_QUERY_REMOVE, key), "write", error);
}

bool state_put_directory(struct state *state, const char *path, struct error *error)
{
    sqlite3_stmt *prepared = statement(state, STATE_QUERY_INSERT_DIRECTORY);
    bind_hash(prepared, 1, path, strlen(path));
    bind_text(prepared, 2, path);
    return run(state, prepared, "write", error);
}

bool state_confirm(struct state *state, struct key key, int64_t checks, struct error *error)
{
    sqlite3_stmt *prepared = statement_of_key(state, STATE_QUERY_CONFIRM, key);
    sqlite3_bind_int64(prepared, 3, checks);
    return run(state, prepared, "write", error);
}

bool state_commit(struct state *state, struct error *error)
{
    return run(state, statement(state, STATE_QUERY_COMMIT), "write", error);
}

bool state_sync_commits(struct state *state, struct error *error)
{
    return state_execute(state, "PRAGMA synchronous = FULL", "prepare", error);
}

int state_failure(const struct state *state)
{
    return state->failure;
}
