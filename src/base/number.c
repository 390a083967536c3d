#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MILLISECOND_US UINT64_C(1000)
#define SECOND_US UINT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)

/* A number as it was written: digits, and perhaps a point and more digits. */
struct amount {
    int64_t whole;
    const char *fraction;
    size_t fraction_length;
};

/* Not isdigit: that one asks the locale. */
static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool read_amount(const char **cursor, struct amount *out)
{
    const char *c = *cursor;
    if (!is_digit(*c))
        return false;
    *out = (struct amount){0};
    for (; is_digit(*c); c++) {
        if (__builtin_mul_overflow(out->whole, 10, &out->whole) ||
            __builtin_add_overflow(out->whole, *c - '0', &out->whole))
            return false;
    }
    if (*c == '.') {
        out->fraction = ++c;
        while (is_digit(*c))
            c++;
        out->fraction_length = (size_t)(c - out->fraction);
        if (out->fraction_length == 0)
            return false;
    }
    *cursor = c;
    return true;
}

/* amount times scale, rounded down; exact for any number of digits, because every step from the
 * last digit to the first divides an integer. */
static bool scale_amount(const struct amount *amount, int64_t scale, int64_t *out)
{
    int64_t part = 0;
    for (size_t i = amount->fraction_length; i > 0; i--)
        part = ((amount->fraction[i - 1] - '0') * scale + part) / 10;
    int64_t product;
    return !__builtin_mul_overflow(amount->whole, scale, &product) &&
           !__builtin_add_overflow(product, part, out);
}

/* Writes the sign of value and stores its magnitude. Returns where the digits go. */
static char *put_sign(char *out, int64_t value, uint64_t *out_magnitude)
{
    if (value >= 0) {
        *out_magnitude = (uint64_t)value;
        return out;
    }
    *out_magnitude = 0 - (uint64_t)value;
    *out = '-';
    return out + 1;
}

/* Three significant digits: 2.31 s, 29.8 s, 142 ms. For values far below UINT64_MAX / 100. */
static void put_three_digits(char *out, size_t size, uint64_t us, uint64_t unit_us,
                             const char *unit)
{
    uint64_t hundredths = (us * 100 + unit_us / 2) / unit_us;
    uint64_t tenths = (us * 10 + unit_us / 2) / unit_us;
    if (hundredths < 1000)
        snprintf(out, size, "%" PRIu64 ".%02" PRIu64 " %s", hundredths / 100, hundredths % 100,
                 unit);
    else if (tenths < 1000)
        snprintf(out, size, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, unit);
    else
        snprintf(out, size, "%" PRIu64 " %s", (us + unit_us / 2) / unit_us, unit);
}

/* Two units: 1 min 27 s; one when the small one is zero. */
static void put_pair(char *out, size_t size, uint64_t small_count, uint64_t small_per_large,
                     const char *large, const char *small)
{
    uint64_t rest = small_count % small_per_large;
    int length = snprintf(out, size, "%" PRIu64 " %s", small_count / small_per_large, large);
    if (rest > 0)
        snprintf(out + length, size - (size_t)length, " %" PRIu64 " %s", rest, small);
}

bool number_parse_count(const char *string, int64_t *out_count)
{
    struct amount amount;
    if (!read_amount(&string, &amount) || amount.fraction != NULL || *string != '\0')
        return false;
    *out_count = amount.whole;
    return true;
}

bool number_parse_bytes(const char *string, int64_t *out_bytes)
{
    static const char units[] = "KkMmGgTt"; /* two spellings each */
    struct amount amount;
    if (!read_amount(&string, &amount))
        return false;
    if (*string == '\0') {
        if (amount.fraction != NULL)
            return false;
        *out_bytes = amount.whole;
        return true;
    }
    const char *unit = strchr(units, *string);
    if (unit == NULL || string[1] != '\0')
        return false;
    int power = (int)(unit - units) / 2 + 1;
    return scale_amount(&amount, INT64_C(1) << (10 * power), out_bytes);
}

bool number_parse_duration(const char *string, int64_t *out_us)
{
    /* Largest first, each at most once: 30m1h is more likely a slip than a wish. */
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {
        {"d", INT64_C(86400000000)},
        {"h", INT64_C(3600000000)},
        {"m", 60000000},
        {"s", 1000000},
        {"ms", 1000},
    };
    struct amount amount;
    const char *rest = string;
    if (read_amount(&rest, &amount) && *rest == '\0')
        return scale_amount(&amount, (int64_t)SECOND_US, out_us);
    int64_t total = 0;
    size_t next = 0;
    do {
        int64_t part;
        if (!read_amount(&string, &amount))
            return false;
        size_t length = strspn(string, "dhms");
        while (next < ARRAY_LENGTH(units) && (strlen(units[next].name) != length ||
                                              memcmp(units[next].name, string, length) != 0))
            next++;
        if (next == ARRAY_LENGTH(units) || !scale_amount(&amount, units[next].us, &part) ||
            __builtin_add_overflow(total, part, &total))
            return false;
        string += length;
        next++;
    } while (*string != '\0');
    *out_us = total;
    return true;
}

bool number_parse_rate(const char *string, int64_t *out_per_hour)
{
    static const struct {
        const char *name;
        int64_t per_hour;
    } units[] = {{"", 3600}, {"/s", 3600}, {"/m", 60}, {"/h", 1}};
    struct amount amount;
    int64_t per_hour;

    if (!read_amount(&string, &amount))
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        if (strcmp(units[i].name, string) != 0)
            continue;
        if (!scale_amount(&amount, units[i].per_hour, &per_hour))
            return false;
        /* A very small rate is not the same as none. */
        bool is_small =
            strspn(amount.fraction != NULL ? amount.fraction : "", "0") < amount.fraction_length;
        *out_per_hour = per_hour == 0 && is_small ? 1 : per_hour;
        return true;
    }
    return false;
}

char *number_format_count(char out[NUMBER_SIZE], int64_t count)
{
    char digits[NUMBER_SIZE];
    uint64_t magnitude;
    char *target = put_sign(out, count, &magnitude);
    int length = snprintf(digits, sizeof digits, "%" PRIu64, magnitude);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *target++ = ',';
        *target++ = digits[i];
    }
    *target = '\0';
    return out;
}

char *number_format_bytes(char out[NUMBER_SIZE], int64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    uint64_t magnitude;
    char *target = put_sign(out, bytes, &magnitude);
    size_t room = NUMBER_SIZE - (size_t)(target - out);
    if (magnitude < 1024) {
        snprintf(target, room, "%" PRIu64 " B", magnitude);
        return out;
    }
    uint64_t tenths = 0;
    size_t unit = 0;
    /* Rounded before it is compared: 1023.96 KiB reads 1.0 MiB. */
    do {
        unit++;
        uint64_t size = UINT64_C(1) << (10 * unit);
        tenths = magnitude / size * 10 + (magnitude % size * 10 + size / 2) / size;
    } while (tenths >= 10240 && unit + 1 < ARRAY_LENGTH(units));
    snprintf(target, room, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, units[unit]);
    return out;
}

char *number_format_duration(char out[NUMBER_SIZE], int64_t us)
{
    uint64_t magnitude;
    char *target = put_sign(out, us, &magnitude);
    size_t room = NUMBER_SIZE - (size_t)(target - out);
    uint64_t seconds = (magnitude + SECOND_US / 2) / SECOND_US;
    uint64_t minutes = (magnitude + MINUTE_US / 2) / MINUTE_US;
    uint64_t hours = (magnitude + HOUR_US / 2) / HOUR_US;
    /* Each limit is the value that would round up to the next unit: never 1000 ms or 60.0 s. */
    if (magnitude < MILLISECOND_US)
        snprintf(target, room, "%" PRIu64 " us", magnitude);
    else if (magnitude < SECOND_US - MILLISECOND_US / 2)
        put_three_digits(target, room, magnitude, MILLISECOND_US, "ms");
    else if (magnitude < MINUTE_US - SECOND_US / 20)
        put_three_digits(target, room, magnitude, SECOND_US, "s");
    else if (seconds < 60 * 60)
        put_pair(target, room, seconds, 60, "min", "s");
    else if (minutes < 24 * 60)
        put_pair(target, room, minutes, 60, "h", "min");
    else
        put_pair(target, room, hours, 24, "d", "h");
    return out;
}

char *number_format_rate(char out[NUMBER_SIZE], int64_t per_hour)
{
    if (per_hour == 0)
        snprintf(out, NUMBER_SIZE, "0");
    else if (per_hour % 3600 == 0)
        snprintf(out, NUMBER_SIZE, "%" PRId64 "/s", per_hour / 3600);
    else if (per_hour % 60 == 0)
        snprintf(out, NUMBER_SIZE, "%" PRId64 "/m", per_hour / 60);
    else
        snprintf(out, NUMBER_SIZE, "%" PRId64 "/h", per_hour);
    return out;
}

char *number_format_ratio(char out[NUMBER_SIZE], double numerator, double denominator)
{
    double percent = denominator > 0 ? numerator / denominator * 100 : 0;
    if (!isfinite(percent))
        percent = 0;
    /* One failure in 10,000 must not read 0.0%, nor the rest 100.0%: more digits then. */
    int decimals = 1;
    double half = 0.05;
    while (decimals < 4 &&
           ((percent > 0 && percent < half) || (percent < 100 && percent >= 100 - half))) {
        decimals++;
        half /= 10;
    }
    snprintf(out, NUMBER_SIZE, "%.*f%%", decimals, percent);
    return out;
}
