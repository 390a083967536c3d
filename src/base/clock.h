/* Time in microseconds: the monotonic clock for durations and time limits, the wall clock for what
 * people read, and the CPU time of this process. */
#ifndef HAUL_BASE_CLOCK_H
#define HAUL_BASE_CLOCK_H

#include "base/common.h"

#define CLOCK_SECOND_US INT64_C(1000000)
#define CLOCK_NEVER INT64_MAX /* a time that does not come */

int64_t clock_monotonic_us(void);
int64_t clock_wall_us(void); /* since 1970-01-01T00:00:00Z */
void clock_cpu_us(int64_t *out_user_us, int64_t *out_system_us);

#define CLOCK_TEXT_SIZE 40

/* RFC 3339 in UTC with microseconds: 2026-11-20T12:00:30.123456Z. Returns out. */
char *clock_format(char out[CLOCK_TEXT_SIZE], int64_t wall_us);
/* The same in whole seconds. */
char *clock_format_seconds(char out[CLOCK_TEXT_SIZE], int64_t wall_us);
/* An HTTP date (RFC 9110, 5.6.7): Fri, 20 Nov 2026 12:00:30 GMT. "" for years that have none. */
char *clock_format_http(char out[CLOCK_TEXT_SIZE], int64_t seconds);

#endif
