/* What earlier runs downloaded: a row per URL in DIR/.haul/state.db (SQLite, WAL).
 *
 * One run uses two handles: the producer's (reads) and the recorder's (writes in transactions). A
 * handle belongs to one thread; no call keeps a read transaction open. A question that cannot be
 * answered because the file cannot be read is answered with false: files are never replaced without
 * being looked at, so nothing is lost by that.
 *
 * A NULL state remembers nothing (--no-state): it is empty, writes to it succeed, and every
 * question is answered with no. */
#ifndef HAUL_IO_STATE_H
#define HAUL_IO_STATE_H

#include "base/common.h"
#include "base/error.h"
#include "io/root.h"
#include "model/key.h"

struct state;

struct state_row {
    struct key key;
    const char *url;  /* as listed, unmasked */
    const char *name; /* final path relative to DIR */
    int64_t size;
    int64_t modified_ns;   /* mtime of the file when it was stored; 0 = unknown */
    const char *etag;      /* may be NULL */
    int64_t last_modified; /* of the reply, -1 unknown */
    const char *type;      /* detected, may be NULL */
    const char *sha256;    /* hex digits, may be NULL */
    int64_t width;         /* of an image, 0 = none or unknown */
    int64_t height;
    int64_t downloaded_us; /* wall clock */
    int64_t checks;        /* hash of what was asked of the file and held; 0 = nothing */
};

/* As checks: the program of --exec did not accept the file, and must. */
#define STATE_CHECKS_REFUSED INT64_C(-1)

/* A state that was not to be trusted. */
struct state_set_aside {
    bool happened;
    char name[64];    /* in DIR/.haul */
    char reason[160]; /* for a message, printable: "it is damaged: ..." */
};

/* Opens, creating database and tables (mode 0600) where missing. An older schema is brought up to
 * date in place. Every page is looked at each time (PRAGMA quick_check, a quarter of a second for a
 * million rows in memory). A state that is damaged, of a newer schema, or somebody else's is not
 * trusted and not deleted: it is renamed to state.db.set-aside-UTCTIME (with its -wal and -shm), an
 * empty one is made, and *out_set_aside (may be NULL) says so. What the machine refuses (a full
 * disk, a failing one, permissions, locks) is an error instead, and so is what is no regular file.
 *
 * Damage that shows later is an error of the write that meets it, and leaves the mark
 * state.db-damaged, with which the next state_open sets the file aside whatever it looks like. */
struct state *state_open(struct root *root, struct state_set_aside *out_set_aside,
                         struct error *error);
/* A further handle on a state that state_open has looked at in this run; it may write, too. */
struct state *state_open_reader(struct root *root, struct error *error);
/* For looking only: writes nothing; where a run was killed or goes on, SQLite needs its -shm file
 * beside the -wal. Older schemas are read as they are; what state_open would set aside is an error.
 * NULL when there is no state yet (*error stays ERROR_NONE). */
struct state *state_open_read_only(struct root *root, struct error *error);
void state_close(struct state *state); /* NULL is fine; an open transaction is rolled back */

/* True when the state holds no row: then there is nothing to look up. One cheap query. */
bool state_is_empty(struct state *state);

/* Finds a URL's row. The texts in *out are valid until the next call on this handle. */
bool state_find(struct state *state, struct key key, struct state_row *out);

/* True when a row of another URL has a name that clashes with this one (case and Unicode form do
 * not count; a name without an extension clashes with its stem under every extension). */
bool state_name_is_taken(struct state *state, const char *name, struct key key);

/* True when another URL's row has exactly this name, but for case and Unicode form. */
bool state_path_is_taken(struct state *state, const char *path, struct key key);

/* True when haul made this directory (equal but for case and Unicode form). */
bool state_has_directory(struct state *state, const char *path);

/* Writes, between begin and commit. A put replaces the URL's row. When a write or the commit fails,
 * the transaction is over and nothing of it is stored. */
bool state_begin(struct state *state, struct error *error);
bool state_put(struct state *state, const struct state_row *row, struct error *error);
/* The same for a URL that has no row for sure: nothing is looked for. */
bool state_add(struct state *state, const struct state_row *row, struct error *error);
bool state_remove(struct state *state, struct key key, struct error *error);
/* More was asked of a file that is there, and held: the row's checks. */
bool state_confirm(struct state *state, struct key key, int64_t checks, struct error *error);
/* A directory that haul is about to make. */
bool state_put_directory(struct state *state, const char *path, struct error *error);
bool state_commit(struct state *state, struct error *error);

/* From now on, what is committed is on the disk; before, the next sync of the file system brings it
 * there. */
bool state_sync_commits(struct state *state, struct error *error);

/* The errno value behind the last failure: ENOSPC, EDQUOT, EIO ... */
int state_failure(const struct state *state);

#endif
