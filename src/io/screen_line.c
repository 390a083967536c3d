#include "io/screen_line.h"

#include "base/vis.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#define CHARACTER_SIZE 17 /* four bytes as \xHH */

/* How the next character looks on this screen; returns the bytes that it is made of. */
static size_t take_character(const char *bytes, size_t length, const struct screen *screen,
                             char out[CHARACTER_SIZE], unsigned *out_width)
{
    uint32_t code_point = 0;
    size_t taken = vis_decode(bytes, length, &code_point);
    if (taken == 0)
        taken = 1;
    else if (screen->is_unicode || code_point < 0x80) {
        int width = utf8proc_charwidth((utf8proc_int32_t)code_point);
        memcpy(out, bytes, taken);
        out[taken] = '\0';
        *out_width = width > 0 ? (unsigned)width : 0;
        return taken;
    }
    for (size_t i = 0; i < taken; i++)
        sprintf(out + 4 * i, "\\x%02x", (unsigned char)bytes[i]);
    *out_width = 4 * (unsigned)taken;
    return taken;
}

const char *screen_style_on(const struct screen *screen, enum screen_style style)
{
    static const char *const codes[] = {
        [SCREEN_PLAIN] = "",         [SCREEN_DIM] = "\x1b[2m",     [SCREEN_RED] = "\x1b[31m",
        [SCREEN_GREEN] = "\x1b[32m", [SCREEN_YELLOW] = "\x1b[33m",
    };
    return screen->has_colour ? codes[style] : "";
}

const char *screen_style_off(const struct screen *screen, enum screen_style style)
{
    return screen->has_colour && style != SCREEN_PLAIN ? "\x1b[0m" : "";
}

unsigned screen_width(const char *string, const struct screen *screen)
{
    unsigned width = 0;
    size_t length = strlen(string);
    for (size_t at = 0; at < length;) {
        char shown[CHARACTER_SIZE];
        unsigned one;
        at += take_character(string + at, length - at, screen, shown, &one);
        width += one;
    }
    return width;
}

void screen_append(struct text *text, const char *bytes, size_t length, const struct screen *screen)
{
    for (size_t at = 0; at < length;) {
        char shown[CHARACTER_SIZE];
        unsigned width;
        at += take_character(bytes + at, length - at, screen, shown, &width);
        text_append_string(text, shown);
    }
}

void screen_line_begin(struct screen_line *line, struct text *text, const struct screen *screen)
{
    *line = (struct screen_line){
        .text = text,
        .screen = screen,
        .limit = screen->columns > 1 ? screen->columns - 1 : 1,
    };
}

/* As much of it as fits before this column. */
static void add_until(struct screen_line *line, const char *string, unsigned column)
{
    size_t length = strlen(string);
    for (size_t at = 0; at < length;) {
        char shown[CHARACTER_SIZE];
        unsigned width;
        at += take_character(string + at, length - at, line->screen, shown, &width);
        if (line->width + width > column)
            return;
        text_append_string(line->text, shown);
        line->width += width;
    }
}

void screen_line_add(struct screen_line *line, enum screen_style style, const char *string)
{
    text_append_string(line->text, screen_style_on(line->screen, style));
    add_until(line, string, line->limit);
    text_append_string(line->text, screen_style_off(line->screen, style));
}

void screen_line_add_field(struct screen_line *line, enum screen_style style, const char *string,
                           unsigned width)
{
    const char *mark = line->screen->is_unicode ? "…" : "...";
    unsigned end = line->width + width < line->limit ? line->width + width : line->limit;
    unsigned mark_width = screen_width(mark, line->screen);
    bool is_cut = line->width + screen_width(string, line->screen) > end;
    text_append_string(line->text, screen_style_on(line->screen, style));
    add_until(line, string, is_cut && end >= line->width + mark_width ? end - mark_width : end);
    if (is_cut)
        add_until(line, mark, end);
    text_append_string(line->text, screen_style_off(line->screen, style));
    while (line->width < end && text_append_char(line->text, ' '))
        line->width++;
}
