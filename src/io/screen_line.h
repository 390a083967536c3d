/* Lines of a terminal's screen: built from left to right, cut at the right edge, never wrapped.
 *
 * Widths are columns: a wide character takes two (Unicode, East Asian Width), a combining one
 * none. On a terminal without UTF-8 other than ASCII becomes \xHH. Text must be printable already
 * (base/vis). */
#ifndef HAUL_IO_SCREEN_LINE_H
#define HAUL_IO_SCREEN_LINE_H

#include "base/text.h"

struct screen {
    unsigned columns;
    unsigned rows;
    bool is_unicode;
    bool has_colour;
};

enum screen_style { SCREEN_PLAIN, SCREEN_DIM, SCREEN_RED, SCREEN_GREEN, SCREEN_YELLOW };

struct screen_line {
    struct text *text; /* appended to; lent */
    const struct screen *screen;
    unsigned width; /* so far */
    unsigned limit; /* one less than the screen has, so that no terminal wraps */
};

void screen_line_begin(struct screen_line *line, struct text *text, const struct screen *screen);
void screen_line_add(struct screen_line *line, enum screen_style style, const char *string);
/* Exactly so many columns: filled with blanks, or cut and marked. */
void screen_line_add_field(struct screen_line *line, enum screen_style style, const char *string,
                           unsigned width);

unsigned screen_width(const char *string, const struct screen *screen);

/* Appends whole text for this screen: as it is, or with \xHH where the terminal has no UTF-8. */
void screen_append(struct text *text, const char *bytes, size_t length,
                   const struct screen *screen);
/* What switches a style on, "" where there is no colour, and off again. */
const char *screen_style_on(const struct screen *screen, enum screen_style style);
const char *screen_style_off(const struct screen *screen, enum screen_style style);

#endif
