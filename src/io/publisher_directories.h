/* The directories of a batch's final paths: each one, and each above it, is looked at, noted, made
 * and synced once, whatever number of files is in it.
 *
 * Order: init, then note inside the batch's transaction, then make and add_name for each file, then
 * sync. Embedded; owned by one thread; root and state are lent. */
#ifndef HAUL_IO_PUBLISHER_DIRECTORIES_H
#define HAUL_IO_PUBLISHER_DIRECTORIES_H

#include "base/common.h"
#include "base/error.h"
#include "io/publisher_entry.h"
#include "io/root.h"
#include "io/state.h"

struct publisher_directory;

struct publisher_directories {
    struct root *root;
    struct state *state;
    struct publisher_directory *rows; /* the first one is DIR; parents before children */
    size_t count;
};

/* Finds the directories of all entries and what they are at present: missing ones will be made;
 * entries that want to be below something that is no directory are refused. */
void publisher_directories_init(struct publisher_directories *directories, struct root *root,
                                struct state *state, struct publisher_entry *entries,
                                size_t entry_count);
void publisher_directories_clear(struct publisher_directories *directories);

/* Notes the missing ones in the state, between its begin and commit. */
bool publisher_directories_note(struct publisher_directories *directories, struct error *error);

/* Makes an entry's directory, if it is missing. False when it cannot be made: the entry was
 * refused. */
bool publisher_directories_make(struct publisher_directories *directories,
                                struct publisher_entry *entry);

/* An entry got its name: its directory has to be synced. With all_above the ones above too,
 * whether or not they were changed here. */
void publisher_directories_add_name(struct publisher_directories *directories,
                                    const struct publisher_entry *entry, bool all_above);

/* Syncs what was changed; 0 or a negative errno value. */
int publisher_directories_sync(struct publisher_directories *directories);

#endif
