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
#include <strings.h>
#include <unistd.h>

#define FRAME_US (CLOCK_SECOND_US / 5)
#define PLAIN_US (30 * CLOCK_SECOND_US)
#define MESSAGES_BYTES (256 * 1024) /* what may wait to be printed; more is counted */
#define SHOWN_PER_CLASS 10
#define RATE_WINDOW_US (5 * CLOCK_SECOND_US)

struct sample {
    int64_t at_us;
    uint64_t finished;
    int64_t bytes;
};

struct progress {
    struct progress_settings settings;
    struct thread thread;
    bool draws;  /* a line that is redrawn */
    bool prints; /* plain lines now and then */

    /* touched by the progress thread only */
    bool has_line;
    int64_t plain_us;     /* when the next plain line is due */
    struct sample before; /* five to ten seconds ago */
    struct sample latest; /* at most five */
    double urls_per_second;
    double bytes_per_second;

    struct lock lock; /* guards everything below */
    struct condition changed;
    struct text messages;
    uint64_t dropped;
    uint64_t shown[FAILURE_COUNT]; /* FAILURE_NONE: images that are cut short */
    bool is_stopping;
};

/* What was there at one moment. */
static struct sample take_sample(const struct progress *progress, const struct counts *counts,
                                 int64_t now_us)
{
    return (struct sample){
        .at_us = now_us,
        .finished = counts->total,
        .bytes = atomic_load_explicit(progress->settings.received, memory_order_relaxed),
    };
}

/* Rates over the last five to ten seconds, and over the whole run at its start. */
static void measure(struct progress *progress, const struct counts *counts, int64_t now_us)
{
    struct sample now = take_sample(progress, counts, now_us);
    double seconds = (double)(now_us - progress->before.at_us) / CLOCK_SECOND_US;
    if (seconds <= 0)
        return;
    progress->urls_per_second = (double)(now.finished - progress->before.finished) / seconds;
    progress->bytes_per_second = (double)(now.bytes - progress->before.bytes) / seconds;
    if (now_us - progress->latest.at_us >= RATE_WINDOW_US) {
        progress->before = progress->latest;
        progress->latest = now;
    }
}

/* Hidden in the first seconds, when nobody can know. */
static void append_eta(struct text *line, const struct progress *progress, uint64_t left)
{
    bool is_early = clock_monotonic_us() - progress->settings.start_us < RATE_WINDOW_US;
    if (left == 0 || is_early || progress->urls_per_second <= 0)
        return;
    double seconds = (double)left / progress->urls_per_second + 1;
    if (seconds < 360000)
        text_append_format(line, "  ETA %u:%02u:%02u", (unsigned)seconds / 3600,
                           (unsigned)seconds / 60 % 60, (unsigned)seconds % 60);
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
    append_eta(line, progress, total - done);
}

static void append_count(struct text *line, const struct counts *counts, enum status status)
{
    uint64_t count = counts->by_status[status];
    if (count > 0 || status == STATUS_DOWNLOADED || status == STATUS_FAILED)
        text_append_format(line, " %s %llu", status_name(status), (unsigned long long)count);
}

/* What matters most comes first: a narrow window cuts the end. */
static void append_counts(struct text *line, const struct progress *progress,
                          const struct counts *counts)
{
    char number[NUMBER_SIZE];
    append_position(line, progress, counts->total);
    text_append_format(line, "  %s/s",
                       number_format_bytes(number, (int64_t)progress->bytes_per_second));
    text_append_format(line, " %.1f url/s ", progress->urls_per_second);
    for (enum status status = 0; status < STATUS_COUNT; status++)
        append_count(line, counts, status);
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
        (void)descriptor_write_unless(STDERR_FILENO, frame.data, frame.length,
                                      progress->settings.cancel);
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
    progress->before.at_us = progress->latest.at_us = settings->start_us;
    text_init(&progress->messages, MESSAGES_BYTES);
    lock_init(&progress->lock, LOCK_RANK_PROGRESS);
    condition_init(&progress->changed);
    /* A quiet run has nothing to show before its end. */
    if (!settings->is_quiet &&
        !thread_start(&progress->thread, "progress", progress_body, progress, error)) {
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

/* Of a URL that is one; what is wrong with others may lie in the scheme. */
static size_t scheme_length(const struct job *job, const char *url)
{
    if (job->origin.host == NULL)
        return 0;
    return strncasecmp(url, "https://", 8) == 0 ? 8 : strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
}

/* The URL of a message: without scheme, query values masked, and not endless. */
static void append_place(struct text *line, const struct progress *progress, const struct job *job,
                         const char *url)
{
    struct text masked;
    text_init(&masked, 2 * URL_MAX_BYTES);
    url_append_masked(&masked, url, progress->settings.redaction);
    const char *start = masked.data + scheme_length(job, masked.data);
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

static const char *mirror_url(const struct job *job, unsigned mirror)
{
    return mirror > 0 ? job->entry->mirrors[mirror - 1] : job->listed;
}

/* The mirror that was asked last. */
static const char *asked_url(const struct job *job)
{
    return mirror_url(job, job->mirror);
}

/* "LEVEL class http host/path detail plan (file:line)" */
static void add_event(struct progress *progress, const char *level, const struct job *job,
                      const char *url, const char *plan)
{
    const struct outcome *outcome = &job->outcome;
    struct text line;
    text_init(&line, 8192);
    const char *class_name = failure_name(outcome->failure);
    text_append_format(&line, "%s %-12s ", level, class_name != NULL ? class_name : "image");
    if (outcome->http > 0)
        text_append_format(&line, "%3d  ", outcome->http);
    else
        text_append_string(&line, " --  ");
    append_place(&line, progress, job, url);
    if (outcome->detail != NULL) {
        text_append_string(&line, "  ");
        append_foreign(&line, outcome->detail);
    }
    text_append_string(&line, plan);
    text_append_string(&line, "  (");
    append_foreign(&line, job->source);
    if (job->line > 0)
        text_append_format(&line, ":%llu", (unsigned long long)job->line);
    text_append_string(&line, ")\n");
    add_message(progress, &line);
    text_clear(&line);
}

static void add_file(struct progress *progress, const char *level, const struct job *job)
{
    char number[NUMBER_SIZE];
    struct text line;
    text_init(&line, 8192);
    text_append_format(&line, "%s %s  ", level,
                       number_format_bytes(number, job->outcome.file_bytes));
    append_place(&line, progress, job, asked_url(job));
    text_append_string(&line, "  ->  ");
    append_foreign(&line, job->outcome.path);
    text_append_char(&line, '\n');
    add_message(progress, &line);
    text_clear(&line);
}

/* How often something of this class was to be shown, this time included. */
static uint64_t count_shown(struct progress *progress, enum failure failure)
{
    lock_acquire(&progress->lock);
    uint64_t shown = ++progress->shown[failure];
    lock_release(&progress->lock);
    return shown;
}

static void show_saved(struct progress *progress, const struct job *job)
{
    if (progress->settings.is_verbose)
        add_file(progress, "SAVE", job);
    if (job->outcome.image.end == IMAGE_END_MISSING &&
        (count_shown(progress, FAILURE_NONE) <= SHOWN_PER_CLASS || progress->settings.is_verbose))
        add_event(progress, "WARN", job, asked_url(job), "");
}

void progress_record(struct progress *progress, const struct job *job)
{
    const struct outcome *outcome = &job->outcome;
    bool is_failed = outcome->status == STATUS_FAILED;
    if (progress->settings.is_quiet)
        return;
    if (!is_failed && outcome->status != STATUS_SKIPPED) {
        if (outcome->status == STATUS_DOWNLOADED)
            show_saved(progress, job);
        else if (outcome->status == STATUS_KEPT && progress->settings.is_verbose)
            add_file(progress, "KEEP", job);
        return;
    }
    uint64_t shown = count_shown(progress, outcome->failure);
    if (progress->settings.is_verbose || shown <= SHOWN_PER_CLASS)
        add_event(progress, is_failed ? "FAIL" : "SKIP", job, asked_url(job), "");
    else if (shown == SHOWN_PER_CLASS + 1)
        progress_message(progress, "more URLs %s with %s: see results.jsonl (or use -v)",
                         status_name(outcome->status), failure_name(outcome->failure));
}

void progress_retry(struct progress *progress, const struct job *job, int64_t delay_us)
{
    char number[NUMBER_SIZE];
    char plan[64];
    if (!progress->settings.is_verbose || progress->settings.is_quiet)
        return;
    if (job->mirror > 0 && delay_us == 0)
        snprintf(plan, sizeof plan, "  asking mirror %u of %u", job->mirror,
                 job_mirror_count(job) - 1);
    else
        snprintf(plan, sizeof plan, "  next try in %s", number_format_duration(number, delay_us));
    /* The next one is chosen already. */
    add_event(progress, "WARN", job, mirror_url(job, job->asked_mirror), plan);
}

void progress_stop(struct progress *progress)
{
    if (progress == NULL)
        return;
    lock_acquire(&progress->lock);
    progress->is_stopping = true;
    condition_signal(&progress->changed);
    lock_release(&progress->lock);
    if (progress->thread.is_started)
        thread_join(&progress->thread);
    else
        show(progress, true);
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
