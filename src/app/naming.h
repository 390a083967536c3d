/* Gives files their paths: from the list's out and dir, from --name, or from the server, each
 * claimed in the order of the list, so that they depend on nothing else.
 *
 * Two steps: naming_wish says what a line would like to be called, naming_claim makes that its own.
 * Where servers may name files (--content-disposition) the second step comes when a file has
 * arrived, still in list order. Owned and used by one thread. */
#ifndef HAUL_APP_NAMING_H
#define HAUL_APP_NAMING_H

#include "base/error.h"
#include "io/publisher.h"
#include "io/root.h"
#include "io/state.h"
#include "model/job.h"
#include "model/name_template.h"

struct naming;

/* All lent until naming_destroy. */
struct naming_settings {
    const struct name_template *template;
    bool fixes_extension;
    bool keeps_names;    /* the list is a failed.tsv: its `name` is the path of before */
    struct root *root;   /* NULL = there is no output directory yet */
    struct state *state; /* NULL = nothing is known */
    enum existing_policy existing;
};

struct naming *naming_create(const struct naming_settings *settings);
void naming_destroy(struct naming *naming); /* NULL is fine */

/* Puts the wanted path into job->name, with digest_offset and fixes_extension. False, with a static
 * reason, when out or dir of the list cannot be used. *out_was_absolute: an absolute dir was taken
 * below the output directory. */
bool naming_wish(struct naming *naming, struct job *job, const struct list_field *fields,
                 size_t field_count, bool *out_was_absolute, const char **out_reason);

/* The path that a failed.tsv gives; NULL = none, or no such list. */
const struct list_field *naming_old_name(const struct naming *naming,
                                         const struct list_field *fields, size_t field_count);

const struct name_template *naming_template(const struct naming *naming); /* lent */
/* False when the job's name is certainly not what naming_wish would give it, whatever its number
 * and extension. With the plain {name}, nobody has asked for other names. */
bool naming_resembles(struct naming *naming, const struct job *job, const struct list_field *fields,
                      size_t field_count);

/* A server's name takes the place of the last component, unless the list has an `out`. */
void naming_use_server_name(struct job *job);

/* Turns the wish in job->name into a path that is the job's own. True when it had to be changed. */
bool naming_claim(struct naming *naming, struct job *job);

/* An earlier run gave this path to this job's URL. */
void naming_keep(struct naming *naming, const char *path);

/* True when the output directory was empty at the start: then nothing can be in the way. */
bool naming_root_is_empty(const struct naming *naming);

#endif
