#include "model/hash_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SHARD_BITS 6
#define SHARD_COUNT (1 << SHARD_BITS)

/* The entries of a shard stand in the order of their mixed hashes, each at its home slot or in the
 * unbroken run behind it. A search for what is not there ends at the first larger hash, and growing
 * is a single pass in order. The slots behind the last home take what overflows at the end. */
struct shard {
    uint32_t *words; /* slots of table->width words: low and high half of the hash, value */
    uint32_t slots;
    uint32_t count;
};

struct hash_table {
    uint64_t secret;
    size_t width; /* words per slot: 3 or 4 */
    size_t count;
    struct shard shards[SHARD_COUNT];
};

/* Reversible, so that different hashes stay different; 0 marks a free slot. */
static uint64_t mix(const struct hash_table *table, uint64_t hash)
{
    uint64_t mixed = (hash ^ table->secret >> 32) * table->secret;
    return mixed == 0 ? 1 : mixed;
}

static uint64_t slot_hash(const uint32_t *slot)
{
    return slot[0] | (uint64_t)slot[1] << 32;
}

static uint64_t slot_value(const struct hash_table *table, const uint32_t *slot)
{
    return table->width == 4 ? slot[2] | (uint64_t)slot[3] << 32 : slot[2];
}

static void slot_write_value(const struct hash_table *table, uint32_t *slot, uint64_t value)
{
    slot[2] = (uint32_t)value;
    if (table->width == 4)
        slot[3] = (uint32_t)(value >> 32);
}

static uint32_t *slot_at(const struct hash_table *table, const struct shard *shard, size_t i)
{
    return shard->words + i * table->width;
}

/* Grows with the hash, which keeps the order of slots and hashes the same. */
static size_t home_of(uint64_t mixed, uint32_t slots)
{
    uint32_t homes = slots - slots / 128 - 6;
    uint32_t position = (uint32_t)(mixed >> (32 - SHARD_BITS));
    return (uint64_t)position * homes >> 32;
}

/* First slot that is free or whose hash is not smaller; the number of slots when there is none. */
static size_t lower_bound(const struct hash_table *table, const struct shard *shard, uint64_t mixed)
{
    if (shard->slots == 0)
        return 0;
    size_t i = home_of(mixed, shard->slots);
    while (i < shard->slots) {
        uint64_t hash = slot_hash(slot_at(table, shard, i));
        if (hash == 0 || hash >= mixed)
            break;
        i++;
    }
    return i;
}

/* Whether all entries find a place in that many slots. */
static bool fits(const struct hash_table *table, const struct shard *shard, uint32_t slots)
{
    size_t next = 0;
    for (size_t i = 0; i < shard->slots; i++) {
        uint64_t hash = slot_hash(slot_at(table, shard, i));
        if (hash == 0)
            continue;
        size_t home = home_of(hash, slots);
        next = (home > next ? home : next) + 1;
    }
    return next <= slots;
}

/* Enlarges by an eighth. In place: all entries move to the end, then each to its new slot, which
 * is never behind the place that it is read from, because those after it have to fit too. */
static void grow(struct hash_table *table, struct shard *shard)
{
    size_t width = table->width;
    uint32_t slots = shard->slots;
    do {
        slots += slots / 8 + 8;
    } while (!fits(table, shard, slots));
    shard->words = memory_resize(shard->words, slots, width * sizeof(uint32_t));
    size_t read = slots;
    for (size_t i = shard->slots; i-- > 0;) {
        if (slot_hash(slot_at(table, shard, i)) != 0)
            memmove(slot_at(table, shard, --read), slot_at(table, shard, i),
                    width * sizeof(uint32_t));
    }
    size_t next = 0;
    for (; read < slots; read++) {
        size_t home = home_of(slot_hash(slot_at(table, shard, read)), slots);
        if (home > next) {
            memset(slot_at(table, shard, next), 0, (home - next) * width * sizeof(uint32_t));
            next = home;
        }
        memmove(slot_at(table, shard, next), slot_at(table, shard, read), width * sizeof(uint32_t));
        next++;
    }
    memset(slot_at(table, shard, next), 0, (slots - next) * width * sizeof(uint32_t));
    shard->slots = slots;
}

/* Puts a new entry before the first with a larger hash. */
static void insert(struct hash_table *table, struct shard *shard, uint64_t mixed, uint64_t value)
{
    size_t at;
    size_t end;
    for (;;) {
        at = lower_bound(table, shard, mixed);
        end = at;
        while (end < shard->slots && slot_hash(slot_at(table, shard, end)) != 0)
            end++;
        if (end < shard->slots && shard->count * UINT64_C(100) < shard->slots * UINT64_C(91))
            break;
        grow(table, shard);
    }
    uint32_t *slot = slot_at(table, shard, at);
    memmove(slot + table->width, slot, (end - at) * table->width * sizeof(uint32_t));
    slot[0] = (uint32_t)mixed;
    slot[1] = (uint32_t)(mixed >> 32);
    slot_write_value(table, slot, value);
    shard->count++;
    table->count++;
}

static size_t shard_index(uint64_t mixed)
{
    return mixed >> (64 - SHARD_BITS);
}

/* The slot with this hash, or NULL. */
static uint32_t *find_slot(const struct hash_table *table, uint64_t mixed)
{
    const struct shard *shard = &table->shards[shard_index(mixed)];
    size_t i = lower_bound(table, shard, mixed);
    if (i >= shard->slots)
        return NULL;
    uint32_t *slot = slot_at(table, shard, i);
    return slot_hash(slot) == mixed ? slot : NULL;
}

struct hash_table *hash_table_create(enum hash_table_value value)
{
    struct hash_table *table = memory_allocate_zeroed(1, sizeof *table);
    table->secret = hash_table_secret(table);
    table->width = value == HASH_TABLE_VALUE_64 ? 4 : 3;
    return table;
}

void hash_table_destroy(struct hash_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < SHARD_COUNT; i++)
        free(table->shards[i].words);
    free(table);
}

bool hash_table_add(struct hash_table *table, uint64_t hash, uint64_t value)
{
    uint64_t mixed = mix(table, hash);
    struct shard *shard = &table->shards[shard_index(mixed)];
    for (size_t i = lower_bound(table, shard, mixed); i < shard->slots; i++) {
        const uint32_t *slot = slot_at(table, shard, i);
        if (slot_hash(slot) != mixed)
            break;
        if (slot_value(table, slot) == value)
            return false;
    }
    insert(table, shard, mixed, value);
    return true;
}

bool hash_table_find(const struct hash_table *table, uint64_t hash, uint64_t *out_value)
{
    const uint32_t *slot = find_slot(table, mix(table, hash));
    if (slot == NULL)
        return false;
    *out_value = slot_value(table, slot);
    return true;
}

void hash_table_set(struct hash_table *table, uint64_t hash, uint64_t value)
{
    uint64_t mixed = mix(table, hash);
    uint32_t *slot = find_slot(table, mixed);
    if (slot != NULL)
        slot_write_value(table, slot, value);
    else
        insert(table, &table->shards[shard_index(mixed)], mixed, value);
}

size_t hash_table_count(const struct hash_table *table)
{
    return table->count;
}

size_t hash_table_bytes(const struct hash_table *table)
{
    size_t bytes = sizeof *table;
    for (size_t i = 0; i < SHARD_COUNT; i++)
        bytes += table->shards[i].slots * table->width * sizeof(uint32_t);
    return bytes;
}

uint64_t hash_table_secret(const void *object)
{
    /* Stack, heap and code are placed at random independently of each other. */
    uint64_t stack = (uint64_t)(uintptr_t)&object;
    uint64_t code = (uint64_t)(uintptr_t)&hash_table_secret;
    uint64_t secret = (uint64_t)(uintptr_t)object * UINT64_C(0x9e3779b97f4a7c15);
    secret = (secret ^ secret >> 29 ^ stack) * UINT64_C(0xbf58476d1ce4e5b9);
    secret = (secret ^ secret >> 32 ^ code) * UINT64_C(0x94d049bb133111eb);
    return (secret ^ secret >> 31) | 1;
}
