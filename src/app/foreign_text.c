#include "app/foreign_text.h"

#include <string.h>

#include "base/vis.h"

#define PADDED_MAX 200

void foreign_text_append(struct text *text, const char *foreign, size_t limit)
{
    size_t length = strlen(foreign);
    size_t shown = length;
    if (length > limit) {
        shown = limit;
        while (shown > 0 && ((unsigned char)foreign[shown] & 0xC0) == 0x80)
            shown--; /* not within a character */
    }
    vis_append(text, foreign, shown);
    if (shown < length)
        text_append_string(text, "...");
}

void foreign_text_append_padded(struct text *text, const char *foreign, size_t width)
{
    size_t start = text->length;
    foreign_text_append(text, foreign, PADDED_MAX);
    size_t columns = 0;
    for (size_t i = start; i < text->length; i++)
        columns += ((unsigned char)text->data[i] & 0xC0) != 0x80;
    for (; columns < width; columns++)
        text_append_char(text, ' ');
}

static bool is_shown_as_it_is(const char *string)
{
    struct text shown;
    text_init(&shown, SIZE_MAX);
    vis_append(&shown, string, strlen(string));
    bool is_same = shown.length == strlen(string);
    text_clear(&shown);
    return is_same;
}

/* Between quotes, each quote of its own as `quote`. */
static void append_quoted(struct text *text, const char *argument, const char *quote)
{
    text_append_char(text, '\'');
    for (;;) {
        size_t length = strcspn(argument, "'");
        vis_append(text, argument, length);
        if (argument[length] == '\0')
            break;
        text_append_string(text, quote);
        argument += length + 1;
    }
    text_append_char(text, '\'');
}

void foreign_text_append_argument(struct text *text, const char *argument)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./+,:@%=-";
    if (argument[0] != '\0' && argument[strspn(argument, plain)] == '\0') {
        text_append_string(text, argument);
    } else if (is_shown_as_it_is(argument)) {
        append_quoted(text, argument, "'\\''");
    } else {
        text_append_char(text, '$'); /* what vis writes is what $'...' reads */
        append_quoted(text, argument, "\\'");
    }
}
