#include "io/chart.h"

#include <math.h>

#include "io/chart_panel.h"
#include "io/chart_text.h"

#define HEADER_HEIGHT 50.0
#define SUBTITLE_HEIGHT 26.0
#define PANEL_GAP 18.0
#define FOOTER_HEIGHT 30.0
#define BOTTOM 14.0

/* What draws SVG outside of browsers knows no variables: each colour comes without one, too. Of the
 * six, no two are nearer than 26 (distance in CIELAB) in the eyes of those who lack one kind of
 * cones, and their contrast to the background is above 4 to 1. The last query is for the width at
 * which the image is shown. */
static const char STYLE[] =
    ".haul-chart{--back:#fff;--edge:#d0d7de;--ink:#1f2328;--soft:#59636e;--grid:#e4e8ec;"
    "--ring:#a40e5c;--c0:#0068b0;--c1:#b84a00;--c2:#0f330a;--c3:#7304dd;--c4:#9e7074;--c5:#461743;"
    "max-width:100%;height:auto;font-size:14px;"
    "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif}\n"
    "@media(prefers-color-scheme:dark){"
    ".haul-chart{--back:#0d1117;--edge:#3d444d;--ink:#f0f6fc;--soft:#9aa4af;--grid:#252b33;"
    "--ring:#ff85c0;--c0:#5cb3f5;--c1:#ff9a57;--c2:#f4e82a;--c3:#b4f7c0;--c4:#a27e63;"
    "--c5:#a3afc1}}\n"
    ".haul-chart text{fill:#1f2328;fill:var(--ink)}\n"
    ".haul-chart .back{fill:#fff;fill:var(--back);stroke:#d0d7de;stroke:var(--edge)}\n"
    ".haul-chart .soft{fill:#59636e;fill:var(--soft)}\n"
    ".haul-chart .strong{font-weight:600}\n"
    ".haul-chart .title{font-size:18px;font-weight:600}\n"
    ".haul-chart .middle{text-anchor:middle}\n"
    ".haul-chart .end{text-anchor:end}\n"
    ".haul-chart .grid,.haul-chart .frame{fill:none;stroke:#e4e8ec;stroke:var(--grid)}\n"
    ".haul-chart .axis{stroke:#59636e;stroke:var(--soft)}\n"
    ".haul-chart .c0{color:#0068b0;color:var(--c0)}\n"
    ".haul-chart .c1{color:#b84a00;color:var(--c1)}\n"
    ".haul-chart .c2{color:#0f330a;color:var(--c2)}\n"
    ".haul-chart .c3{color:#7304dd;color:var(--c3)}\n"
    ".haul-chart .c4{color:#9e7074;color:var(--c4)}\n"
    ".haul-chart .c5{color:#461743;color:var(--c5)}\n"
    ".haul-chart .line{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linejoin:round}\n"
    ".haul-chart .area{fill:currentColor;fill-opacity:.16;stroke:none}\n"
    ".haul-chart .bar{fill:none;stroke:currentColor;stroke-width:1.4}\n"
    ".haul-chart .mark{fill:currentColor;stroke:#fff;stroke:var(--back);stroke-width:1.2}\n"
    ".haul-chart .d1{stroke-dasharray:9 4}\n"
    ".haul-chart .d2{stroke-dasharray:2 4}\n"
    ".haul-chart .d3{stroke-dasharray:9 4 2 4}\n"
    ".haul-chart .mark{stroke-dasharray:none}\n"
    ".haul-chart .reference{stroke:#59636e;stroke:var(--soft);stroke-width:1.6;"
    "stroke-dasharray:5 5}\n"
    ".haul-chart .ring{fill:none;stroke:#a40e5c;stroke:var(--ring);stroke-width:2.2}\n"
    "@media(max-width:480px){.haul-chart{font-size:18px}.haul-chart .title{font-size:21px}}\n";

static void append_text(struct text *text, const char *start, double y, const char *string,
                        double size)
{
    text_append_string(text, start);
    CHART_DRAW(text, " x='@' y='@'>", CHART_MARGIN, y);
    chart_text_append(text, string, size, CHART_WIDTH - 2 * CHART_MARGIN);
    text_append_string(text, "</text>\n");
}

static void append_words(struct text *text, const char *element, const char *id, const char *string)
{
    text_append_format(text, "<%s id='", element);
    chart_text_append(text, id, 1, HUGE_VAL);
    text_append_format(text, "-%s'>", element);
    chart_text_append(text, string, 1, HUGE_VAL);
    text_append_format(text, "</%s>\n", element);
}

static double header_height(const struct chart *chart)
{
    if (chart->is_part)
        return 0;
    return HEADER_HEIGHT + (chart->subtitle != NULL ? SUBTITLE_HEIGHT : 0);
}

static double height_of(const struct chart *chart)
{
    double height = header_height(chart) + (chart->is_part ? -PANEL_GAP : BOTTOM);
    for (size_t i = 0; i < chart->panel_count; i++)
        height += chart_panel_height(&chart->panels[i]) + PANEL_GAP;
    return height + (chart->footer != NULL ? FOOTER_HEIGHT : 0);
}

static void append_start(struct text *text, const struct chart *chart, double height)
{
    CHART_DRAW(text,
               "<svg xmlns='http://www.w3.org/2000/svg' class='haul-chart' width='@' height='@' "
               "viewBox='0 0 @ @' role='img' aria-labelledby='",
               CHART_WIDTH, height, CHART_WIDTH, height);
    chart_text_append(text, chart->id, 1, HUGE_VAL);
    text_append_string(text, "-title ");
    chart_text_append(text, chart->id, 1, HUGE_VAL);
    text_append_string(text, "-desc'>\n");
    append_words(text, "title", chart->id, chart->title);
    append_words(text, "desc", chart->id, chart->description);
    if (chart->is_part)
        return;
    text_append_format(text, "<style>\n%s</style>\n", STYLE);
    CHART_DRAW(text, "<rect class='back' x='.5' y='.5' width='@' height='@' rx='8'/>\n",
               CHART_WIDTH - 1, height - 1);
}

static void append_header(struct text *text, const struct chart *chart)
{
    if (chart->is_part)
        return;
    append_text(text, "<text class='title'", 36, chart->title, CHART_TITLE_SIZE);
    if (chart->subtitle != NULL)
        append_text(text, "<text class='soft'", 60, chart->subtitle, CHART_TEXT_SIZE);
}

const char *chart_style(void)
{
    return STYLE;
}

bool chart_append(struct text *text, const struct chart *chart)
{
    size_t start = text->length;
    double height = height_of(chart);
    append_start(text, chart, height);
    append_header(text, chart);
    double top = header_height(chart);
    for (size_t i = 0; i < chart->panel_count; i++) {
        chart_panel_append(text, &chart->panels[i], top);
        top += chart_panel_height(&chart->panels[i]) + PANEL_GAP;
    }
    if (chart->footer != NULL)
        append_text(text, "<text class='soft'", height - BOTTOM - 6, chart->footer,
                    CHART_TEXT_SIZE);
    text_append_string(text, "</svg>\n");
    if (text->is_full)
        text_cut(text, start);
    return !text->is_full;
}
