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

bool key_set_add(struct key_set *set, struct key key)
{
    /* XXH3 can be inverted: a list could be full of keys that agree in one half. The secret keeps
     * them apart, and with `low` beside it the sum still stands for `high` alone. */
    uint64_t mixed = (key.low ^ set->secret >> 32) * set->secret;
    return hash_table_add(set->pairs, key.high + (mixed ^ mixed >> 32), key.low);
}

size_t key_set_count(const struct key_set *set)
{
    return hash_table_count(set->pairs);
}

size_t key_set_bytes(const struct key_set *set)
{
    return sizeof *set + hash_table_bytes(set->pairs);
}
