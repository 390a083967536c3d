/* The record of one URL as a JSON line (schema haul.result/1).
 *
 * Formatted by hand because a tree of jansson objects for each costs 30 microseconds; tests parse
 * every line with jansson. Bad UTF-8 becomes U+FFFD and never loses a record. URLs are masked. */
#ifndef HAUL_IO_RECORD_H
#define HAUL_IO_RECORD_H

#include "base/text.h"
#include "model/job.h"

/* Appends one line with its '\n'. */
bool record_append_json(struct text *text, const struct job *job,
                        const struct redaction *redaction);

#endif
