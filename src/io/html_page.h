/* A page about a run, and how things are written into it.
 *
 * Everything that comes from the report or the records is foreign: it is escaped, cut to a length,
 * and kept apart from what stands beside it, so that it changes neither markup nor reading order.
 */
#ifndef HAUL_IO_HTML_PAGE_H
#define HAUL_IO_HTML_PAGE_H

#include "base/text.h"
#include "io/report_records.h"

#include <jansson.h>

#define HTML_PAGE_STRING 300 /* bytes shown of most foreign strings */
#define HTML_PAGE_URL 1000

/* All lent. */
struct html_page {
    const json_t *report;
    const struct report_records *records; /* NULL: they are not there */
    const char *links; /* what stands before a file's path in a link, such as "file:///srv/photos/"
                        * or "./"; NULL = files cannot be reached, there are no pictures */
    const char *retry; /* the command that tries again what failed; NULL = there is none */
    const char *no_retry; /* why there is none, NULL = nothing to say */
};

/* For several files that share one section each; html_sections.h has those. */
void html_page_append_escaped(struct text *text, const char *string, size_t limit);
/* The same as an element of its own, whatever the direction of its letters. NULL is a dash. */
void html_page_append_foreign(struct text *text, const char *string, size_t limit);

/* A path as part of a URL (RFC 3986, 3.3): no byte of a name can be taken for anything else, nor
 * needs to be escaped. */
void html_page_append_path(struct text *text, const char *path);

/* <section> with its heading, up to html_page_end_section. The id is the target of links. */
void html_page_start_section(struct text *text, const char *id, const char *title);
void html_page_end_section(struct text *text);

/* <table> in a box that scrolls sideways where it must, with a caption for those who cannot see and
 * a row of column headings: "Host", and "#URLs" for numbers. */
void html_page_start_table(struct text *text, const char *caption, const char *const *columns,
                           size_t column_count);
void html_page_end_table(struct text *text);

/* Cells of numbers; negative ones are a dash. */
void html_page_append_count_cell(struct text *text, int64_t count);
void html_page_append_bytes_cell(struct text *text, int64_t bytes);
void html_page_append_duration_cell(struct text *text, int64_t us);
void html_page_append_ratio_cell(struct text *text, int64_t part, int64_t whole);
void html_page_append_foreign_cell(struct text *text, const char *string, size_t limit);

/* "and 12 more hosts", or nothing for none. */
void html_page_append_more(struct text *text, int64_t count, const char *one, const char *many);

/* A part of a whole, drawn in a colour: a class of the style. */
struct html_share {
    const char *name;
    const char *colour;
    double part;
};
/* One bar of them all, with words for those who cannot see it; nothing when they are all 0. */
void html_page_append_stack(struct text *text, const char *words, const struct html_share *shares,
                            size_t count);
/* A bar as long as its part of the whole. */
void html_page_append_bar(struct text *text, double part, double whole);
/* The small square of a legend. */
void html_page_append_swatch(struct text *text, const char *colour);

#endif
