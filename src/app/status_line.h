/* One line about a run that goes on, for logs and for people who have it read to them. */
#ifndef HAUL_APP_STATUS_LINE_H
#define HAUL_APP_STATUS_LINE_H

#include "app/live_view.h"

/* "3402/10000 34% downloaded 3310 kept 51 failed 41 113.4 url/s 9.1 MiB/s eta 58s" */
void status_line_append(struct text *text, const struct live_view *view);
/* "3,402 of 10,000 URLs done, 34 percent. 41 failed. About 58 seconds left." */
void status_line_append_sentences(struct text *text, const struct live_view *view);

#endif
