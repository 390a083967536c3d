#include "io/state_tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA 2
#define APPLICATION 0x6861756c /* "haul" */

/* `fold` is the hash of the whole name and `stem` that of the name without its extension, so that
 * they are equal in the row of a bare name. One index on both answers every question about clashes,
 * also when a hostile list gives one stem thousands of extensions. */
static const char CREATE[] = "CREATE TABLE IF NOT EXISTS downloads("
                             " key_high INTEGER NOT NULL, key_low INTEGER NOT NULL,"
                             " stem INTEGER NOT NULL, fold INTEGER NOT NULL,"
                             " url TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
                             " modified_ns INTEGER, etag TEXT, last_modified INTEGER, type TEXT,"
                             " downloaded INTEGER NOT NULL, checks INTEGER, sha256 TEXT,"
                             " width INTEGER, height INTEGER);"
                             "CREATE INDEX IF NOT EXISTS downloads_key ON downloads(key_high);"
                             "CREATE INDEX IF NOT EXISTS downloads_stem ON downloads(stem, fold);"
                             "CREATE TABLE IF NOT EXISTS directories("
                             " fold INTEGER PRIMARY KEY, path TEXT NOT NULL);";

#define OBJECTS 4
static const char COUNT_OBJECTS[] =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('downloads',"
    " 'directories') OR type = 'index' AND name IN ('downloads_key', 'downloads_stem')";
static const char COUNT_ALL[] = "SELECT count(*) FROM sqlite_schema";
static const char COUNT_DOWNLOADS[] =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'downloads'";
static const char COUNT_CHECKS[] =
    "SELECT count(*) FROM pragma_table_info('downloads') WHERE name = 'checks'";

/* Columns that came after the first databases. `modified` of schema 1 stays where it is, unused:
 * taking a column out would write all rows anew, and it never held anything but NULL. */
static const struct {
    const char *count;
    const char *add;
} LATER_COLUMNS[] = {
#define LATER_COLUMN(name, type)                                                                   \
    {                                                                                              \
        "SELECT count(*) FROM pragma_table_info('downloads') WHERE name = '" name "'",             \
            "ALTER TABLE downloads ADD COLUMN " name " " type                                      \
    }
    LATER_COLUMN("checks", "INTEGER"), LATER_COLUMN("modified_ns", "INTEGER"),
    LATER_COLUMN("sha256", "TEXT"),    LATER_COLUMN("width", "INTEGER"),
    LATER_COLUMN("height", "INTEGER"),
#undef LATER_COLUMN
};

static bool read_schema(struct state *state, int64_t *out, struct error *error)
{
    int64_t schema, application, objects;
    if (!state_read_number(state, "PRAGMA user_version", &schema, error) ||
        !state_read_number(state, "PRAGMA application_id", &application, error) ||
        !state_read_number(state, schema == 0 ? COUNT_ALL : COUNT_DOWNLOADS, &objects, error))
        return false;
    if (application != (schema == 0 ? 0 : APPLICATION) || (schema == 0 && objects > 0))
        return state_distrust(state, error, "it is a database of another program");
    if (schema < 0 || schema > SCHEMA)
        return state_distrust(state, error, "it has schema number %lld, this program knows only %d",
                              (long long)schema, SCHEMA);
    if (schema > 0 && objects == 0)
        return state_distrust(state, error, "it is damaged: its table is missing");
    *out = schema;
    return true;
}

/* quick_check reports a page that the disk did not give like one that is damaged, but with the
 * number of the failure. */
static bool is_of_the_machine(const char *finding)
{
    const char *code = strstr(finding, "error code=");
    long number = code == NULL ? SQLITE_CORRUPT : strtol(code + strlen("error code="), NULL, 10);
    return (number & 0xFF) != SQLITE_CORRUPT && (number & 0xFF) != SQLITE_NOTADB;
}

/* Reads all pages: a quarter of a second for a million rows that are in memory. The rows of the
 * index are not compared to those of the table, which would take ten times as long. */
static bool check_pages(struct state *state, struct error *error)
{
    sqlite3_stmt *prepared = NULL;
    int result = sqlite3_prepare_v2(state->database, "PRAGMA quick_check(1)", -1, &prepared, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(prepared);
    bool is_fine = false;
    const char *finding =
        result == SQLITE_ROW ? (const char *)sqlite3_column_text(prepared, 0) : NULL;
    if (finding == NULL) {
        state_fail(state, "check", error);
    } else if (strcmp(finding, "ok") == 0) {
        is_fine = true;
    } else if (is_of_the_machine(finding)) {
        state->failure = EIO;
        error_set(error, ERROR_LOCAL, "cannot read %s: %s", state->path, finding);
    } else {
        static const char title[] = "*** in database main ***\n";
        if (strncmp(finding, title, strlen(title)) == 0)
            finding += strlen(title);
        state_distrust(state, error, "it is damaged: %s", finding);
    }
    sqlite3_finalize(prepared);
    return is_fine;
}

static bool add_columns(struct state *state, struct error *error)
{
    for (size_t i = 0; i < ARRAY_LENGTH(LATER_COLUMNS); i++) {
        int64_t count;
        if (!state_read_number(state, LATER_COLUMNS[i].count, &count, error) ||
            (count == 0 && !state_execute(state, LATER_COLUMNS[i].add, "create", error)))
            return false;
    }
    return true;
}

static bool make_tables(struct state *state, int64_t schema, struct error *error)
{
    char numbers[96];
    snprintf(numbers, sizeof(numbers), "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION, SCHEMA);
    return state_execute(state, "BEGIN IMMEDIATE", "create", error) &&
           state_execute(state, CREATE, "create", error) &&
           (schema == 0 || add_columns(state, error)) && /* a new database has them all */
           state_execute(state, numbers, "create", error) &&
           state_execute(state, "COMMIT", "create", error);
}

/* Statements that name every column: tables of these names may still have others. */
static bool check_columns(struct state *state, struct error *error)
{
    return (state_statement(state, state->find) != NULL &&
            state_statement(state, STATE_QUERY_INSERT) != NULL &&
            state_statement(state, STATE_QUERY_INSERT_DIRECTORY) != NULL) ||
           state_fail(state, "use", error);
}

bool state_tables_check(struct state *state, int64_t *out_schema, struct error *error)
{
    return read_schema(state, out_schema, error) && (*out_schema == 0 || check_pages(state, error));
}

bool state_tables_complete(struct state *state, int64_t schema, struct error *error)
{
    int64_t objects = 0;
    if (schema == SCHEMA && !state_read_number(state, COUNT_OBJECTS, &objects, error))
        return false;
    return (objects == OBJECTS || make_tables(state, schema, error)) &&
           (schema == 0 || check_columns(state, error));
}

bool state_tables_adapt(struct state *state, int64_t schema, struct error *error)
{
    int64_t checks = 1;
    if (schema == 1 && !state_read_number(state, COUNT_CHECKS, &checks, error))
        return false;
    state->find = schema == SCHEMA ? STATE_QUERY_FIND
                  : checks > 0     ? STATE_QUERY_FIND_SCHEMA_1
                                   : STATE_QUERY_FIND_UNCHECKED;
    return state_statement(state, state->find) != NULL || state_fail(state, "use", error);
}
