/* The thread that takes signals: SIGINT, SIGTERM or SIGHUP drains the run, two seconds later or
 * with the second signal it is aborted. SIGUSR1 asks how far it is, SIGWINCH tells that the window
 * has another size. Everywhere else signals are blocked. */
#ifndef HAUL_APP_SIGNALS_H
#define HAUL_APP_SIGNALS_H

#include "base/error.h"
#include "sync/cancel.h"

struct signals;

/* Blocks the signals in the calling thread, so that threads started later inherit it, and ignores
 * SIGPIPE. Once, before any other thread is started. */
void signals_block(void);

/* cancel is lent; its reason will be the signal's number. on_signal is called on the signals
 * thread: for the first signal that ends the run, before it does, and for each SIGUSR1 and
 * SIGWINCH; NULL = nobody. */
struct signals *signals_start(struct cancel *cancel, void (*on_signal)(void *context, int number),
                              void *context, struct error *error);
int signals_taken(
    const struct signals *signals); /* the first one's number, 0 = none; NULL is fine */
/* Before signals_start: waits at most so long; the number of a signal that ends the wait, else 0.
 */
int signals_wait(int64_t limit_us);
void signals_stop(struct signals *signals); /* ends the thread and frees; NULL is fine */

/* Ends the process by this signal, as its parent expects it. */
void signals_raise(int signal_number);

#endif
