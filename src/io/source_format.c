#include "io/source_format.h"

#include <string.h>

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character + ('a' - 'A')) : character;
}

enum source_answer source_give_problem(struct source_item *out_item, uint64_t line,
                                       const char *problem)
{
    *out_item = (struct source_item){.line = line, .url = "", .problem = problem};
    return SOURCE_ITEM;
}

int source_match_name(const char *wanted, const char *name, size_t length)
{
    if (strlen(wanted) != length)
        return 0;
    if (memcmp(wanted, name, length) == 0)
        return 2;
    /* Of ASCII only: what is equal must not depend on the user's language. */
    for (size_t i = 0; i < length; i++) {
        if (lower(wanted[i]) != lower(name[i]))
            return 0;
    }
    return 1;
}

const char *source_url_column(const struct source_settings *settings)
{
    return settings->url_column != NULL ? settings->url_column : "url";
}

bool source_is_blank(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r')
            return false;
    }
    return true;
}
