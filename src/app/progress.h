/* What people see while a run goes on, on stderr: on a terminal lines that are drawn five times a
 * second (app/live_view) with failures scrolling above them; elsewhere a line now and then, without
 * any control byte.
 *
 * The progress thread alone writes to stderr during a run; others hand it messages. */
#ifndef HAUL_APP_PROGRESS_H
#define HAUL_APP_PROGRESS_H

#include "app/live_source.h"
#include "app/messages.h"
#include "app/options.h"
#include "base/error.h"

struct progress;

/* Lent until progress_destroy. */
struct progress_settings {
    enum progress_mode mode;
    struct messages *messages;
    struct live_parts parts;
};

/* With --quiet nothing is shown but what progress_show_status asks for, other messages wait for the
 * end, and there is no thread. */
struct progress *progress_start(const struct progress_settings *settings, struct error *error);

/* Lines with a time stamp are printed now and then: a log, which is to say how it ended, too. */
bool progress_is_log(const struct progress *progress); /* NULL: false */

/* One line about the run, whatever is shown else; written by the progress thread where there is
 * one. */
void progress_show_status(struct progress *progress);
void progress_redraw(struct progress *progress); /* the terminal has another size */
/* Around a stop of the process: the screen is left, and drawn again. Waits a moment at most. */
void progress_pause(struct progress *progress);
void progress_resume(struct progress *progress);
/* The process ends at once: leaves the screen as far as that takes no waiting. */
void progress_abandon(struct progress *progress);

/* Shows what is left, removes the lines; waits for who reads them, until the run is aborted. NULL
 * is fine, and so is a second call. */
void progress_stop(struct progress *progress);
void progress_destroy(struct progress *progress); /* stopped; NULL is fine */

#endif
