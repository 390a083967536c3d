/* What tests ask of findings. Include after <check.h>. */
#ifndef HAUL_TESTS_FINDING_CHECK_H
#define HAUL_TESTS_FINDING_CHECK_H

#include <stdio.h>
#include <string.h>

#include "model/finding.h"

#define NOT_FOUND (-1)

/* The first of this check; NULL = none. */
static inline const struct finding *find_finding(const struct findings *findings, const char *check)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (strcmp(findings->items[i].check, check) == 0)
            return &findings->items[i];
    }
    return NULL;
}

static inline int level_of(const struct findings *findings, const char *check)
{
    const struct finding *finding = find_finding(findings, check);
    return finding != NULL ? (int)finding->level : NOT_FOUND;
}

/* Whatever is said to be wrong comes with a word on what to do, or is a fact that has no remedy. */
static inline void check_level(const struct findings *findings, const char *check, int level,
                               const char *what)
{
    const struct finding *finding = find_finding(findings, check);
    ck_assert_msg(level_of(findings, check) == level, "%s: %s is %d, not %d (%s)", what, check,
                  level_of(findings, check), level, finding != NULL ? finding->text : "");
}

static inline void check_words(const struct findings *findings, const char *check,
                               const char *words)
{
    const struct finding *finding = find_finding(findings, check);
    ck_assert_msg(finding != NULL, "no finding %s", check);
    bool is_said = strstr(finding->text, words) != NULL ||
                   (finding->advice != NULL && strstr(finding->advice, words) != NULL);
    ck_assert_msg(is_said, "%s: '%s' (%s) does not say '%s'", check, finding->text,
                  finding->advice != NULL ? finding->advice : "", words);
}

#endif
