/* Configuration files: an input is a whole file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/config_parser.h"
#include "model/host_pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    unsigned line; /* of the item before */
    size_t items;
    size_t limit; /* items to take before one is refused */
    uint64_t hash;
};

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void mix(struct seen *seen, const char *text)
{
    do
        seen->hash = (seen->hash ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
    while (*text++ != '\0');
}

static bool is_trimmed(const char *text)
{
    size_t length = strlen(text);
    return length == 0 ||
           (strchr(" \t", text[0]) == NULL && strchr(" \t", text[length - 1]) == NULL);
}

static bool take(void *context, const struct config_item *item, struct error *error)
{
    struct seen *seen = context;
    if (seen->items == seen->limit)
        return error_set(error, ERROR_USAGE, "enough");
    demand(item->line > seen->line); /* one item on a line, in order */
    demand(item->name[0] != '\0' && is_trimmed(item->name));
    demand(strchr(item->name, '\n') == NULL && strchr(item->value, '\n') == NULL);
    demand(strlen(item->name) + strlen(item->value) <= CONFIG_PARSER_LINE_MAX);
    if (item->kind == CONFIG_ITEM_SECTION) {
        demand(is_trimmed(item->value) && !item->is_bare);
        if (host_pattern_is_valid(item->value) && host_pattern_is_exact(item->value))
            demand(host_pattern_matches(item->value, item->value));
    } else {
        demand(strchr(item->name, '=') == NULL);
        demand(!item->is_bare || item->value[0] == '\0');
    }
    seen->line = item->line;
    seen->items++;
    mix(seen, item->name);
    mix(seen, item->value);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct seen first = {.limit = SIZE_MAX}, second = {.limit = SIZE_MAX};
    struct error error = {0};
    unsigned line = 0;
    bool is_fine = config_parser_run(bytes, size, take, &first, &line, &error);
    demand(is_fine == (error.kind == ERROR_NONE));
    demand(is_fine ? line == 0 : line > first.line && error.text[0] != '\0');
    demand(!is_fine || memchr(bytes, '\0', size) == NULL);

    unsigned line_again = 0;
    struct error error_again = {0};
    demand(config_parser_run(bytes, size, take, &second, &line_again, &error_again) == is_fine);
    demand(first.hash == second.hash && line == line_again);

    /* Whoever refuses an item hears of nothing after it. */
    struct seen half = {.limit = first.items / 2};
    if (first.items > 0) {
        demand(!config_parser_run(bytes, size, take, &half, &line_again, &error_again));
        demand(half.items == first.items / 2 && strcmp(error_again.text, "enough") == 0);
    }
    return 0;
}
