/* How often each path was asked for, over all connections. Any thread may call anything. */
#ifndef FAULT_COUNTERS_H
#define FAULT_COUNTERS_H

struct counters;

struct counters *counters_create(void);
/* Counts the path, and returns how often it was counted before. */
unsigned counters_next(struct counters *counters, const char *path);

#endif
