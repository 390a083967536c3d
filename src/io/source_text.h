/* The text format: one URL per line (the grammar of aria2's input files, as far as it concerns
 * single URLs).
 *
 * A byte order mark at the start and CR before LF are dropped; empty lines and lines that start
 * with
 * '#' are counted and skipped; leading and trailing blanks go. */
#ifndef HAUL_IO_SOURCE_TEXT_H
#define HAUL_IO_SOURCE_TEXT_H

#include "io/source.h"

enum source_text_kind { SOURCE_TEXT_BLANK, SOURCE_TEXT_COMMENT, SOURCE_TEXT_URL };

/* Looks at one line (without its LF; `is_first` of the list) and stores what it holds: a URL's
 * bytes are lent from the line; item->problem is set when the line cannot be used. */
enum source_text_kind source_text_parse(const char *line, size_t length, bool is_first,
                                        struct source_item *item);

#endif
