/* The parts of a run, made before anything runs, and taken apart when all has ended. For app/run
 * only. */
#ifndef HAUL_APP_RUN_BUILD_H
#define HAUL_APP_RUN_BUILD_H

#include "app/messages.h"
#include "app/producer.h"
#include "app/progress.h"
#include "app/recorder.h"
#include "app/reporting.h"
#include "app/run.h"
#include "app/run_settings.h"
#include "app/signals.h"
#include "app/time_limit.h"
#include "app/worker.h"
#include "sync/pool.h"

/* NULL where a part does not exist (yet). A run that stores nothing has no root, folder, state or
 * exec.
 */
struct run {
    const struct options *options;
    int signal_number; /* that ended the wait for the lock, 0 = none */
    int64_t start_us;
    int64_t start_wall_us;
    int64_t start_user_us;
    int64_t start_system_us;
    struct run_settings settings;
    unsigned thread_count;         /* how many workers run */
    const struct run_probe *probe; /* of haul bench; NULL = none */
    struct barrier *barrier;       /* the same */
    int64_t recorded_us;           /* when the last record had been made */

    struct root *root;
    char *directory; /* absolute path of the output directory, for --exec; owned */
    struct run_folder *folder;
    struct state *stored; /* the recorder's handle of the state; NULL = nothing is remembered */
    struct state *state;  /* the producer's; NULL when there is nothing to find */
    struct cancel *cancel;
    struct budget *budget;
    struct queue *queue;
    struct permits *permits;
    struct host_gate *gate;
    struct results *results;
    struct exec_pool *exec; /* NULL without --exec */
    struct time_limit *time_limit;
    struct recorder *recorder;
    struct resolver *resolver;
    struct worker_shared shared;
    struct worker **workers;
    struct activity **activities; /* of the workers, for the progress */
    unsigned worker_count;        /* created; not all may have got a thread */
    struct pool *pool;
    struct lists *lists;
    struct producer *producer;
    struct messages *messages;
    struct progress *progress;
    struct signals *signals;
    struct report_settings *report_settings;
    struct reporting reporting;
    bool has_left_screen; /* the progress draws no more */
    int output_errno; /* why standard output could not be written; the recorder's; 0 = it could */
    struct error trouble; /* beside the URLs themselves; the first of it */
};

/* Everything exists then, nothing runs. After a failure, too, run_take_apart must follow. */
bool run_build(struct run *run, struct error *error);
void run_take_apart(struct run *run);

#endif
