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
    struct signal_listener listener;
    struct thread thread;
    atomic_int taken; /* written by the thread, read by everybody */
};

static bool is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN;
}

static void taken_signals(sigset_t *out)
{
    sigemptyset(out);
    sigaddset(out, SIGINT);
    sigaddset(out, SIGTERM);
    sigaddset(out, SIGUSR1);
    sigaddset(out, SIGWINCH);
    sigaddset(out, STOP_SIGNAL);
    if (!is_ignored(SIGHUP)) /* a wish to stop, unless nohup has said otherwise */
        sigaddset(out, SIGHUP);
    if (!is_ignored(SIGTSTP)) /* the shell knows of no jobs then */
        sigaddset(out, SIGTSTP);
}

void signals_block(void)
{
    sigset_t set;
    taken_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Waits for the next signal, at most until the monotonic time. STOP_SIGNAL counts only when it
 * comes from signals_stop: anybody may send one. 0 when the time has come. */
static int next_signal(int64_t until_us)
{
    sigset_t set;
    taken_signals(&set);
    for (;;) {
        siginfo_t info;
        int64_t left_us = until_us == CLOCK_NEVER ? 0 : until_us - clock_monotonic_us();
        left_us = left_us > 0 ? left_us : 0;
        struct timespec limit = {
            .tv_sec = (time_t)(left_us / CLOCK_SECOND_US),
            .tv_nsec = (long)(left_us % CLOCK_SECOND_US * 1000),
        };
        int number =
            until_us == CLOCK_NEVER ? sigwaitinfo(&set, &info) : sigtimedwait(&set, &info, &limit);
        if (number < 0 && errno == EAGAIN)
            return 0;
        bool is_ours = number == STOP_SIGNAL && info.si_pid == getpid();
        if (number > 0 && (number != STOP_SIGNAL || is_ours))
            return number;
    }
}

/* What does not end a run. */
static bool is_question(int number)
{
    return number == SIGUSR1 || number == SIGWINCH || number == SIGTSTP;
}

static void tell(const struct signals *signals, enum signal_event event, int number)
{
    if (signals->listener.call != NULL)
        signals->listener.call(signals->listener.context, event, number);
}

/* By the signal itself: the system knows whether somebody is there to let the process go on. */
static void suspend(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    pthread_kill(pthread_self(), SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void answer(const struct signals *signals, int number)
{
    if (number == SIGUSR1)
        tell(signals, SIGNAL_ASKS, number);
    else if (number == SIGWINCH)
        tell(signals, SIGNAL_RESIZED, number);
    if (number != SIGTSTP)
        return;
    tell(signals, SIGNAL_SUSPENDS, number);
    suspend();
    tell(signals, SIGNAL_RESUMED, number);
}

/* The next signal that asks for an end; the others are answered meanwhile. */
static int next_end(const struct signals *signals, int64_t until_us)
{
    for (;;) {
        int number = next_signal(until_us);
        if (!is_question(number))
            return number;
        answer(signals, number);
    }
}

static void signals_body(void *context)
{
    struct signals *signals = context;
    int number = next_end(signals, CLOCK_NEVER);
    if (number == STOP_SIGNAL)
        return;
    atomic_store(&signals->taken, number);
    tell(signals, SIGNAL_DRAINS, number);
    cancel_raise(signals->cancel, CANCEL_DRAIN, number);

    int64_t grace_us = clock_monotonic_us() + GRACE_SECONDS * CLOCK_SECOND_US;
    if (next_end(signals, grace_us) == STOP_SIGNAL)
        return;
    cancel_raise(signals->cancel, CANCEL_ABORT, number);
    /* Whoever asks once more does not want to wait for the report either. */
    number = next_end(signals, CLOCK_NEVER);
    if (number == STOP_SIGNAL)
        return;
    tell(signals, SIGNAL_EXITS, number);
    _exit(128 + number);
}

struct signals *signals_start(struct cancel *cancel, struct signal_listener listener,
                              struct error *error)
{
    struct signals *signals = memory_allocate_zeroed(1, sizeof *signals);
    signals->cancel = cancel;
    signals->listener = listener;
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
    int64_t until_us = clock_monotonic_us() + limit_us;
    int number;
    while (is_question(number = next_signal(until_us))) { /* there is nothing to tell yet */
        if (number == SIGTSTP)
            suspend();
    }
    return number;
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
