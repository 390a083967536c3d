/* The screenful that a run ends with, and that haul report shows again: counts with shares,
 * failures by class, percentiles, where the time went, hints, and the commands to go on with. */
#ifndef HAUL_APP_FIGURES_TEXT_H
#define HAUL_APP_FIGURES_TEXT_H

#include "base/text.h"
#include "model/run_figures.h"

/* Everything but hints and commands. Lines are at most 80 columns wide. */
void figures_text_append(struct text *text, const struct run_figures *figures);

/* "  hint: ..." for each, broken at 80 columns, and an empty line before them; nothing without any.
 */
void figures_text_append_hints(struct text *text, const struct run_figures *figures);

/* Where a run has left its files, each NULL = nowhere. */
struct run_places {
    const char *directory; /* of the downloads */
    const char *failed;    /* failed.tsv */
    const char *look;      /* the report to be opened */
    bool is_last;          /* --retry-failed takes this run, when it is given the directory */
    bool is_vague;         /* the directory is seen from a place that nobody knows: no command */
};

/* The commands to go on with, each on its line. */
void figures_text_append_places(struct text *text, const struct run_figures *figures,
                                const struct run_places *places);

#endif
