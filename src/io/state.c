#include "io/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/name.h"

#define FILE_NAME "state.db"
#define SCHEMA 1
#define APPLICATION 0x6861756c /* "haul" */
#define BUSY_MS 10000
#define TEXTS_MAX (1024 * 1024) /* of one row; haul itself writes less */

/* `fold` is the hash of the whole name and `stem` that of the name without its extension, so that
 * they are equal in the row of a bare name. One index on both answers every question about clashes,
 * also when a hostile list gives one stem thousands of extensions. */
static const char CREATE[] = "CREATE TABLE IF NOT EXISTS downloads("
                             " key_high INTEGER NOT NULL, key_low INTEGER NOT NULL,"
                             " stem INTEGER NOT NULL, fold INTEGER NOT NULL,"
                             " url TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
                             " modified INTEGER, etag TEXT, last_modified INTEGER, type TEXT,"
                             " downloaded INTEGER NOT NULL);"
                             "CREATE INDEX IF NOT EXISTS downloads_key ON downloads(key_high);"
                             "CREATE INDEX IF NOT EXISTS downloads_stem ON downloads(stem, fold);";

enum query {
    QUERY_ANY,
    QUERY_FIND,
    QUERY_BARE_TAKEN,
    QUERY_NAME_TAKEN,
    QUERY_BEGIN,
    QUERY_ROW,
    QUERY_INSERT,
    QUERY_UPDATE,
    QUERY_REMOVE,
    QUERY_COMMIT,
    QUERY_COUNT,
};

static const char *const QUERIES[QUERY_COUNT] = {
    [QUERY_ANY] = "SELECT 1 FROM downloads LIMIT 1",
    [QUERY_FIND] = "SELECT url, name, size, modified, etag, last_modified, type, downloaded"
                   " FROM downloads WHERE key_high = ?1 AND key_low = ?2",
    [QUERY_BARE_TAKEN] = "SELECT 1 FROM downloads WHERE stem = ?3"
                         " AND NOT (key_high = ?1 AND key_low = ?2) LIMIT 1",
    [QUERY_NAME_TAKEN] = "SELECT 1 FROM downloads WHERE stem = ?3 AND fold IN (?3, ?4)"
                         " AND NOT (key_high = ?1 AND key_low = ?2) LIMIT 1",
    [QUERY_BEGIN] = "BEGIN IMMEDIATE",
    [QUERY_ROW] = "SELECT rowid FROM downloads WHERE key_high = ?1 AND key_low = ?2",
    [QUERY_INSERT] = "INSERT INTO downloads(key_high, key_low, stem, fold, url, name, size,"
                     " modified, etag, last_modified, type, downloaded)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [QUERY_UPDATE] = "UPDATE downloads SET stem = ?3, fold = ?4, url = ?5, name = ?6, size = ?7,"
                     " modified = ?8, etag = ?9, last_modified = ?10, type = ?11, downloaded = ?12"
                     " WHERE rowid = ?13",
    [QUERY_REMOVE] = "DELETE FROM downloads WHERE key_high = ?1 AND key_low = ?2",
    [QUERY_COMMIT] = "COMMIT",
};

struct state {
    char *path;
    sqlite3 *database;
    sqlite3_stmt *statements[QUERY_COUNT]; /* prepared at first use */
    struct text texts;                     /* of the row that was found last */
    bool is_writer;                        /* has the writer's cache */
    int failure;
};

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

static bool fail(struct state *state, const char *what, struct error *error)
{
    state->failure = errno_of(state->database);
    error_set(error, ERROR_LOCAL, "cannot %s %s: %s", what, state->path,
              sqlite3_errmsg(state->database));
    if (state->database != NULL && !sqlite3_get_autocommit(state->database))
        sqlite3_exec(state->database, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

static bool execute(struct state *state, const char *sql, const char *what, struct error *error)
{
    return sqlite3_exec(state->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           fail(state, what, error);
}

/* NULL when it cannot be prepared: the database says why. */
static sqlite3_stmt *statement(struct state *state, enum query query)
{
    if (state->statements[query] == NULL)
        sqlite3_prepare_v3(state->database, QUERIES[query], -1, SQLITE_PREPARE_PERSISTENT,
                           &state->statements[query], NULL);
    return state->statements[query];
}

static sqlite3_stmt *statement_of_key(struct state *state, enum query query, struct key key)
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
        return fail(state, what, error);
    bool is_done = sqlite3_step(prepared) == SQLITE_DONE;
    sqlite3_reset(prepared); /* keeps the error for fail */
    return is_done || fail(state, what, error);
}

static bool read_pragma(struct state *state, const char *pragma, int64_t *out, struct error *error)
{
    sqlite3_stmt *prepared = NULL;
    bool is_read = sqlite3_prepare_v2(state->database, pragma, -1, &prepared, NULL) == SQLITE_OK &&
                   sqlite3_step(prepared) == SQLITE_ROW;
    if (is_read)
        *out = sqlite3_column_int64(prepared, 0);
    else
        fail(state, "read", error);
    sqlite3_finalize(prepared);
    return is_read;
}

/* SQLite would create the file with the umask's mode; -wal and -shm take theirs from it. An
 * existing file is only looked at by name: closing any descriptor of it would drop the locks of the
 * other handle (fcntl locks belong to the process). */
static bool create_file(struct state *state, int directory, struct error *error)
{
    int descriptor =
        openat(directory, FILE_NAME, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor >= 0) {
        int result = fchmod(descriptor, 0600);
        close(descriptor);
        return result == 0 ||
               error_set_errno(error, ERROR_LOCAL, errno, "cannot protect %s", state->path);
    }
    struct stat status;
    if (errno != EEXIST || fstatat(directory, FILE_NAME, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot create %s", state->path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_LOCAL, "%s is no regular file", state->path);
    return true;
}

static bool open_database(struct state *state, struct error *error)
{
    int result = sqlite3_open_v2(state->path, &state->database,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
                                     SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                 NULL);
    if (result != SQLITE_OK)
        return fail(state, "open", error);
    sqlite3_busy_timeout(state->database, BUSY_MS);
    return execute(state,
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                   "PRAGMA wal_autocheckpoint = 2000; PRAGMA cache_size = -2048;"
                   "PRAGMA trusted_schema = OFF",
                   "open", error);
}

static bool make_tables(struct state *state, struct error *error)
{
    char numbers[96];
    snprintf(numbers, sizeof(numbers), "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION, SCHEMA);
    return execute(state, "BEGIN IMMEDIATE", "create", error) &&
           execute(state, CREATE, "create", error) && execute(state, numbers, "create", error) &&
           execute(state, "COMMIT", "create", error);
}

static bool check_schema(struct state *state, struct error *error)
{
    int64_t schema, application;
    if (!read_pragma(state, "PRAGMA user_version", &schema, error) ||
        !read_pragma(state, "PRAGMA application_id", &application, error))
        return false;
    if (schema != 0 && schema != SCHEMA)
        return error_set(error, ERROR_LOCAL,
                         "%s has schema number %lld, this program knows only %d", state->path,
                         (long long)schema, SCHEMA);
    if (application != (schema == 0 ? 0 : APPLICATION))
        return error_set(error, ERROR_LOCAL, "%s is a database of another program", state->path);
    return schema == SCHEMA || make_tables(state, error);
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
    };
    return true;
}

static void bind_row(sqlite3_stmt *prepared, const struct state_row *row)
{
    size_t length = strlen(row->name);
    uint64_t stem = name_fold_hash(row->name, name_extension(row->name));
    uint64_t fold = name_fold_hash(row->name, length);
    sqlite3_bind_int64(prepared, 3, (sqlite3_int64)stem);
    sqlite3_bind_int64(prepared, 4, (sqlite3_int64)fold);
    bind_text(prepared, 5, row->url);
    bind_text(prepared, 6, row->name);
    sqlite3_bind_int64(prepared, 7, row->size);
    bind_known(prepared, 8, row->modified);
    bind_text(prepared, 9, row->etag);
    bind_known(prepared, 10, row->last_modified);
    bind_text(prepared, 11, row->type);
    sqlite3_bind_int64(prepared, 12, row->downloaded_us);
}

struct state *state_open(struct root *root, struct error *error)
{
    struct state *state = memory_allocate_zeroed(1, sizeof(*state));
    text_init(&state->texts, TEXTS_MAX);
    const char *directory = root_private_path(root);
    size_t size = strlen(directory) + sizeof("/" FILE_NAME);
    state->path = memory_allocate(size);
    snprintf(state->path, size, "%s/%s", directory, FILE_NAME);
    if (create_file(state, root_private_descriptor(root), error) && open_database(state, error) &&
        check_schema(state, error))
        return state;
    state_close(state);
    return NULL;
}

void state_close(struct state *state)
{
    if (state == NULL)
        return;
    for (size_t i = 0; i < QUERY_COUNT; i++)
        sqlite3_finalize(state->statements[i]);
    sqlite3_close(state->database);
    text_clear(&state->texts);
    free(state->path);
    free(state);
}

bool state_is_empty(struct state *state)
{
    sqlite3_stmt *prepared = statement(state, QUERY_ANY);
    bool is_empty = prepared != NULL && sqlite3_step(prepared) == SQLITE_DONE;
    sqlite3_reset(prepared);
    return is_empty;
}

bool state_find(struct state *state, struct key key, struct state_row *out)
{
    sqlite3_stmt *prepared = statement_of_key(state, QUERY_FIND, key);
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
        statement_of_key(state, is_bare ? QUERY_BARE_TAKEN : QUERY_NAME_TAKEN, key);
    if (prepared == NULL)
        return false;
    sqlite3_bind_int64(prepared, 3, (sqlite3_int64)name_fold_hash(name, extension));
    if (!is_bare)
        sqlite3_bind_int64(prepared, 4, (sqlite3_int64)name_fold_hash(name, length));
    bool is_taken = sqlite3_step(prepared) == SQLITE_ROW;
    sqlite3_reset(prepared);
    return is_taken;
}

bool state_begin(struct state *state, struct error *error)
{
    if (!state->is_writer && !execute(state, "PRAGMA cache_size = -4096", "prepare", error))
        return false;
    state->is_writer = true;
    return run(state, statement(state, QUERY_BEGIN), "write", error);
}

bool state_put(struct state *state, const struct state_row *row, struct error *error)
{
    sqlite3_stmt *find = statement_of_key(state, QUERY_ROW, row->key);
    int found = find == NULL ? SQLITE_ERROR : sqlite3_step(find);
    sqlite3_int64 rowid = found == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    sqlite3_reset(find);
    if (found != SQLITE_ROW && found != SQLITE_DONE)
        return fail(state, "read", error);
    sqlite3_stmt *put = found == SQLITE_ROW ? statement(state, QUERY_UPDATE)
                                            : statement_of_key(state, QUERY_INSERT, row->key);
    if (put == NULL)
        return fail(state, "write", error);
    bind_row(put, row);
    if (found == SQLITE_ROW)
        sqlite3_bind_int64(put, 13, rowid);
    return run(state, put, "write", error);
}

bool state_remove(struct state *state, struct key key, struct error *error)
{
    return run(state, statement_of_key(state, QUERY_REMOVE, key), "write", error);
}

bool state_commit(struct state *state, struct error *error)
{
    return run(state, statement(state, QUERY_COMMIT), "write", error);
}

bool state_sync_commits(struct state *state, struct error *error)
{
    return execute(state, "PRAGMA synchronous = FULL", "prepare", error);
}

int state_failure(const struct state *state)
{
    return state->failure;
}
