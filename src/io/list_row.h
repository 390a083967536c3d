/* Jobs as rows of a list in tsv that haul reads again: the keys of the contract, whole URLs, one
 * line each. Tabs, line ends and other controls inside a value become blanks.
 *
 * False when the text is full; it is then as it was before. */
#ifndef HAUL_IO_LIST_ROW_H
#define HAUL_IO_LIST_ROW_H

#include "base/text.h"
#include "model/job.h"

/* url out dir checksum header referer priority */
bool list_row_append_header(struct text *text);
bool list_row_append(struct text *text, const struct job *job);

/* failed.tsv: url out dir checksum header referer class http detail line name; the last is the path
 * that the run had for the file */
bool list_row_append_failed_header(struct text *text);
bool list_row_append_failed(struct text *text, const struct job *job);

#endif
