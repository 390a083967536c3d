/* The parts of a page about a run. Each appends its section, or nothing when the report has nothing
 * for it. */
#ifndef HAUL_IO_HTML_SECTIONS_H
#define HAUL_IO_HTML_SECTIONS_H

#include "io/html_page.h"

/* "162 of 10,000 URLs failed": plain text, for title and heading. */
void html_outcome_append_headline(struct text *text, const json_t *report);
void html_outcome_append(struct text *text, const struct html_page *page); /* header, first */

void html_failures_append(struct text *text, const struct html_page *page);
void html_failed_append(struct text *text, const struct html_page *page); /* one by one */
void html_charts_append(struct text *text, const struct html_page *page); /* over time */
void html_latency_append(struct text *text, const struct html_page *page);
void html_hosts_append(struct text *text, const struct html_page *page);
void html_slowest_append(struct text *text, const struct html_page *page);
void html_images_append(struct text *text, const struct html_page *page);
void html_warnings_append(struct text *text, const struct html_page *page);
void html_settings_append(struct text *text, const struct html_page *page);

#endif
