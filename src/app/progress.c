#include "app/progress.h"

#include "app/event_line.h"
#include "app/status_line.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"
#include "io/descriptor.h"
#include "io/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_US (CLOCK_SECOND_US / 5)
#define LEAST_US (CLOCK_SECOND_US / 20) /* between two looks, however often somebody asks */
#define PAUSE_US (CLOCK_SECOND_US / 2)  /* for the screen to be left before a stop */
#define MESSAGES_BYTES (256 * 1024)     /* what may wait to be printed; more is counted */
#define LINE_BYTES 8192
/* Erases from the cursor on. tmux takes that, in the top-left corner, for the wish to have a clean
 * screen, and saves what is there: five times a second it is done from the second column on. After
 * a change of the window it is what is wanted: the frame may begin above the screen by then. */
#define LEAVE_WINDOW "\r\x1b[J"
#define LEAVE_FRAME "\r\x1b[K\x1b[C\x1b[J\r"

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
    bool has_thread;  /* constant once it runs */
    bool has_stopped; /* the main thread's */

    /* touched by the progress thread only */
    unsigned drawn; /* lines of the frame on the screen; the cursor is where it begins */
    struct text frame;
    unsigned lines; /* of it */
    struct text drawn_frame;
    int64_t line_us; /* when the next plain line is due */

    struct lock lock; /* guards everything below */
    struct condition changed;
    bool wants_status;
    bool wants_redraw;
    bool is_paused;
    bool is_clear; /* paused, and nothing is drawn */
    struct condition cleared;
    bool is_stopping;
};

/* What others have asked for since the last time. */
struct wishes {
    struct text messages;
    bool wants_status;
    bool wants_redraw;
    bool is_paused;
};

static enum form form_of(const struct options *options, enum progress_mode mode)
{
    if (options->quiet || mode == PROGRESS_NONE)
        return FORM_NOTHING;
    if (mode == PROGRESS_BAR)
        return terminal_is_interactive(STDERR_FILENO) ? FORM_LIVE : FORM_PLAIN;
    if (mode == PROGRESS_PLAIN)
        return FORM_PLAIN;
    enum terminal_kind kind = terminal_kind(STDERR_FILENO);
    return kind == TERMINAL_LIVE ? FORM_LIVE : kind == TERMINAL_SPOKEN ? FORM_SPOKEN : FORM_PLAIN;
}

static struct screen look_at_screen(const struct progress *progress)
{
    return (struct screen){
        .columns = terminal_columns(STDERR_FILENO),
        .rows = terminal_rows(STDERR_FILENO),
        .is_unicode = terminal_takes_unicode(STDERR_FILENO),
        .has_colour = options_wants_colour(progress->options, STDERR_FILENO),
    };
}

static struct wishes take_wishes(struct progress *progress, bool is_last)
{
    struct wishes wishes = {0};
    text_init(&wishes.messages, MESSAGES_BYTES);
    messages_take(progress->settings.messages, &wishes.messages, is_last);
    lock_acquire(&progress->lock);
    wishes.wants_status = progress->wants_status;
    wishes.wants_redraw = progress->wants_redraw;
    wishes.is_paused = progress->is_paused;
    progress->wants_status = progress->wants_redraw = false;
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

/* True when a plain line or a sentence is due. */
static bool is_line_due(const struct progress *progress)
{
    return (progress->form == FORM_PLAIN || progress->form == FORM_SPOKEN) &&
           clock_monotonic_us() >= progress->line_us;
}

static void append_line(struct progress *progress, struct text *out, const struct live_view *view)
{
    progress->line_us = clock_monotonic_us() + progress->options->progress_interval;
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
static void append_frame(struct text *out, const struct text *frame, unsigned lines)
{
    text_append_string(out, "\x1b[?7l");
    text_append(out, frame->data, frame->length);
    text_append_string(out, "\x1b[?7h\r");
    if (lines > 1)
        text_append_format(out, "\x1b[%uA", lines - 1);
}

/* One write: messages, then the lines. Nobody is left to be told when it fails. */
static void write_all(struct progress *progress, const struct wishes *wishes,
                      const struct text *line, const struct screen *screen, bool draws)
{
    struct text all;
    text_init(&all, 8 * MESSAGES_BYTES);
    if (progress->drawn > 0)
        text_append_string(&all, wishes->wants_redraw ? LEAVE_WINDOW : LEAVE_FRAME);
    event_line_append_all(&all, wishes->messages.data, wishes->messages.length, screen);
    text_append(&all, line->data, line->length);
    if (draws)
        append_frame(&all, &progress->frame, progress->lines);
    progress->drawn = draws ? progress->lines : 0;
    text_reset(&progress->drawn_frame);
    text_append(&progress->drawn_frame, progress->frame.data, progress->frame.length);
    if (all.length > 0)
        (void)descriptor_write_unless(STDERR_FILENO, all.data, all.length,
                                      progress->settings.parts.cancel);
    text_clear(&all);
}

/* Tells who waits for it that nothing is drawn any more. */
static void tell_clear(struct progress *progress)
{
    lock_acquire(&progress->lock);
    progress->is_clear = progress->is_paused;
    condition_signal(&progress->cleared);
    lock_release(&progress->lock);
}

static void show(struct progress *progress, bool is_last)
{
    struct text line;
    struct live_view view;
    struct wishes wishes = take_wishes(progress, is_last);
    struct screen screen = look_at_screen(progress);
    /* In the background another program has the screen. */
    bool draws = progress->form == FORM_LIVE && !is_last && !wishes.is_paused &&
                 terminal_is_ours(STDERR_FILENO);
    bool has_line = wishes.wants_status || (is_line_due(progress) && !is_last);
    text_init(&line, LINE_BYTES);
    text_reset(&progress->frame);
    if (draws || has_line)
        live_source_look(progress->source, &view);
    if (has_line)
        append_line(progress, &line, &view);
    progress->lines = draws ? live_view_append(&progress->frame, &view, &screen) : 0;
    bool is_same = line.length == 0 && wishes.messages.length == 0 && !wishes.wants_redraw &&
                   draws == (progress->drawn > 0) &&
                   strcmp(progress->frame.data, progress->drawn_frame.data) == 0;
    if (!is_same)
        write_all(progress, &wishes, &line, &screen, draws);
    if (wishes.is_paused)
        tell_clear(progress);
    text_clear(&line);
    text_clear(&wishes.messages);
}

/* Until the next look is due or asked for. True when it is the last one. */
static bool wait_for_look(struct progress *progress, int64_t last_us)
{
    int64_t due_us = last_us + FRAME_US;
    lock_acquire(&progress->lock);
    for (;;) {
        bool is_asked = progress->wants_status || progress->wants_redraw || progress->is_paused;
        int64_t until_us = is_asked && !progress->is_clear ? last_us + LEAST_US : due_us;
        if (progress->is_stopping ||
            !condition_wait_until(&progress->changed, &progress->lock, until_us))
            break;
    }
    bool is_last = progress->is_stopping;
    lock_release(&progress->lock);
    return is_last;
}

static void progress_body(void *context)
{
    struct progress *progress = context;
    bool is_last;
    do {
        is_last = wait_for_look(progress, clock_monotonic_us());
        show(progress, is_last);
    } while (!is_last);
}

struct progress *progress_start(const struct progress_settings *settings, struct error *error)
{
    struct progress *progress = memory_allocate_zeroed(1, sizeof *progress);
    progress->settings = *settings;
    progress->options = settings->parts.options;
    progress->form = form_of(progress->options, settings->mode);
    progress->source = live_source_create(&settings->parts);
    progress->line_us = settings->parts.start_us + progress->options->progress_interval;
    text_init(&progress->frame, MESSAGES_BYTES);
    text_init(&progress->drawn_frame, MESSAGES_BYTES);
    lock_init(&progress->lock, LOCK_RANK_PROGRESS);
    condition_init(&progress->changed);
    condition_init(&progress->cleared);
    progress->has_thread = !progress->options->quiet;
    if (progress->has_thread &&
        !thread_start(&progress->thread, "progress", progress_body, progress, error)) {
        progress_destroy(progress);
        return NULL;
    }
    return progress;
}

bool progress_is_log(const struct progress *progress)
{
    return progress != NULL && progress->form == FORM_PLAIN;
}

static void wish(struct progress *progress, bool *flag)
{
    lock_acquire(&progress->lock);
    *flag = true;
    condition_signal(&progress->changed);
    lock_release(&progress->lock);
}

/* Without a thread it is the one of signals that writes, and must not wait for a reader. */
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
    (void)descriptor_write_now(STDERR_FILENO, line.data, line.length);
    text_clear(&line);
}

void progress_redraw(struct progress *progress)
{
    if (progress->form == FORM_LIVE)
        wish(progress, &progress->wants_redraw);
}

void progress_pause(struct progress *progress)
{
    if (progress->form != FORM_LIVE)
        return;
    int64_t until_us = clock_monotonic_us() + PAUSE_US;
    lock_acquire(&progress->lock);
    progress->is_paused = true;
    progress->is_clear = false;
    condition_signal(&progress->changed);
    while (!progress->is_clear && !progress->is_stopping &&
           condition_wait_until(&progress->cleared, &progress->lock, until_us))
        continue;
    lock_release(&progress->lock);
}

void progress_resume(struct progress *progress)
{
    lock_acquire(&progress->lock);
    progress->is_paused = progress->is_clear = false;
    lock_release(&progress->lock);
    progress_redraw(progress);
}

void progress_abandon(struct progress *progress)
{
    if (progress->form == FORM_LIVE)
        (void)descriptor_write_now(STDERR_FILENO, LEAVE_FRAME, strlen(LEAVE_FRAME));
}

void progress_stop(struct progress *progress)
{
    if (progress == NULL || progress->has_stopped)
        return;
    progress->has_stopped = true;
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
    condition_clear(&progress->cleared);
    lock_clear(&progress->lock);
    text_clear(&progress->frame);
    text_clear(&progress->drawn_frame);
    live_source_destroy(progress->source);
    free(progress);
}
