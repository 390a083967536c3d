/* A report as text for people: the summary that the run ended with, and what there was no room for.
 *
 * The report may be of foreign make: everything in it is made printable, and what is missing in it
 * is left out. */
#ifndef HAUL_APP_REPORT_TEXT_H
#define HAUL_APP_REPORT_TEXT_H

#include "base/text.h"
#include "io/report_reader.h"
#include "io/report_records.h"

/* records may be NULL: they are not there. directory: of the files, where the reader has
 * none (report_page_directory); NULL = unknown, then no command names it. */
void report_text_append(struct text *text, const struct report_reader *reader,
                        const struct report_records *records, const char *directory);

/* "run ID  2026-11-20T12:00:00Z  failed, exit 1" */
void report_text_append_run(struct text *text, const json_t *report);

/* "  (list:12)" as far as the record knows; nothing for an argument. */
void report_text_append_place(struct text *text, const json_t *record);

#endif
