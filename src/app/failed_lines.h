/* URLs that failed in a run, from its records: each as the line that the run itself had for it. The
 * first of each class comes first, then the others, both in the order of the lists: where there are
 * several reasons, few lines show as many of them as they can. */
#ifndef HAUL_APP_FAILED_LINES_H
#define HAUL_APP_FAILED_LINES_H

#include "base/text.h"
#include "io/report_records.h"

/* At most `limit` lines with `indent` before each; how many they are. */
size_t failed_lines_append(struct text *text, const struct report_records *records, size_t limit,
                           const char *indent);

#endif
