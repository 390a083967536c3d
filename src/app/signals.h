/* The thread that takes signals: SIGINT, SIGTERM or SIGHUP drains the run, two seconds later or
 * with the second signal it is aborted, with the third the process ends. SIGUSR1 asks how far the
 * run is, SIGWINCH tells that the window has another size, and SIGTSTP stops the process after the
 * screen was left. Everywhere else signals are blocked. */
#ifndef HAUL_APP_SIGNALS_H
#define HAUL_APP_SIGNALS_H

#include "base/error.h"
#include "sync/cancel.h"

struct signals;

/* Blocks the signals in the calling thread, so that threads started later inherit it, and ignores
 * SIGPIPE. Once, before any other thread is started. */
void signals_block(void);

/* What the listener is told; on the signals thread. */
enum signal_event {
    SIGNAL_DRAINS, /* the first that ends the run, before it does */
    SIGNAL_EXITS,  /* the third: the process ends at once */
    SIGNAL_ASKS,
    SIGNAL_RESIZED,
    SIGNAL_SUSPENDS, /* the process stops when the listener returns */
    SIGNAL_RESUMED,  /* it goes on */
};

struct signal_listener {
    void (*call)(void *context, enum signal_event event, int number); /* NULL = nobody */
    void *context;
};

/* cancel is lent; its reason will be the signal's number. */
struct signals *signals_start(struct cancel *cancel, struct signal_listener listener,
                              struct error *error);
int signals_taken(
    const struct signals *signals); /* the first one's number, 0 = none; NULL is fine */
/* Before signals_start: waits at most so long; the number of a signal that ends the wait, else 0.
 */
int signals_wait(int64_t limit_us);
void signals_stop(struct signals *signals); /* ends the thread and frees; NULL is fine */

/* Ends the process by this signal, as its parent expects it. */
void signals_raise(int signal_number);

#endif
