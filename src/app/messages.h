/* Lines for people that wait to be written to stderr: what became of URLs, warnings. Whoever has
 * something to say adds it here, and neither waits nor writes; the progress takes it.
 *
 * Threads: any. All is made printable, URLs are masked, lines end with a line end. */
#ifndef HAUL_APP_MESSAGES_H
#define HAUL_APP_MESSAGES_H

#include "app/options.h"
#include "base/text.h"
#include "model/job.h"

struct messages;

/* Both lent. With --quiet nothing is said about URLs. */
struct messages *messages_create(const struct options *options, const struct redaction *redaction);
void messages_destroy(struct messages *messages); /* NULL is fine */

void messages_say(struct messages *messages, const char *format, ...) PRINTF_LIKE(2, 3);
/* "FAIL class http host/path detail (file:line)", or SKIP, within what app/event_limit admits; when
 * verbose all, and "SAVE size host/path -> name" (or KEEP) for each file. */
void messages_record(struct messages *messages, const struct job *job);
/* "WARN class http host/path detail, next try in TIME (file:line)", only when verbose. */
void messages_retry(struct messages *messages, const struct job *job, int64_t delay_us);

/* Appends what waits, and at the end of a run how much was not shown. */
void messages_take(struct messages *messages, struct text *out, bool is_last);

#endif
