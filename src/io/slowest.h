/* The URLs that took longest, from the records of a run. */
#ifndef HAUL_IO_SLOWEST_H
#define HAUL_IO_SLOWEST_H

#include "base/common.h"
#include "io/results_reader.h"
#include "model/highlights.h"

#define SLOWEST_COUNT HIGHLIGHTS_SLOWEST

struct slow_url {
    json_t *record; /* owned */
    int64_t total_us;
};

struct slowest {
    struct slow_url urls[SLOWEST_COUNT]; /* the slowest first; of equal ones the earlier record */
    size_t count;
};

/* Takes the record: it is put where it belongs, or let go when it is not among the slowest. Records
 * come in the order of the file, or are the slowest of one in their own order. */
void slowest_add(struct slowest *slowest, json_t *record);
/* Reads all records. False when the file cannot be read; then there is nothing to clear. */
bool slowest_read(struct slowest *slowest, struct results_reader *reader, struct error *error);
void slowest_clear(struct slowest *slowest);

/* For a report: an array of {i, url, source, line, status, class, total_us, bytes}. */
json_t *slowest_value(const struct slowest *slowest);

#endif
