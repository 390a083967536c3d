/* The programs of --exec: each finished file is given to one, by a pool of threads of their own, so
 * that a slow program never holds up a download.
 *
 * A program also finds in its environment: HAUL_FILE_URL (as listed, unmasked), HAUL_FILE (what {}
 * is), HAUL_FILE_NAME (what {name} is), HAUL_FILE_STATUS (downloaded), HAUL_FILE_SHA256 and
 * HAUL_FILE_TYPE where they are known.
 *
 * Ownership: a pushed job belongs to the pool until it is handed back through on_done.
 * Threads:   exec_pool_push from any thread; on_done is called by the pool's threads, without a
 *            lock.
 * Waiting:   push never waits; the run's budget bounds what is in hand.
 * Ending:    exec_pool_stop waits until every pushed job was handed back. When the run is aborted,
 *            running programs are ended and the others never start: job->exec_status stays -1. */
#ifndef HAUL_APP_EXEC_POOL_H
#define HAUL_APP_EXEC_POOL_H

#include "base/error.h"
#include "io/command.h"
#include "model/job.h"
#include "sync/cancel.h"

struct exec_pool;

/* All lent until exec_pool_destroy. */
struct exec_settings {
    const struct command *command; /* with {} {url} {name} */
    unsigned jobs;                 /* threads, and programs at once; two descriptors each */
    /* What did not exit with 0 fails its job: io, "--exec ended with 3"; canceled when the run's
     * abort ended it or kept it from starting. The file stays where it is. */
    bool must_succeed;
    const char *directory; /* absolute path of the output directory: {} is DIRECTORY/PATH */
    struct cancel *cancel;
    void (*on_done)(void *context, struct job *job);
    void *context;
};

/* The placeholders of --exec, the last NULL. {} the file's path, {url} as listed and unmasked,
 * {name} its path below the output directory. */
extern const char *const EXEC_PLACEHOLDERS[];

/* NULL when the system has no thread; with fewer than asked for, it has fewer. */
struct exec_pool *exec_pool_start(const struct exec_settings *settings, struct error *error);
/* The job's outcome has a path; not after exec_pool_stop. */
void exec_pool_push(struct exec_pool *pool, struct job *job);
size_t exec_pool_pending(struct exec_pool *pool);  /* pushed and not handed back */
uint64_t exec_pool_failed(struct exec_pool *pool); /* programs that did not exit with 0 */
void exec_pool_stop(struct exec_pool *pool);
void exec_pool_destroy(struct exec_pool *pool); /* stopped, or stops; NULL is fine */

#endif
