/* What earlier runs made of a URL, and whether that is what this one asks for.
 *
 * One thread. Reads the state and, where more is asked than is known to hold, the file; changes
 * nothing. */
#ifndef HAUL_APP_HISTORY_H
#define HAUL_APP_HISTORY_H

#include "app/naming.h"
#include "model/verification.h"
#include "sync/cancel.h"

/* All lent. */
struct history {
    struct root *root;
    struct state *state; /* NULL = nothing is known */
    const struct verification_rules *rules;
    const struct cancel *cancel; /* ends the reading of a file; NULL = nobody */
    struct naming *naming;       /* told of names that stay; NULL = somebody else does that */
    bool wants_all;              /* --force: nothing is kept */
    bool wants_update; /* --update: the server is asked whether what is there has changed */
};

/* What this run asks of the file's content, as a number that another run can compare; 0 = nothing.
 */
uint64_t history_checks(const struct history *history, const struct job *job);

/* True when the job, whose key and checks are set, needs nothing more; its outcome tells of the
 * file. Else name, has_history and owns_existing say what a download meets. */
bool history_keeps(const struct history *history, struct job *job);

#endif
