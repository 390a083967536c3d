#include "model/name_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/hash_table.h"

/* What an entry says in its two highest bits. */
#define KIND_MASK (3u << 30)
#define KIND_EXTENSION (0u << 30) /* a stem with one extension; its fingerprint is below */
#define KIND_WHOLE (1u << 30)     /* a stem with every extension, or one whole name */
#define KIND_COUNTER (2u << 30)   /* the next number to try is below */

/* Whole names and counters live in the same table as stems. */
#define WHOLE_SALT UINT64_C(0x5851f42d4c957f2d)
#define COUNTER_SALT UINT64_C(0x14057b7ef767814f)

#define FIRST_NUMBER 2
#define COUNTED_FROM 8 /* below, trying again costs less than an entry for the counter */
#define PATIENCE 1000  /* numbers tried one by one */
#define STEP_EVERY 16  /* numbers tried with the same step after that */

struct name_table {
    struct hash_table *entries;
};

/* What a name lays claim to. */
struct claim {
    uint64_t stem;
    uint64_t whole;
    uint32_t value; /* KIND_EXTENSION with a fingerprint, or KIND_WHOLE without an extension */
};

static struct claim claim_of(const char *name, size_t extension, size_t length)
{
    struct claim claim = {.stem = name_fold_hash(name, extension), .value = KIND_WHOLE};
    if (extension == length)
        return claim;
    uint64_t suffix = name_fold_hash(name + extension, length - extension);
    claim.value = KIND_EXTENSION | (uint32_t)(suffix & ~KIND_MASK);
    claim.whole = (claim.stem ^ WHOLE_SALT) + suffix * COUNTER_SALT;
    return claim;
}

/* A name claims one thing; two when only folding gives it an extension (the long s of ".ſvg"). */
static size_t claims_of(const char *name, struct claim out[2])
{
    size_t length = strlen(name);
    size_t extension = name_extension(name);
    out[0] = claim_of(name, extension, length);
    if (extension < length || name_is_ascii(name, length))
        return 1;
    char *folded = name_fold(name, length);
    size_t folded_length = strlen(folded);
    size_t folded_extension = name_extension(folded);
    bool differs = folded_extension < folded_length;
    if (differs)
        out[1] = claim_of(folded, folded_extension, folded_length);
    free(folded);
    return differs ? 2 : 1;
}

static bool is_free(const struct name_table *table, const struct claim *claim)
{
    uint64_t value;
    if (!hash_table_find(table->entries, claim->stem, &value))
        return true;
    if (claim->value == KIND_WHOLE || value == claim->value ||
        (value & KIND_MASK) != KIND_EXTENSION)
        return false;
    return !hash_table_find(table->entries, claim->whole, &value);
}

/* Most stems have one extension: only a second one takes an entry of its own. */
static void put(struct name_table *table, const struct claim *claim)
{
    uint64_t value;
    if (claim->value == KIND_WHOLE || !hash_table_find(table->entries, claim->stem, &value))
        hash_table_set(table->entries, claim->stem, claim->value);
    else if (value != claim->value && (value & KIND_MASK) == KIND_EXTENSION)
        hash_table_set(table->entries, claim->whole, KIND_WHOLE);
}

/* Claims the name when neither the table nor the owner has it. */
static bool try_name(struct name_table *table, const char *name, struct name_owner owner)
{
    struct claim claims[2];
    size_t count = claims_of(name, claims);
    for (size_t i = 0; i < count; i++) {
        if (!is_free(table, &claims[i]))
            return false;
    }
    if (owner.is_taken != NULL && owner.is_taken(owner.context, name))
        return false;
    for (size_t i = 0; i < count; i++)
        put(table, &claims[i]);
    return true;
}

/* Names whose numbered forms are the same share a counter: that of their form with number 0. */
static uint64_t counter_of(const char *wanted)
{
    char form[NAME_SIZE];
    name_add_number(wanted, 0, form);
    return name_fold_hash(form, strlen(form)) ^ COUNTER_SALT;
}

static unsigned load_counter(const struct name_table *table, uint64_t counter)
{
    uint64_t value;
    if (!hash_table_find(table->entries, counter, &value) || (value & KIND_MASK) != KIND_COUNTER)
        return FIRST_NUMBER;
    return (unsigned)(value & ~KIND_MASK);
}

static void store_counter(struct name_table *table, uint64_t counter, unsigned next)
{
    uint64_t value;
    if (next < COUNTED_FROM || (next & KIND_MASK) != 0)
        return;
    /* The hash may be that of a name: a claim is never overwritten, the counter is only lost. */
    if (hash_table_find(table->entries, counter, &value) && (value & KIND_MASK) != KIND_COUNTER)
        return;
    hash_table_set(table->entries, counter, KIND_COUNTER | next);
}

struct name_table *name_table_create(void)
{
    struct name_table *table = memory_allocate(sizeof *table);
    table->entries = hash_table_create(HASH_TABLE_VALUE_32);
    return table;
}

void name_table_destroy(struct name_table *table)
{
    if (table == NULL)
        return;
    hash_table_destroy(table->entries);
    free(table);
}

void name_table_claim(struct name_table *table, const char *wanted, struct name_owner owner,
                      char out_name[NAME_SIZE])
{
    if (try_name(table, wanted, owner)) {
        memmove(out_name, wanted, strlen(wanted) + 1);
        return;
    }
    char candidate[NAME_SIZE];
    uint64_t counter = counter_of(wanted);
    unsigned number = load_counter(table, counter);
    unsigned step = 1;
    for (unsigned tries = 1;; tries++) {
        name_add_number(wanted, number, candidate);
        if (try_name(table, candidate, owner))
            break;
        if (tries > PATIENCE && tries % STEP_EVERY == 0 && step < UINT32_MAX / 64)
            step *= 2;
        number += step;
    }
    store_counter(table, counter, number + 1);
    memcpy(out_name, candidate, strlen(candidate) + 1);
}

void name_table_add(struct name_table *table, const char *name)
{
    struct claim claims[2];
    size_t count = claims_of(name, claims);
    for (size_t i = 0; i < count; i++)
        put(table, &claims[i]);
}

size_t name_table_bytes(const struct name_table *table)
{
    return sizeof *table + hash_table_bytes(table->entries);
}
