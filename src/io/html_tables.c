#include <string.h>

#include "base/number.h"
#include "io/html_sections.h"
#include "io/json_field.h"

#define HOSTS_SHOWN 50
#define WARNINGS_SHOWN 101 /* a run keeps a hundred, and says how many more there were */
#define SETTINGS_SHOWN 200
#define ARGUMENTS_SHOWN 20

static void append_host(struct text *text, const json_t *host, bool has_p95)
{
    int64_t failed = json_field_count(host, "failed", -1);
    text_append_string(text, "<tr><th scope=\"row\" class=\"wide\">");
    html_page_append_foreign(text, json_field_string(host, "host"), HTML_PAGE_STRING);
    text_append_string(text, "</th>");
    html_page_append_count_cell(text, json_field_count(host, "urls", -1));
    html_page_append_count_cell(text, failed);
    html_page_append_bytes_cell(text, json_field_count(host, "bytes", -1));
    html_page_append_duration_cell(text, json_field_count(host, "mean_us", -1));
    if (has_p95)
        html_page_append_duration_cell(text, json_field_count(host, "p95_us", -1));
    html_page_append_duration_cell(text, json_field_count(host, "max_us", -1));
    text_append_string(text, "</tr>\n");
}

void html_hosts_append(struct text *text, const struct html_page *page)
{
    static const char *const COLUMNS[] = {"Host",   "#URLs", "#Failed",
                                          "#Files", "#Mean", "#Longest"};
    static const char *const WITH_P95[] = {"Host",  "#URLs", "#Failed", "#Files",
                                           "#Mean", "#p95",  "#Longest"};
    const json_t *hosts = json_field_find(page->report, "hosts");
    size_t count = json_array_size(hosts);
    if (count == 0)
        return;
    bool has_p95 = json_field_find(json_array_get(hosts, 0), "p95_us") != NULL;
    html_page_start_section(text, "hosts", "Hosts");
    html_page_start_table(text, "Hosts with the most URLs", has_p95 ? WITH_P95 : COLUMNS,
                          has_p95 ? ARRAY_LENGTH(WITH_P95) : ARRAY_LENGTH(COLUMNS));
    for (size_t i = 0; i < count && i < HOSTS_SHOWN; i++)
        append_host(text, json_array_get(hosts, i), has_p95);
    html_page_end_table(text);
    int64_t others = json_field_count(page->report, "other_hosts", 0);
    int64_t cut = count > HOSTS_SHOWN ? (int64_t)(count - HOSTS_SHOWN) : 0;
    html_page_append_more(text, others < INT64_MAX - cut ? others + cut : others, "host", "hosts");
    html_page_end_section(text);
}

/* The URL, and where the list has it. */
static void append_url_cell(struct text *text, const json_t *record)
{
    const char *source = json_field_string(record, "source");
    int64_t line = json_field_count(record, "line", -1);
    text_append_string(text, "<td class=\"wide url\">");
    html_page_append_foreign(text, json_field_string(record, "url"), HTML_PAGE_URL);
    if (source != NULL && line >= 0) {
        const char *slash = strrchr(source, '/');
        text_append_string(text, " <span class=\"soft\">(");
        html_page_append_foreign(text, slash != NULL ? slash + 1 : source, HTML_PAGE_STRING);
        text_append_format(text, ":%lld)</span>", (long long)line);
    }
    text_append_string(text, "</td>");
}

static void append_failed(struct text *text, const json_t *record)
{
    text_append_string(text, "<tr>");
    html_page_append_foreign_cell(text, json_field_string(record, "class"), HTML_PAGE_STRING);
    html_page_append_count_cell(text, json_field_count(record, "http", -1));
    append_url_cell(text, record);
    text_append_string(text, "<td class=\"wide\">");
    html_page_append_foreign(text, json_field_string(record, "detail"), HTML_PAGE_STRING);
    text_append_string(text, "</td></tr>\n");
}

void html_failed_append(struct text *text, const struct html_page *page)
{
    static const char *const COLUMNS[] = {"Class", "#Status", "URL", "Why"};
    if (page->records == NULL || page->records->failed_count == 0)
        return;
    size_t count = page->records->failed_count;
    html_page_start_section(text, "failed", "What failed");
    html_page_start_table(text, "URLs that failed, the first of each class among them, and why",
                          COLUMNS, ARRAY_LENGTH(COLUMNS));
    for (size_t i = 0; i < count; i++)
        append_failed(text, page->records->failed[i]);
    html_page_end_table(text);
    int64_t all = json_field_count(page->report, "counts.failed", 0);
    html_page_append_more(text, all > (int64_t)count ? all - (int64_t)count : 0,
                          "URL, see failed.tsv", "URLs, see failed.tsv");
    html_page_end_section(text);
}

static void append_slow(struct text *text, const json_t *record)
{
    const char *class = json_field_string(record, "class");
    text_append_string(text, "<tr>");
    html_page_append_duration_cell(text, json_field_count(record, "us.total", -1));
    append_url_cell(text, record);
    html_page_append_bytes_cell(text, json_field_count(record, "bytes.file", -1));
    html_page_append_foreign_cell(text, class != NULL ? class : json_field_string(record, "status"),
                                  HTML_PAGE_STRING);
    html_page_append_count_cell(text, json_field_count(record, "attempts", -1));
    text_append_string(text, "</tr>\n");
}

void html_slowest_append(struct text *text, const struct html_page *page)
{
    static const char *const COLUMNS[] = {"#Time", "URL", "#Size", "Outcome", "#Tries"};
    if (page->records == NULL || page->records->slowest.count == 0)
        return;
    html_page_start_section(text, "slowest", "Slowest");
    html_page_start_table(text, "The URLs that took longest", COLUMNS, ARRAY_LENGTH(COLUMNS));
    for (size_t i = 0; i < page->records->slowest.count; i++)
        append_slow(text, page->records->slowest.urls[i].record);
    html_page_end_table(text);
    html_page_end_section(text);
}

void html_warnings_append(struct text *text, const struct html_page *page)
{
    const json_t *warnings = json_field_find(page->report, "warnings");
    size_t count = json_array_size(warnings);
    if (count == 0)
        return;
    html_page_start_section(text, "warnings", "Warnings");
    text_append_string(text, "<ul class=\"notes\">\n");
    for (size_t i = 0; i < count && i < WARNINGS_SHOWN; i++) {
        text_append_string(text, "<li>");
        html_page_append_foreign(text, json_string_value(json_array_get(warnings, i)),
                                 HTML_PAGE_URL);
        text_append_string(text, "</li>\n");
    }
    text_append_string(text, "</ul>\n");
    html_page_append_more(text, (int64_t)count - WARNINGS_SHOWN, "warning", "warnings");
    html_page_end_section(text);
}

static bool ends_with(const char *string, const char *end)
{
    size_t length = strlen(string);
    return length > strlen(end) && strcmp(string + length - strlen(end), end) == 0;
}

/* The unit is part of the name. */
static void append_number(struct text *text, const char *name, int64_t number)
{
    char shown[NUMBER_SIZE];
    if (number >= 0 && ends_with(name, "_us"))
        text_append_string(text, number_format_duration(shown, number));
    else if (number >= 0 && ends_with(name, "_bytes"))
        text_append_string(text, number_format_bytes(shown, number));
    else if (number >= 0 && ends_with(name, "_per_hour"))
        text_append_string(text, number_format_rate(shown, number));
    else
        text_append_format(text, "%lld", (long long)number);
}

static void append_value(struct text *text, const char *name, const json_t *value)
{
    if (json_is_boolean(value))
        text_append_string(text, json_is_true(value) ? "yes" : "no");
    else if (json_is_integer(value))
        append_number(text, name, json_integer_value(value));
    else
        html_page_append_foreign(text, json_string_value(value), HTML_PAGE_STRING);
}

static void start_row(struct text *text, const char *name)
{
    text_append_string(text, "<tr><th scope=\"row\">");
    html_page_append_foreign(text, name, HTML_PAGE_STRING);
    text_append_string(text, "</th><td class=\"wide\">");
}

static void append_arguments(struct text *text, const json_t *arguments)
{
    size_t count = json_array_size(arguments);
    if (count == 0)
        return;
    start_row(text, "lists and URLs");
    for (size_t i = 0; i < count && i < ARGUMENTS_SHOWN; i++) {
        text_append_string(text, i > 0 ? "<br>" : "");
        html_page_append_foreign(text, json_string_value(json_array_get(arguments, i)),
                                 HTML_PAGE_STRING);
    }
    if (count > ARGUMENTS_SHOWN)
        text_append_format(text, "<br>and %zu more", count - ARGUMENTS_SHOWN);
    text_append_string(text, "</td></tr>\n");
}

void html_settings_append(struct text *text, const struct html_page *page)
{
    static const char *const COLUMNS[] = {"Setting", "Value"};
    json_t *settings = json_object_get(page->report, "settings");
    size_t shown = 0;
    if (!json_is_object(settings))
        return;
    html_page_start_section(text, "settings", "Settings");
    text_append_string(text, "<details>\n<summary>What the run was told to do</summary>\n");
    html_page_start_table(text, "Settings of the run", COLUMNS, ARRAY_LENGTH(COLUMNS));
    append_arguments(text, json_field_find(page->report, "arguments"));
    const char *name;
    json_t *value;
    json_object_foreach(settings, name, value)
    {
        if (shown++ >= SETTINGS_SHOWN)
            break;
        start_row(text, name);
        append_value(text, name, value);
        text_append_string(text, "</td></tr>\n");
    }
    html_page_end_table(text);
    html_page_append_more(text, (int64_t)json_object_size(settings) - SETTINGS_SHOWN, "setting",
                          "settings");
    text_append_string(text, "</details>\n");
    html_page_end_section(text);
}
