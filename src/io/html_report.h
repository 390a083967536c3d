/* report.html: what a run did, as one page that needs nothing else. No script, no request but for
 * the pictures that it shows, which are files of the run; a policy in the page holds browsers to
 * that. */
#ifndef HAUL_IO_HTML_REPORT_H
#define HAUL_IO_HTML_REPORT_H

#include "io/html_page.h"

#define HTML_REPORT_MAX_BYTES ((size_t)16 * 1024 * 1024) /* a usual one has 100 KB */

/* How each page begins, and nothing else does. */
#define HTML_REPORT_BEGINNING                                                                      \
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"                      \
    "<meta name=\"generator\" content=\"haul\">\n"

/* False when it does not fit into the text's limit. */
bool html_report_append(struct text *text, const struct html_page *page);

#endif
