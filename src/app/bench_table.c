#include "app/bench_table.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"

#define TIME_COLUMNS 17
#define NAME_LEAST 8
#define FIXED_COLUMNS 63 /* of a row, without its name and bar */
#define BAR_LEAST 6
#define BAR_MOST 40
#define TIME_SIZE 40
#define LABEL_COLUMNS 12

static const char *heading(const struct bench_view *view)
{
    switch (benchmark_axis_of(view->benchmark)) {
    case BENCHMARK_THREADS:
        return "threads";
    case BENCHMARK_JOBS:
        return "jobs";
    case BENCHMARK_GRID:
        break;
    }
    return "thr x jobs";
}

static double best_rate(const struct bench_view *view)
{
    double best = 0;
    for (size_t i = 0; i < view->benchmark->setting_count; i++) {
        if (view->figures[i].urls_per_s > best)
            best = view->figures[i].urls_per_s;
    }
    return best;
}

/* "19.53 +- 0.31 s"; a single run has no deviation. Returns out. */
static const char *format_time(char out[TIME_SIZE], const struct statistics *us, bool is_unicode)
{
    double seconds = us->mean / 1e6;
    int decimals = seconds >= 1000 ? 0 : seconds >= 100 ? 1 : seconds >= 10 ? 2 : 3;
    if (us->count < 2)
        snprintf(out, TIME_SIZE, "%.*f s", decimals, seconds);
    else
        snprintf(out, TIME_SIZE, "%.*f %s %.*f s", decimals, seconds, is_unicode ? "\u00B1" : "+-",
                 decimals, us->deviation / 1e6);
    return out;
}

/* printf counts bytes, a screen characters. */
static void append_right(struct text *text, const char *string, int columns)
{
    int shown = 0;
    for (const char *c = string; *c != '\0'; c++)
        shown += ((unsigned char)*c & 0xC0) != 0x80;
    text_append_format(text, "%*s%s", columns > shown ? columns - shown : 0, "", string);
}

/* Eighths of a block on a terminal that has them. */
static void append_bar(struct text *text, double share, int columns, bool is_unicode)
{
    static const char *const eighths[] = {" ",      "\u258F", "\u258E", "\u258D",
                                          "\u258C", "\u258B", "\u258A", "\u2589"};
    int filled = (int)(share * columns * 8 + 0.5);
    if (!is_unicode)
        filled = (int)(share * columns + 0.5) * 8;
    text_append_string(text, is_unicode ? "  " : "  |");
    for (int i = 0; i < columns; i++) {
        if (filled >= 8 * (i + 1))
            text_append_string(text, is_unicode ? "\u2588" : "#");
        else
            text_append_string(text, is_unicode && filled > 8 * i ? eighths[filled - 8 * i] : " ");
    }
    text_append_string(text, is_unicode ? "  " : "|  ");
}

static void append_speedup(struct text *text, const struct benchmark_figures *figures,
                           bool is_unicode)
{
    char cell[TIME_SIZE];
    int decimals = figures->speedup.value >= 100 ? 1 : 2;
    if (figures->speedup.value <= 0)
        snprintf(cell, sizeof(cell), "-");
    else if (figures->speedup.deviation <= 0)
        snprintf(cell, sizeof(cell), "%.*f", decimals, figures->speedup.value);
    else
        snprintf(cell, sizeof(cell), "%.*f %s %.*f", decimals, figures->speedup.value,
                 is_unicode ? "\u00B1" : "+-", decimals, figures->speedup.deviation);
    append_right(text, cell, 14);
    if (figures->speedup.value > 0)
        text_append_format(text, "  %3.0f%%", figures->efficiency * 100);
    else
        text_append_string(text, "     -");
}

/* Of the longest name: one of a grid may be long. */
static int name_columns(const struct bench_view *view)
{
    enum benchmark_axis axis = benchmark_axis_of(view->benchmark);
    int columns = NAME_LEAST;
    for (size_t i = 0; i < view->benchmark->setting_count; i++) {
        char name[BENCHMARK_NAME_SIZE];
        int length = (int)strlen(benchmark_name(axis, &view->benchmark->settings[i], name));
        columns = length > columns ? length : columns;
    }
    return columns;
}

static int bar_columns(const struct bench_view *view, const struct bench_table_style *style)
{
    int columns = (int)style->columns - FIXED_COLUMNS - name_columns(view);
    return columns < BAR_LEAST ? 0 : columns > BAR_MOST ? BAR_MOST : columns;
}

static void append_heading(struct text *text, const struct bench_view *view,
                           const struct bench_table_style *style)
{
    int bar = bar_columns(view, style);
    append_right(text, heading(view), 2 + name_columns(view));
    append_right(text, style->is_unicode ? "time (mean \u00B1 s)" : "time (mean +- s)",
                 TIME_COLUMNS);
    append_right(text, "url/s", 9);
    text_append_format(text, "%*s", bar > 0 ? bar + (style->is_unicode ? 4 : 6) : 2, "");
    text_append_string(text, "       speedup   eff   fail\n");
}

static void append_row(struct text *text, const struct bench_view *view, size_t setting,
                       const struct bench_table_style *style)
{
    const struct benchmark_figures *figures = &view->figures[setting];
    const struct recommendation *chosen = view->recommendation;
    bool is_chosen = chosen != NULL && chosen->setting == setting;
    char name[BENCHMARK_NAME_SIZE];
    char time[TIME_SIZE];
    char share[NUMBER_SIZE];
    int bar = bar_columns(view, style);
    if (is_chosen && style->has_colour)
        text_append_string(text, "\033[1m");
    text_append_string(text, is_chosen ? "> " : "  ");
    append_right(text, benchmark_name(benchmark_axis_of(view->benchmark), &figures->setting, name),
                 name_columns(view));
    append_right(text, format_time(time, &figures->elapsed_us, style->is_unicode), TIME_COLUMNS);
    text_append_format(text, " %8.1f", figures->urls_per_s);
    if (bar > 0)
        append_bar(text, figures->urls_per_s / best_rate(view), bar, style->is_unicode);
    else
        text_append_string(text, "  ");
    append_speedup(text, figures, style->is_unicode);
    append_right(text, number_format_ratio(share, (double)figures->failed, (double)figures->urls),
                 7);
    if (is_chosen && style->has_colour)
        text_append_string(text, "\033[0m");
    text_append_string(text, chosen != NULL && chosen->rises[setting] ? " !\n" : "\n");
}

static void append_latency(struct text *text, const struct bench_view *view)
{
    int columns = 2 + name_columns(view);
    text_append_char(text, '\n');
    append_right(text, "latency", columns);
    text_append_string(text,
                       "   p50 ms   p95 ms   p99 ms    CPU s   duty   busy  new conns  reused\n");
    for (size_t i = 0; i < view->benchmark->setting_count; i++) {
        const struct benchmark_figures *figures = &view->figures[i];
        char name[BENCHMARK_NAME_SIZE];
        if (figures->elapsed_us.count == 0)
            continue;
        append_right(text,
                     benchmark_name(benchmark_axis_of(view->benchmark), &figures->setting, name),
                     columns);
        text_append_format(text, "%9.1f%9.1f%9.1f%9.2f%6.1f%%%7.1f%11.0f%7.0f%%\n",
                           (double)figures->p50_us / 1e3, (double)figures->p95_us / 1e3,
                           (double)figures->p99_us / 1e3, figures->cpu_us / 1e6,
                           figures->duty_cycle * 100, figures->concurrency,
                           figures->connections_opened, figures->reused_share * 100);
    }
}

/* "recommend   ...": what goes on is indented below. */
static void append_words(struct text *text, const char *label,
                         void (*append)(struct text *text, const struct bench_view *view),
                         const struct bench_view *view, unsigned columns)
{
    struct text words;
    text_init(&words, 4096);
    append(&words, view);
    size_t column = LABEL_COLUMNS;
    if (words.length > 0)
        text_append_format(text, "%-*s", LABEL_COLUMNS, label);
    for (char *state, *word = strtok_r(words.data, " ", &state); word != NULL;
         word = strtok_r(NULL, " ", &state)) {
        if (column > LABEL_COLUMNS && column + 1 + strlen(word) > columns) {
            text_append_format(text, "\n%*s", LABEL_COLUMNS, "");
            column = LABEL_COLUMNS;
        }
        text_append_format(text, "%s%s", column > LABEL_COLUMNS ? " " : "", word);
        column += strlen(word) + (column > LABEL_COLUMNS);
    }
    if (words.length > 0)
        text_append_char(text, '\n');
    text_clear(&words);
}

static void append_conclusions(struct text *text, const struct bench_view *view, unsigned columns)
{
    columns = columns < 60 ? 60 : columns > 100 ? 100 : columns;
    text_append_char(text, '\n');
    if (view->recommendation != NULL) {
        append_words(text, "recommend", bench_words_append_choice, view, columns);
        append_words(text, "beyond", bench_words_append_beyond, view, columns);
        append_words(text, "limit", bench_words_append_limit, view, columns);
        append_words(text, "work", bench_words_append_work, view, columns);
    } else {
        text_append_format(text, "%-*s%s", LABEL_COLUMNS, "recommend",
                           "nothing: no setting has a run in which a URL succeeded\n");
    }
    append_words(text, "model", bench_words_append_model, view, columns);
    append_words(text, "warning", bench_words_append_outliers, view, columns);
}

void bench_table_append(struct text *text, const struct bench_view *view,
                        const struct bench_table_style *style)
{
    if (best_rate(view) <= 0) {
        append_conclusions(text, view, style->columns);
        return;
    }
    text_append_char(text, '\n');
    append_heading(text, view, style);
    for (size_t i = 0; i < view->benchmark->setting_count; i++) {
        if (view->figures[i].elapsed_us.count > 0)
            append_row(text, view, i, style);
    }
    append_latency(text, view);
    append_conclusions(text, view, style->columns);
}
