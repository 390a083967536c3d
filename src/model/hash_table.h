/* Many small entries in little memory: a 64-bit hash with a value of 32 or 64 bits, 12 or 16 bytes
 * an entry, never less than three quarters full once it is large.
 *
 * 64 shards grow one by one and in place, so that growing never holds two copies of the whole.
 * Where an entry lies depends on a secret of the process: a list made to collide is no slower than
 * any other. Entries are never removed. */
#ifndef HAUL_MODEL_HASH_TABLE_H
#define HAUL_MODEL_HASH_TABLE_H

#include "base/common.h"

struct hash_table;

enum hash_table_value { HASH_TABLE_VALUE_32, HASH_TABLE_VALUE_64 };

struct hash_table *hash_table_create(enum hash_table_value value);
void hash_table_destroy(struct hash_table *table);

/* Adds a pair; false when exactly this pair is there. Many values under one hash are slow. */
bool hash_table_add(struct hash_table *table, uint64_t hash, uint64_t value);

/* As a map, one value for each hash: `set` adds or replaces. */
bool hash_table_find(const struct hash_table *table, uint64_t hash, uint64_t *out_value);
void hash_table_set(struct hash_table *table, uint64_t hash, uint64_t value);

size_t hash_table_count(const struct hash_table *table);
size_t hash_table_bytes(const struct hash_table *table); /* all that it has allocated */

/* An odd number that differs between objects and, where addresses are random, between runs. */
uint64_t hash_table_secret(const void *object);

#endif
