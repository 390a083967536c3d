#include "base/number.h"
#include "io/html_sections.h"
#include "io/json_field.h"

#define CLASSES_SHOWN 50
#define HOSTS_SHOWN 5

static void append_hosts(struct text *text, const json_t *entry)
{
    char number[NUMBER_SIZE];
    const json_t *hosts = json_field_find(entry, "hosts");
    size_t count = json_array_size(hosts);
    int64_t others = json_field_count(entry, "other_hosts", 0);
    text_append_string(text, count > 0 ? "<td class=\"wide\">" : "<td>\xE2\x80\x93"); /* U+2013 */
    for (size_t i = 0; i < count && i < HOSTS_SHOWN; i++) {
        const json_t *host = json_array_get(hosts, i);
        text_append_string(text, i > 0 ? ", " : "");
        html_page_append_foreign(text, json_field_string(host, "host"), HTML_PAGE_STRING);
        text_append_format(text, " <span class=\"soft\">%s</span>",
                           number_format_count(number, json_field_count(host, "count", 0)));
    }
    if (count > 0 && others > 0)
        text_append_format(text, ", %s other host%s", number_format_count(number, others),
                           others == 1 ? "" : "s");
    text_append_string(text, "</td>");
}

static void append_class(struct text *text, const json_t *entry, int64_t total)
{
    int64_t count = json_field_count(entry, "count", -1);
    text_append_string(text, "<tr><th scope=\"row\">");
    html_page_append_foreign(text, json_field_string(entry, "class"), HTML_PAGE_STRING);
    text_append_string(text, "</th>");
    html_page_append_count_cell(text, count);
    html_page_append_ratio_cell(text, count, total);
    append_hosts(text, entry);
    text_append_string(text, "<td class=\"wide\">");
    html_page_append_foreign(text, json_field_string(entry, "example"), HTML_PAGE_STRING);
    text_append_string(text, "</td></tr>\n");
}

void html_failures_append(struct text *text, const struct html_page *page)
{
    static const char *const COLUMNS[] = {"Class", "#URLs", "#Of all", "Hosts", "First line"};
    const json_t *failures = json_field_find(page->report, "failures");
    int64_t total = json_field_count(page->report, "counts.total", 0);
    size_t count = json_array_size(failures);
    if (count == 0)
        return;
    html_page_start_section(text, "failures", "Failures");
    html_page_start_table(text, "Failures by class", COLUMNS, ARRAY_LENGTH(COLUMNS));
    for (size_t i = 0; i < count && i < CLASSES_SHOWN; i++)
        append_class(text, json_array_get(failures, i), total);
    html_page_end_table(text);
    html_page_append_more(text, (int64_t)count - CLASSES_SHOWN, "class", "classes");
    if (page->retry != NULL) {
        text_append_string(text, "<p>To try those again that may pass:</p>\n<pre><code>");
        html_page_append_escaped(text, page->retry, HTML_PAGE_URL * 16);
        text_append_string(text, "</code></pre>\n");
    } else if (page->no_retry != NULL) {
        text_append_format(text, "<p>No retry: %s.</p>\n", page->no_retry);
    }
    html_page_end_section(text);
}
