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
#include "io/state_handle.h"

#define FILE_NAME "state.db"
#define SCHEMA 1
#define APPLICATION 0x6861756c /* "haul" */
#define BUSY_MS 10000
#define URI_MAX (64 * 1024)
#define TEXTS_MAX (1024 * 1024) /* of one row; haul itself writes less */

/* `fold` is the hash of the whole name and `stem` that of the name without its extension, so that
 * they are equal in the row of a bare name. One index on both answers every question about clashes,
 * also when a hostile list gives one stem thousands of extensions. */
static const char CREATE[] = "CREATE TABLE IF NOT EXISTS downloads("
                             " key_high INTEGER NOT NULL, key_low INTEGER NOT NULL,"
                             " stem INTEGER NOT NULL, fold INTEGER NOT NULL,"
                             " url TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
                             " modified INTEGER, etag TEXT, last_modified INTEGER, type TEXT,"
                             " downloaded INTEGER NOT NULL, checks INTEGER);"
                             "CREATE INDEX IF NOT EXISTS downloads_key ON downloads(key_high);"
                             "CREATE INDEX IF NOT EXISTS downloads_stem ON downloads(stem, fold);"
                             "CREATE TABLE IF NOT EXISTS directories("
                             " fold INTEGER PRIMARY KEY, path TEXT NOT NULL);";

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

static bool read_number(struct state *state, const char *query, int64_t *out, struct error *error)
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

static bool check_file(struct state *state, int directory, struct error *error)
{
    struct stat status;
    if (fstatat(directory, FILE_NAME, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot look at %s", state->path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_LOCAL, "%s is no regular file", state->path);
    return true;
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
    if (errno != EEXIST)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot create %s", state->path);
    return check_file(state, directory, error);
}

static bool open_database(struct state *state, struct error *error)
{
    int result = sqlite3_open_v2(state->path, &state->database,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
                                     SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                 NULL);
    if (result != SQLITE_OK)
        return state_fail(state, "open", error);
    sqlite3_busy_timeout(state->database, BUSY_MS);
    return state_execute(state,
                         "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                         "PRAGMA wal_autocheckpoint = 2000; PRAGMA cache_size = -2048;"
                         "PRAGMA trusted_schema = OFF",
                         "open", error);
}

/* Two things that came after the first databases of this schema. */
static const char COUNT_CHECKS[] =
    "SELECT count(*) FROM pragma_table_info('downloads') WHERE name = 'checks'";
static const char COUNT_DIRECTORIES[] =
    "SELECT count(*) FROM sqlite_master WHERE name = 'directories'";

static bool add_checks(struct state *state, struct error *error)
{
    int64_t count;
    return read_number(state, COUNT_CHECKS, &count, error) &&
           (count > 0 || state_execute(state, "ALTER TABLE downloads ADD COLUMN checks INTEGER",
                                       "create", error));
}

static bool make_tables(struct state *state, struct error *error)
{
    char numbers[96];
    snprintf(numbers, sizeof(numbers), "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION, SCHEMA);
    return state_execute(state, "BEGIN IMMEDIATE", "create", error) &&
           state_execute(state, CREATE, "create", error) && add_checks(state, error) &&
           state_execute(state, numbers, "create", error) &&
           state_execute(state, "COMMIT", "create", error);
}

static bool read_schema(struct state *state, int64_t *out, struct error *error)
{
    int64_t schema, application;
    if (!read_number(state, "PRAGMA user_version", &schema, error) ||
        !read_number(state, "PRAGMA application_id", &application, error))
        return false;
    if (schema != 0 && schema != SCHEMA)
        return error_set(error, ERROR_LOCAL,
                         "%s has schema number %lld, this program knows only %d", state->path,
                         (long long)schema, SCHEMA);
    if (application != (schema == 0 ? 0 : APPLICATION))
        return error_set(error, ERROR_LOCAL, "%s is a database of another program", state->path);
    *out = schema;
    return true;
}

/* Asked for first: making tables takes the lock of writers, also when all are there. */
static bool complete_tables(struct state *state, struct error *error)
{
    int64_t schema, directories = 0, checks = 0;
    if (!read_schema(state, &schema, error) ||
        (schema == SCHEMA && (!read_number(state, COUNT_DIRECTORIES, &directories, error) ||
                              !read_number(state, COUNT_CHECKS, &checks, error))))
        return false;
    return (directories > 0 && checks > 0) || make_tables(state, error);
}

static bool append_escaped(struct text *uri, const char *path)
{
    for (; *path != '\0'; path++)
        if (strchr("%?#", *path) != NULL ? !text_append_format(uri, "%%%02x", (unsigned)*path)
                                         : !text_append_char(uri, *path))
            return false;
    return true;
}

/* A log (of a run that was killed, or goes on) has to be read, which takes SQLite's ordinary way
 * with its shared memory file. Without one the file is all there is; then SQLite is told that it
 * does not change, and makes nothing beside it. */
static bool open_for_looking(struct state *state, int directory, struct error *error)
{
    struct stat log;
    bool has_log = fstatat(directory, FILE_NAME "-wal", &log, AT_SYMLINK_NOFOLLOW) == 0;
    struct text uri;
    text_init(&uri, URI_MAX);
    bool fits = text_append_string(&uri, "file:") && append_escaped(&uri, state->path) &&
                text_append_string(&uri, has_log ? "" : "?immutable=1");
    int result =
        fits ? sqlite3_open_v2(uri.data, &state->database,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW |
                                   SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                               NULL)
             : SQLITE_NOMEM;
    text_clear(&uri);
    if (result != SQLITE_OK)
        return state_fail(state, "open", error);
    sqlite3_busy_timeout(state->database, BUSY_MS);
    return state_execute(state, "PRAGMA cache_size = -2048; PRAGMA trusted_schema = OFF", "open",
                         error);
}

static struct state *create(const struct root *root)
{
    struct state *state = memory_allocate_zeroed(1, sizeof(*state));
    text_init(&state->texts, TEXTS_MAX);
    const char *directory = root_private_path(root);
    size_t size = strlen(directory) + sizeof("/" FILE_NAME);
    state->path = memory_allocate(size);
    snprintf(state->path, size, "%s/%s", directory, FILE_NAME);
    return state;
}

struct state *state_open(struct root *root, struct error *error)
{
    struct state *state = create(root);
    if (create_file(state, root_private_descriptor(root), error) && open_database(state, error) &&
        complete_tables(state, error))
        return state;
    state_close(state);
    return NULL;
}

struct state *state_open_read_only(struct root *root, struct error *error)
{
    struct stat status;
    if (!root_has_private(root) ||
        (fstatat(root_private_descriptor(root), FILE_NAME, &status, AT_SYMLINK_NOFOLLOW) < 0 &&
         errno == ENOENT))
        return NULL;
    struct state *state = create(root);
    int64_t schema = 0; /* also of a database whose making was interrupted */
    if (check_file(state, root_private_descriptor(root), error) &&
        open_for_looking(state, root_private_descriptor(root), error) &&
        read_schema(state, &schema, error) && schema == SCHEMA)
        return state;
    state_close(state);
    return NULL;
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
    error_set(error, ERROR_LOCAL, "cannot %s %s: %s", what, state->path,
              sqlite3_errmsg(state->database));
    if (state->database != NULL && !sqlite3_get_autocommit(state->database))
        sqlite3_exec(state->database, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool state_execute(struct state *state, const char *sql, const char *what, struct error *error)
{
    return sqlite3_exec(state->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           state_fail(state, what, error);
}
