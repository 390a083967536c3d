/* The record of one URL as a JSON line (schema haul.result/1) and as a row of failed.tsv.
 *
 * Formatted by hand because a tree of jansson objects for each costs 30 microseconds; tests parse
 * every line with jansson. Bad UTF-8 becomes U+FFFD and never loses a record. URLs are masked in
 * the JSON line; failed.tsv holds them whole. */
#ifndef HAUL_IO_RECORD_H
#define HAUL_IO_RECORD_H

#include "base/text.h"
#include "model/job.h"

/* Appends one line with its '\n'. */
bool record_append_json(struct text *text, const struct job *job,
                        const struct redaction *redaction);

/* The header row and one row of failed.tsv: url out dir checksum header referer class http detail
 * line. Tabs, line ends and other controls inside a value become blanks, so that the file is a
 * list that haul reads again. */
bool record_append_failed_header(struct text *text);
bool record_append_failed_row(struct text *text, const struct job *job);

#endif
