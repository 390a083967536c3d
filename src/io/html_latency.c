#include "base/number.h"
#include "io/chart_text.h"
#include "io/html_sections.h"
#include "io/json_field.h"

#define RANGES_SHOWN 100

static double largest_count(const json_t *ranges)
{
    double largest = 0;
    for (size_t i = 0; i < json_array_size(ranges); i++) {
        double count = (double)json_field_count(json_array_get(ranges, i), "count", 0);
        largest = count > largest ? count : largest;
    }
    return largest;
}

/* "70 - 100 ms": both in the unit that suits the larger one. */
static void append_bounds(struct text *text, int64_t from_us, int64_t to_us)
{
    bool is_seconds = to_us >= 1000000;
    bool is_milliseconds = !is_seconds && to_us >= 1000;
    double unit = is_seconds ? 1e6 : is_milliseconds ? 1e3 : 1;
    chart_number_append(text, (double)from_us / unit, 2);
    text_append_string(text, " \xE2\x80\x93 "); /* U+2013 */
    chart_number_append(text, (double)to_us / unit, 2);
    text_append_string(text, is_seconds ? " s" : is_milliseconds ? " ms" : " us");
}

static void append_range(struct text *text, const json_t *range, double largest, int64_t all)
{
    int64_t count = json_field_count(range, "count", 0);
    text_append_string(text, "<tr><th scope=\"row\" class=\"n\">");
    append_bounds(text, json_field_count(range, "from_us", 0), json_field_count(range, "to_us", 0));
    text_append_string(text, "</th><td class=\"line\">");
    html_page_append_bar(text, (double)count, largest);
    text_append_string(text, "</td>");
    html_page_append_count_cell(text, count);
    html_page_append_ratio_cell(text, count, all);
    text_append_string(text, "</tr>\n");
}

static void append_distribution(struct text *text, const json_t *report)
{
    static const char *const COLUMNS[] = {"#Time", "", "#URLs", "#Share"};
    const json_t *ranges = json_field_find(report, "latency_us.distribution");
    size_t count = json_array_size(ranges);
    int64_t all = 0;
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        int64_t part = json_field_count(json_array_get(ranges, i), "count", 0);
        all = part <= INT64_MAX - all ? all + part : INT64_MAX;
    }
    html_page_start_table(text, "How many URLs took how long", COLUMNS, ARRAY_LENGTH(COLUMNS));
    for (size_t i = 0; i < count && i < RANGES_SHOWN; i++)
        append_range(text, json_array_get(ranges, i), largest_count(ranges), all);
    html_page_end_table(text);
}

static void append_percentiles(struct text *text, const json_t *report)
{
    static const char *const NAMES[] = {"p50", "p90", "p95", "p99", "max"};
    static const struct {
        const char *path;
        const char *name;
    } ROWS[] = {{"latency_us.total", "whole URL"}, {"latency_us.ttfb", "first byte"}};
    static const char *const COLUMNS[] = {"Time to", "#p50", "#p90", "#p95", "#p99", "#max"};
    html_page_start_table(text, "Percentiles of the times", COLUMNS, ARRAY_LENGTH(COLUMNS));
    for (size_t i = 0; i < ARRAY_LENGTH(ROWS); i++) {
        const json_t *times = json_field_find(report, ROWS[i].path);
        if (!json_is_object(times))
            continue;
        text_append_format(text, "<tr><th scope=\"row\">%s</th>", ROWS[i].name);
        for (size_t j = 0; j < ARRAY_LENGTH(NAMES); j++)
            html_page_append_duration_cell(text, json_field_count(times, NAMES[j], -1));
        text_append_string(text, "</tr>\n");
    }
    html_page_end_table(text);
}

static void append_phases(struct text *text, const json_t *report)
{
    static const struct {
        const char *key;
        const char *name;
        const char *colour;
    } PHASES[] = {
        {"dns", "name lookup", "f-dns"},
        {"connect", "connecting", "f-connect"},
        {"tls", "TLS", "f-tls"},
        {"ttfb", "waiting for the server", "f-wait"},
        {"receive", "receiving", "f-receive"},
        {"write", "writing", "f-write"},
    };
    struct html_share shares[ARRAY_LENGTH(PHASES)];
    struct text legend;
    const json_t *phases = json_field_find(report, "phases_share");
    if (!json_is_object(phases))
        return;
    text_init(&legend, 4096);
    for (size_t i = 0; i < ARRAY_LENGTH(PHASES); i++) {
        char ratio[NUMBER_SIZE];
        double part = json_field_real(phases, PHASES[i].key, 0);
        part = part > 0 && part <= 1 ? part : 0;
        shares[i] = (struct html_share){PHASES[i].name, PHASES[i].colour, part};
        if (part <= 0)
            continue;
        text_append_string(&legend, "<li>");
        html_page_append_swatch(&legend, PHASES[i].colour);
        text_append_format(&legend, "<b>%s</b> %s</li>\n", number_format_ratio(ratio, part, 1),
                           PHASES[i].name);
    }
    text_append_string(text, "<h3>Where the time of the requests went</h3>\n");
    html_page_append_stack(text, "Shares of the time, as told below", shares, ARRAY_LENGTH(shares));
    text_append_string(text, "<ul class=\"legend\">\n");
    text_append(text, legend.data, legend.length);
    text_append_string(text, "</ul>\n");
    text_clear(&legend);
}

void html_latency_append(struct text *text, const struct html_page *page)
{
    if (!json_is_object(json_field_find(page->report, "latency_us.total")))
        return;
    html_page_start_section(text, "latency", "Time per URL");
    append_phases(text, page->report);
    append_percentiles(text, page->report);
    append_distribution(text, page->report);
    html_page_end_section(text);
}
