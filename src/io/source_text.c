#include "io/source_text.h"

#include "base/vis.h"

#include <string.h>

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

static const char *problem_of(const char *url, size_t length)
{
    if (memchr(url, '\0', length) != NULL)
        return "NUL byte in the line (binary, or UTF-16?)";
    if (!vis_is_utf8(url, length))
        return "not UTF-8";
    return NULL;
}

enum source_text_kind source_text_parse(const char *line, size_t length, bool is_first,
                                        struct source_item *item)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    if (is_first && length >= 3 && memcmp(line, byte_order_mark, 3) == 0) {
        line += 3;
        length -= 3;
    }
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (length > 0 && line[0] == '#')
        return SOURCE_TEXT_COMMENT;
    while (length > 0 && is_blank(line[0])) {
        line++;
        length--;
    }
    while (length > 0 && is_blank(line[length - 1]))
        length--;
    if (length == 0)
        return SOURCE_TEXT_BLANK;
    item->url = line;
    item->url_length = length;
    item->problem = problem_of(line, length);
    return SOURCE_TEXT_URL;
}
