#include "model/name_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "model/hash_table.h"

/* What an entry says in its two highest bits. */
#define KIND_MASK (3u << 30)
#define KIND_EXTENSION (0u << 30) /* a stem with one extension; its fingerprint is below */
#define KIND_WHOLE (1u << 30)     /* a stem with every extension, or one whole name */
#define KIND_COUNTER (2u << 30)   /* a number is below */
#define KIND_DIRECTORY (3u << 30) /* a directory; the fingerprint of its spelling is below */

/* Whole names, counters and numbers of directories live in the same table as stems. */
#define WHOLE_SALT UINT64_C(0x5851f42d4c957f2d)
#define COUNTER_SALT UINT64_C(0x14057b7ef767814f)
#define NUMBER_SALT UINT64_C(0x2545f4914f6cdd1d)
#define PARENT_FACTOR UINT64_C(0x9e3779b97f4a7c15)

#define FIRST_NUMBER 2
#define COUNTED_FROM 8 /* below, trying again costs less than an entry for the counter */
#define PATIENCE 1000  /* numbers tried one by one */
#define STEP_EVERY 16  /* numbers tried with the same step after that */

struct name_table {
    struct hash_table *entries;
    bool has_directories;
};

/* What a name lays claim to. */
struct claim {
    uint64_t stem;
    uint64_t whole; /* the name with its extension, or without one */
    uint32_t value; /* KIND_EXTENSION with a fingerprint, or KIND_WHOLE without an extension */
};

enum role { ROLE_FILE, ROLE_OPEN_FILE, ROLE_DIRECTORY };

enum finding { FINDING_FREE, FINDING_TAKEN, FINDING_SAME_DIRECTORY };

/* A component that looks for its name. */
struct search {
    struct name_table *table;
    struct name_owner owner;
    enum role role;
    uint64_t parent; /* of the directory that it is in; 0 for the root */
    char *path;      /* what was claimed, NAME_PATH_SIZE */
    size_t start;    /* of this component in it */
};

static struct claim claim_of(uint64_t parent, const char *name, size_t extension, size_t length)
{
    struct claim claim = {.stem = name_fold_hash(name, extension) ^ parent, .value = KIND_WHOLE};
    uint64_t suffix = 0;
    if (extension < length) {
        suffix = name_fold_hash(name + extension, length - extension);
        claim.value = KIND_EXTENSION | (uint32_t)(suffix & ~KIND_MASK);
    }
    claim.whole = (claim.stem ^ WHOLE_SALT) + suffix * COUNTER_SALT;
    return claim;
}

/* A name claims one thing; two when only folding gives it an extension (the long s of ".ſvg"). */
static size_t claims_of(uint64_t parent, const char *name, enum role role, struct claim out[2])
{
    size_t length = strlen(name);
    size_t extension = name_extension(name);
    out[0] = claim_of(parent, name, extension, role == ROLE_OPEN_FILE ? extension : length);
    if (extension < length || name_is_ascii(name, length))
        return 1;
    char *folded = name_fold(name, length);
    size_t folded_length = strlen(folded);
    size_t folded_extension = name_extension(folded);
    bool differs = folded_extension < folded_length;
    if (differs)
        out[1] = claim_of(parent, folded, folded_extension, folded_length);
    free(folded);
    return differs ? 2 : 1;
}

static bool is_free_for_file(const struct name_table *table, const struct claim *claim)
{
    uint64_t value;
    bool is_whole = claim->value == KIND_WHOLE;
    if (!hash_table_find(table->entries, claim->stem, &value))
        /* A directory without an extension has no entry for its stem. */
        return !is_whole || !table->has_directories ||
               !hash_table_find(table->entries, claim->whole, &value);
    if (is_whole || value == claim->value || (value & KIND_MASK) != KIND_EXTENSION)
        return false;
    return !hash_table_find(table->entries, claim->whole, &value);
}

/* Most stems have one extension: only a second one takes an entry of its own. */
static void put_file(struct name_table *table, const struct claim *claim)
{
    uint64_t value;
    if (claim->value == KIND_WHOLE || !hash_table_find(table->entries, claim->stem, &value))
        hash_table_set(table->entries, claim->stem, claim->value);
    else if (value != claim->value && (value & KIND_MASK) == KIND_EXTENSION)
        hash_table_set(table->entries, claim->whole, KIND_WHOLE);
}

static uint32_t spelling_of(const char *name)
{
    return KIND_DIRECTORY | (uint32_t)(XXH3_64bits(name, strlen(name)) & ~KIND_MASK);
}

static enum finding find_directory(const struct name_table *table, const struct claim *claim,
                                   uint32_t spelling)
{
    uint64_t value;
    if (hash_table_find(table->entries, claim->whole, &value))
        return value == spelling ? FINDING_SAME_DIRECTORY : FINDING_TAKEN;
    if (hash_table_find(table->entries, claim->stem, &value) &&
        (value == claim->value || (value & KIND_MASK) != KIND_EXTENSION))
        return FINDING_TAKEN;
    return FINDING_FREE;
}

/* A file that will get an extension must not get that of a directory: the stem has to show it. */
static void put_directory(struct name_table *table, const struct claim *claim, uint32_t spelling)
{
    uint64_t value;
    table->has_directories = true;
    if (!hash_table_find(table->entries, claim->whole, &value))
        hash_table_set(table->entries, claim->whole, spelling);
    if (claim->value != KIND_WHOLE && !hash_table_find(table->entries, claim->stem, &value))
        hash_table_set(table->entries, claim->stem, claim->value);
}

/* Whether the table has the name. */
static enum finding find(const struct search *search, const char *name, const struct claim *claims,
                         size_t count)
{
    uint32_t spelling = search->role == ROLE_DIRECTORY ? spelling_of(name) : 0;
    for (size_t i = 0; i < count; i++) {
        enum finding finding = FINDING_FREE;
        if (search->role == ROLE_DIRECTORY)
            finding = find_directory(search->table, &claims[i], spelling);
        else if (!is_free_for_file(search->table, &claims[i]))
            finding = FINDING_TAKEN;
        if (finding != FINDING_FREE)
            return finding;
    }
    return FINDING_FREE;
}

static void put(const struct search *search, const char *name, const struct claim *claims,
                size_t count)
{
    uint32_t spelling = search->role == ROLE_DIRECTORY ? spelling_of(name) : 0;
    for (size_t i = 0; i < count; i++) {
        if (search->role == ROLE_DIRECTORY)
            put_directory(search->table, &claims[i], spelling);
        else
            put_file(search->table, &claims[i]);
    }
}

static void write_component(const struct search *search, const char *name)
{
    size_t size = strlen(name) + 1;
    assert(search->start + size <= NAME_PATH_SIZE);
    memcpy(search->path + search->start, name, size);
}

/* Claims the name when neither the table nor the owner has it, or when it is this very directory.
 */
static bool try_name(const struct search *search, const char *name)
{
    struct claim claims[2];
    size_t count = claims_of(search->parent, name, search->role, claims);
    enum finding finding = find(search, name, claims, count);
    if (finding == FINDING_TAKEN)
        return false;
    write_component(search, name);
    if (finding == FINDING_SAME_DIRECTORY)
        return true;
    if (search->owner.is_taken != NULL &&
        search->owner.is_taken(search->owner.context, search->path, search->role == ROLE_DIRECTORY))
        return false;
    put(search, name, claims, count);
    return true;
}

/* Names whose numbered forms are the same share a counter: that of their form with number 0. */
static uint64_t counter_of(const struct search *search, const char *wanted)
{
    char form[NAME_SIZE];
    name_add_number(wanted, 0, form);
    return name_fold_hash(form, strlen(form)) ^ search->parent ^ COUNTER_SALT;
}

/* The number that is kept under this hash, or 0. */
static unsigned load_number(const struct name_table *table, uint64_t hash)
{
    uint64_t value;
    if (!hash_table_find(table->entries, hash, &value) || (value & KIND_MASK) != KIND_COUNTER)
        return 0;
    return (unsigned)(value & ~KIND_MASK);
}

static void store_number(struct name_table *table, uint64_t hash, unsigned number)
{
    uint64_t value;
    if ((number & KIND_MASK) != 0)
        return;
    /* The hash may be that of a name: a claim is never overwritten, the number is only lost. */
    if (hash_table_find(table->entries, hash, &value) && (value & KIND_MASK) != KIND_COUNTER)
        return;
    hash_table_set(table->entries, hash, KIND_COUNTER | number);
}

/* Claims the first free numbered form; returns its number. */
static unsigned claim_number(const struct search *search, const char *wanted)
{
    char candidate[NAME_SIZE];
    uint64_t counter = counter_of(search, wanted);
    unsigned number = load_number(search->table, counter);
    unsigned step = 1;
    if (number == 0)
        number = FIRST_NUMBER;
    for (unsigned tries = 1;; tries++) {
        name_add_number(wanted, number, candidate);
        if (try_name(search, candidate))
            break;
        if (tries > PATIENCE && tries % STEP_EVERY == 0 && step < UINT32_MAX / 64)
            step *= 2;
        number += step;
    }
    if (number + 1 >= COUNTED_FROM)
        store_number(search->table, counter, number + 1);
    return number;
}

/* What makes the names in one directory others than those in the next. */
static uint64_t inside(const struct claim *directory)
{
    return directory->whole * PARENT_FACTOR;
}

/* Claims a directory, the same for the same wanted one, and goes into it. */
static void enter_directory(struct search *search, const char *wanted)
{
    struct claim claims[2];
    size_t count = claims_of(search->parent, wanted, search->role, claims);
    if (find(search, wanted, claims, count) == FINDING_SAME_DIRECTORY) {
        write_component(search, wanted);
    } else {
        uint64_t hash = XXH3_64bits(wanted, strlen(wanted)) ^ search->parent ^ NUMBER_SALT;
        unsigned number = load_number(search->table, hash);
        if (number != 0) {
            char name[NAME_SIZE];
            name_add_number(wanted, number, name);
            write_component(search, name);
        } else if (!try_name(search, wanted)) {
            store_number(search->table, hash, claim_number(search, wanted));
        }
        claims_of(search->parent, search->path + search->start, search->role, claims);
    }
    search->parent = inside(&claims[0]);
    search->start += strlen(search->path + search->start);
    search->path[search->start++] = '/';
}

/* Copies the directory that the path begins with; returns what is behind its '/', or NULL when
 * there is none. */
static const char *next_directory(const char *path, char out[NAME_SIZE])
{
    const char *slash = strchr(path, '/');
    if (slash == NULL)
        return NULL;
    size_t length = (size_t)(slash - path);
    assert(length < NAME_SIZE);
    memcpy(out, path, length);
    out[length] = '\0';
    return slash + 1;
}

/* Claims the directories of the wanted path; returns its last component. */
static const char *enter_directories(struct search *search, const char *wanted)
{
    char directory[NAME_SIZE];
    search->role = ROLE_DIRECTORY;
    for (const char *rest; (rest = next_directory(wanted, directory)) != NULL; wanted = rest)
        enter_directory(search, directory);
    return wanted;
}

struct name_table *name_table_create(void)
{
    struct name_table *table = memory_allocate_zeroed(1, sizeof *table);
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

void name_table_claim(struct name_table *table, const char *wanted, bool is_open,
                      struct name_owner owner, char out_path[NAME_PATH_SIZE])
{
    struct search search = {.table = table, .owner = owner, .path = out_path};
    const char *name = enter_directories(&search, wanted);
    search.role = is_open ? ROLE_OPEN_FILE : ROLE_FILE;
    if (!try_name(&search, name))
        claim_number(&search, name);
}

void name_table_claim_directories(struct name_table *table, const char *wanted,
                                  struct name_owner owner, char out_path[NAME_PATH_SIZE])
{
    struct search search = {.table = table, .owner = owner, .path = out_path};
    write_component(&search, enter_directories(&search, wanted));
}

void name_table_add(struct name_table *table, const char *path)
{
    struct search search = {.table = table, .role = ROLE_DIRECTORY};
    struct claim claims[2];
    char directory[NAME_SIZE];
    for (const char *rest; (rest = next_directory(path, directory)) != NULL; path = rest) {
        put(&search, directory, claims, claims_of(search.parent, directory, search.role, claims));
        search.parent = inside(&claims[0]);
    }
    search.role = ROLE_FILE;
    put(&search, path, claims, claims_of(search.parent, path, search.role, claims));
}

size_t name_table_bytes(const struct name_table *table)
{
    return sizeof *table + hash_table_bytes(table->entries);
}
