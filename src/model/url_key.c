#include "model/url.h"

#include <string.h>

/* Length of "." or "%2e" at the beginning, or 0. */
static size_t dot_length(const char *segment, size_t length)
{
    if (length >= 1 && segment[0] == '.')
        return 1;
    if (length >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] | 0x20) == 'e')
        return 3;
    return 0;
}

/* How many dots a segment is made of, when it is "." or ".." in any spelling; else 0. */
static int dot_count(const char *segment, size_t length)
{
    size_t first = dot_length(segment, length);
    if (first == 0)
        return 0;
    size_t second = dot_length(segment + first, length - first);
    if (first + second != length)
        return 0;
    return second > 0 ? 2 : 1;
}

/* Appends a path, which begins with '/', without its dot segments (RFC 3986, 5.2.4). */
static void append_without_dots(struct text *text, const char *path, size_t length)
{
    size_t root = text->length;
    for (size_t i = 0; i < length;) {
        size_t start = i + 1;
        size_t end = start;
        while (end < length && path[end] != '/')
            end++;
        int dots = dot_count(path + start, end - start);
        if (dots == 2) {
            size_t cut = text->length;
            while (cut > root && text->data[--cut] != '/')
                ;
            text_cut(text, cut);
        }
        if (dots == 0)
            text_append(text, path + i, end - i);
        else if (end == length)
            text_append_char(text, '/');
        i = end;
    }
}

struct key url_key(const struct url *url)
{
    const char *target = url->target;
    size_t length = strlen(target);
    bool has_dots = strstr(target, "/.") != NULL || strstr(target, "/%2") != NULL;
    if (!has_dots && url->userinfo == NULL)
        return key_of(target, length);
    size_t origin = (size_t)(strchr(target + strlen("https://"), '/') - target);
    size_t path_end = strcspn(target, "?");
    struct text text;
    text_init(&text, 8 * URL_MAX_BYTES);
    text_append(&text, target, origin);
    append_without_dots(&text, target + origin, path_end - origin);
    text_append(&text, target + path_end, length - path_end);
    if (url->userinfo != NULL) {
        text_append_char(&text, '\n'); /* neither part can hold one */
        text_append_string(&text, url->userinfo);
    }
    struct key key = key_of(text.data, text.length);
    text_clear(&text);
    return key;
}
