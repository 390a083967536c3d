#include "app/figures_text.h"

#include "app/foreign_text.h"
#include "base/clock.h"
#include "base/number.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 80
#define CLASSES_SHOWN 3
#define CLASS_BYTES 40 /* shown of a class; haul's own have 18 */
#define HOST_BYTES 40
#define HINT_INDENT "        " /* as wide as "  hint: " */

/* Those not tried did not take any of the time. */
static double finished_of(const struct run_figures *figures)
{
    return (double)figures->total - (double)figures->by_status[STATUS_NOT_TRIED];
}

static void append_head(struct text *text, const struct run_figures *figures)
{
    char count[NUMBER_SIZE];
    char duration[NUMBER_SIZE];
    char rate[NUMBER_SIZE];
    char bytes[NUMBER_SIZE];
    double seconds = (double)figures->elapsed_us / CLOCK_SECOND_US;
    double per_second = seconds > 0 ? 1 / seconds : 0;
    double wire = (double)figures->wire_bytes * per_second;
    double finished = finished_of(figures);
    text_append_format(text, "%s %s in %s        %.1f url/s   %s/s   %s\n\n",
                       number_format_count(count, figures->total),
                       figures->total == 1 ? "URL" : "URLs",
                       number_format_duration(duration, figures->elapsed_us),
                       finished > 0 ? finished * per_second : 0,
                       number_format_bytes(rate, wire < 9e18 ? (int64_t)(wire + 0.5) : INT64_MAX),
                       number_format_bytes(bytes, figures->wire_bytes));
}

/* As many classes as the line holds, three at most, and how many more there are. */
static void append_classes(struct text *text, const struct run_figures *figures, size_t line_start)
{
    char number[NUMBER_SIZE];
    char more[NUMBER_SIZE + 16] = "";
    for (size_t i = 0; i < figures->class_count; i++) {
        size_t length = text->length;
        size_t left = figures->class_count - i - 1;
        text_append_format(text, "   %s ", number_format_count(number, figures->classes[i].count));
        foreign_text_append(text, figures->classes[i].name, CLASS_BYTES);
        snprintf(more, sizeof more, "   and %zu more", left + 1);
        bool fits = text->length - line_start + (left > 0 ? strlen(more) : 0) <= WIDTH;
        if (i > 0 && (i == CLASSES_SHOWN || !fits)) {
            text_cut(text, length);
            text_append_string(text, more);
            return;
        }
    }
}

static void append_status(struct text *text, const struct run_figures *figures, enum status status,
                          const char *words)
{
    char number[NUMBER_SIZE];
    char share[NUMBER_SIZE];
    int64_t count = figures->by_status[status];
    enum status best = figures->is_check ? STATUS_OK : STATUS_DOWNLOADED;
    if (count == 0 && status != best && status != STATUS_FAILED)
        return;
    size_t start = text->length;
    text_append_format(text, "  %-10s %9s  %6s", status_name(status),
                       number_format_count(number, count),
                       number_format_ratio(share, (double)count, (double)figures->total));
    if (status == STATUS_FAILED)
        append_classes(text, figures, start);
    else if (count > 0 && words != NULL)
        text_append_format(text, "   %s", words);
    text_append_char(text, '\n');
}

static void append_counts(struct text *text, const struct run_figures *figures)
{
    append_status(text, figures, STATUS_DOWNLOADED, NULL);
    append_status(text, figures, STATUS_OK, NULL);
    append_status(text, figures, STATUS_KEPT, "already on disk and unchanged");
    append_status(text, figures, STATUS_DUPLICATE, "listed before");
    append_status(text, figures, STATUS_SKIPPED,
                  figures->is_retry ? RUN_FIGURES_LEFT_OUT : RUN_FIGURES_SKIPPED);
    append_status(text, figures, STATUS_FAILED, NULL);
    append_status(text, figures, STATUS_NOT_TRIED, figures->not_tried_reason);
    text_append_char(text, '\n');
}

static void append_latency(struct text *text, const struct run_figures *figures)
{
    char p50[NUMBER_SIZE];
    char p95[NUMBER_SIZE];
    char p99[NUMBER_SIZE];
    char max[NUMBER_SIZE];
    if (figures->latency_us.p50 < 0)
        return;
    text_append_string(text, "  time per URL   ");
    number_format_duration(max, figures->latency_us.max);
    if (finished_of(figures) <= 1)
        text_append_format(text, "%s\n", max);
    else
        text_append_format(text, "p50 %s   p95 %s   p99 %s   max %s\n",
                           number_format_duration(p50, figures->latency_us.p50),
                           number_format_duration(p95, figures->latency_us.p95),
                           number_format_duration(p99, figures->latency_us.p99), max);
}

static void append_phases(struct text *text, const struct run_figures *figures)
{
    static const char *const words[RUN_PHASE_COUNT] = {"dns",  "connect", "tls",
                                                       "wait", "receive", "write"};
    int percent[RUN_PHASE_COUNT];
    int shown = 0;
    run_figures_percent(figures->phases_share, percent);
    for (size_t i = 0; i < RUN_PHASE_COUNT; i++) {
        if (percent[i] == 0)
            continue;
        text_append_string(text, shown++ == 0 ? "  where it went  " : "  ");
        text_append_format(text, "%s %d%%", words[i], percent[i]);
    }
    if (shown > 0)
        text_append_char(text, '\n');
}

static void append_traffic(struct text *text, const struct run_figures *figures)
{
    char first[NUMBER_SIZE];
    char second[NUMBER_SIZE];
    char share[NUMBER_SIZE];
    double requests = (double)figures->opened + (double)figures->reused;
    if (requests > 0)
        text_append_format(text, "  connections    %s opened, %s reused (%s)\n",
                           number_format_count(first, figures->opened),
                           number_format_count(second, figures->reused),
                           number_format_ratio(share, (double)figures->reused, requests));
    if (figures->retries > 0)
        text_append_format(text, "  retries        %s (%s %s recovered)\n",
                           number_format_count(first, figures->retries),
                           number_format_count(second, figures->recovered),
                           figures->recovered == 1 ? "URL" : "URLs");
}

static void append_slowest(struct text *text, const struct run_figures *figures)
{
    char count[NUMBER_SIZE];
    char duration[NUMBER_SIZE];
    if (figures->slowest_host == NULL)
        return;
    text_append_string(text, "  slowest host   ");
    foreign_text_append(text, figures->slowest_host, HOST_BYTES);
    text_append_format(text, "   %s %s   p95 %s\n",
                       number_format_count(count, figures->slowest_urls),
                       figures->slowest_urls == 1 ? "URL" : "URLs",
                       number_format_duration(duration, figures->slowest_p95_us));
}

void figures_text_append(struct text *text, const struct run_figures *figures)
{
    char duration[NUMBER_SIZE];
    append_head(text, figures);
    append_counts(text, figures);
    append_latency(text, figures);
    append_phases(text, figures);
    append_traffic(text, figures);
    append_slowest(text, figures);
    if (figures->cpu_us < 0)
        return;
    text_append_format(text, "  cpu            %s, duty cycle ",
                       number_format_duration(duration, figures->cpu_us));
    if (figures->duty_cycle < 0.01)
        text_append_string(text, "below 1%\n");
    else
        text_append_format(text, "%.0f%%\n", figures->duty_cycle * 100);
}

/* Breaks at blanks; a word that is longer than a line gets one of its own. */
static void append_wrapped(struct text *text, const char *words)
{
    size_t column = strlen(HINT_INDENT);
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        if (column > strlen(HINT_INDENT)) {
            bool fits = column + 1 + length <= WIDTH;
            text_append_string(text, fits ? " " : "\n" HINT_INDENT);
            column = fits ? column + 1 : strlen(HINT_INDENT);
        }
        text_append(text, words, length);
        column += length;
        words += length + strspn(words + length, " ");
    }
    text_append_char(text, '\n');
}

void figures_text_append_hints(struct text *text, const struct run_figures *figures)
{
    struct text hint;
    text_init(&hint, SIZE_MAX);
    for (size_t i = 0; i < figures->hint_count; i++) {
        text_reset(&hint);
        foreign_text_append(&hint, figures->hints[i], FOREIGN_TEXT_MAX);
        text_append_string(text, i == 0 ? "\n  hint: " : "  hint: ");
        append_wrapped(text, hint.data);
    }
    text_clear(&hint);
}

static void append_place(struct text *text, const char *words, const char *path)
{
    if (path == NULL)
        return;
    text_append_format(text, "  %-16s", words);
    foreign_text_append(text, path, FOREIGN_TEXT_MAX);
    text_append_char(text, '\n');
}

static void append_retry(struct text *text, const struct run_places *places)
{
    text_append_string(text, "  retry failures: haul --retry-");
    if (places->is_last) {
        text_append_string(text, "failed");
    } else {
        text_append_string(text, "from ");
        foreign_text_append_argument(text, places->failed);
    }
    text_append_string(text, " -d ");
    foreign_text_append_argument(text, places->directory);
    text_append_char(text, '\n');
}

void figures_text_append_places(struct text *text, const struct run_figures *figures,
                                const struct run_places *places)
{
    bool has_failed = figures->by_status[STATUS_FAILED] > 0;
    bool has_command = places->directory != NULL && !places->is_vague &&
                       (places->is_last || places->failed != NULL);
    text_append_char(text, '\n');
    append_place(text, "files:", places->directory);
    bool is_left = figures->by_status[STATUS_NOT_TRIED] > 0 && !figures->is_check;
    if (is_left && !figures->is_running && !figures->would_stop)
        append_place(text, "to go on:", "the same command");
    if (figures->is_running && !figures->is_check)
        append_place(text, "to go on:", "the same command, unless the run still goes on");
    else if (has_failed && !run_figures_may_be_retried(figures))
        append_place(text, "no retry:", RUN_FIGURES_NO_RETRY);
    else if (has_failed && has_command)
        append_retry(text, places);
    if (has_failed)
        append_place(text, "failed URLs:", places->failed);
    append_place(text, "look:", places->look);
}
