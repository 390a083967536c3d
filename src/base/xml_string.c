#include "base/xml_string.h"

#include "base/vis.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD in UTF-8 */

/* NULL for a character that stands for itself. */
static const char *entity_of(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;"; /* HTML 4 has no &apos; */
    default:
        return NULL;
    }
}

static bool is_character(uint32_t code_point)
{
    /* XML 1.0, 2.2, allows more controls than vis, but not these two. */
    return !vis_is_unsafe(code_point) && code_point != 0xFFFE && code_point != 0xFFFF;
}

bool xml_string_append(struct text *text, const char *bytes, size_t length)
{
    size_t start = text->length;
    for (size_t i = 0; i < length;) {
        uint32_t code_point;
        size_t used = vis_decode(bytes + i, length - i, &code_point);
        const char *entity = entity_of(bytes[i]);
        if (used == 0 || !is_character(code_point))
            text_append_string(text, REPLACEMENT);
        else if (entity != NULL)
            text_append_string(text, entity);
        else
            text_append(text, bytes + i, used);
        i += used > 0 ? used : 1;
    }
    if (text->is_full)
        text_cut(text, start);
    return !text->is_full;
}
