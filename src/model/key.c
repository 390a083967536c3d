#include "model/key.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "model/hash_table.h"

struct key_set {
    struct hash_table *pairs;
    uint64_t secret;
};

static void format_half(uint64_t half, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++)
        out[i] = digits[half >> (60 - 4 * i) & 0xf];
}

struct key key_of(const char *bytes, size_t length)
{
    XXH128_hash_t hash = XXH3_128bits(bytes, length);
    return (struct key){.high = hash.high64, .low = hash.low64};
}

char *key_format(struct key key, char out[KEY_TEXT_SIZE])
{
    format_half(key.high, out);
    format_half(key.low, out + 16);
    out[32] = '\0';
    return out;
}

struct key_set *key_set_create(void)
{
    struct key_set *set = memory_allocate(sizeof *set);
    set->pairs = hash_table_create(HASH_TABLE_VALUE_64);
    set->secret = hash_table_secret(set);
    return set;
}

void key_set_destroy(struct key_set *set)
{
    if (set == NULL)
        return;
    hash_table_destroy(set->pairs);
    free(set);
}

bool key_set_add(struct key_set *set, struct key key, uint64_t index, uint64_t *out_first)
{
    /* XXH3 can be inverted: a list could be full of keys that agree in one half. The secret keeps
     * them apart. 96 bits are compared: 64 by the table, 32 beside the index. */
    uint64_t mixed = (key.low ^ set->secret >> 32) * set->secret;
    uint64_t hash = key.high + (mixed ^ mixed >> 32);
    uint64_t check = key.low >> 32 << 32;
    uint64_t value;
    while (hash_table_find(set->pairs, hash, &value)) {
        if ((value ^ check) >> 32 == 0) {
            *out_first = value & UINT32_MAX;
            return false;
        }
        hash += set->secret; /* another key has this place */
    }
    hash_table_set(set->pairs, hash, check | (index <= UINT32_MAX ? index : 0));
    return true;
}

size_t key_set_count(const struct key_set *set)
{
    return hash_table_count(set->pairs);
}

size_t key_set_bytes(const struct key_set *set)
{
    return sizeof *set + hash_table_bytes(set->pairs);
}
