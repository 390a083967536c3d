/* Threads, locks with a rank, and conditions that wait on the monotonic clock.
 *
 * A thread holds at most one lock at a time, or takes a second only of a higher rank; anything
 * else aborts, in every build, and so does waiting with a second lock held. Conditions are waited
 * for in loops. */
#ifndef HAUL_BASE_THREAD_H
#define HAUL_BASE_THREAD_H

#include "base/common.h"
#include "base/error.h"

#include <pthread.h>

/* The order in which locks may be taken, lowest first. */
enum lock_rank {
    LOCK_RANK_CANCEL,
    LOCK_RANK_TIME_LIMIT,
    LOCK_RANK_BARRIER,
    LOCK_RANK_BUDGET,
    LOCK_RANK_QUEUE,
    LOCK_RANK_HOST_GATE,
    LOCK_RANK_PERMITS,
    LOCK_RANK_THROTTLE,
    LOCK_RANK_RESOLVER,
    LOCK_RANK_PRODUCER,
    LOCK_RANK_RECORDER,
    LOCK_RANK_EXEC,
    LOCK_RANK_PING,
    LOCK_RANK_RESULTS,
    LOCK_RANK_PROGRESS,
    LOCK_RANK_MESSAGES,
    LOCK_RANK_WARNINGS,
    LOCK_RANK_ACTIVITY,
    LOCK_RANK_SERVER,
    LOCK_RANK_COUNT,
};

struct lock {
    pthread_mutex_t mutex;
    enum lock_rank rank;
};

void lock_init(struct lock *lock, enum lock_rank rank);
void lock_clear(struct lock *lock);
void lock_acquire(struct lock *lock);
void lock_release(struct lock *lock);

struct condition {
    pthread_cond_t condition;
};

void condition_init(struct condition *condition);
void condition_clear(struct condition *condition);
void condition_wait(struct condition *condition, struct lock *lock);
/* Waits until the monotonic time; false when the time has come. CLOCK_NEVER waits without limit. */
bool condition_wait_until(struct condition *condition, struct lock *lock, int64_t until_us);
void condition_signal(struct condition *condition);
void condition_broadcast(struct condition *condition);

struct thread {
    pthread_t handle;
    bool is_started;
};

/* Starts a thread with every signal blocked (but SEGV, BUS, FPE and ILL, which are faults) and the
 * name (15 bytes at most) for debuggers. Fails (ERROR_LOCAL) when the system has no thread to give.
 */
bool thread_start(struct thread *thread, const char *name, void (*body)(void *context),
                  void *context, struct error *error);
void thread_join(struct thread *thread); /* nothing when not started */

#endif
