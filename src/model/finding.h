/* What a check has found, for people and programs: how grave it is, what was seen, what to do.
 *
 * Not thread-safe. Texts may hold foreign bytes: they need vis before a terminal. */
#ifndef HAUL_MODEL_FINDING_H
#define HAUL_MODEL_FINDING_H

#include "base/common.h"

enum finding_level {
    FINDING_OK,
    FINDING_NOTE,    /* worth knowing */
    FINDING_WARNING, /* makes a run slow, smaller, or fail in part */
    FINDING_FAILURE, /* a run would fail */
};

struct finding {
    const char *group; /* static: "names", "certificates" ... */
    const char *check; /* static, unique in its group */
    enum finding_level level;
    char *text;   /* owned */
    char *advice; /* owned; NULL = nothing to do */
};

/* In the order in which they were made. Zeroed is empty. */
struct findings {
    struct finding *items;
    size_t count;
};

void findings_clear(struct findings *findings);

/* A text that is longer than 4 KiB is left out. */
void findings_add(struct findings *findings, const char *group, const char *check,
                  enum finding_level level, const char *format, ...) PRINTF_LIKE(5, 6);
/* What to do about the last one. */
void findings_advise(struct findings *findings, const char *format, ...) PRINTF_LIKE(2, 3);

size_t findings_count(const struct findings *findings, enum finding_level level);
const char *finding_level_name(enum finding_level level); /* ok note warning failure */

#endif
