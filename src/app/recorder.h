/* The thread that ends jobs: it publishes verified files, adds outcomes to the results and writes
 * their records, in batches.
 *
 * Ownership: a pushed job belongs to the recorder, which frees it.
 * Threads:   recorder_push from any thread.
 * Waiting:   recorder_push never waits. Producers of jobs watch recorder_is_full and stop bringing
 * new ones; waiters' hooks are called when there is room again, and recorder_wait_for_room waits
 * for that. Batches:   1,000 jobs or one second with SYNC_BATCH; otherwise what came within 20
 *            milliseconds. Stopping flushes at once.
 * Trouble:   when names, state or records cannot be written, it raises the cancel (STOP_LOCAL) and
 *            goes on recording. */
#ifndef HAUL_APP_RECORDER_H
#define HAUL_APP_RECORDER_H

#include "app/exec_pool.h"
#include "app/failure_limit.h"
#include "app/naming.h"
#include "app/results.h"
#include "base/error.h"
#include "io/publisher.h"
#include "io/run_folder.h"
#include "io/state.h"
#include "model/highlights.h"
#include "model/status_set.h"
#include "model/url.h"
#include "sync/budget.h"
#include "sync/cancel.h"

struct recorder;

/* All lent until recorder_destroy. */
struct recorder_settings {
    struct root *root;         /* NULL: nothing is stored (haul check) */
    struct run_folder *folder; /* NULL then */
    struct state *state;       /* its writer; NULL = nothing is remembered */
    struct results *results;
    struct cancel *cancel;
    struct budget *budget; /* of jobs in hand, in bytes; given back as they end */
    enum sync_mode sync;
    enum existing_policy existing;
    /* Lent for recorder_create only. Not NULL: files get their names here, in list order, because
     * servers have a say in them; root, state and existing are the recorder's. */
    const struct naming_settings *naming;
    const struct redaction *redaction;
    int json_descriptor; /* every record goes there too; -1 = none */
    int64_t start_us;    /* monotonic start of the run */
    int64_t min_free_bytes;
    struct exec_pool *exec;     /* takes each published file before it is recorded; NULL = none */
    struct status_set accepted; /* --ok-status */
    struct failure_limit failure_limit; /* --max-failures: beyond it, the run is stopped */
    /* Called with each recorded job, and now and then for a checkpoint of the report; both on the
     * recorder's thread, without a lock. */
    void (*on_record)(void *context, const struct job *job);
    void (*on_checkpoint)(void *context);
    void *context;
};

/* Opens files; the thread is started apart, so that what the callbacks need can be built
 * in between. */
struct recorder *recorder_create(const struct recorder_settings *settings, struct error *error);
void recorder_add_waiter(struct recorder *recorder, struct hook wake); /* before it is used */
bool recorder_start(struct recorder *recorder, struct error *error);

void recorder_push(struct recorder *recorder, struct job *job);
bool recorder_is_full(struct recorder *recorder);
void recorder_wait_for_room(struct recorder *recorder);
/* While somebody waits for what recorded jobs give back, batches do not wait to become large. */
void recorder_hurry(struct recorder *recorder, bool is_hurried);

/* Records everything that was pushed, then ends the thread; nothing when it was not started. */
void recorder_stop(struct recorder *recorder);
void recorder_destroy(struct recorder *recorder); /* stopped; NULL is fine */

/* After recorder_stop: the records that are shown apart. Lent. */
const struct highlights *recorder_highlights(const struct recorder *recorder);

/* After recorder_stop: false, with the first error, when something could not be written. */
bool recorder_is_sound(const struct recorder *recorder, struct error *error);

#endif
