/* How many lines about URLs are shown: five of one class and host, fifty of one class; the others
 * are counted. Not thread-safe. */
#ifndef HAUL_APP_EVENT_LIMIT_H
#define HAUL_APP_EVENT_LIMIT_H

#include "base/text.h"
#include "model/outcome.h"

struct event_limit;

struct event_limit *event_limit_create(void);
void event_limit_destroy(struct event_limit *limit); /* NULL is fine */

/* True when a line about this is to be shown. failure: FAILURE_NONE = an image that is cut short;
 * host: NULL = none, else any bytes. To `notice` goes a line that says that more of these are only
 * counted, once. */
bool event_limit_admits(struct event_limit *limit, enum status status, enum failure failure,
                        const char *host, struct text *notice);

/* "FAIL not-found     --  img2.example.org  and 212 more", for what was not shown, most of it
 * first; ten lines at most. Nothing when all was shown. */
void event_limit_append_rest(struct text *text, const struct event_limit *limit);

#endif
