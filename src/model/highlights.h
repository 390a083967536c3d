/* Which records of a run are shown apart: the slowest URLs, failures of each class, the first
 * images.
 *
 * Of failures, the first of each class in the lists come before the second of each, then the third,
 * then all others in the order of the lists: a class with many does not push out one with few.
 * Which are kept does not depend on the order in which they end.
 *
 * Kept while the run goes on, as places in its file of records, so that at the end only those few
 * are read back. Plain data, fixed memory, a comparison for most records. */
#ifndef HAUL_MODEL_HIGHLIGHTS_H
#define HAUL_MODEL_HIGHLIGHTS_H

#include "model/job.h"

#define HIGHLIGHTS_SLOWEST 20
#define HIGHLIGHTS_FAILED 50
#define HIGHLIGHTS_OF_CLASS 3 /* failures of a class that come before those of other classes */
#define HIGHLIGHTS_IMAGES 500

struct highlight {
    int64_t offset; /* of its line */
    uint64_t index; /* of its record */
    int64_t total_us;
    enum failure failure; /* of a failed one; FAILURE_NONE = of no known class */
};

struct highlights {
    struct highlight slowest[HIGHLIGHTS_SLOWEST]; /* the slowest first; of equal ones the earlier */
    size_t slowest_count;
    struct highlight failed[HIGHLIGHTS_FAILED + 1]; /* by number; the last is never in use */
    size_t failed_count;
    struct highlight images[HIGHLIGHTS_IMAGES]; /* in the order of the file */
    size_t image_count;
    uint64_t image_total;
};

/* Looks at the record that begins there; records come in the order of the file. */
void highlights_add(struct highlights *highlights, const struct job *job, int64_t offset);

/* The same for a failed record alone, in any order. */
void highlights_add_failed(struct highlights *highlights, const struct highlight *entry);

/* A file of the output directory that is an image of a known format. */
bool highlights_is_image(const struct outcome *outcome);

#endif
