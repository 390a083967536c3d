#include "io/json_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/vis.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD in UTF-8 */
#define REAL_DIGITS 9              /* shares and rates are not known better than that */
#define ESCAPE_GROWTH 6            /* DEL, one byte, becomes \u007f; no escape grows more */

/* What jansson still refuses after the repairs below is for want of memory: a request that cannot
 * be met ends the program in the usual way. */
static void end_for_want_of_memory(void)
{
    free(memory_allocate(SIZE_MAX));
}

static json_t *require(json_t *value)
{
    if (value == NULL)
        end_for_want_of_memory();
    return value;
}

/* A copy in which each byte that is no UTF-8 became U+FFFD; the caller frees it. */
static char *repaired(const char *string)
{
    struct text text;
    size_t length = strlen(string);
    text_init(&text, length * strlen(REPLACEMENT));
    while (length > 0) {
        uint32_t code_point;
        size_t used = vis_decode(string, length, &code_point);
        if (used > 0) {
            text_append(&text, string, used);
        } else {
            text_append_string(&text, REPLACEMENT);
            used = 1;
        }
        string += used;
        length -= used;
    }
    return text.data;
}

json_t *json_tree_object(void)
{
    return require(json_object());
}

json_t *json_tree_array(void)
{
    return require(json_array());
}

void json_tree_put(json_t *object, const char *key, json_t *value)
{
    char *valid = repaired(key);
    if (json_object_set_new(object, valid, require(value)) != 0)
        end_for_want_of_memory();
    free(valid);
}

void json_tree_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, require(value)) != 0)
        end_for_want_of_memory();
}

json_t *json_tree_string(const char *string)
{
    if (string == NULL)
        return json_null();
    char *valid = repaired(string);
    json_t *value = require(json_string(valid));
    free(valid);
    return value;
}

json_t *json_tree_count(uint64_t count)
{
    return require(json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count));
}

json_t *json_tree_known(int64_t number)
{
    return number < 0 ? json_null() : require(json_integer(number));
}

json_t *json_tree_ratio(double numerator, double denominator)
{
    double ratio = denominator != 0 ? numerator / denominator : NAN;
    return isfinite(ratio) ? require(json_real(ratio)) : json_null();
}

json_t *json_tree_time(int64_t wall_us)
{
    char time[CLOCK_TEXT_SIZE];
    return json_tree_string(wall_us > 0 ? clock_format(time, wall_us) : NULL);
}

char *json_tree_format(const json_t *tree, bool is_indented)
{
    size_t flags = JSON_REAL_PRECISION(REAL_DIGITS) | (is_indented ? JSON_INDENT(2) : JSON_COMPACT);
    char *dumped = json_dumps(tree, flags);
    if (dumped == NULL)
        end_for_want_of_memory();
    size_t length = strlen(dumped);
    struct text text;
    text_init(&text, length * ESCAPE_GROWTH + 1);
    size_t start = 0; /* of what is still to be appended as it is */
    for (size_t i = 0; i < length;) {
        /* Above ASCII there is nothing but the insides of strings, where an escape may stand. */
        uint32_t code_point = 0;
        size_t used = vis_decode(dumped + i, length - i, &code_point);
        if (code_point >= 0x7F && vis_is_unsafe(code_point)) {
            text_append(&text, dumped + start, i - start);
            if (code_point >= 0x10000)
                text_append_format(&text, "\\u%04x\\u%04x", 0xD800 + ((code_point - 0x10000) >> 10),
                                   0xDC00 + ((code_point - 0x10000) & 0x3FF));
            else
                text_append_format(&text, "\\u%04x", code_point);
            start = i + used;
        }
        i += used > 0 ? used : 1;
    }
    text_append(&text, dumped + start, length - start);
    text_append_char(&text, '\n');
    free(dumped);
    return text.data;
}
