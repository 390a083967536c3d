#include "app/option_table.h"

#include <stdio.h>
#include <string.h>

#include "app/suggestion.h"
#include "base/number.h"

_Static_assert(OPTION_NAME_SIZE >= SUGGESTION_SIZE, "what is suggested is a name");
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

bool option_table_suggest(const char *name, size_t length, char out_name[OPTION_NAME_SIZE])
{
    struct suggestion best;
    suggestion_init(&best, name, length, out_name);
    for (int id = 0; id < OPTION_ID_COUNT; id++) {
        suggestion_add(&best, "", rows[id].name);
        if (rows[id].kind == OPTION_KIND_BOOL)
            suggestion_add(&best, "no-", rows[id].name);
    }
    suggestion_add(&best, "", "help");
    suggestion_add(&best, "", "version");
    return best.is_found;
}

bool option_table_suggest_row(const char *name, size_t length, char out_name[OPTION_NAME_SIZE])
{
    struct suggestion best;
    suggestion_init(&best, name, length, out_name);
    for (int id = 0; id < OPTION_ID_COUNT; id++)
        suggestion_add(&best, "", rows[id].name);
    return best.is_found;
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
