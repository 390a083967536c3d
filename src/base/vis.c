#include "base/vis.h"

#include <string.h>

#define ESCAPE_SIZE 16 /* four bytes as \xHH */

enum backslash { BACKSLASH_DOUBLED, BACKSLASH_KEPT };

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Length of the longest prefix that is shown as it is. */
static size_t printable_prefix(const char *bytes, size_t length, enum backslash backslash)
{
    size_t i = 0;
    while (i < length) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte >= 0x20 && byte < 0x7f) {
            if (byte == '\\' && backslash == BACKSLASH_DOUBLED)
                break;
            i++;
            continue;
        }
        uint32_t code_point;
        size_t sequence = vis_decode(bytes + i, length - i, &code_point);
        if (sequence == 0 || vis_is_unsafe(code_point))
            break;
        i += sequence;
    }
    return i;
}

/* Escapes the one character, or the one invalid byte, at bytes. Returns how many bytes it used;
 * stores how many it wrote. */
static size_t escape(const char *bytes, size_t length, char out[ESCAPE_SIZE], size_t *out_length)
{
    static const char digits[] = "0123456789abcdef";
    if (bytes[0] == '\\') {
        memcpy(out, "\\\\", 2);
        *out_length = 2;
        return 1;
    }
    uint32_t code_point;
    size_t used = vis_decode(bytes, length, &code_point);
    if (used == 0)
        used = 1;
    for (size_t i = 0; i < used; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        out[i * 4] = '\\';
        out[i * 4 + 1] = 'x';
        out[i * 4 + 2] = digits[byte >> 4];
        out[i * 4 + 3] = digits[byte & 0x0f];
    }
    *out_length = used * 4;
    return used;
}

static void format_into(char *out, size_t out_size, const char *bytes, size_t length,
                        enum backslash backslash)
{
    size_t room = out_size - 1;
    size_t used = 0;
    while (used < length) {
        size_t run = printable_prefix(bytes + used, length - used, backslash);
        if (run > room) {
            run = room;
            while (run > 0 && is_continuation(bytes[used + run]))
                run--;
            length = used + run;
        }
        memcpy(out, bytes + used, run);
        out += run;
        room -= run;
        used += run;
        if (used == length)
            break;
        char escaped[ESCAPE_SIZE];
        size_t escaped_length;
        used += escape(bytes + used, length - used, escaped, &escaped_length);
        if (escaped_length > room)
            break;
        memcpy(out, escaped, escaped_length);
        out += escaped_length;
        room -= escaped_length;
    }
    *out = '\0';
}

bool vis_append(struct text *text, const char *bytes, size_t length)
{
    size_t before = text->length;
    size_t used = 0;
    while (used < length) {
        size_t run = printable_prefix(bytes + used, length - used, BACKSLASH_DOUBLED);
        bool appended = text_append(text, bytes + used, run);
        used += run;
        if (appended && used < length) {
            char escaped[ESCAPE_SIZE];
            size_t escaped_length;
            used += escape(bytes + used, length - used, escaped, &escaped_length);
            appended = text_append(text, escaped, escaped_length);
        }
        if (!appended) {
            text_cut(text, before);
            return false;
        }
    }
    return !text->is_full;
}

char *vis_format(char *out, size_t out_size, const char *bytes, size_t length)
{
    if (out_size > 0)
        format_into(out, out_size, bytes, length, BACKSLASH_DOUBLED);
    return out;
}

char *vis_format_message(char *out, size_t out_size, const char *bytes, size_t length)
{
    if (out_size > 0)
        format_into(out, out_size, bytes, length, BACKSLASH_KEPT);
    return out;
}

size_t vis_decode(const char *bytes, size_t length, uint32_t *out_code_point)
{
    if (length == 0)
        return 0;
    unsigned char first = (unsigned char)bytes[0];
    if (first < 0x80) {
        *out_code_point = first;
        return 1;
    }
    size_t sequence;
    uint32_t code_point;
    uint32_t smallest; /* what a shorter form could not hold */
    if ((first & 0xe0) == 0xc0) {
        sequence = 2;
        code_point = first & 0x1f;
        smallest = 0x80;
    } else if ((first & 0xf0) == 0xe0) {
        sequence = 3;
        code_point = first & 0x0f;
        smallest = 0x800;
    } else if ((first & 0xf8) == 0xf0) {
        sequence = 4;
        code_point = first & 0x07;
        smallest = 0x10000;
    } else {
        return 0;
    }
    if (length < sequence)
        return 0;
    for (size_t i = 1; i < sequence; i++) {
        if (!is_continuation(bytes[i]))
            return 0;
        code_point = code_point << 6 | ((unsigned char)bytes[i] & 0x3f);
    }
    bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < smallest || code_point > 0x10ffff || is_surrogate)
        return 0;
    *out_code_point = code_point;
    return sequence;
}

bool vis_is_utf8(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        uint32_t code_point;
        size_t sequence =
            (unsigned char)bytes[i] < 0x80 ? 1 : vis_decode(bytes + i, length - i, &code_point);
        if (sequence == 0)
            return false;
        i += sequence;
    }
    return true;
}

bool vis_is_unsafe(uint32_t code_point)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0x0000, 0x001f},       /* C0 */
        {0x007f, 0x009f},       /* DEL, C1 */
        {0x061c, 0x061c},       /* Arabic letter mark */
        {0x200b, 0x200f},       /* zero width, direction marks */
        {0x2028, 0x202e},       /* separators, embeddings, overrides */
        {0x2060, 0x2069},       /* invisible operators, isolates */
        {0xd800, 0xdfff},       /* surrogates: no characters */
        {0xfeff, 0xfeff},       /* byte order mark */
        {0xe0000, 0xe007f},     /* tags: invisible ASCII */
        {0x110000, UINT32_MAX}, /* beyond Unicode */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(ranges); i++) {
        if (code_point < ranges[i].first)
            return false;
        if (code_point <= ranges[i].last)
            return true;
    }
    return false;
}
