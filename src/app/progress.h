/* What people see while a run goes on, on stderr: on a terminal lines that are drawn five times a
 * second (app/live_view) with failures scrolling above them; elsewhere a line now and then, without
 * any control byte.
 *
 * The progress thread alone writes to stderr during a run; others hand it messages. */
#ifndef HAUL_APP_PROGRESS_H
#define HAUL_APP_PROGRESS_H

#include "app/live_source.h"
#include "app/options.h"
#include "base/error.h"

struct progress;

/* Lent until progress_destroy. */
struct progress_settings {
    enum progress_mode mode;
    struct live_parts parts;
};

/* With --quiet nothing is shown but what progress_show_status asks for, other messages wait for the
 * end, and there is no thread. */
struct progress *progress_start(const struct progress_settings *settings, struct error *error);

/* Any thread; neither waits nor writes. The text is made printable. */
void progress_message(struct progress *progress, const char *format, ...) PRINTF_LIKE(2, 3);
/* "FAIL class http host/path detail (file:line)", or SKIP, within what app/event_limit admits; when
 * verbose all, and "SAVE size host/path -> name" (or KEEP) for each file. */
void progress_record(struct progress *progress, const struct job *job);
/* "WARN class http host/path detail, next try in TIME (file:line)", only when verbose. */
void progress_retry(struct progress *progress, const struct job *job, int64_t delay_us);

/* One line about the run, whatever is shown else; written by the progress thread where there is
 * one. */
void progress_show_status(struct progress *progress);
void progress_redraw(struct progress *progress); /* the terminal has another size */

/* Shows what is left, removes the lines; NULL is fine. */
void progress_stop(struct progress *progress);
void progress_destroy(struct progress *progress); /* stopped; NULL is fine */

#endif
