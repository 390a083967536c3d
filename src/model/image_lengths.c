#include "model/image_lengths.h"

#include <string.h>
#include <strings.h>

#include "model/image_number.h"

#define EXPONENT_MAX 400 /* beyond, every number is 0 or infinite */

static const struct {
    const char *name;
    double pixels;
} UNITS[] = {
    {"", 1},    {"px", 1},         {"pt", 96.0 / 72}, {"pc", 16},
    {"in", 96}, {"cm", 96 / 2.54}, {"mm", 96 / 25.4}, {"q", 96 / 101.6},
};

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static const char *pass_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

static double scale(double value, int exponent)
{
    for (; exponent > 0; exponent--)
        value *= 10;
    for (; exponent < 0; exponent++)
        value /= 10;
    return value;
}

/* An exponent counts only with digits: in "1em" the e begins a unit. */
static int read_exponent(const char **at)
{
    const char *from = *at;
    if (*from != 'e' && *from != 'E')
        return 0;
    from++;
    bool is_negative = *from == '-';
    if (*from == '-' || *from == '+')
        from++;
    if (!is_digit(*from))
        return 0;
    int exponent = 0;
    for (; is_digit(*from); from++) {
        if (exponent < EXPONENT_MAX)
            exponent = exponent * 10 + (*from - '0');
    }
    *at = from;
    exponent = exponent < EXPONENT_MAX ? exponent : EXPONENT_MAX;
    return is_negative ? -exponent : exponent;
}

static bool read_number(const char **at, double *out)
{
    const char *from = *at;
    bool is_negative = *from == '-';
    if (*from == '-' || *from == '+')
        from++;
    double value = 0;
    int digits = 0;
    int exponent = 0;
    for (; is_digit(*from); from++, digits++)
        value = value * 10 + (*from - '0');
    if (*from == '.' && is_digit(from[1])) {
        for (from++; is_digit(*from); from++, digits++, exponent--)
            value = value * 10 + (*from - '0');
    }
    if (digits == 0)
        return false;
    *at = from;
    exponent += read_exponent(at);
    value = scale(value, exponent);
    *out = is_negative ? -value : value;
    return true;
}

static uint32_t round_pixels(double pixels)
{
    return pixels >= 0.5 && pixels <= IMAGE_PIXELS_MAX ? (uint32_t)(pixels + 0.5) : 0;
}

struct image_length image_length_parse(const char *text)
{
    const char *at = pass_blanks(text);
    double value;
    if (!read_number(&at, &value) || value < 0)
        return (struct image_length){.kind = IMAGE_LENGTH_AUTO};
    size_t length = strcspn(at, " \t\r\n");
    if (*pass_blanks(at + length) != '\0' || (length == 1 && *at == '%'))
        return (struct image_length){.kind = IMAGE_LENGTH_AUTO};
    for (size_t i = 0; i < ARRAY_LENGTH(UNITS); i++) {
        if (strlen(UNITS[i].name) == length && strncasecmp(UNITS[i].name, at, length) == 0)
            return (struct image_length){IMAGE_LENGTH_KNOWN, value * UNITS[i].pixels};
    }
    return (struct image_length){.kind = IMAGE_LENGTH_UNKNOWN};
}

struct image_view_box image_view_box_parse(const char *text)
{
    double numbers[4];
    const char *at = text;
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        at = pass_blanks(at);
        if (i > 0 && *at == ',')
            at = pass_blanks(at + 1);
        if (!read_number(&at, &numbers[i]))
            return (struct image_view_box){0};
    }
    bool is_area = numbers[2] > 0 && numbers[3] > 0 && *pass_blanks(at) == '\0';
    return (struct image_view_box){is_area, numbers[2], numbers[3]};
}

/* A side that is not said follows from the other by the proportions of the view box. */
static double follow(struct image_length side, struct image_length other, double box_side,
                     double box_other)
{
    switch (side.kind) {
    case IMAGE_LENGTH_KNOWN:
        return side.pixels;
    case IMAGE_LENGTH_UNKNOWN:
        return 0;
    default:
        if (other.kind == IMAGE_LENGTH_AUTO)
            return box_side;
        return other.kind == IMAGE_LENGTH_KNOWN ? other.pixels * (box_side / box_other) : 0;
    }
}

void image_lengths_resolve(struct image_length width, struct image_length height,
                           struct image_view_box box, uint32_t *out_width, uint32_t *out_height)
{
    double box_width = box.is_known ? box.width : 0;
    double box_height = box.is_known ? box.height : 1;
    *out_width = round_pixels(follow(width, height, box_width, box_height));
    box_width = box.is_known ? box.width : 1;
    box_height = box.is_known ? box.height : 0;
    *out_height = round_pixels(follow(height, width, box_height, box_width));
}
