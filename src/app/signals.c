#include "app/signals.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#include <signal.h>
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

static void signals_body(void *context)
{
    struct signals *signals = context;
    sigset_t set;
    taken_signals(&set);
    int number = sigwaitinfo(&set, NULL);
    while (number < 0)
        number = sigwaitinfo(&set, NULL);
    if (number == STOP_SIGNAL)
        return;
    hook_call(signals->on_first);
    cancel_raise(signals->cancel, CANCEL_DRAIN, number);

    struct timespec grace = {.tv_sec = GRACE_SECONDS};
    if (sigtimedwait(&set, NULL, &grace) == STOP_SIGNAL)
        return;
    cancel_raise(signals->cancel, CANCEL_ABORT, number);
    /* Whoever asks once more does not want to wait for the report either. */
    do {
        number = sigwaitinfo(&set, NULL);
    } while (number < 0);
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
