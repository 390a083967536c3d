#include "io/state.h"

#include <sqlite3.h>
#include <string.h>

#include "base/text.h"
#include "io/state_handle.h"
#include "model/name.h"

/* In this order everywhere; an older schema has NULL in the places of what it lacks. */
#define FIND(modified, checks, others)                                                             \
    "SELECT url, name, size, " modified ", etag, last_modified, type, downloaded, " checks         \
    ", " others ", rowid FROM downloads WHERE "
#define OF_KEY "key_high = ?1 AND key_low = ?2"
#define OF_OTHERS " AND NOT (" OF_KEY ")"

static const char *const QUERIES[STATE_QUERY_COUNT] = {
    [STATE_QUERY_ANY] = "SELECT 1 FROM downloads UNION ALL SELECT 1 FROM directories LIMIT 1",
    [STATE_QUERY_FIND] = FIND("modified_ns", "checks", "sha256, width, height") OF_KEY,
    [STATE_QUERY_FIND_NEXT] = FIND("modified_ns", "checks", "sha256, width, height")
    /* The '+' keeps the index out: this is for not needing it. */
    "rowid = ?3 AND +key_high = ?1 AND key_low = ?2",
    [STATE_QUERY_FIND_SCHEMA_1] = FIND("NULL", "checks", "NULL, NULL, NULL") OF_KEY,
    [STATE_QUERY_FIND_UNCHECKED] = FIND("NULL", "NULL", "NULL, NULL, NULL") OF_KEY,
    [STATE_QUERY_BARE_TAKEN] = "SELECT 1 FROM downloads WHERE stem = ?3" OF_OTHERS " LIMIT 1",
    [STATE_QUERY_NAME_TAKEN] =
        "SELECT 1 FROM downloads WHERE stem = ?3 AND fold IN (?3, ?4)" OF_OTHERS " LIMIT 1",
    [STATE_QUERY_PATH_TAKEN] =
        "SELECT 1 FROM downloads WHERE stem = ?3 AND fold = ?4" OF_OTHERS " LIMIT 1",
    [STATE_QUERY_DIRECTORY] = "SELECT 1 FROM directories WHERE fold = ?1",
    [STATE_QUERY_BEGIN] = "BEGIN IMMEDIATE",
    [STATE_QUERY_ROW] = "SELECT rowid FROM downloads WHERE " OF_KEY,
    [STATE_QUERY_INSERT] =
        "INSERT INTO downloads(key_high, key_low, stem, fold, url, name, size, modified_ns, etag,"
        " last_modified, type, downloaded, checks, sha256, width, height)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    [STATE_QUERY_UPDATE] =
        "UPDATE downloads SET stem = ?3, fold = ?4, url = ?5, name = ?6, size = ?7,"
        " modified_ns = ?8, etag = ?9, last_modified = ?10, type = ?11, downloaded = ?12,"
        " checks = ?13, sha256 = ?14, width = ?15, height = ?16 WHERE rowid = ?17",
    [STATE_QUERY_REMOVE] = "DELETE FROM downloads WHERE " OF_KEY,
    [STATE_QUERY_REMOVE_OTHERS] = "DELETE FROM downloads WHERE stem = ?3 AND fold = ?4" OF_OTHERS,
    [STATE_QUERY_CONFIRM] = "UPDATE downloads SET checks = ?3 WHERE " OF_KEY,
    [STATE_QUERY_INSERT_DIRECTORY] = "INSERT INTO directories(fold, path) VALUES(?1, ?2)"
                                     " ON CONFLICT(fold) DO NOTHING",
    [STATE_QUERY_COMMIT] = "COMMIT",
};

static sqlite3_stmt *statement_of_key(struct state *state, enum state_query query, struct key key)
{
    sqlite3_stmt *prepared = state_statement(state, query);
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
static void bind_known(sqlite3_stmt *prepared, int column, int64_t value, int64_t unknown)
{
    if (value != unknown)
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
    size_t url, name, etag, type, sha256;
    text_reset(&state->texts);
    if (!keep_text(state, prepared, 0, &url) || !keep_text(state, prepared, 1, &name) ||
        !keep_text(state, prepared, 4, &etag) || !keep_text(state, prepared, 6, &type) ||
        !keep_text(state, prepared, 9, &sha256))
        return false;
    if (url == SIZE_MAX || name == SIZE_MAX)
        return false;
    *out = (struct state_row){
        .key = key,
        .url = kept_text(state, url),
        .name = kept_text(state, name),
        .size = sqlite3_column_int64(prepared, 2),
        .modified_ns = sqlite3_column_int64(prepared, 3), /* NULL gives 0 */
        .etag = kept_text(state, etag),
        .last_modified = column_known(prepared, 5),
        .type = kept_text(state, type),
        .downloaded_us = sqlite3_column_int64(prepared, 7),
        .checks = sqlite3_column_int64(prepared, 8),
        .sha256 = kept_text(state, sha256),
        .width = sqlite3_column_int64(prepared, 10),
        .height = sqlite3_column_int64(prepared, 11),
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
    bind_known(prepared, 8, row->modified_ns, 0);
    bind_text(prepared, 9, row->etag);
    bind_known(prepared, 10, row->last_modified, -1);
    bind_text(prepared, 11, row->type);
    sqlite3_bind_int64(prepared, 12, row->downloaded_us);
    sqlite3_bind_int64(prepared, 13, row->checks);
    bind_text(prepared, 14, row->sha256);
    bind_known(prepared, 15, row->width, 0);
    bind_known(prepared, 16, row->height, 0);
}

/* SQLITE_ROW or SQLITE_DONE; else the question cannot be answered. */
static int ask(struct state *state, sqlite3_stmt *prepared)
{
    int result =
        prepared == NULL ? sqlite3_extended_errcode(state->database) : sqlite3_step(prepared);
    state_note_read(state, result);
    return result;
}

static bool has_row(struct state *state, sqlite3_stmt *prepared)
{
    bool is_found = ask(state, prepared) == SQLITE_ROW;
    sqlite3_reset(prepared);
    return is_found;
}

static bool find_by(struct state *state, enum state_query query, struct key key,
                    struct state_row *out)
{
    sqlite3_stmt *prepared = statement_of_key(state, query, key);
    if (query == STATE_QUERY_FIND_NEXT)
        sqlite3_bind_int64(prepared, 3, state->found + 1);
    bool is_found = ask(state, prepared) == SQLITE_ROW && read_row(state, prepared, key, out);
    if (is_found) {
        int64_t rowid = sqlite3_column_int64(prepared, 12);
        state->is_in_order = rowid - 1 == state->found && state->find == STATE_QUERY_FIND;
        state->found = rowid;
    }
    sqlite3_reset(prepared);
    return is_found;
}

sqlite3_stmt *state_statement(struct state *state, enum state_query query)
{
    if (state->statements[query] == NULL)
        sqlite3_prepare_v3(state->database, QUERIES[query], -1, SQLITE_PREPARE_PERSISTENT,
                           &state->statements[query], NULL);
    return state->statements[query];
}

bool state_is_empty(struct state *state)
{
    if (state == NULL)
        return true;
    sqlite3_stmt *prepared = state_statement(state, STATE_QUERY_ANY);
    bool is_empty = ask(state, prepared) == SQLITE_DONE;
    sqlite3_reset(prepared);
    return is_empty;
}

/* A list that is downloaded again asks for its rows in the order in which they were put: the next
 * one lies beside the last, while the index leads all over the file (376,000 lookups a second
 * instead of 245,000 among a million rows). */
bool state_find(struct state *state, struct key key, struct state_row *out)
{
    if (state == NULL)
        return false;
    if (state->is_in_order && find_by(state, STATE_QUERY_FIND_NEXT, key, out))
        return true;
    state->is_in_order = false;
    return find_by(state, state->find, key, out);
}

bool state_name_is_taken(struct state *state, const char *name, struct key key)
{
    if (state == NULL)
        return false;
    size_t length = strlen(name);
    size_t extension = name_extension(name);
    bool is_bare = extension == length;
    sqlite3_stmt *prepared =
        statement_of_key(state, is_bare ? STATE_QUERY_BARE_TAKEN : STATE_QUERY_NAME_TAKEN, key);
    bind_hash(prepared, 3, name, extension);
    if (!is_bare)
        bind_hash(prepared, 4, name, length);
    return has_row(state, prepared);
}

bool state_path_is_taken(struct state *state, const char *path, struct key key)
{
    if (state == NULL)
        return false;
    sqlite3_stmt *prepared = statement_of_key(state, STATE_QUERY_PATH_TAKEN, key);
    bind_hash(prepared, 3, path, name_extension(path));
    bind_hash(prepared, 4, path, strlen(path));
    return has_row(state, prepared);
}

bool state_has_directory(struct state *state, const char *path)
{
    if (state == NULL)
        return false;
    sqlite3_stmt *prepared = state_statement(state, STATE_QUERY_DIRECTORY);
    bind_hash(prepared, 1, path, strlen(path));
    return has_row(state, prepared);
}

bool state_begin(struct state *state, struct error *error)
{
    if (state == NULL)
        return true;
    if (!state->is_writer && !state_execute(state, "PRAGMA cache_size = -4096", "prepare", error))
        return false;
    state->is_writer = true;
    return run(state, state_statement(state, STATE_QUERY_BEGIN), "write", error);
}

bool state_put(struct state *state, const struct state_row *row, struct error *error)
{
    if (state == NULL)
        return true;
    sqlite3_stmt *find = statement_of_key(state, STATE_QUERY_ROW, row->key);
    int found = find == NULL ? SQLITE_ERROR : sqlite3_step(find);
    sqlite3_int64 rowid = found == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    sqlite3_reset(find);
    if (found != SQLITE_ROW && found != SQLITE_DONE)
        return state_fail(state, "read", error);
    sqlite3_stmt *put = found == SQLITE_ROW ? state_statement(state, STATE_QUERY_UPDATE)
                                            : statement_of_key(state, STATE_QUERY_INSERT, row->key);
    if (put == NULL)
        return state_fail(state, "write", error);
    bind_row(put, row);
    if (found == SQLITE_ROW)
        sqlite3_bind_int64(put, 17, rowid);
    return run(state, put, "write", error);
}

bool state_add(struct state *state, const struct state_row *row, struct error *error)
{
    if (state == NULL)
        return true;
    sqlite3_stmt *prepared = statement_of_key(state, STATE_QUERY_INSERT, row->key);
    bind_row(prepared, row);
    return run(state, prepared, "write", error);
}

bool state_remove(struct state *state, struct key key, struct error *error)
{
    if (state == NULL)
        return true;
    return run(state, statement_of_key(state, STATE_QUERY_REMOVE, key), "write", error);
}

bool state_remove_others(struct state *state, const char *name, struct key key, struct error *error)
{
    if (state == NULL)
        return true;
    sqlite3_stmt *prepared = statement_of_key(state, STATE_QUERY_REMOVE_OTHERS, key);
    bind_hash(prepared, 3, name, name_extension(name));
    bind_hash(prepared, 4, name, strlen(name));
    return run(state, prepared, "write", error);
}

bool state_put_directory(struct state *state, const char *path, struct error *error)
{
    if (state == NULL)
        return true;
    sqlite3_stmt *prepared = state_statement(state, STATE_QUERY_INSERT_DIRECTORY);
    bind_hash(prepared, 1, path, strlen(path));
    bind_text(prepared, 2, path);
    return run(state, prepared, "write", error);
}

bool state_confirm(struct state *state, struct key key, int64_t checks, struct error *error)
{
    if (state == NULL)
        return true;
    sqlite3_stmt *prepared = statement_of_key(state, STATE_QUERY_CONFIRM, key);
    sqlite3_bind_int64(prepared, 3, checks);
    return run(state, prepared, "write", error);
}

bool state_commit(struct state *state, struct error *error)
{
    if (state == NULL)
        return true;
    return run(state, state_statement(state, STATE_QUERY_COMMIT), "write", error);
}

bool state_sync_commits(struct state *state, struct error *error)
{
    if (state == NULL)
        return true;
    return state_execute(state, "PRAGMA synchronous = FULL", "prepare", error);
}

int state_failure(const struct state *state)
{
    return state->failure;
}
