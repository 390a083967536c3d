#include "io/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "io/directory.h"
#include "io/state_aside.h"
#include "io/state_handle.h"
#include "io/state_tables.h"

#define BUSY_MS 10000
#define URI_MAX (64 * 1024)

static bool check_file(struct state *state, int directory, struct error *error)
{
    struct stat status;
    if (fstatat(directory, STATE_NAME, &status, AT_SYMLINK_NOFOLLOW) < 0)
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
        openat(directory, STATE_NAME, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor >= 0) {
        int result = fchmod(descriptor, 0600);
        close(descriptor);
        directory_remove_file(directory, STATE_MARK_NAME); /* of one that somebody removed */
        return result == 0 ||
               error_set_errno(error, ERROR_LOCAL, errno, "cannot protect %s", state->path);
    }
    if (errno != EEXIST)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot create %s", state->path);
    return check_file(state, directory, error);
}

/* The file may come from anywhere: SQLite's own advice for such. No memory map, though it would be
 * a little faster: a disk that fails, or a file cut by somebody, would end the program then. */
static bool protect(struct state *state, struct error *error)
{
    sqlite3_busy_timeout(state->database, BUSY_MS);
    return state_execute(state,
                         "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                         "PRAGMA mmap_size = 0; PRAGMA cache_size = -2048",
                         "open", error);
}

static bool open_database(struct state *state, struct error *error)
{
    int result = sqlite3_open_v2(state->path, &state->database,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
                                     SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                 NULL);
    if (result != SQLITE_OK)
        return state_fail(state, "open", error);
    if (sqlite3_db_readonly(state->database, "main") == 1) {
        state->failure = EACCES;
        return error_set_errno(error, ERROR_LOCAL, EACCES, "cannot open %s for writing",
                               state->path);
    }
    return protect(state, error);
}

/* The file can be written (open_database), so it is its header that says no. */
static bool check_version(struct state *state, struct error *error)
{
    return sqlite3_db_readonly(state->database, "main") != 1 ||
           state_distrust(state, error, "its header asks for a newer SQLite, or is damaged");
}

/* This writes, when the file is another program's: not before it was looked at. */
static bool use_log(struct state *state, struct error *error)
{
    return state_execute(state,
                         "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                         "PRAGMA wal_autocheckpoint = 2000",
                         "open", error);
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
    bool has_log = fstatat(directory, STATE_NAME "-wal", &log, AT_SYMLINK_NOFOLLOW) == 0;
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
    return result == SQLITE_OK ? protect(state, error) : state_fail(state, "open", error);
}

static bool open_and_look(struct state *state, struct root *root, struct error *error)
{
    int64_t schema;
    if (state_aside_has_lone_log(root))
        return state_distrust(state, error, "its log is there without it");
    if (!create_file(state, root_private_descriptor(root), error))
        return false;
    if (state_aside_is_marked(root))
        return state_distrust(state, error, "it is damaged: an earlier run could not read it");
    return open_database(state, error) && state_tables_check(state, &schema, error) &&
           check_version(state, error) && use_log(state, error) &&
           state_tables_complete(state, schema, error);
}

struct state *state_open(struct root *root, struct state_set_aside *out_set_aside,
                         struct error *error)
{
    struct state_set_aside aside = {0};
    struct error reason = {0};
    struct state *state;
    for (;;) {
        state = state_create(root);
        state->is_trusted = open_and_look(state, root, &reason);
        if (state->is_trusted)
            break;
        char damage[sizeof(state->damage)];
        memcpy(damage, state->damage, sizeof(damage));
        state_close(state);
        state = NULL;
        /* Once: an empty state that is damaged at once says something about the machine. */
        if (damage[0] == '\0' || aside.happened ||
            !state_aside_move(root, damage, &aside, &reason)) {
            if (error != NULL)
                *error = reason;
            break;
        }
    }
    if (out_set_aside != NULL)
        *out_set_aside = aside;
    return state;
}

struct state *state_open_reader(struct root *root, struct error *error)
{
    struct state *state = state_create(root);
    state->is_trusted = true;
    if (check_file(state, root_private_descriptor(root), error) && open_database(state, error) &&
        use_log(state, error))
        return state;
    state_close(state);
    return NULL;
}

struct state *state_open_read_only(struct root *root, struct error *error)
{
    struct stat status;
    if (!root_has_private(root) ||
        (fstatat(root_private_descriptor(root), STATE_NAME, &status, AT_SYMLINK_NOFOLLOW) < 0 &&
         errno == ENOENT))
        return NULL;
    struct state *state = state_create(root);
    state->only_looks = true;
    int64_t schema = 0; /* also of a database whose making was interrupted */
    if (check_file(state, root_private_descriptor(root), error) &&
        open_for_looking(state, root_private_descriptor(root), error) &&
        state_tables_check(state, &schema, error) && schema > 0 &&
        state_tables_adapt(state, schema, error)) {
        state->is_trusted = true;
        return state;
    }
    state_close(state);
    return NULL;
}
