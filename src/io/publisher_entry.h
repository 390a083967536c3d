/* A file on its way to its final path, in a batch of io/publisher: which path that is, and the end
 * of one that gets none. */
#ifndef HAUL_IO_PUBLISHER_ENTRY_H
#define HAUL_IO_PUBLISHER_ENTRY_H

#include "base/common.h"
#include "io/root.h"
#include "io/state.h"
#include "model/job.h"

enum publisher_stage {
    ENTRY_WAITING, /* for its name */
    ENTRY_NAMED,   /* but the name may not survive a power cut yet */
    ENTRY_PUBLISHED,
    ENTRY_REFUSED, /* no file under a final name; the job has its outcome */
};

struct publisher_entry {
    struct job *job;
    enum publisher_stage stage;
    char *wanted;     /* path with digits and extension; owned */
    char *name;       /* the one to try now: wanted itself, or a numbered form of it (owned) */
    unsigned number;  /* of that form; 1 = wanted itself */
    size_t directory; /* in publisher_directories */
    bool replaces;    /* the state says that haul wrote what is under `wanted` */
    bool was_stored;  /* `name` is that of another URL's file, by an earlier run */
    bool is_noted;    /* the state has the row of this file */
    bool had_row;     /* and had this one before, with texts of its own */
    struct state_row row;
};

/* The job is lent. Refused at once when the path needs digits that nobody counted. */
void publisher_entry_init(struct publisher_entry *entry, struct job *job, struct root *root);
void publisher_entry_clear(struct publisher_entry *entry);

/* The next numbered form of the path; its last component must be one that could be looked up. */
void publisher_entry_add_number(struct publisher_entry *entry);

/* True for a path that says what the content is. */
bool publisher_entry_has_digits(const struct publisher_entry *entry);

/* Reads the file that has the name: true when it has the entry's content. For a name with digits,
 * which an earlier run may have taken from a list's `out`. */
bool publisher_entry_has_content(const struct publisher_entry *entry, struct root *root);

/* What has the name is still the file that was looked at when the job was planned. */
bool publisher_entry_meets_own(const struct publisher_entry *entry, struct root *root);

/* The file that has the name is what the list's checksum says: the job ends as kept. */
bool publisher_entry_is_proven(struct publisher_entry *entry, struct root *root);

/* Notes the file under its present name, between the state's begin and commit. With has_history, a
 * row that the URL has already is kept for the case that the file gets no name. */
bool publisher_entry_put(struct publisher_entry *entry, struct state *state, bool has_history,
                         int64_t now_us, struct error *error);
/* Takes that back. */
bool publisher_entry_forget(const struct publisher_entry *entry, struct state *state,
                            struct error *error);

enum failure publisher_failure_of(int errno_value);

/* The temporary file got its name, or is gone: so is what was noted beside a part. */
void publisher_entry_end_temporary(struct publisher_entry *entry, struct root *root);

/* The job ends without a file; the temporary one is removed. */
void publisher_entry_drop(struct publisher_entry *entry, struct root *root);
void publisher_entry_refuse(struct publisher_entry *entry, struct root *root, enum failure failure,
                            const char *detail);
void publisher_entry_refuse_errno(struct publisher_entry *entry, struct root *root,
                                  int errno_value);

#endif
