/* What the program knows about its options before any is given: the rows of app/options.def as
 * constant data, finding one by name, and guessing which one a typo meant. */
#ifndef HAUL_APP_OPTION_TABLE_H
#define HAUL_APP_OPTION_TABLE_H

#include "base/common.h"

enum option_kind {
    OPTION_KIND_COUNT,
    OPTION_KIND_COUNTS,
    OPTION_KIND_BYTES,
    OPTION_KIND_DURATION,
    OPTION_KIND_RATE,
    OPTION_KIND_BOOL,
    OPTION_KIND_STRING,
    OPTION_KIND_LIST,
    OPTION_KIND_CHOICE,
};

enum option_group {
    GROUP_LISTS,
    GROUP_FILES,
    GROUP_CHECKS,
    GROUP_SPEED,
    GROUP_RETRIES,
    GROUP_NETWORK,
    GROUP_CRON,
    GROUP_CONFIG,
    GROUP_OUTPUT,
    GROUP_BENCH, /* for this command only */
    GROUP_DEMO,  /* about the practice server */
    GROUP_COUNT,
};

/* OPTION_ID_per_host and so on: the index of a row. */
enum option_id {
#define OPTION_ANY(field) OPTION_ID_##field,
#include "app/options.def"
    OPTION_ID_COUNT,
};

struct option_row {
    const char *name; /* without the dashes in front */
    char short_name;  /* 0 = none */
    enum option_kind kind;
    const char *argument; /* what help calls the value; NULL for a BOOL; a CHOICE's names */
    int64_t initial;
    const char *initial_text; /* of a STRING, NULL = not set */
    int64_t minimum;
    int64_t maximum;
    enum option_group group;
    const char *help;
};

#define OPTION_NAME_SIZE 32 /* room for any long name, with "no-" in front */

const struct option_row *option_table_row(enum option_id id);
const char *option_table_group_name(enum option_group group);  /* one word, for --help */
const char *option_table_group_title(enum option_group group); /* for people */

/* Exact matches only; OPTION_ID_COUNT when there is none. Names come without dashes in front and
 * need no final NUL. */
enum option_id option_table_find(const char *name, size_t length);
enum option_id option_table_find_short(int short_name);
/* The switch that "no-NAME" turns off. */
enum option_id option_table_find_negated(const char *name, size_t length);

/* The long name (also help, version, no-NAME) that is most like a wrong one; false when nothing is
 * near. */
bool option_table_suggest(const char *name, size_t length, char out_name[OPTION_NAME_SIZE]);

/* The same among the options alone: "no-" is no part of a name in a file. */
bool option_table_suggest_row(const char *name, size_t length, char out_name[OPTION_NAME_SIZE]);

#define OPTION_NUMBER_SIZE 32
/* A number as it would be typed for this option: 24h, 256M, 50/s, 16. Returns out. */
char *option_table_format(const struct option_row *row, int64_t number,
                          char out[OPTION_NUMBER_SIZE]);

#endif
