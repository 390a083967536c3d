/* One URL of a comparison of two runs: from its record, and as text and JSON. Parts of
 * app/run_difference. */
#ifndef HAUL_APP_RUN_DIFFERENCE_ENTRY_H
#define HAUL_APP_RUN_DIFFERENCE_ENTRY_H

#include "base/text.h"
#include "model/run_comparison.h"

#include <jansson.h>

struct run_difference_entry {
    enum run_change change;
    const json_t *record;    /* of the newer run, of the older one for a URL that is gone; lent */
    struct run_result newer; /* what that record says */
    struct run_result older;
    bool is_older_known; /* the older run has the URL, too */
};

/* False when the record has no status that this version knows. */
bool run_difference_read_result(const json_t *record, struct run_result *out);

/* A line, or two for a URL that moved. */
void run_difference_entry_append_text(struct text *text, const struct run_difference_entry *entry);

/* An object on one line with its '\n'; the caller frees it. */
char *run_difference_entry_json(const struct run_difference_entry *entry);

#endif
