#include "app/option_table.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"

_Static_assert(OPTION_NUMBER_SIZE >= NUMBER_SIZE, "a rate fits, too");

static const struct option_row rows[] = {
#define OPTION_NUMBER(kind, name, short_name, argument, initial, minimum, maximum, group, help)    \
    {name, short_name, kind, argument, initial, NULL, minimum, maximum, group, help},
#define OPTION_COUNT(field, ...) OPTION_NUMBER(OPTION_KIND_COUNT, __VA_ARGS__)
#define OPTION_COUNTS(field, ...) OPTION_NUMBER(OPTION_KIND_COUNTS, __VA_ARGS__)
#define OPTION_BYTES(field, ...) OPTION_NUMBER(OPTION_KIND_BYTES, __VA_ARGS__)
#define OPTION_DURATION(field, ...) OPTION_NUMBER(OPTION_KIND_DURATION, __VA_ARGS__)
#define OPTION_RATE(field, ...) OPTION_NUMBER(OPTION_KIND_RATE, __VA_ARGS__)
#define OPTION_BOOL(field, name, short_name, initial, group, help)                                 \
    {name, short_name, OPTION_KIND_BOOL, NULL, initial, NULL, 0, 1, group, help},
#define OPTION_STRING(field, name, short_name, argument, initial, group, help)                     \
    {name, short_name, OPTION_KIND_STRING, argument, 0, initial, 0, 0, group, help},
#define OPTION_LIST(field, name, short_name, argument, group, help)                                \
    {name, short_name, OPTION_KIND_LIST, argument, 0, NULL, 0, 0, group, help},
#define OPTION_CHOICE(field, name, short_name, choices, initial, group, help)                      \
    {name, short_name, OPTION_KIND_CHOICE, choices, initial, NULL, 0, 0, group, help},
#include "app/options.def"
#undef OPTION_NUMBER
};

_Static_assert(ARRAY_LENGTH(rows) == OPTION_ID_COUNT, "one row for each option");

const struct option_row *option_table_row(enum option_id id)
{
    return &rows[id];
}

static const struct {
    const char *name;
    const char *title;
} groups[] = {
    {"lists", "Lists"},
    {"files", "Files"},
    {"checks", "Checks of files"},
    {"speed", "Speed and politeness"},
    {"retries", "Retries and limits"},
    {"network", "Network"},
    {"cron", "Unattended runs"},
    {"config", "Configuration"},
    {"output", "Output"},
    {"bench", "Comparing settings"},
    {"demo", "The practice server"},
};

_Static_assert(ARRAY_LENGTH(groups) == GROUP_COUNT, "a name and a title for each group");

const char *option_table_group_name(enum option_group group)
{
    return groups[group].name;
}

const char *option_table_group_title(enum option_group group)
{
    return groups[group].title;
}

enum option_id option_table_find(const char *name, size_t length)
{
    for (int id = 0; id < OPTION_ID_COUNT; id++) {
        if (strlen(rows[id].name) == length && memcmp(rows[id].name, name, length) == 0)
            return (enum option_id)id;
    }
    return OPTION_ID_COUNT;
}

enum option_id option_table_find_short(int short_name)
{
    for (int id = 0; id < OPTION_ID_COUNT; id++) {
        if (rows[id].short_name != 0 && rows[id].short_name == short_name)
            return (enum option_id)id;
    }
    return OPTION_ID_COUNT;
}

enum option_id option_table_find_negated(const char *name, size_t length)
{
    if (length < 3 || memcmp(name, "no-", 3) != 0)
        return OPTION_ID_COUNT;
    enum option_id id = option_table_find(name + 3, length - 3);
    return id != OPTION_ID_COUNT && rows[id].kind == OPTION_KIND_BOOL ? id : OPTION_ID_COUNT;
}

static unsigned minimum_of(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many letters were inserted, dropped, changed or swapped with their neighbour. Both lengths
 * are below OPTION_NAME_SIZE. */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned cost[OPTION_NAME_SIZE][OPTION_NAME_SIZE];

    for (size_t i = 0; i <= a_length; i++)
        cost[i][0] = (unsigned)i;
    for (size_t j = 0; j <= b_length; j++)
        cost[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            unsigned change = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            unsigned insert_or_drop = minimum_of(cost[i - 1][j], cost[i][j - 1]) + 1;
            cost[i][j] = minimum_of(change, insert_or_drop);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = minimum_of(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a_length][b_length];
}

struct suggestion {
    const char *typed;
    size_t length;
    unsigned distance; /* the best so far */
    char *out_name;
    bool found;
};

static void suggest_candidate(struct suggestion *best, const char *prefix, const char *name)
{
    char candidate[OPTION_NAME_SIZE];
    int length = snprintf(candidate, sizeof(candidate), "%s%s", prefix, name);
    if (length < 0 || (size_t)length >= sizeof(candidate))
        return;
    unsigned distance = edit_distance(best->typed, best->length, candidate, (size_t)length);
    /* An abbreviation is no typo: it is nearer than anything else that is not exact. */
    if (best->length >= 2 && strncmp(candidate, best->typed, best->length) == 0)
        distance = 0;
    if (distance >= best->distance)
        return;
    best->distance = distance;
    best->found = true;
    memcpy(best->out_name, candidate, (size_t)length + 1);
}

static struct suggestion suggestion_begin(const char *name, size_t length, char *out_name)
{
    unsigned most = length <= 3 ? 1 : length <= 8 ? 2 : 3;
    return (struct suggestion){name, length, most + 1, out_name, false};
}

bool option_table_suggest(const char *name, size_t length, char out_name[OPTION_NAME_SIZE])
{
    if (length >= OPTION_NAME_SIZE)
        return false;
    struct suggestion best = suggestion_begin(name, length, out_name);
    for (int id = 0; id < OPTION_ID_COUNT; id++) {
        suggest_candidate(&best, "", rows[id].name);
        if (rows[id].kind == OPTION_KIND_BOOL)
            suggest_candidate(&best, "no-", rows[id].name);
    }
    suggest_candidate(&best, "", "help");
    suggest_candidate(&best, "", "version");
    return best.found;
}

bool option_table_suggest_row(const char *name, size_t length, char out_name[OPTION_NAME_SIZE])
{
    if (length >= OPTION_NAME_SIZE)
        return false;
    struct suggestion best = suggestion_begin(name, length, out_name);
    for (int id = 0; id < OPTION_ID_COUNT; id++)
        suggest_candidate(&best, "", rows[id].name);
    return best.found;
}

struct unit {
    int64_t size;
    const char *name;
};

/* In the largest unit that divides the number, so that nothing is rounded. */
static void format_in_units(const struct unit *units, int64_t number, char *out)
{
    while (number % units->size != 0)
        units++;
    snprintf(out, OPTION_NUMBER_SIZE, "%lld%s", (long long)(number / units->size), units->name);
}

char *option_table_format(const struct option_row *row, int64_t number,
                          char out[OPTION_NUMBER_SIZE])
{
    static const struct unit times[] = {
        {86400000000, "d"}, {3600000000, "h"}, {60000000, "m"},
        {1000000, "s"},     {1000, "ms"},      {1, "us"},
    };
    static const struct unit sizes[] = {
        {INT64_C(1) << 40, "T"}, {1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "K"}, {1, ""},
    };

    if (row->kind == OPTION_KIND_RATE)
        return number_format_rate(out, number);
    if (number == 0 || row->kind == OPTION_KIND_COUNT || row->kind == OPTION_KIND_COUNTS)
        snprintf(out, OPTION_NUMBER_SIZE, "%lld", (long long)number);
    else
        format_in_units(row->kind == OPTION_KIND_DURATION ? times : sizes, number, out);
    return out;
}
