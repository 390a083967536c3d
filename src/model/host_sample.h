/* A few of the distinct hosts of a list of any length, each with the same chance, however often it
 * is listed (the k smallest hashes), and how many there are.
 *
 * Takes at most 24 bytes for each host, but for those of the sample. Not thread-safe. */
#ifndef HAUL_MODEL_HOST_SAMPLE_H
#define HAUL_MODEL_HOST_SAMPLE_H

#include "base/common.h"

struct host_sample;

/* The same seed and hosts give the same sample, in the same order. */
struct host_sample *host_sample_create(size_t size, uint64_t seed);
void host_sample_destroy(struct host_sample *sample); /* NULL is fine */

void host_sample_add(struct host_sample *sample, const char *host);

uint64_t host_sample_distinct(const struct host_sample *sample);
size_t host_sample_count(const struct host_sample *sample);               /* size, or fewer */
const char *host_sample_host(const struct host_sample *sample, size_t i); /* lent */

#endif
