/* Where the numbers of a live view come from: looks at the parts of a run that goes on, from
 * outside, without holding any of them up.
 *
 * Threads: live_source_look is one thread's; live_source_glance may be called by any. */
#ifndef HAUL_APP_LIVE_SOURCE_H
#define HAUL_APP_LIVE_SOURCE_H

#include "app/live_view.h"
#include "app/producer.h"
#include "app/results.h"
#include "sync/host_gate.h"

#include <stdatomic.h>

/* Lent until live_source_destroy. */
struct live_parts {
    struct results *results;
    const struct producer *producer;
    struct queue *queue;
    struct host_gate *gate;
    const struct cancel *cancel;
    struct activity *const *activities; /* of the workers */
    unsigned activity_count;
    const atomic_llong *received; /* body bytes so far */
    const struct redaction *redaction;
    const struct options *options; /* its lists are counted, to know the end */
    int64_t start_us;              /* monotonic */
    unsigned jobs;
};

struct live_source;

struct live_source *live_source_create(const struct live_parts *parts);
void live_source_destroy(struct live_source *source); /* NULL is fine */

/* What there is to see now; rates are those of the last seconds, when it is called often. */
void live_source_look(struct live_source *source, struct live_view *out);
/* The same with the rates of the whole run, and neither slow transfers nor hosts that are held. */
void live_source_glance(const struct live_source *source, struct live_view *out);

#endif
