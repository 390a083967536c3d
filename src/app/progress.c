#include "app/progress.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/thread.h"
#include "base/vis.h"
#include "io/descriptor.h"
#include "io/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_US (CLOCK_SECOND_US / 5)
#define PLAIN_US (30 * CLOCK_SECOND_US)
#define MESSAGES_BYTES (256 * 1024) /* what may wait to be printed; more is counted */
#define SHOWN_PER_CLASS 10
#define RATE_WINDOW_US (5 * CLOCK_SECOND_US)

struct progress {
    struct progress_settings settings;
    struct thread thread;
    bool draws;  /* a line that is redrawn */
    bool prints; /* plain lines now and then */

    /* touched by the progress thread only */
    bool has_line;
    int64_t plain_us; /* when the next plain line is due */
    int64_t window_us;
    struct counts window;
    double urls_per_second;
    double bytes_per_second;

    struct lock lock; /* guards everything below */
    struct condition changed;
    struct text messages;
    uint64_t dropped;
    uint64_t shown[FAILURE_COUNT];
    bool is_stopping;
};

static uint64_t finished(const struct counts *counts)
{
    return counts->total;
}

/* Rates over the last few seconds, and over the whole run at its start. */
static void measure(struct progress *progress, const struct counts *counts, int64_t now_us)
{
    int64_t span_us = now_us - progress->window_us;
    if (span_us < FRAME_US / 2)
        return;
    double seconds = (double)span_us / CLOCK_SECOND_US;
    progress->urls_per_second = (double)(finished(counts) - finished(&progress->window)) / seconds;
    progress->bytes_per_second =
        (double)(counts->wire_bytes - progress->window.wire_bytes) / seconds;
    if (span_us >= RATE_WINDOW_US) {
        progress->window_us = now_us;
        progress->window = *counts;
    }
}

static void append_position(struct text *line, const struct progress *progress, uint64_t done)
{
    bool is_final;
    uint64_t total = producer_total(progress->settings.producer, &is_final);
    char number[NUMBER_SIZE];
    text_append_string(line, number_format_count(number, (int64_t)done));
    if (!is_final) {
        text_append_string(line, " done, list still open");
        return;
    }
    text_append_format(line, "/%s", number_format_count(number, (int64_t)total));
    if (total > 0)
        text_append_format(line, " %u%%", (unsigned)(done * 100 / total));
    if (progress->urls_per_second > 0 && total > done) {
        double left = (double)(total - done) / progress->urls_per_second;
        if (left < 1e6)
            text_append_format(line, " eta %s",
                               number_format_duration(number, (int64_t)left * CLOCK_SECOND_US));
    }
}

static void append_counts(struct text *line, const struct progress *progress,
                          const struct counts *counts)
{
    char number[NUMBER_SIZE];
    append_position(line, progress, finished(counts));
    text_append_format(line, "  downloaded %llu",
                       (unsigned long long)counts->by_status[STATUS_DOWNLOADED]);
    if (counts->by_status[STATUS_KEPT] > 0)
        text_append_format(line, " kept %llu", (unsigned long long)counts->by_status[STATUS_KEPT]);
    text_append_format(line, " failed %llu", (unsigned long long)counts->by_status[STATUS_FAILED]);
    text_append_format(line, "  %.1f url/s", progress->urls_per_second);
    text_append_format(line, " %s/s",
                       number_format_bytes(number, (int64_t)progress->bytes_per_second));
}

static void take_messages(struct progress *progress, struct text *out)
{
    lock_acquire(&progress->lock);
    text_append(out, progress->messages.data, progress->messages.length);
    if (progress->dropped > 0)
        text_append_format(out, "haul: %llu more messages, see the report\n",
                           (unsigned long long)progress->dropped);
    text_reset(&progress->messages);
    progress->dropped = 0;
    lock_release(&progress->lock);
}

/* One write: messages, then the line. */
static void show(struct progress *progress, bool is_last)
{
    int64_t now_us = clock_monotonic_us();
    struct text frame;
    text_init(&frame, MESSAGES_BYTES * 2);
    if (progress->has_line)
        text_append_string(&frame, "\r\x1b[K");
    progress->has_line = false;
    take_messages(progress, &frame);

    struct counts counts = results_counts(progress->settings.results);
    measure(progress, &counts, now_us);
    if (progress->draws && !is_last) {
        size_t start = frame.length;
        append_counts(&frame, progress, &counts);
        unsigned columns = terminal_columns(STDERR_FILENO);
        if (frame.length - start >= columns)
            text_cut(&frame, start + columns - 1); /* the line is plain ASCII */
        progress->has_line = true;
    } else if (progress->prints && !is_last && now_us >= progress->plain_us) {
        char stamp[CLOCK_TEXT_SIZE];
        text_append_format(&frame, "%s haul: ", clock_format_seconds(stamp, clock_wall_us()));
        append_counts(&frame, progress, &counts);
        text_append_char(&frame, '\n');
        progress->plain_us = now_us + PLAIN_US;
    }
    /* Nobody is left to be told when stderr cannot be written. */
    if (frame.length > 0)
        (void)descriptor_write(STDERR_FILENO, frame.data, frame.length);
    text_clear(&frame);
}

static void progress_body(void *context)
{
    struct progress *progress = context;
    for (;;) {
        int64_t until_us = clock_monotonic_us() + FRAME_US;
        lock_acquire(&progress->lock);
        while (!progress->is_stopping &&
               condition_wait_until(&progress->changed, &progress->lock, until_us))
            continue;
        bool is_last = progress->is_stopping;
        lock_release(&progress->lock);
        show(progress, is_last);
        if (is_last)
            return;
    }
}

struct progress *progress_start(const struct progress_settings *settings, struct error *error)
{
    struct progress *progress = memory_allocate_zeroed(1, sizeof *progress);
    progress->settings = *settings;
    bool is_terminal = terminal_is_interactive(STDERR_FILENO);
    enum progress_mode mode = settings->mode;
    progress->draws = mode == PROGRESS_BAR || (mode == PROGRESS_AUTO && is_terminal);
    progress->prints = mode == PROGRESS_PLAIN || (mode == PROGRESS_AUTO && !is_terminal);
    if (settings->is_quiet)
        progress->draws = progress->prints = false;
    progress->plain_us = settings->start_us + PLAIN_US;
    progress->window_us = settings->start_us;
    text_init(&progress->messages, MESSAGES_BYTES);
    lock_init(&progress->lock, LOCK_RANK_PROGRESS);
    condition_init(&progress->changed);
    if (!thread_start(&progress->thread, "progress", progress_body, progress, error)) {
        progress_destroy(progress);
        return NULL;
    }
    return progress;
}

static void add_message(struct progress *progress, const struct text *line)
{
    lock_acquire(&progress->lock);
    if (progress->messages.length + line->length > progress->messages.limit)
        progress->dropped++;
    else
        text_append(&progress->messages, line->data, line->length);
    lock_release(&progress->lock);
}

void progress_message(struct progress *progress, const char *format, ...)
{
    char words[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    struct text line;
    text_init(&line, 8192);
    text_append_string(&line, "haul: ");
    vis_append(&line, words, strlen(words));
    text_append_char(&line, '\n');
    add_message(progress, &line);
    text_clear(&line);
}

/* The URL of a message: without scheme, query values masked, and not endless. */
static void append_place(struct text *line, const struct progress *progress, const struct job *job)
{
    struct text masked;
    text_init(&masked, 2 * URL_MAX_BYTES);
    url_append_masked(&masked, job->listed, progress->settings.redaction);
    const char *start = strstr(masked.data, "://");
    start = start != NULL ? start + 3 : masked.data;
    char shown[160];
    vis_format(shown, sizeof shown, start, strlen(start));
    text_append_string(line, shown);
    text_clear(&masked);
}

static void append_foreign(struct text *line, const char *foreign)
{
    char shown[512];
    text_append_string(line, vis_format(shown, sizeof shown, foreign, strlen(foreign)));
}

/* "LEVEL class http host/path detail plan (file:line)" */
static void add_event(struct progress *progress, const char *level, const struct job *job,
                      const char *plan)
{
    const struct outcome *outcome = &job->outcome;
    struct text line;
    text_init(&line, 8192);
    text_append_format(&line, "%s %-12s ", level, failure_name(outcome->failure));
    if (outcome->http > 0)
        text_append_format(&line, "%3d  ", outcome->http);
    else
        text_append_string(&line, " --  ");
    append_place(&line, progress, job);
    if (outcome->detail[0] != '\0')
        text_append_string(&line, "  ");
    append_foreign(&line, outcome->detail);
    text_append_string(&line, plan);
    text_append_string(&line, "  (");
    append_foreign(&line, job->source);
    if (job->line > 0)
        text_append_format(&line, ":%llu", (unsigned long long)job->line);
    text_append_string(&line, ")\n");
    add_message(progress, &line);
    text_clear(&line);
}

void progress_failure(struct progress *progress, const struct job *job)
{
    const struct outcome *outcome = &job->outcome;
    if (progress->settings.is_quiet)
        return;
    lock_acquire(&progress->lock);
    uint64_t shown = ++progress->shown[outcome->failure];
    lock_release(&progress->lock);
    const char *class = failure_name(outcome->failure);
    if (!progress->settings.is_verbose && shown > SHOWN_PER_CLASS) {
        if (shown == SHOWN_PER_CLASS + 1)
            progress_message(progress, "more URLs failed with %s: see failed.tsv (or use -v)",
                             class);
        return;
    }
    add_event(progress, "FAIL", job, "");
}

void progress_retry(struct progress *progress, const struct job *job, int64_t delay_us)
{
    char number[NUMBER_SIZE];
    char plan[64];
    if (!progress->settings.is_verbose || progress->settings.is_quiet)
        return;
    snprintf(plan, sizeof plan, "  next try in %s", number_format_duration(number, delay_us));
    add_event(progress, "WARN", job, plan);
}

void progress_stop(struct progress *progress)
{
    if (progress == NULL)
        return;
    lock_acquire(&progress->lock);
    progress->is_stopping = true;
    condition_signal(&progress->changed);
    lock_release(&progress->lock);
    thread_join(&progress->thread);
}

void progress_destroy(struct progress *progress)
{
    if (progress == NULL)
        return;
    condition_clear(&progress->changed);
    lock_clear(&progress->lock);
    text_clear(&progress->messages);
    free(progress);
}
