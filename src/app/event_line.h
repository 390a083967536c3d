/* A line about one URL, for people: "LEVEL class http host/path detail (file:line)". All of it is
 * printable, and URLs are masked. */
#ifndef HAUL_APP_EVENT_LINE_H
#define HAUL_APP_EVENT_LINE_H

#include "base/text.h"
#include "io/screen_line.h"
#include "model/job.h"

#define EVENT_LINE_PLACE_SIZE 160 /* a URL is not endless */

enum event_level { EVENT_FAIL, EVENT_SKIP, EVENT_WARN, EVENT_SAVE, EVENT_KEEP };
const char *event_level_name(enum event_level level); /* four letters */

/* Of an outcome, or of an attempt that is followed by another: `url` is where it went, `plan` what
 * follows, "" = nothing. Ends with a line end, as the others do. */
void event_line_append(struct text *text, enum event_level level, const struct job *job,
                       const char *url, const char *plan, const struct redaction *redaction);

/* What such a line says; lent. */
struct event_words {
    const char *class_name;
    int http;           /* 0 = no reply */
    const char *place;  /* of event_line_format_place */
    const char *detail; /* NULL = nothing more is known */
    const char *plan;
    const char *source; /* NULL = unknown */
    uint64_t line;      /* 0 = an argument */
};
void event_line_append_words(struct text *text, enum event_level level,
                             const struct event_words *words);

/* "SAVE 48.2 KiB  host/path  ->  name" */
void event_line_append_file(struct text *text, enum event_level level, const struct job *job,
                            const struct redaction *redaction);

/* Appends whole lines, these and others, as they are shown on this screen: levels have colours. */
void event_line_append_all(struct text *out, const char *lines, size_t length,
                           const struct screen *screen);

/* host/path of a URL, masked, printable and cut to fit, then with "..." at its end; with the scheme
 * where has_scheme. Returns out, which has room for those. */
char *event_line_format_place(char *out, size_t out_size, const char *url, bool has_scheme,
                              const struct redaction *redaction);

#endif
