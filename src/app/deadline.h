/* When a run has to stop starting downloads (--deadline): after a time, or at a time of day. */
#ifndef HAUL_APP_DEADLINE_H
#define HAUL_APP_DEADLINE_H

#include "base/common.h"

/* "50m" or "HH:MM" (24 hours, local time; the next one after now, across a change of summer time).
 * Stores how long after now that is. False when it is neither, 0, or more than 366 days away. */
bool deadline_parse(const char *text, int64_t now_wall_us, int64_t *out_after_us);

#endif
