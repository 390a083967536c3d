#include "model/run_comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/hash_table.h"

#define CHUNK_ENTRIES 1024 /* entries never move: growing holds no second copy */

/* One URL: 40 bytes, and 16 to 22 for its place in the table. */
struct entry {
    uint64_t key_low; /* the table has the rest of the key */
    uint64_t sha256;
    uint64_t etag;
    int64_t size;
    uint16_t http;
    uint8_t status;
    uint8_t failure;
    uint8_t changes;   /* enum run_change */
    uint8_t taken;     /* of these */
    bool is_older : 1; /* in the older run, of which the fields above are */
    bool is_newer : 1; /* in the newer run */
    bool is_moved : 1;
};

struct run_comparison {
    struct hash_table *places; /* of entries, by key */
    struct entry **chunks;
    size_t count;
    uint64_t secret;
    struct run_comparison_counts counts;
};

/* The file is there, or the URL answered well. */
static bool has_succeeded(enum status status)
{
    return status != STATUS_FAILED && status != STATUS_SKIPPED && status != STATUS_NOT_TRIED &&
           status != STATUS_DUPLICATE;
}

static bool both_known_and_other(uint64_t a, uint64_t b)
{
    return a != 0 && b != 0 && a != b;
}

static struct entry *entry_at(const struct run_comparison *comparison, uint64_t place)
{
    return &comparison->chunks[place / CHUNK_ENTRIES][place % CHUNK_ENTRIES];
}

static uint64_t first_hash(const struct run_comparison *comparison, struct key key)
{
    /* A list may be full of keys that agree in one half (XXH3 can be inverted): the secret keeps
     * them apart. */
    uint64_t mixed = (key.low ^ comparison->secret >> 32) * comparison->secret;
    return key.high + (mixed ^ mixed >> 32);
}

/* NULL when there is none; *out_hash is where it would go. */
static struct entry *find(const struct run_comparison *comparison, struct key key,
                          uint64_t *out_hash)
{
    uint64_t place;
    uint64_t hash = first_hash(comparison, key);
    while (hash_table_find(comparison->places, hash, &place)) {
        struct entry *entry = entry_at(comparison, place);
        if (entry->key_low == key.low)
            return entry;
        hash += comparison->secret; /* another key has this place */
    }
    *out_hash = hash;
    return NULL;
}

static struct entry *add(struct run_comparison *comparison, struct key key, uint64_t hash)
{
    size_t place = comparison->count++;
    if (place % CHUNK_ENTRIES == 0) {
        size_t chunk = place / CHUNK_ENTRIES;
        comparison->chunks =
            memory_resize(comparison->chunks, chunk + 1, sizeof *comparison->chunks);
        comparison->chunks[chunk] = memory_allocate_zeroed(CHUNK_ENTRIES, sizeof(struct entry));
    }
    hash_table_set(comparison->places, hash, place);
    struct entry *entry = entry_at(comparison, place);
    entry->key_low = key.low;
    return entry;
}

static struct entry *find_untaken(const struct run_comparison *comparison, struct key key,
                                  enum run_change change)
{
    uint64_t hash;
    struct entry *entry = find(comparison, key, &hash);
    bool is_wanted =
        entry != NULL && (entry->changes & change) != 0 && (entry->taken & change) == 0;
    return is_wanted ? entry : NULL;
}

static struct run_result result_of(const struct entry *entry)
{
    return (struct run_result){
        .sha256 = entry->sha256,
        .etag = entry->etag,
        .size = entry->size,
        .http = entry->http,
        .status = (enum status)entry->status,
        .failure = (enum failure)entry->failure,
        .is_moved = entry->is_moved,
    };
}

unsigned run_result_differences(const struct run_result *older, const struct run_result *newer)
{
    if (!has_succeeded(older->status) || !has_succeeded(newer->status)) {
        bool is_other = older->status != newer->status;
        return (is_other ? RUN_DIFFERS_STATUS : 0u) |
               (older->failure != newer->failure ? RUN_DIFFERS_CLASS : 0u);
    }
    bool are_hashed = older->sha256 != 0 && newer->sha256 != 0;
    if (are_hashed && older->sha256 == newer->sha256)
        return 0; /* servers give the same bytes new ETags */
    bool has_other_size = older->size >= 0 && newer->size >= 0 && older->size != newer->size;
    return (are_hashed ? RUN_DIFFERS_SHA256 : 0u) |
           (both_known_and_other(older->etag, newer->etag) ? RUN_DIFFERS_ETAG : 0u) |
           (has_other_size ? RUN_DIFFERS_SIZE : 0u);
}

uint64_t run_result_fingerprint(const char *text)
{
    if (text == NULL || text[0] == '\0')
        return 0;
    return key_of(text, strlen(text)).high | 1;
}

uint64_t run_result_etag_fingerprint(const char *etag)
{
    if (etag != NULL && strncmp(etag, "W/", 2) == 0)
        etag += 2;
    return run_result_fingerprint(etag);
}

struct run_comparison *run_comparison_create(void)
{
    struct run_comparison *comparison = memory_allocate_zeroed(1, sizeof *comparison);
    comparison->places = hash_table_create(HASH_TABLE_VALUE_64);
    comparison->secret = hash_table_secret(comparison);
    return comparison;
}

void run_comparison_destroy(struct run_comparison *comparison)
{
    if (comparison == NULL)
        return;
    for (size_t place = 0; place < comparison->count; place += CHUNK_ENTRIES)
        free(comparison->chunks[place / CHUNK_ENTRIES]);
    free(comparison->chunks);
    hash_table_destroy(comparison->places);
    free(comparison);
}

void run_comparison_add_older(struct run_comparison *comparison, struct key key,
                              const struct run_result *result)
{
    uint64_t hash;
    if (find(comparison, key, &hash) != NULL)
        return;
    struct entry *entry = add(comparison, key, hash);
    entry->sha256 = result->sha256;
    entry->etag = result->etag;
    entry->size = result->size;
    entry->http = (uint16_t)result->http;
    entry->status = (uint8_t)result->status;
    entry->failure = (uint8_t)result->failure;
    entry->is_moved = result->is_moved;
    entry->is_older = true;
    entry->changes = RUN_CHANGE_GONE; /* until the newer run has it */
    comparison->counts.gone++;
}

void run_comparison_add_newer(struct run_comparison *comparison, struct key key,
                              const struct run_result *result)
{
    uint64_t hash;
    struct run_comparison_counts *counts = &comparison->counts;
    struct entry *entry = find(comparison, key, &hash);
    if (entry != NULL && entry->is_newer)
        return;
    if (entry == NULL) {
        entry = add(comparison, key, hash);
        entry->changes = RUN_CHANGE_NEW;
        counts->added++;
    } else {
        struct run_result older = result_of(entry);
        entry->changes = 0;
        counts->gone--;
        if (older.status == STATUS_NOT_TRIED || result->status == STATUS_NOT_TRIED) {
            counts->not_tried++;
        } else if (run_result_differences(&older, result) != 0) {
            entry->changes = RUN_CHANGE_CHANGED;
            counts->changed++;
        } else {
            counts->unchanged++;
        }
    }
    entry->is_newer = true;
    if (result->is_moved) {
        entry->changes |= RUN_CHANGE_MOVED;
        counts->moved++;
    }
}

struct run_comparison_counts run_comparison_counts(const struct run_comparison *comparison)
{
    return comparison->counts;
}

bool run_comparison_has(const struct run_comparison *comparison, struct key key,
                        enum run_change change)
{
    return find_untaken(comparison, key, change) != NULL;
}

bool run_comparison_take(struct run_comparison *comparison, struct key key, enum run_change change,
                         struct run_result *out_older, bool *out_is_known)
{
    struct entry *entry = find_untaken(comparison, key, change);
    if (entry == NULL)
        return false;
    entry->taken |= (uint8_t)change;
    *out_older = result_of(entry);
    *out_is_known = entry->is_older;
    return true;
}

size_t run_comparison_bytes(const struct run_comparison *comparison)
{
    size_t chunks = (comparison->count + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
    return sizeof *comparison + hash_table_bytes(comparison->places) +
           chunks * (CHUNK_ENTRIES * sizeof(struct entry) + sizeof *comparison->chunks);
}
