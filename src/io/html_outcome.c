#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/xml_string.h"
#include "io/html_sections.h"
#include "io/json_field.h"
#include "io/report_figures.h"

#define STAMP_SECONDS 19 /* 2026-11-20T12:00:00 of an RFC 3339 time */
#define HINTS_SHOWN 10

static const struct status_words {
    const char *key;
    const char *name;
    const char *words; /* behind the name in the legend */
    const char *colour;
} STATUSES[] = {
    {"downloaded", "downloaded", "", "f-good"},
    {"ok", "ok", "", "f-good"},
    {"kept", "kept", ", already on disk", "f-kept"},
    {"duplicate", "duplicate", ", listed before", "f-twice"},
    {"skipped", "skipped", ", " RUN_FIGURES_SKIPPED, "f-skip"},
    {"failed", "failed", "", "f-bad"},
    {"not_tried", "not tried", ", the run ended before", "f-not"},
};

static bool is_left_out(const json_t *report, size_t status)
{
    return strcmp(STATUSES[status].key, "skipped") == 0 && report_is_retry(report);
}

static int64_t count_of(const json_t *report, const char *key)
{
    return json_field_count(json_field_find(report, "counts"), key, 0);
}

static bool is_running(const json_t *report)
{
    const char *outcome = json_field_string(report, "outcome");
    return outcome != NULL && strcmp(outcome, "running") == 0;
}

void html_outcome_append_headline(struct text *text, const json_t *report)
{
    char part[NUMBER_SIZE];
    char whole[NUMBER_SIZE];
    int64_t total = count_of(report, "total");
    int64_t failed = count_of(report, "failed");
    int64_t not_tried = count_of(report, "not_tried");
    int64_t skipped = count_of(report, "skipped");
    number_format_count(whole, total);
    const char *urls = total == 1 ? "URL" : "URLs";
    if (is_running(report))
        text_append_string(text, "Still running, or killed");
    else if (total == 0)
        text_append_string(text, "There was no URL");
    else if (failed > 0) {
        text_append_format(text, "%s of %s %s failed", number_format_count(part, failed), whole,
                           urls);
        if (not_tried > 0)
            text_append_format(text, " and %s not tried", number_format_count(part, not_tried));
    } else if (not_tried > 0)
        text_append_format(text, "%s of %s %s not tried", number_format_count(part, not_tried),
                           whole, urls);
    else if (skipped > 0)
        text_append_format(text, "%s of %s %s skipped", number_format_count(part, skipped), whole,
                           urls);
    else if (total == 1)
        text_append_string(text, "1 URL, and it is fine");
    else
        text_append_format(text, "%s URLs, all fine", whole);
}

static void append_end(struct text *text, const json_t *report)
{
    const char *outcome = json_field_string(report, "outcome");
    int64_t exit_code = json_field_count(report, "exit_code", -1);
    if (outcome == NULL)
        return;
    text_append_string(text, "; ");
    html_page_append_escaped(text, is_running(report) ? "not at its end" : outcome,
                             HTML_PAGE_STRING);
    if (exit_code >= 0)
        text_append_format(text, ", exit %lld", (long long)exit_code);
}

/* "10,000 URLs: 9,710 downloaded, 128 kept, 162 failed; took 1 min 27 s; complete, exit 1." */
static void append_sentence(struct text *text, const json_t *report)
{
    char number[NUMBER_SIZE];
    int64_t total = count_of(report, "total");
    int64_t elapsed_us = json_field_count(report, "elapsed_us", -1);
    const char *separator = ": ";
    text_append_format(text, "<p class=\"lead\">%s %s", number_format_count(number, total),
                       total == 1 ? "URL" : "URLs");
    for (size_t i = 0; i < ARRAY_LENGTH(STATUSES); i++) {
        int64_t count = count_of(report, STATUSES[i].key);
        if (count == 0)
            continue;
        text_append_format(text, "%s%s %s", separator, number_format_count(number, count),
                           STATUSES[i].name);
        separator = ", ";
    }
    if (elapsed_us >= 0)
        text_append_format(text, "; %s %s", is_running(report) ? "after" : "took",
                           number_format_duration(number, elapsed_us));
    append_end(text, report);
    text_append_string(text, ".");
    if (json_is_false(json_field_find(report, "input.complete")))
        text_append_string(text, " The lists were not read to their end.");
    const char *command = json_field_string(report, "command");
    if (is_running(report) && command != NULL && strcmp(command, "check") != 0)
        text_append_string(text, " Where it was killed, the same command goes on.");
    text_append_string(text, "</p>\n");
}

static void append_run(struct text *text, const json_t *report)
{
    const char *start = json_field_string(report, "start");
    const char *command = json_field_string(report, "command");
    text_append_string(text, "<p class=\"run\">haul ");
    html_page_append_foreign(text, command != NULL ? command : "", HTML_PAGE_STRING);
    const char *run_id = json_field_string(report, "run_id");
    if (run_id != NULL) {
        text_append_string(text, " \xC2\xB7 run "); /* U+00B7 */
        html_page_append_foreign(text, run_id, HTML_PAGE_STRING);
    }
    if (start != NULL && strlen(start) > STAMP_SECONDS && start[10] == 'T') {
        text_append_string(text, " \xC2\xB7 ");
        xml_string_append(text, start, 10);
        text_append_char(text, ' ');
        xml_string_append(text, start + 11, STAMP_SECONDS - 11);
        text_append_string(text, " UTC");
    }
    const char *host = json_field_string(report, "host");
    if (host != NULL) {
        text_append_string(text, " \xC2\xB7 on ");
        html_page_append_foreign(text, host, HTML_PAGE_STRING);
    }
    text_append_string(text, "</p>\n");
}

static void append_counts(struct text *text, const json_t *report)
{
    char number[NUMBER_SIZE];
    char share[NUMBER_SIZE];
    struct html_share shares[ARRAY_LENGTH(STATUSES)];
    struct text words;
    int64_t total = count_of(report, "total");
    if (total == 0)
        return;
    text_init(&words, 4096);
    text_append_string(&words, "Of all URLs");
    for (size_t i = 0; i < ARRAY_LENGTH(STATUSES); i++) {
        int64_t count = count_of(report, STATUSES[i].key);
        shares[i] = (struct html_share){STATUSES[i].name, STATUSES[i].colour, (double)count};
        if (count > 0)
            text_append_format(&words, ", %s %s", STATUSES[i].name,
                               number_format_ratio(share, (double)count, (double)total));
    }
    html_page_append_stack(text, words.data, shares, ARRAY_LENGTH(shares));
    text_clear(&words);
    text_append_string(text, "<ul class=\"legend\">\n");
    for (size_t i = 0; i < ARRAY_LENGTH(STATUSES); i++) {
        int64_t count = count_of(report, STATUSES[i].key);
        if (count == 0)
            continue;
        text_append_string(text, "<li>");
        html_page_append_swatch(text, STATUSES[i].colour);
        text_append_format(text, "<b>%s</b> %s <span class=\"soft\">%s%s</span></li>\n",
                           number_format_count(number, count), STATUSES[i].name,
                           number_format_ratio(share, (double)count, (double)total),
                           is_left_out(report, i) ? ", " RUN_FIGURES_LEFT_OUT : STATUSES[i].words);
    }
    text_append_string(text, "</ul>\n");
}

static void append_fact(struct text *text, const char *name, const char *value, const char *format,
                        ...) PRINTF_LIKE(4, 5);

static void append_fact(struct text *text, const char *name, const char *value, const char *format,
                        ...)
{
    va_list arguments;
    text_append_format(text, "<div><dt>%s</dt><dd>%s", name, value);
    if (format[0] != '\0') {
        text_append_string(text, " <small>");
        va_start(arguments, format);
        text_append_format_list(text, format, arguments);
        va_end(arguments);
        text_append_string(text, "</small>");
    }
    text_append_string(text, "</dd></div>\n");
}

static int64_t nearest_of(double value)
{
    return value < 9e18 ? (int64_t)(value + 0.5) : INT64_MAX;
}

static void append_traffic(struct text *text, const json_t *report)
{
    char value[NUMBER_SIZE];
    char more[NUMBER_SIZE];
    int64_t elapsed_us = json_field_count(report, "elapsed_us", -1);
    double urls_per_s = json_field_real(report, "rate.urls_per_s", -1);
    double bytes_per_s = json_field_real(report, "rate.bytes_per_s", -1);
    int64_t files = json_field_count(report, "bytes.file", -1);
    if (elapsed_us >= 0)
        append_fact(text, "Time", number_format_duration(value, elapsed_us), "%s", "");
    if (urls_per_s >= 0 && urls_per_s < 1e15) {
        char rate[NUMBER_SIZE + 16];
        snprintf(rate, sizeof rate, "%.1f/s", urls_per_s); /* as haul report has it */
        append_fact(text, "URLs", rate, "%s", "");
    }
    if (bytes_per_s >= 0) {
        char rate[NUMBER_SIZE + 16];
        snprintf(rate, sizeof rate, "%s/s", number_format_bytes(value, nearest_of(bytes_per_s)));
        append_fact(text, "Received", rate, "%s in all",
                    number_format_bytes(more, json_field_count(report, "bytes.wire", 0)));
    }
    if (files >= 0 && count_of(report, "ok") == 0)
        append_fact(text, "New files", number_format_bytes(value, files), "%s", "");
}

static void append_work(struct text *text, const json_t *report)
{
    char value[NUMBER_SIZE];
    char more[NUMBER_SIZE];
    int64_t p50 = json_field_count(report, "latency_us.total.p50", -1);
    int64_t p95 = json_field_count(report, "latency_us.total.p95", -1);
    int64_t retries = json_field_count(report, "retries.attempts", -1);
    int64_t opened = json_field_count(report, "connections.opened", -1);
    int64_t jobs = json_field_count(report, "workers.jobs", -1);
    double duty = json_field_real(report, "cpu.duty_cycle", -1);
    if (p50 >= 0)
        append_fact(text, "Time per URL", number_format_duration(value, p50), "95%% within %s",
                    number_format_duration(more, p95));
    if (retries >= 0)
        append_fact(text, "Retries", number_format_count(value, retries), "%s URLs recovered",
                    number_format_count(more, json_field_count(report, "retries.recovered", 0)));
    if (opened >= 0)
        append_fact(text, "Connections", number_format_count(value, opened), "reused %s times",
                    number_format_count(more, json_field_count(report, "connections.reused", 0)));
    if (jobs >= 0)
        append_fact(text, "At once",
                    number_format_count(value, json_field_count(report, "workers.peak_jobs", 0)),
                    "of at most %s, %lld thread%s", number_format_count(more, jobs),
                    (long long)json_field_count(report, "workers.threads", 0),
                    json_field_count(report, "workers.threads", 0) == 1 ? "" : "s");
    if (duty >= 0 && duty < 1e6)
        append_fact(text, "CPU", number_format_ratio(value, duty, 1), "%s", "of one, on average");
}

/* Sentences that the run has for its user. */
static void append_hints(struct text *text, const json_t *report)
{
    const json_t *hints = json_field_find(report, "hints");
    size_t count = json_array_size(hints);
    if (count == 0)
        return;
    text_append_string(text, "<ul class=\"notes\">\n");
    for (size_t i = 0; i < count && i < HINTS_SHOWN; i++) {
        text_append_string(text, "<li>");
        html_page_append_foreign(text, json_string_value(json_array_get(hints, i)), HTML_PAGE_URL);
        text_append_string(text, "</li>\n");
    }
    text_append_string(text, "</ul>\n");
}

void html_outcome_append(struct text *text, const struct html_page *page)
{
    const json_t *report = page->report;
    bool is_bad = count_of(report, "failed") > 0 || count_of(report, "not_tried") > 0;
    bool is_good = !is_bad && !is_running(report) && count_of(report, "total") > 0 &&
                   count_of(report, "skipped") == 0;
    append_run(text, report);
    text_append_format(text, "<h1 class=\"%s\">", is_bad ? "bad" : is_good ? "good" : "none");
    html_outcome_append_headline(text, report);
    text_append_string(text, "</h1>\n");
    append_sentence(text, report);
    append_counts(text, report);
    append_hints(text, report);
    text_append_string(text, "<dl class=\"facts\">\n");
    append_traffic(text, report);
    append_work(text, report);
    text_append_string(text, "</dl>\n");
}
