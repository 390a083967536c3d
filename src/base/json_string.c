#include "base/json_string.h"

#include "base/vis.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD in UTF-8 */

#define ADD(text, literal) text_append((text), (literal), sizeof(literal) - 1)

static const bool IS_PLAIN[256] = {
    [0x20 ... 0x21] = true,
    [0x23 ... 0x5B] = true,
    [0x5D ... 0x7E] = true,
};

static void add_unit(struct text *text, uint32_t unit)
{
    static const char DIGITS[] = "0123456789abcdef";
    char escape[6] = "\\u";
    for (unsigned i = 0; i < 4; i++)
        escape[2 + i] = DIGITS[unit >> (12 - 4 * i) & 15];
    text_append(text, escape, sizeof(escape));
}

/* The escape of a code point (RFC 8259, section 7); above U+FFFF as a surrogate pair. */
static void add_escape(struct text *text, uint32_t code_point)
{
    if (code_point == '"')
        ADD(text, "\\\"");
    else if (code_point == '\\')
        ADD(text, "\\\\");
    else if (code_point == '\n')
        ADD(text, "\\n");
    else if (code_point == '\r')
        ADD(text, "\\r");
    else if (code_point == '\t')
        ADD(text, "\\t");
    else if (code_point < 0x10000)
        add_unit(text, code_point);
    else {
        add_unit(text, 0xD800 + ((code_point - 0x10000) >> 10));
        add_unit(text, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
    }
}

/* Adds the one character (or invalid byte) that is not plain; returns how many bytes it had. */
static size_t add_special(struct text *text, const char *bytes, size_t length)
{
    uint32_t code_point;
    size_t used = vis_decode(bytes, length, &code_point);
    if (used == 0) {
        ADD(text, REPLACEMENT);
        return 1;
    }
    /* JSON would allow most of these unescaped, but people look at the file in a terminal. */
    if (code_point < 0x80 || vis_is_unsafe(code_point))
        add_escape(text, code_point);
    else
        text_append(text, bytes, used);
    return used;
}

/* A text that did not fit below the limit must not keep half a value. */
static bool finish(struct text *text, size_t start)
{
    if (text->is_full)
        text_cut(text, start);
    return !text->is_full;
}

bool json_string_append(struct text *text, const char *bytes, size_t length)
{
    size_t start = text->length;
    text_append_char(text, '"');
    while (length > 0) {
        size_t used = json_string_plain_prefix(bytes, length);
        if (used > 0)
            text_append(text, bytes, used);
        else
            used = add_special(text, bytes, length);
        bytes += used;
        length -= used;
    }
    text_append_char(text, '"');
    return finish(text, start);
}

bool json_string_append_json(struct text *text, const char *json, size_t length)
{
    size_t start = text->length;
    while (length > 0) {
        size_t used = json_string_plain_prefix(json, length);
        if (used > 0) {
            text_append(text, json, used);
        } else if (*json == '"' || *json == '\\') {
            used = text_append_char(text, *json) ? 1 : length;
        } else if ((unsigned char)*json < 0x20) {
            /* Valid JSON has these outside of its strings only, as white space. */
            used = text_append_char(text, ' ') ? 1 : length;
        } else {
            used = add_special(text, json, length);
        }
        json += used;
        length -= used;
    }
    return finish(text, start);
}

size_t json_string_plain_prefix(const char *bytes, size_t length)
{
    size_t i = 0;
    while (i < length && IS_PLAIN[(unsigned char)bytes[i]])
        i++;
    return i;
}
