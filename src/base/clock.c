#include "base/clock.h"

#include <string.h>
#include <sys/resource.h>
#include <stdio.h>
#include <time.h>

/* RFC 3339 has four digits for the year: times outside are shown as its first or last second. */
#define YEAR_ZERO_SECONDS INT64_C(-62167219200)
#define YEAR_LAST_SECONDS INT64_C(253402300799)

static int64_t read_clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now); /* cannot fail for these clocks */
    return now.tv_sec * CLOCK_SECOND_US + now.tv_nsec / 1000;
}

static int64_t timeval_us(struct timeval time)
{
    return time.tv_sec * CLOCK_SECOND_US + time.tv_usec;
}

static char *put_digits(char *out, int value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + width;
}

/* By hand instead of strftime: every record of a run needs one of these. Returns the end. */
static char *put_date_time(char *out, time_t seconds)
{
    struct tm parts;
    gmtime_r(&seconds, &parts);
    out = put_digits(out, parts.tm_year + 1900, 4);
    *out++ = '-';
    out = put_digits(out, parts.tm_mon + 1, 2);
    *out++ = '-';
    out = put_digits(out, parts.tm_mday, 2);
    *out++ = 'T';
    out = put_digits(out, parts.tm_hour, 2);
    *out++ = ':';
    out = put_digits(out, parts.tm_min, 2);
    *out++ = ':';
    return put_digits(out, parts.tm_sec, 2);
}

/* Rounds towards the past, also before 1970. */
static int64_t whole_seconds(int64_t wall_us, int *out_micros)
{
    int64_t seconds = wall_us / CLOCK_SECOND_US;
    int64_t micros = wall_us % CLOCK_SECOND_US;
    if (micros < 0) {
        seconds--;
        micros += CLOCK_SECOND_US;
    }
    if (seconds < YEAR_ZERO_SECONDS) {
        seconds = YEAR_ZERO_SECONDS;
        micros = 0;
    } else if (seconds > YEAR_LAST_SECONDS) {
        seconds = YEAR_LAST_SECONDS;
        micros = CLOCK_SECOND_US - 1;
    }
    *out_micros = (int)micros;
    return seconds;
}

int64_t clock_monotonic_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
    return read_clock_us(CLOCK_REALTIME);
}

void clock_cpu_us(int64_t *out_user_us, int64_t *out_system_us)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage); /* cannot fail for RUSAGE_SELF */
    *out_user_us = timeval_us(usage.ru_utime);
    *out_system_us = timeval_us(usage.ru_stime);
}

char *clock_format(char out[CLOCK_TEXT_SIZE], int64_t wall_us)
{
    int micros;
    int64_t seconds = whole_seconds(wall_us, &micros);
    char *end = put_date_time(out, seconds);
    *end++ = '.';
    end = put_digits(end, micros, 6);
    memcpy(end, "Z", 2);
    return out;
}

char *clock_format_seconds(char out[CLOCK_TEXT_SIZE], int64_t wall_us)
{
    int micros;
    int64_t seconds = whole_seconds(wall_us, &micros);
    char *end = put_date_time(out, seconds);
    memcpy(end, "Z", 2);
    return out;
}

char *clock_format_http(char out[CLOCK_TEXT_SIZE], int64_t seconds)
{
    static const char days[] = "Sun\0Mon\0Tue\0Wed\0Thu\0Fri\0Sat";
    static const char months[] = "Jan\0Feb\0Mar\0Apr\0May\0Jun\0Jul\0Aug\0Sep\0Oct\0Nov\0Dec";
    time_t moment = (time_t)seconds;
    struct tm tm;
    out[0] = '\0';
    if (gmtime_r(&moment, &tm) != NULL && tm.tm_year >= 0 && tm.tm_year <= 9999 - 1900)
        snprintf(out, CLOCK_TEXT_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT", days + 4 * tm.tm_wday,
                 tm.tm_mday, months + 4 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                 tm.tm_sec);
    return out;
}
