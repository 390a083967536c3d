#include "base/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

#define NAME_SIZE 16 /* Linux keeps 15 bytes and a NUL */

/* What a new thread needs; owned by it once it runs. */
struct start {
    void (*body)(void *context);
    void *context;
    char name[NAME_SIZE];
};

/* The lock checker's mask: bit r is set while this thread holds a lock of rank r. */
static _Thread_local uint32_t held_ranks;

static const char *rank_name(enum lock_rank rank)
{
    static const char *const names[LOCK_RANK_COUNT] = {
        [LOCK_RANK_CANCEL] = "cancel",     [LOCK_RANK_TIME_LIMIT] = "time limit",
        [LOCK_RANK_BARRIER] = "barrier",   [LOCK_RANK_BUDGET] = "budget",
        [LOCK_RANK_QUEUE] = "queue",       [LOCK_RANK_HOST_GATE] = "host gate",
        [LOCK_RANK_PERMITS] = "permits",   [LOCK_RANK_THROTTLE] = "throttle",
        [LOCK_RANK_RESOLVER] = "resolver", [LOCK_RANK_PRODUCER] = "producer",
        [LOCK_RANK_RECORDER] = "recorder", [LOCK_RANK_EXEC] = "exec",
        [LOCK_RANK_PING] = "ping",         [LOCK_RANK_RESULTS] = "results",
        [LOCK_RANK_PROGRESS] = "progress", [LOCK_RANK_MESSAGES] = "messages",
        [LOCK_RANK_WARNINGS] = "warnings", [LOCK_RANK_ACTIVITY] = "activity",
        [LOCK_RANK_SERVER] = "server",
    };
    return names[rank];
}

static NORETURN void bug(const char *what, enum lock_rank rank)
{
    dprintf(STDERR_FILENO, "haul: bug: %s: the %s lock (ranks held: 0x%x)\n", what, rank_name(rank),
            (unsigned)held_ranks);
    abort();
}

static uint32_t rank_bit(const struct lock *lock)
{
    return UINT32_C(1) << lock->rank;
}

/* Waiting with a second lock in hand would keep everyone out of what that one guards. */
static void check_wait(const struct lock *lock)
{
    if ((held_ranks & rank_bit(lock)) == 0)
        bug("waited without holding", lock->rank);
    if (held_ranks != rank_bit(lock))
        bug("waited with another lock held beside", lock->rank);
}

static struct timespec timespec_of(int64_t us)
{
    if (us < 0)
        us = 0;
    return (struct timespec){
        .tv_sec = us / CLOCK_SECOND_US,
        .tv_nsec = us % CLOCK_SECOND_US * 1000,
    };
}

/* A fault of the thread itself is left alone: POSIX does not say what happens when it is blocked,
 * and sanitizers report it from a handler. */
static void fill_blocked_signals(sigset_t *signals)
{
    sigfillset(signals);
    sigdelset(signals, SIGSEGV);
    sigdelset(signals, SIGBUS);
    sigdelset(signals, SIGFPE);
    sigdelset(signals, SIGILL);
}

static void *run_body(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    pthread_setname_np(pthread_self(), start.name);
    start.body(start.context);
    return NULL;
}

void lock_init(struct lock *lock, enum lock_rank rank)
{
    lock->rank = rank;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    /* The mask knows ranks only; the mutex knows its owner, and refuses everyone else. */
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    if (pthread_mutex_init(&lock->mutex, &attributes) != 0)
        bug("could not be made", rank);
    pthread_mutexattr_destroy(&attributes);
}

void lock_clear(struct lock *lock)
{
    if (pthread_mutex_destroy(&lock->mutex) != 0)
        bug("destroyed while held", lock->rank);
}

void lock_acquire(struct lock *lock)
{
    /* Checked before locking: a deadlock that only might happen is reported, too. */
    if (held_ranks >> lock->rank != 0)
        bug("taken out of order", lock->rank);
    if (pthread_mutex_lock(&lock->mutex) != 0)
        bug("taken twice", lock->rank);
    held_ranks |= rank_bit(lock);
}

void lock_release(struct lock *lock)
{
    if ((held_ranks & rank_bit(lock)) == 0)
        bug("released without being held", lock->rank);
    held_ranks &= ~rank_bit(lock);
    if (pthread_mutex_unlock(&lock->mutex) != 0)
        bug("released by a thread that holds another of its rank", lock->rank);
}

void condition_init(struct condition *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition->condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

void condition_clear(struct condition *condition)
{
    pthread_cond_destroy(&condition->condition);
}

void condition_wait(struct condition *condition, struct lock *lock)
{
    check_wait(lock);
    if (pthread_cond_wait(&condition->condition, &lock->mutex) != 0)
        bug("waited without holding", lock->rank);
}

bool condition_wait_until(struct condition *condition, struct lock *lock, int64_t until_us)
{
    if (until_us == CLOCK_NEVER) {
        condition_wait(condition, lock);
        return true;
    }
    check_wait(lock);
    struct timespec until = timespec_of(until_us);
    int result = pthread_cond_timedwait(&condition->condition, &lock->mutex, &until);
    if (result != 0 && result != ETIMEDOUT)
        bug("waited without holding", lock->rank);
    return result == 0;
}

void condition_signal(struct condition *condition)
{
    pthread_cond_signal(&condition->condition);
}

void condition_broadcast(struct condition *condition)
{
    pthread_cond_broadcast(&condition->condition);
}

bool thread_start(struct thread *thread, const char *name, void (*body)(void *context),
                  void *context, struct error *error)
{
    struct start *start = memory_allocate_zeroed(1, sizeof *start);
    start->body = body;
    start->context = context;
    memcpy(start->name, name, strnlen(name, NAME_SIZE - 1));

    /* Blocked before the thread exists: there is no moment at which it could get one. */
    sigset_t blocked;
    sigset_t before;
    fill_blocked_signals(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    int result = pthread_create(&thread->handle, NULL, run_body, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    thread->is_started = result == 0;
    if (result != 0) {
        free(start);
        return error_set_errno(error, ERROR_LOCAL, result, "cannot start thread \"%s\"", name);
    }
    return true;
}

void thread_join(struct thread *thread)
{
    if (!thread->is_started)
        return;
    pthread_join(thread->handle, NULL);
    thread->is_started = false;
}
