#include "io/source_json_value.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_string.h"

#define REAL_SIZE 64
#define SHORT_DIGITS 15 /* every decimal of so many digits survives a double */
#define ALL_DIGITS 17   /* every double survives so many digits */

static void append_real(struct text *text, const json_t *value)
{
    char digits[REAL_SIZE];
    size_t length = json_dumpb(value, digits, sizeof digits - 1,
                               JSON_ENCODE_ANY | JSON_REAL_PRECISION(SHORT_DIGITS));
    digits[length] = '\0';
    if (strtod(digits, NULL) != json_real_value(value))
        length = json_dumpb(value, digits, sizeof digits - 1,
                            JSON_ENCODE_ANY | JSON_REAL_PRECISION(ALL_DIGITS));
    text_append(text, digits, length);
}

static void append_object(struct text *text, const json_t *object)
{
    const char *key;
    json_t *value;
    bool is_first = true;
    text_append_char(text, '{');
    json_object_foreach((json_t *)object, key, value)
    {
        if (!is_first)
            text_append_char(text, ',');
        is_first = false;
        json_string_append(text, key, strlen(key));
        text_append_char(text, ':');
        source_json_append(text, value);
    }
    text_append_char(text, '}');
}

static void append_array(struct text *text, const json_t *array)
{
    size_t count = json_array_size(array);
    text_append_char(text, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_append_char(text, ',');
        source_json_append(text, json_array_get(array, i));
    }
    text_append_char(text, ']');
}

static bool has_control(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
            return true;
    }
    return false;
}

void source_json_append(struct text *text, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        append_object(text, value);
        break;
    case JSON_ARRAY:
        append_array(text, value);
        break;
    case JSON_STRING:
        json_string_append(text, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        text_append_signed(text, json_integer_value(value));
        break;
    case JSON_REAL:
        append_real(text, value);
        break;
    case JSON_TRUE:
        text_append_string(text, "true");
        break;
    case JSON_FALSE:
        text_append_string(text, "false");
        break;
    case JSON_NULL:
        text_append_string(text, "null");
        break;
    }
}

bool source_json_append_joined(struct text *text, const json_t *array)
{
    size_t first = text->length;
    size_t count = json_array_size(array);
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(array, i);
        const char *string = json_string_value(value);
        size_t length = json_string_length(value);
        if (string == NULL || has_control(string, length))
            return false;
        if (text->length > first && length > 0)
            text_append_char(text, '\t');
        text_append(text, string, length);
    }
    return true;
}
