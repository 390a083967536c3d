#include "app/progress.h"

#include "app/event_limit.h"
#include "app/event_line.h"
#include "app/status_line.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/vis.h"
#include "io/descriptor.h"
#include "io/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_US (CLOCK_SECOND_US / 5)
#define MESSAGES_BYTES (256 * 1024) /* what may wait to be printed; more is counted */
#define LINE_BYTES 8192

enum form {
    FORM_NOTHING,
    FORM_LIVE,   /* lines that are drawn again */
    FORM_PLAIN,  /* lines of a log */
    FORM_SPOKEN, /* sentences */
};

struct progress {
    struct progress_settings settings;
    const struct options *options;
    enum form form;
    struct live_source *source;
    struct thread thread;
    bool has_thread; /* constant once it runs */

    /* touched by the progress thread only */
    unsigned drawn; /* lines of the frame on the screen; the cursor is where it begins */
    struct text frame;
    struct text drawn_frame;
    int64_t line_us; /* when the next plain line is due */

    struct lock lock; /* guards everything below */
    struct condition changed;
    struct text messages;
    uint64_t dropped;
    struct event_limit *limit;
    bool wants_status;
    bool wants_redraw;
    bool is_stopping;
};

/* What others have asked for since the last time. */
struct wishes {
    struct text messages;
    bool wants_status;
    bool wants_redraw;
};

static enum form form_of(const struct options *options, enum progress_mode mode)
{
    enum terminal_kind kind = terminal_kind(STDERR_FILENO);
    if (options->quiet || mode == PROGRESS_NONE)
        return FORM_NOTHING;
    if (mode == PROGRESS_BAR)
        return terminal_is_interactive(STDERR_FILENO) ? FORM_LIVE : FORM_PLAIN;
    if (mode == PROGRESS_PLAIN)
        return FORM_PLAIN;
    return kind == TERMINAL_LIVE ? FORM_LIVE : kind == TERMINAL_SPOKEN ? FORM_SPOKEN : FORM_PLAIN;
}

static struct screen look_at_screen(const struct progress *progress)
{
    return (struct screen){
        .columns = terminal_columns(STDERR_FILENO),
        .rows = terminal_rows(STDERR_FILENO),
        .is_unicode = terminal_kind(STDERR_FILENO) == TERMINAL_NONE || terminal_is_unicode(),
        .has_colour = options_wants_colour(progress->options, STDERR_FILENO),
    };
}

static struct wishes take_wishes(struct progress *progress, bool is_last)
{
    struct wishes wishes = {0};
    text_init(&wishes.messages, 2 * MESSAGES_BYTES);
    lock_acquire(&progress->lock);
    text_append(&wishes.messages, progress->messages.data, progress->messages.length);
    if (progress->dropped > 0)
        text_append_format(&wishes.messages, "haul: %llu more messages, see the report\n",
                           (unsigned long long)progress->dropped);
    text_reset(&progress->messages);
    progress->dropped = 0;
    wishes.wants_status = progress->wants_status;
    wishes.wants_redraw = progress->wants_redraw;
    progress->wants_status = progress->wants_redraw = false;
    if (is_last)
        event_limit_append_rest(&wishes.messages, progress->limit);
    lock_release(&progress->lock);
    return wishes;
}

static void append_stamped(struct text *out, const struct live_view *view)
{
    char stamp[CLOCK_TEXT_SIZE];
    text_append_format(out, "%s haul: ", clock_format_seconds(stamp, clock_wall_us()));
    status_line_append(out, view);
    text_append_char(out, '\n');
}

/* A plain line or a sentence, when it is due or was asked for. */
static void append_line(struct progress *progress, struct text *out, const struct wishes *wishes,
                        const struct live_view *view, bool is_last)
{
    int64_t now_us = clock_monotonic_us();
    bool is_due = progress->form != FORM_LIVE && progress->form != FORM_NOTHING && !is_last &&
                  now_us >= progress->line_us;
    if (!is_due && !wishes->wants_status)
        return;
    if (is_due)
        progress->line_us = now_us + progress->options->progress_interval;
    if (progress->form == FORM_SPOKEN) {
        status_line_append_sentences(out, view);
        text_append_char(out, '\n');
    } else {
        append_stamped(out, view);
    }
}

/* The cursor is left where the frame begins: when the window gets narrower, a terminal may wrap
 * what stands there, and whatever that makes of it, all from the cursor on is ours. Lines that are
 * too long for a window that is just getting narrower are cut by the terminal. */
static void append_frame(const struct progress *progress, struct text *out)
{
    text_append_string(out, "\x1b[?7l");
    text_append(out, progress->frame.data, progress->frame.length);
    text_append_string(out, "\x1b[?7h\r");
    if (progress->drawn > 1)
        text_append_format(out, "\x1b[%uA", progress->drawn - 1);
}

/* One write: messages, then the lines. */
static void show(struct progress *progress, bool is_last)
{
    struct text out;
    struct live_view view;
    struct wishes wishes = take_wishes(progress, is_last);
    struct screen screen = look_at_screen(progress);
    bool draws = progress->form == FORM_LIVE && !is_last;
    text_init(&out, 4 * MESSAGES_BYTES);
    if (draws || progress->has_thread)
        live_source_look(progress->source, &view);
    append_line(progress, &out, &wishes, &view, is_last);
    text_reset(&progress->frame);
    unsigned lines = draws ? live_view_append(&progress->frame, &view, &screen) : 0;
    bool is_same = out.length == 0 && wishes.messages.length == 0 && !wishes.wants_redraw &&
                   draws == (progress->drawn > 0) &&
                   strcmp(progress->frame.data, progress->drawn_frame.data) == 0;
    if (!is_same) {
        struct text all;
        text_init(&all, 8 * MESSAGES_BYTES);
        if (progress->drawn > 0)
            text_append_string(&all, "\r\x1b[J");
        event_line_append_all(&all, wishes.messages.data, wishes.messages.length, &screen);
        text_append(&all, out.data, out.length);
        progress->drawn = lines;
        if (draws)
            append_frame(progress, &all);
        text_reset(&progress->drawn_frame);
        text_append(&progress->drawn_frame, progress->frame.data, progress->frame.length);
        /* Nobody is left to be told when stderr cannot be written. */
        if (all.length > 0)
            (void)descriptor_write_unless(STDERR_FILENO, all.data, all.length,
                                          progress->settings.parts.cancel);
        text_clear(&all);
    }
    text_clear(&out);
    text_clear(&wishes.messages);
}

static void progress_body(void *context)
{
    struct progress *progress = context;
    for (;;) {
        int64_t until_us = clock_monotonic_us() + FRAME_US;
        lock_acquire(&progress->lock);
        while (!progress->is_stopping && !progress->wants_status && !progress->wants_redraw &&
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
    progress->options = settings->parts.options;
    progress->form = form_of(progress->options, settings->mode);
    progress->source = live_source_create(&settings->parts);
    progress->line_us = settings->parts.start_us + progress->options->progress_interval;
    progress->limit = event_limit_create();
    text_init(&progress->messages, MESSAGES_BYTES);
    text_init(&progress->frame, MESSAGES_BYTES);
    text_init(&progress->drawn_frame, MESSAGES_BYTES);
    lock_init(&progress->lock, LOCK_RANK_PROGRESS);
    condition_init(&progress->changed);
    progress->has_thread = !progress->options->quiet;
    if (progress->has_thread &&
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
    text_init(&line, LINE_BYTES);
    text_append_string(&line, "haul: ");
    vis_append(&line, words, strlen(words));
    text_append_char(&line, '\n');
    add_message(progress, &line);
    text_clear(&line);
}

static void add_event(struct progress *progress, enum event_level level, const struct job *job,
                      const char *url, const char *plan)
{
    struct text line;
    text_init(&line, LINE_BYTES);
    event_line_append(&line, level, job, url, plan, progress->settings.parts.redaction);
    add_message(progress, &line);
    text_clear(&line);
}

static void add_file(struct progress *progress, enum event_level level, const struct job *job)
{
    struct text line;
    text_init(&line, LINE_BYTES);
    event_line_append_file(&line, level, job, progress->settings.parts.redaction);
    add_message(progress, &line);
    text_clear(&line);
}

static bool is_admitted(struct progress *progress, const struct job *job)
{
    if (progress->options->verbose)
        return true;
    const struct outcome *outcome = &job->outcome;
    lock_acquire(&progress->lock);
    bool is_admitted =
        event_limit_admits(progress->limit, outcome->status, outcome->failure, job->origin.host);
    lock_release(&progress->lock);
    return is_admitted;
}

void progress_record(struct progress *progress, const struct job *job)
{
    const struct outcome *outcome = &job->outcome;
    bool is_verbose = progress->options->verbose;
    if (progress->options->quiet)
        return;
    switch (outcome->status) {
    case STATUS_FAILED:
        if (is_admitted(progress, job))
            add_event(progress, EVENT_FAIL, job, job_asked_url(job), "");
        break;
    case STATUS_SKIPPED:
        if (is_admitted(progress, job))
            add_event(progress, EVENT_SKIP, job, job_asked_url(job), "");
        break;
    case STATUS_DOWNLOADED:
        if (is_verbose)
            add_file(progress, EVENT_SAVE, job);
        if (outcome->image.end == IMAGE_END_MISSING && is_admitted(progress, job))
            add_event(progress, EVENT_WARN, job, job_asked_url(job), "");
        break;
    case STATUS_KEPT:
        if (is_verbose)
            add_file(progress, EVENT_KEEP, job);
        break;
    default:
        break;
    }
}

void progress_retry(struct progress *progress, const struct job *job, int64_t delay_us)
{
    char number[NUMBER_SIZE];
    char plan[64];
    if (!progress->options->verbose || progress->options->quiet)
        return;
    if (job->mirror > 0 && delay_us == 0)
        snprintf(plan, sizeof plan, "  asking mirror %u of %u", job->mirror,
                 job_mirror_count(job) - 1);
    else
        snprintf(plan, sizeof plan, "  next try in %s", number_format_duration(number, delay_us));
    /* The next one is chosen already. */
    add_event(progress, EVENT_WARN, job, job_mirror_url(job, job->asked_mirror), plan);
}

static void wish(struct progress *progress, bool *flag)
{
    lock_acquire(&progress->lock);
    *flag = true;
    condition_signal(&progress->changed);
    lock_release(&progress->lock);
}

void progress_show_status(struct progress *progress)
{
    if (progress->has_thread) {
        wish(progress, &progress->wants_status);
        return;
    }
    struct text line;
    struct live_view view;
    text_init(&line, LINE_BYTES);
    live_source_glance(progress->source, &view);
    append_stamped(&line, &view);
    (void)descriptor_write_unless(STDERR_FILENO, line.data, line.length,
                                  progress->settings.parts.cancel);
    text_clear(&line);
}

void progress_redraw(struct progress *progress)
{
    if (progress->form == FORM_LIVE)
        wish(progress, &progress->wants_redraw);
}

void progress_stop(struct progress *progress)
{
    if (progress == NULL)
        return;
    wish(progress, &progress->is_stopping);
    if (progress->has_thread)
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
    text_clear(&progress->frame);
    text_clear(&progress->drawn_frame);
    event_limit_destroy(progress->limit);
    live_source_destroy(progress->source);
    free(progress);
}
