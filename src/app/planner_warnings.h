/* What the planner says of lines, each only once: lists repeat themselves.
 *
 * Embedded: zeroed but for `out`. Used by the planner's thread. */
#ifndef HAUL_APP_PLANNER_WARNINGS_H
#define HAUL_APP_PLANNER_WARNINGS_H

#include "app/naming.h"
#include "app/warnings.h"
#include "io/source.h"

#define PLANNER_WARNINGS_KEYS 10

struct planner_warnings {
    struct warnings *out; /* lent */
    bool has_told_absolute;
    bool has_told_missing;
    bool has_told_old_name;
    bool has_told_mirror;
    uint64_t told_keys[PLANNER_WARNINGS_KEYS]; /* hashes of option names that were warned about */
    size_t told_count;
};

/* Once per name of an option, and for so many: a list that was written for another program repeats
 * its options on every line. */
void planner_warn_unknown(struct planner_warnings *warnings, const struct job *job,
                          const struct list_field *field);
/* Names that lack a part are seldom what was wanted. */
void planner_warn_missing(struct planner_warnings *warnings, const struct naming *naming,
                          const struct job *job, const struct source_item *item);
/* Whoever gives another --name than before should not wait for it. The job's name is an earlier
 * run's. */
void planner_warn_old_name(struct planner_warnings *warnings, struct naming *naming,
                           const struct job *job, const struct source_item *item);
void planner_warn_mirror(struct planner_warnings *warnings, const struct job *job);
void planner_warn_absolute(struct planner_warnings *warnings, const struct job *job);

#endif
