/* What becomes of each line of the lists: checked, identified, named, and compared with what
 * earlier runs have done. Decides all that needs no request, and changes nothing.
 *
 * Owned and used by one thread. */
#ifndef HAUL_APP_PLANNER_H
#define HAUL_APP_PLANNER_H

#include "app/naming.h"
#include "app/warnings.h"
#include "io/source.h"
#include "io/state.h"
#include "model/verification.h"

struct planner;

/* All lent until planner_destroy. */
struct planner_settings {
    struct naming_settings naming; /* with the output directory, and what is known of it */
    const struct verification_rules *rules;
    bool wants_all;    /* --force */
    bool wants_update; /* --update */
    bool is_check;     /* haul check: no file, so no name and nothing kept */
    bool leaves_final; /* of a retry's rows, what another try cannot change is skipped */
    bool names_later;  /* naming_claim is called by somebody else, when a file has arrived */
    struct warnings *warnings;
    const struct cancel *cancel; /* ends the reading of a file that is there; NULL = nobody */
};

struct planner *planner_create(const struct planner_settings *settings);
void planner_destroy(struct planner *planner); /* NULL is fine */

/* A job for one item of a list; the item is used up. `source` lives as long as the run. */
struct job *planner_make_job(struct planner *planner, uint64_t index, const char *source,
                             const struct source_item *item);

enum plan {
    PLAN_DOWNLOAD,   /* a request is to be made */
    PLAN_BAD,        /* failed: the line cannot be used */
    PLAN_DUPLICATE,  /* the same URL was listed before */
    PLAN_STOPPED,    /* not tried: the run takes no more (is_stopping) */
    PLAN_KEPT,       /* an earlier run has done it */
    PLAN_IN_THE_WAY, /* skipped or failed: something else has its name */
    PLAN_LEFT_OUT,   /* skipped: a retry would give the same */
};

/* Decides, and fills job->outcome for all but PLAN_DOWNLOAD. `item` is the one the job was made of,
 * as long as it is valid. */
enum plan planner_decide(struct planner *planner, struct job *job, const struct source_item *item,
                         bool is_stopping);

/* True for a line that belongs to a list, even if something beside its URL cannot be used. */
bool planner_is_list_line(const struct job *job, const struct source_item *item);

/* True when the last PLAN_DOWNLOAD got another name than it wanted. */
bool planner_has_clash(const struct planner *planner);

#endif
