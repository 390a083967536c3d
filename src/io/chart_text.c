#include "io/chart_text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/vis.h"
#include "base/xml_string.h"

#define ELLIPSIS "\xE2\x80\xA6" /* U+2026 in UTF-8 */
#define DECIMALS_MAX 9
#define DIGITS_MAX 1e15 /* whole numbers up to here are exact */

/* In parts of the font's size, as wide as in DejaVu Sans, which is wider than most. */
static double character_width(uint32_t code_point)
{
    if (code_point >= 0x1100)
        return 1; /* East Asian, symbols, and U+FFFD */
    if (code_point >= 0x80)
        return 0.7;
    if (strchr(" !'(),./:;I[]ijl|", (int)code_point) != NULL)
        return 0.38;
    if (strchr("%@MWmw", (int)code_point) != NULL)
        return 0.98;
    return code_point >= 'A' && code_point <= 'Z' ? 0.74 : 0.64;
}

/* The first character, or byte that is none; returns how long it is. */
static size_t next_width(const char *string, size_t length, double *out_width)
{
    uint32_t code_point;
    size_t used = vis_decode(string, length, &code_point);
    *out_width = used > 0 && code_point > 0 ? character_width(code_point) : 1;
    return used > 0 ? used : 1;
}

static double width_of(const char *string, size_t length)
{
    double sum = 0;
    while (length > 0) {
        double width;
        size_t used = next_width(string, length, &width);
        sum += width;
        string += used;
        length -= used;
    }
    return sum;
}

double chart_text_width(const char *string, double size)
{
    return size * width_of(string, strlen(string));
}

void chart_text_append(struct text *text, const char *string, double size, double width)
{
    size_t length = strlen(string);
    double rest = width_of(string, length);
    if (size * rest <= width) {
        xml_string_append(text, string, length);
        return;
    }
    double half = (width / size - 1) / 2; /* beside the ellipsis, which takes 1 */
    double head = 0;
    size_t cut = 0;
    size_t tail = 0; /* where the last part starts */
    while (tail < length && (rest > half || tail == 0)) {
        double next;
        size_t used = next_width(string + tail, length - tail, &next);
        if (head + next <= half && cut == tail) {
            head += next;
            cut += used;
        }
        rest -= next;
        tail += used;
    }
    xml_string_append(text, string, cut);
    text_append_string(text, ELLIPSIS);
    xml_string_append(text, string + tail, length - tail);
}

void chart_number_append(struct text *text, double value, unsigned decimals)
{
    assert(decimals <= DECIMALS_MAX);
    if (!isfinite(value) || fabs(value) > DIGITS_MAX)
        value = 0;
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals && fabs(value) * (double)scale < DIGITS_MAX / 10; i++)
        scale *= 10;
    uint64_t number = (uint64_t)(fabs(value) * (double)scale + 0.5);
    if (value < 0 && number > 0)
        text_append_char(text, '-');
    text_append_unsigned(text, number / scale);
    number %= scale;
    if (number > 0)
        text_append_char(text, '.');
    while (number > 0) {
        scale /= 10;
        text_append_char(text, (char)('0' + number / scale));
        number %= scale;
    }
}

void chart_value_append(struct text *text, double value, double step, double largest)
{
    static const char *const SUFFIXES[] = {"", "k", "M", "G", "T"};
    largest = fabs(largest);
    if (!isfinite(value) || !isfinite(largest))
        value = largest = 0;
    int thousands = 0;
    if (largest >= 1e5 || (largest > 0 && largest < 1e-3))
        thousands = (int)floor(log10(largest) / 3);
    double scale = pow(10, 3 * thousands);
    double scaled = value / scale;
    double places = step > 0 ? ceil(-log10(step / scale) - 1e-9) : 0;
    unsigned decimals = places <= 0 ? 0 : places >= DECIMALS_MAX ? DECIMALS_MAX : (unsigned)places;
    chart_number_append(text, scaled, decimals);
    if (value == 0)
        return;
    if (thousands >= 0 && thousands < (int)ARRAY_LENGTH(SUFFIXES))
        text_append_string(text, SUFFIXES[thousands]);
    else
        text_append_format(text, "e%d", 3 * thousands);
}

void chart_single_value_append(struct text *text, double value)
{
    double step = value != 0 ? pow(10, floor(log10(fabs(value))) - 3) : 1;
    chart_value_append(text, value, step, value);
}

void chart_draw(struct text *text, const char *format, const double *numbers, size_t count)
{
    size_t used = 0;
    while (*format != '\0') {
        size_t plain = strcspn(format, "@");
        text_append(text, format, plain);
        format += plain;
        if (*format == '@') {
            assert(used < count);
            chart_number_append(text, numbers[used++], 1);
            format++;
        }
    }
    assert(used == count);
}
