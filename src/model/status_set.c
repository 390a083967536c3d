#include "model/status_set.h"

#include <string.h>

/* Three digits, so that 2000 and 040 are typos. */
static bool read_code(const char **cursor, int *out_code)
{
    const char *c = *cursor;
    int code = 0;

    for (int i = 0; i < 3; i++, c++) {
        if (*c < '0' || *c > '9')
            return false;
        code = 10 * code + (*c - '0');
    }
    if (code < STATUS_SET_FIRST || code > STATUS_SET_LAST)
        return false;
    *out_code = code;
    *cursor = c;
    return true;
}

static void add(struct status_set *set, int status)
{
    unsigned bit = (unsigned)(status - STATUS_SET_FIRST);
    set->bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

bool status_set_parse(const char *text, struct status_set *out)
{
    struct status_set set;
    memset(&set, 0, sizeof(set));

    for (;; text++) {
        int first, last;
        if (!read_code(&text, &first))
            return false;
        last = first;
        if (*text == '-') {
            text++;
            if (!read_code(&text, &last) || last < first)
                return false;
        }
        for (int status = first; status <= last; status++)
            add(&set, status);
        if (*text == '\0')
            break;
        if (*text != ',')
            return false;
    }
    *out = set;
    return true;
}

bool status_set_has(const struct status_set *set, int status)
{
    if (status < STATUS_SET_FIRST || status > STATUS_SET_LAST)
        return false;
    unsigned bit = (unsigned)(status - STATUS_SET_FIRST);
    return (set->bits[bit / 64] >> bit % 64 & 1) != 0;
}
