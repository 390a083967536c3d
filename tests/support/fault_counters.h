/* A number for each path (or other key), over all connections: how often it was asked for, or what
 * is to be remembered of it. Any thread may call anything. */
#ifndef FAULT_COUNTERS_H
#define FAULT_COUNTERS_H

struct counters;

struct counters *counters_create(void);
/* Counts the path, and returns how often it was counted before. */
unsigned counters_next(struct counters *counters, const char *path);
/* Adds to what was counted, and returns the sum. */
unsigned counters_add(struct counters *counters, const char *path, int more);
void counters_set(struct counters *counters, const char *path, unsigned value);
/* What was counted or set; a path that is new is set to `initial`. */
unsigned counters_get(struct counters *counters, const char *path, unsigned initial);

#endif
