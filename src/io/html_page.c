#include "io/html_page.h"

#include <string.h>

#include "base/number.h"
#include "base/xml_string.h"
#include "io/chart_text.h"

#define ELLIPSIS "\xE2\x80\xA6" /* U+2026 */
#define DASH "\xE2\x80\x93"     /* U+2013 */
#define STACK_WIDTH 1000.0
#define STACK_LEAST 3.0 /* what is there is seen */

void html_page_append_escaped(struct text *text, const char *string, size_t limit)
{
    size_t length = strlen(string);
    size_t shown = length;
    if (length > limit) {
        shown = limit;
        while (shown > 0 && ((unsigned char)string[shown] & 0xC0) == 0x80)
            shown--; /* not within a character */
    }
    xml_string_append(text, string, shown);
    if (shown < length)
        text_append_string(text, ELLIPSIS);
}

void html_page_append_foreign(struct text *text, const char *string, size_t limit)
{
    if (string == NULL) {
        text_append_string(text, DASH);
        return;
    }
    text_append_string(text, "<bdi>");
    html_page_append_escaped(text, string, limit);
    text_append_string(text, "</bdi>");
}

void html_page_append_path(struct text *text, const char *path)
{
    for (const unsigned char *next = (const unsigned char *)path; *next != '\0'; next++) {
        bool is_plain = (*next >= 'a' && *next <= 'z') || (*next >= 'A' && *next <= 'Z') ||
                        (*next >= '0' && *next <= '9') || strchr("-._~/", *next) != NULL;
        if (is_plain)
            text_append_char(text, (char)*next);
        else
            text_append_format(text, "%%%02X", *next);
    }
}

void html_page_start_section(struct text *text, const char *id, const char *title)
{
    text_append_format(text, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n", id, id);
    text_append_format(text, "<h2 id=\"%s-title\">%s</h2>\n", id, title);
}

void html_page_end_section(struct text *text)
{
    text_append_string(text, "</section>\n");
}

void html_page_start_table(struct text *text, const char *caption, const char *const *columns,
                           size_t column_count)
{
    /* A box that scrolls must be reachable by keyboard, and then it needs a name. */
    text_append_format(text,
                       "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n"
                       "<table>\n<caption>%s</caption>\n<thead><tr>",
                       caption, caption);
    for (size_t i = 0; i < column_count; i++) {
        bool is_number = columns[i][0] == '#';
        text_append_format(text, "<th scope=\"col\"%s>%s</th>", is_number ? " class=\"n\"" : "",
                           columns[i] + is_number);
    }
    text_append_string(text, "</tr></thead>\n<tbody>\n");
}

void html_page_end_table(struct text *text)
{
    text_append_string(text, "</tbody>\n</table>\n</div>\n");
}

static void append_number_cell(struct text *text, const char *number)
{
    text_append_format(text, "<td class=\"n\">%s</td>", number);
}

void html_page_append_count_cell(struct text *text, int64_t count)
{
    char number[NUMBER_SIZE];
    append_number_cell(text, count < 0 ? DASH : number_format_count(number, count));
}

void html_page_append_bytes_cell(struct text *text, int64_t bytes)
{
    char number[NUMBER_SIZE];
    append_number_cell(text, bytes < 0 ? DASH : number_format_bytes(number, bytes));
}

void html_page_append_duration_cell(struct text *text, int64_t us)
{
    char number[NUMBER_SIZE];
    append_number_cell(text, us < 0 ? DASH : number_format_duration(number, us));
}

void html_page_append_ratio_cell(struct text *text, int64_t part, int64_t whole)
{
    char number[NUMBER_SIZE];
    append_number_cell(text, number_format_ratio(number, (double)part, (double)whole));
}

void html_page_append_foreign_cell(struct text *text, const char *string, size_t limit)
{
    text_append_string(text, "<td>");
    html_page_append_foreign(text, string, limit);
    text_append_string(text, "</td>");
}

void html_page_append_more(struct text *text, int64_t count, const char *one, const char *many)
{
    char number[NUMBER_SIZE];
    if (count > 0)
        text_append_format(text, "<p class=\"soft\">and %s more %s</p>\n",
                           number_format_count(number, count), count == 1 ? one : many);
}

static double stack_width(const struct html_share *share, double whole)
{
    if (share->part <= 0)
        return 0;
    double width = STACK_WIDTH * (share->part / whole);
    return width > STACK_LEAST ? width : STACK_LEAST;
}

void html_page_append_stack(struct text *text, const char *words, const struct html_share *shares,
                            size_t count)
{
    double whole = 0;
    double widths = 0;
    double left = 0;
    for (size_t i = 0; i < count; i++)
        whole += shares[i].part > 0 ? shares[i].part : 0;
    if (whole <= 0)
        return;
    for (size_t i = 0; i < count; i++)
        widths += stack_width(&shares[i], whole);
    text_append_format(text,
                       "<svg class=\"stack\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                       "role=\"img\" aria-label=\"%s\">",
                       words);
    for (size_t i = 0; i < count; i++) {
        double width = stack_width(&shares[i], whole) * (STACK_WIDTH / widths);
        if (width <= 0)
            continue;
        text_append_format(text, "<rect class=\"%s\"", shares[i].colour);
        CHART_DRAW(text, " x=\"@\" width=\"@\" height=\"10\"/>", left, width);
        left += width;
    }
    text_append_string(text, "</svg>\n");
}

void html_page_append_bar(struct text *text, double part, double whole)
{
    double width = whole > 0 && part > 0 ? 100 * (part / whole) : 0;
    if (width > 0 && width < 0.5)
        width = 0.5;
    CHART_DRAW(text,
               "<svg class=\"bar\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" "
               "aria-hidden=\"true\"><rect width=\"@\" height=\"1\"/></svg>",
               width);
}

void html_page_append_swatch(struct text *text, const char *colour)
{
    text_append_format(text,
                       "<svg class=\"swatch\" viewBox=\"0 0 1 1\" aria-hidden=\"true\">"
                       "<rect class=\"%s\" width=\"1\" height=\"1\"/></svg>",
                       colour);
}
