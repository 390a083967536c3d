#include "app/messages.h"

#include "app/event_limit.h"
#include "app/event_line.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/thread.h"
#include "base/vis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_BYTES (256 * 1024) /* more is counted */
#define LINE_BYTES 8192

struct messages {
    const struct options *options;
    const struct redaction *redaction;

    struct lock lock; /* guards everything below */
    struct text waiting;
    uint64_t dropped;
    struct event_limit *limit;
};

struct messages *messages_create(const struct options *options, const struct redaction *redaction)
{
    struct messages *messages = memory_allocate_zeroed(1, sizeof *messages);
    messages->options = options;
    messages->redaction = redaction;
    messages->limit = event_limit_create();
    text_init(&messages->waiting, WAITING_BYTES);
    lock_init(&messages->lock, LOCK_RANK_MESSAGES);
    return messages;
}

void messages_destroy(struct messages *messages)
{
    if (messages == NULL)
        return;
    lock_clear(&messages->lock);
    text_clear(&messages->waiting);
    event_limit_destroy(messages->limit);
    free(messages);
}

void messages_take(struct messages *messages, struct text *out, bool is_last)
{
    lock_acquire(&messages->lock);
    text_append(out, messages->waiting.data, messages->waiting.length);
    if (messages->dropped > 0)
        text_append_format(out, "haul: %llu more messages, see the report\n",
                           (unsigned long long)messages->dropped);
    text_reset(&messages->waiting);
    messages->dropped = 0;
    if (is_last)
        event_limit_append_rest(out, messages->limit);
    lock_release(&messages->lock);
}

static void add(struct messages *messages, const struct text *line)
{
    lock_acquire(&messages->lock);
    if (messages->waiting.length + line->length > messages->waiting.limit)
        messages->dropped++;
    else
        text_append(&messages->waiting, line->data, line->length);
    lock_release(&messages->lock);
}

void messages_say(struct messages *messages, const char *format, ...)
{
    char words[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    char shown[4 * sizeof words];
    struct text line;
    text_init(&line, LINE_BYTES);
    text_append_format(&line, "haul: %s\n",
                       vis_format_message(shown, sizeof shown, words, strlen(words)));
    add(messages, &line);
    text_clear(&line);
}

static void add_event(struct messages *messages, enum event_level level, const struct job *job,
                      const char *url, const char *plan)
{
    struct text line;
    text_init(&line, LINE_BYTES);
    event_line_append(&line, level, job, url, plan, messages->redaction);
    add(messages, &line);
    text_clear(&line);
}

static void add_file(struct messages *messages, enum event_level level, const struct job *job)
{
    struct text line;
    text_init(&line, LINE_BYTES);
    event_line_append_file(&line, level, job, messages->redaction);
    add(messages, &line);
    text_clear(&line);
}

/* Of what is too much only once that it is. */
static bool is_admitted(struct messages *messages, const struct job *job)
{
    if (messages->options->verbose)
        return true;
    const struct outcome *outcome = &job->outcome;
    struct text notice;
    text_init(&notice, LINE_BYTES);
    lock_acquire(&messages->lock);
    bool is_admitted = event_limit_admits(messages->limit, outcome->status, outcome->failure,
                                          job->origin.host, &notice);
    lock_release(&messages->lock);
    if (notice.length > 0)
        add(messages, &notice);
    text_clear(&notice);
    return is_admitted;
}

void messages_record(struct messages *messages, const struct job *job)
{
    const struct outcome *outcome = &job->outcome;
    bool is_verbose = messages->options->verbose;
    if (messages->options->quiet)
        return;
    switch (outcome->status) {
    case STATUS_FAILED:
        if (is_admitted(messages, job))
            add_event(messages, EVENT_FAIL, job, job_asked_url(job), "");
        break;
    case STATUS_SKIPPED:
        if (is_admitted(messages, job))
            add_event(messages, EVENT_SKIP, job, job_asked_url(job), "");
        break;
    case STATUS_DOWNLOADED:
        if (is_verbose)
            add_file(messages, EVENT_SAVE, job);
        if (outcome->image.end == IMAGE_END_MISSING && is_admitted(messages, job))
            add_event(messages, EVENT_WARN, job, job_asked_url(job), "");
        break;
    case STATUS_KEPT:
        if (is_verbose)
            add_file(messages, EVENT_KEEP, job);
        break;
    default:
        break;
    }
}

void messages_retry(struct messages *messages, const struct job *job, int64_t delay_us)
{
    char number[NUMBER_SIZE];
    char plan[64];
    if (!messages->options->verbose || messages->options->quiet)
        return;
    if (job->mirror > 0 && delay_us == 0)
        snprintf(plan, sizeof plan, "  asking mirror %u of %u", job->mirror,
                 job_mirror_count(job) - 1);
    else
        snprintf(plan, sizeof plan, "  next try in %s", number_format_duration(number, delay_us));
    /* The next one is chosen already. */
    add_event(messages, EVENT_WARN, job, job_mirror_url(job, job->asked_mirror), plan);
}
