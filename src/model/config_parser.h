/* The text of a configuration file, line by line:
 *
 *   # or ; begins a comment line        [word] or [word NAME] begins a section
 *   name = value
 *
 * Blanks around names, values and section names do not count. The value is the whole rest of the
 * line: there are no comments behind it. A value in "double quotes" loses them (nothing inside is
 * special) unless there are more of them inside. A byte order mark and CR before LF are dropped. */
#ifndef HAUL_MODEL_CONFIG_PARSER_H
#define HAUL_MODEL_CONFIG_PARSER_H

#include "base/common.h"
#include "base/error.h"

#define CONFIG_PARSER_BYTES_MAX (1024 * 1024)
#define CONFIG_PARSER_LINE_MAX (64 * 1024)

struct config_item {
    enum { CONFIG_ITEM_SECTION, CONFIG_ITEM_SETTING } kind;
    unsigned line;     /* from 1 */
    const char *name;  /* of the setting, or the word of the section; lent during the call */
    const char *value; /* or the section's NAME, "" when there is none */
    bool is_bare;      /* a setting with nothing behind its '=', not even quotes */
};

/* False ends the parsing with *error, which it has filled. */
typedef bool config_parser_take(void *context, const struct config_item *item, struct error *error);

/* Hands over every item. On failure (ERROR_USAGE, without the place) *out_line is the line that
 * cannot be read, or that was refused by take. */
bool config_parser_run(const char *bytes, size_t length, config_parser_take *take, void *context,
                       unsigned *out_line, struct error *error);

#endif
