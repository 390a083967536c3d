/* Findings as lines for people: groups with a title, one finding each, advice below it. */
#ifndef HAUL_APP_DOCTOR_VIEW_H
#define HAUL_APP_DOCTOR_VIEW_H

#include "base/text.h"
#include "model/finding.h"

/* Appends the findings from number `first` on; is_brief leaves out what is fine or only worth
 * knowing. At most 80 columns, but for words that are longer. */
void doctor_view_append(struct text *text, const struct findings *findings, size_t first,
                        bool is_brief);

/* The last line: what it all means. */
void doctor_view_append_verdict(struct text *text, const struct findings *findings);

#endif
