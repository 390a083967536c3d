#include "model/http_date.h"

#include <curl/curl.h>
#include <string.h>

#define FORM_LENGTH 29 /* "Sun, 06 Nov 1994 08:49:37 GMT" */
#define FIRST_YEAR 1600
#define DAYS_1600_TO_1970 135140

static int two_digits(const char *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return -1;
    return (text[0] - '0') * 10 + text[1] - '0';
}

/* Which of the names, of three letters each, this is; -1 = none. */
static int find_name(const char *names, const char *text)
{
    for (int i = 0; names[3 * i] != '\0'; i++)
        if (memcmp(names + 3 * i, text, 3) == 0)
            return i;
    return -1;
}

/* Year, month and day are right apart from the month's length: 31 February is 3 March, as curl has
 * it. */
static int64_t days_since_1970(int year, int month, int day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int since = year - FIRST_YEAR;
    int counted = month > 1 ? since : since - 1; /* a leap year counts from March on */
    int leap_days = since == 0 && month <= 1 ? 0 : counted / 4 - counted / 100 + counted / 400 + 1;
    return (int64_t)since * 365 + leap_days + before[month] + day - 1 - DAYS_1600_TO_1970;
}

/* -1 for any other form. */
static int64_t parse_usual_form(const char *text)
{
    if (strnlen(text, FORM_LENGTH + 1) != FORM_LENGTH || text[3] != ',' || text[4] != ' ' ||
        text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' ||
        text[22] != ':' || memcmp(text + 25, " GMT", 4) != 0 ||
        find_name("SunMonTueWedThuFriSat", text) < 0)
        return -1;
    int day = two_digits(text + 5);
    int month = find_name("JanFebMarAprMayJunJulAugSepOctNovDec", text + 8);
    int century = two_digits(text + 12);
    int year = two_digits(text + 14);
    int hour = two_digits(text + 17);
    int minute = two_digits(text + 20);
    int second = two_digits(text + 23);
    if (day < 1 || day > 31 || month < 0 || century * 100 < FIRST_YEAR || year < 0 || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return -1;
    int64_t days = days_since_1970(century * 100 + year, month, day);
    return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

int64_t http_date_parse(const char *text)
{
    int64_t seconds = parse_usual_form(text);
    return seconds != -1 ? seconds : (int64_t)curl_getdate(text, NULL);
}
