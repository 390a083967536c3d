#include "app/failure_limit.h"

#include <string.h>

#include "base/number.h"

/* Digits and perhaps a point and more digits, up to the '%'; no locale has a say in it. */
static bool read_percent(const char *text, double *out_percent)
{
    double percent = 0, place = 1;
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;

    for (size_t i = 0; i < whole; i++)
        percent = 10 * percent + (text[i] - '0');
    if (*rest == '.') {
        size_t length = strspn(++rest, "0123456789");
        for (size_t i = 0; i < length; i++)
            percent += (rest[i] - '0') * (place /= 10);
        rest += length;
        if (length == 0)
            return false;
    }
    if (whole == 0 || strcmp(rest, "%") != 0 || percent > 100)
        return false;
    *out_percent = percent;
    return true;
}

bool failure_limit_parse(const char *text, struct failure_limit *out)
{
    double percent;
    int64_t count;

    if (read_percent(text, &percent)) {
        *out = (struct failure_limit){.is_set = true, .is_share = true, .share = percent / 100};
        return true;
    }
    if (!number_parse_count(text, &count))
        return false;
    *out = (struct failure_limit){.is_set = true, .count = (uint64_t)count};
    return true;
}

bool failure_limit_is_exceeded(const struct failure_limit *limit, uint64_t failed, uint64_t total)
{
    if (!limit->is_set)
        return false;
    if (!limit->is_share)
        return failed > limit->count;
    /* 7 of 100 are 7 %, whatever 0.07 looks like in binary. */
    return (double)failed > limit->share * (double)total * (1 + 1e-12);
}
