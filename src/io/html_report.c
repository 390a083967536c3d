#include "io/html_report.h"

#include "io/html_sections.h"
#include "io/html_style.h"
#include "io/json_field.h"

static const struct part {
    const char *id;
    const char *name;
    void (*append)(struct text *text, const struct html_page *page);
} PARTS[] = {
    {"failures", "Failures", html_failures_append},
    {"failed", "What failed", html_failed_append},
    {"course", "Over time", html_charts_append},
    {"latency", "Time per URL", html_latency_append},
    {"hosts", "Hosts", html_hosts_append},
    {"slowest", "Slowest", html_slowest_append},
    {"images", "Images", html_images_append},
    {"warnings", "Warnings", html_warnings_append},
    {"settings", "Settings", html_settings_append},
};

static void append_head(struct text *text, const struct html_page *page)
{
    bool has_pictures =
        page->links != NULL && page->records != NULL && page->records->image_count > 0;
    text_append_string(text, HTML_REPORT_BEGINNING);
    html_style_append(text, has_pictures);
    text_append_string(text,
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"referrer\" content=\"no-referrer\">\n<title>haul: ");
    html_outcome_append_headline(text, page->report);
    text_append_string(text, "</title>\n</head>\n");
}

/* What there is nothing to tell about is not there, nor a link to it. */
static void append_parts(struct text *text, const struct html_page *page)
{
    struct text parts[ARRAY_LENGTH(PARTS)];
    text_append_string(text, "<nav aria-label=\"Parts of this page\"><ul>\n");
    for (size_t i = 0; i < ARRAY_LENGTH(PARTS); i++) {
        text_init(&parts[i], text->limit);
        PARTS[i].append(&parts[i], page);
        if (parts[i].length > 0)
            text_append_format(text, "<li><a href=\"#%s\">%s</a></li>\n", PARTS[i].id,
                               PARTS[i].name);
    }
    text_append_string(text, "</ul></nav>\n</header>\n");
    for (size_t i = 0; i < ARRAY_LENGTH(PARTS); i++) {
        text->is_full = text->is_full || parts[i].is_full;
        text_append(text, parts[i].data, parts[i].length);
        text_clear(&parts[i]);
    }
}

static void append_tool(struct text *text, const json_t *report)
{
    text_append_string(text, "<footer>Made by haul ");
    html_page_append_foreign(text, json_field_string(report, "tool.version"), HTML_PAGE_STRING);
    text_append_string(text, " with libcurl ");
    html_page_append_foreign(text, json_field_string(report, "tool.libcurl"), HTML_PAGE_STRING);
    text_append_string(text, "</footer>\n");
}

bool html_report_append(struct text *text, const struct html_page *page)
{
    size_t start = text->length;
    append_head(text, page);
    text_append_string(text, "<body>\n<main>\n<header>\n");
    html_outcome_append(text, page);
    append_parts(text, page);
    append_tool(text, page->report);
    text_append_string(text, "</main>\n</body>\n</html>\n");
    if (text->is_full)
        text_cut(text, start);
    return !text->is_full;
}
