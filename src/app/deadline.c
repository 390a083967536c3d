#include "app/deadline.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/number.h"

#define LONGEST_US (366 * INT64_C(86400) * CLOCK_SECOND_US)

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* H:MM or HH:MM. */
static bool read_time_of_day(const char *text, int *out_hour, int *out_minute)
{
    size_t length = strlen(text);
    const char *colon = strchr(text, ':');
    int hour = 0;

    if (colon == NULL || colon == text || colon - text > 2 ||
        (size_t)(colon - text) + 3 != length || !is_digit(colon[1]) || !is_digit(colon[2]))
        return false;
    for (const char *c = text; c < colon; c++) {
        if (!is_digit(*c))
            return false;
        hour = 10 * hour + (*c - '0');
    }
    int minute = 10 * (colon[1] - '0') + (colon[2] - '0');
    if (hour > 23 || minute > 59)
        return false;
    *out_hour = hour;
    *out_minute = minute;
    return true;
}

/* The next time that clocks here show hour:minute, after now. mktime knows how long the days are:
 * not all have 24 hours. */
static bool next_time_of_day(int hour, int minute, int64_t now_wall_us, int64_t *out_after_us)
{
    time_t now = (time_t)(now_wall_us / CLOCK_SECOND_US);
    struct tm today;

    if (localtime_r(&now, &today) == NULL)
        return false;
    for (int days = 0; days <= 2; days++) {
        struct tm when = {
            .tm_year = today.tm_year,
            .tm_mon = today.tm_mon,
            .tm_mday = today.tm_mday + days,
            .tm_hour = hour,
            .tm_min = minute,
            .tm_isdst = -1,
        };
        time_t then = mktime(&when);
        int64_t after_us = (int64_t)then * CLOCK_SECOND_US - now_wall_us;
        if (then != (time_t)-1 && after_us > 0) {
            *out_after_us = after_us;
            return true;
        }
    }
    return false;
}

bool deadline_parse(const char *text, int64_t now_wall_us, int64_t *out_after_us)
{
    int hour, minute;
    int64_t after_us;

    if (read_time_of_day(text, &hour, &minute))
        return next_time_of_day(hour, minute, now_wall_us, out_after_us);
    if (!number_parse_duration(text, &after_us) || after_us == 0 || after_us > LONGEST_US)
        return false;
    *out_after_us = after_us;
    return true;
}
