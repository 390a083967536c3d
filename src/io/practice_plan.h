/* Which URL of the practice server has which trouble, and how long each reply takes: functions of
 * a seed, so that a run can be repeated and its result be known beforehand. */
#ifndef HAUL_IO_PRACTICE_PLAN_H
#define HAUL_IO_PRACTICE_PLAN_H

#include "base/common.h"
#include "io/practice_image.h"
#include "io/practice_server.h"

enum practice_trouble {
    PRACTICE_FINE,
    PRACTICE_NOT_FOUND,
    PRACTICE_TRY_LATER,
    PRACTICE_CUT_OFF,
    PRACTICE_SLOW,
    PRACTICE_REDIRECTED,
    PRACTICE_HTML_AS_JPEG,
    PRACTICE_EVIL_NAME,
    PRACTICE_TROUBLE_COUNT,
};

struct practice_photo {
    enum practice_trouble trouble;
    enum practice_format format;
    unsigned requests; /* so far; counted by the server */
};

/* The photos in list order, freed by the caller. Every trouble comes at least once, as long as
 * three of ten URLs stay without any; none at all unless has_troubles. Fills the counts. */
struct practice_photo *practice_plan_create(uint64_t seed, unsigned count, bool has_troubles,
                                            struct practice_plan *out_plan);

/* Time to the first byte of a reply, never negative. `number` is from 1, as in names. */
int64_t practice_delay_us(const struct practice_settings *settings,
                          const struct practice_photo *photo, unsigned number);

/* "/photo/0001.jpg" and back: 0 when the path is not exactly one that this gives. */
#define PRACTICE_PATH_SIZE 40
char *practice_path(char out[PRACTICE_PATH_SIZE], const char *folder, unsigned number,
                    enum practice_format format);
unsigned practice_path_number(const char *path, const char *folder,
                              const struct practice_photo *photos, unsigned count);

#endif
