#include "app/signals.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How long running transfers may go on after the first signal. */
#define GRACE_SECONDS 2

#define STOP_SIGNAL SIGUSR2 /* sent by signals_stop to this thread only */

struct signals {
    struct cancel *cancel;
    struct hook on_first;
    struct thread thread;
    atomic_int taken; /* written by the thread, read by everybody */
};

/* A hangup is a wish to stop, unless nohup has said otherwise. */
static bool takes_hangup(void)
{
    struct sigaction action;
    return sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler != SIG_IGN;
}

static void taken_signals(sigset_t *out)
{
    sigemptyset(out);
    sigaddset(out, SIGINT);
    sigaddset(out, SIGTERM);
    sigaddset(out, STOP_SIGNAL);
    if (takes_hangup())
        sigaddset(out, SIGHUP);
}

void signals_block(void)
{
    sigset_t set;
    taken_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Waits for the next signal, for at most `limit` (NULL = any time). STOP_SIGNAL counts only when
 * it comes from signals_stop: anybody may send one. 0 when the time is over. */
static int next_signal(const struct timespec *limit)
{
    sigset_t set;
    taken_signals(&set);
    for (;;) {
        siginfo_t info;
        int number = limit != NULL ? sigtimedwait(&set, &info, limit) : sigwaitinfo(&set, &info);
        if (number < 0 && errno == EAGAIN)
            return 0;
        bool is_ours = number == STOP_SIGNAL && info.si_pid == getpid();
        if (number > 0 && (number != STOP_SIGNAL || is_ours))
            return number;
    }
}

static void signals_body(void *context)
{
    struct signals *signals = context;
    int number = next_signal(NULL);
    if (number == STOP_SIGNAL)
        return;
    atomic_store(&signals->taken, number);
    hook_call(signals->on_first);
    cancel_raise(signals->cancel, CANCEL_DRAIN, number);

    struct timespec grace = {.tv_sec = GRACE_SECONDS};
    if (next_signal(&grace) == STOP_SIGNAL)
        return;
    cancel_raise(signals->cancel, CANCEL_ABORT, number);
    /* Whoever asks once more does not want to wait for the report either. */
    number = next_signal(NULL);
    if (number != STOP_SIGNAL)
        _exit(128 + number);
}

struct signals *signals_start(struct cancel *cancel, struct hook on_first, struct error *error)
{
    struct signals *signals = memory_allocate_zeroed(1, sizeof *signals);
    signals->cancel = cancel;
    signals->on_first = on_first;
    if (!thread_start(&signals->thread, "signals", signals_body, signals, error)) {
        free(signals);
        return NULL;
    }
    return signals;
}

int signals_taken(const struct signals *signals)
{
    return signals != NULL ? atomic_load(&signals->taken) : 0;
}

int signals_wait(int64_t limit_us)
{
    struct timespec limit = {
        .tv_sec = (time_t)(limit_us / CLOCK_SECOND_US),
        .tv_nsec = (long)(limit_us % CLOCK_SECOND_US * 1000),
    };
    return next_signal(&limit);
}

void signals_stop(struct signals *signals)
{
    if (signals == NULL)
        return;
    pthread_kill(signals->thread.handle, STOP_SIGNAL);
    thread_join(&signals->thread);
    free(signals);
}

void signals_raise(int signal_number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    _exit(128 + signal_number);
}
