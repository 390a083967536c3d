/* What people see while a run goes on: a line of counts on stderr, failures above it.
 *
 * The progress thread alone writes to stderr during a run; others hand it messages. On a terminal
 * the line is redrawn five times a second, elsewhere it is printed every 30 seconds without any
 * control byte. */
#ifndef HAUL_APP_PROGRESS_H
#define HAUL_APP_PROGRESS_H

#include "app/options.h"
#include "app/producer.h"
#include "app/results.h"
#include "base/error.h"

#include <stdatomic.h>

struct progress;

/* Lent until progress_stop. */
struct progress_settings {
    enum progress_mode mode;
    bool is_quiet;   /* no line, no failures; other messages at the end, and no thread */
    bool is_verbose; /* all failures, retries and files */
    struct results *results;
    const struct producer *producer;
    const struct cancel *cancel;  /* nobody is waited for after an abort */
    const atomic_llong *received; /* body bytes so far */
    const struct redaction *redaction;
    int64_t start_us;
};

struct progress *progress_start(const struct progress_settings *settings, struct error *error);

/* Any thread; neither waits nor writes. The text is made printable. */
void progress_message(struct progress *progress, const char *format, ...) PRINTF_LIKE(2, 3);
/* "FAIL class http host/path detail (file:line)", or SKIP, the first ten of each class; when
 * verbose all, and "SAVE size host/path -> name" (or KEEP) for each file. */
void progress_record(struct progress *progress, const struct job *job);
/* "WARN class http host/path detail, next try in TIME (file:line)", only when verbose. */
void progress_retry(struct progress *progress, const struct job *job, int64_t delay_us);

void progress_stop(
    struct progress *progress); /* shows what is left, removes the line; NULL is fine */
void progress_destroy(struct progress *progress); /* stopped; NULL is fine */

#endif
