/* 128-bit identity of a listed URL (XXH3 of its canonical form), and a set of such keys.
 *
 * The set takes at most 24 bytes per key, whatever their number: it grows by shards, so that
 * growing never holds two copies of the whole. */
#ifndef HAUL_MODEL_KEY_H
#define HAUL_MODEL_KEY_H

#include "base/common.h"

struct key {
    uint64_t high;
    uint64_t low;
};

#define KEY_TEXT_SIZE 33

struct key key_of(const char *bytes, size_t length);
char *key_format(struct key key, char out[KEY_TEXT_SIZE]); /* 32 lower-case hex digits */

struct key_set;

struct key_set *key_set_create(void);
void key_set_destroy(struct key_set *set);
/* Adds a key under the index of its record. False when it was there already: *out_first is the
 * index that it was added under (0 = above 2^32). */
bool key_set_add(struct key_set *set, struct key key, uint64_t index, uint64_t *out_first);
size_t key_set_count(const struct key_set *set);
size_t key_set_bytes(const struct key_set *set); /* memory that it takes */

#endif
