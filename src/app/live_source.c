#include "app/live_source.h"

#include "app/event_line.h"
#include "app/list_length.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/vis.h"
#include "model/moving_rate.h"

#include <stdlib.h>
#include <string.h>

#define EARLY_US (5 * CLOCK_SECOND_US) /* before, nobody can say when a run will end */
#define RATE_US (5 * CLOCK_SECOND_US)
#define ETA_RATE_US (15 * CLOCK_SECOND_US)
#define SILENT_US (2 * CLOCK_SECOND_US)
#define ETA_MOST_US (100 * 86400 * CLOCK_SECOND_US)
/* The end of a list is known only when it was read, and reading waits for the downloads: so it is
 * counted ahead, a bit at a time, and a hundred times as long it is not. A short run never begins.
 */
#define COUNT_AFTER_US (CLOCK_SECOND_US / 2)
#define COUNT_US 5000
#define COUNT_MOST_US CLOCK_SECOND_US /* where looks are rare */
#define COUNT_REST 100
#define HELD_US CLOCK_SECOND_US /* between looks at all hosts that are held */

struct live_source {
    struct live_parts parts;
    struct moving_rate urls;
    struct moving_rate requested; /* of them: what took a request */
    struct moving_rate bytes;
    struct list_length *length; /* NULL = not begun, or cannot be counted */
    bool has_begun;             /* to count */
    bool is_counted;
    uint64_t counted;
    int64_t count_us;   /* when to go on counting */
    int64_t counted_us; /* when that was done last */
    struct live_held held[LIVE_VIEW_HELD];
    size_t held_count;
    int64_t held_us; /* when they were looked for; waits are counted from then on */
};

struct live_source *live_source_create(const struct live_parts *parts)
{
    struct live_source *source = memory_allocate_zeroed(1, sizeof *source);
    source->parts = *parts;
    moving_rate_init(&source->urls, parts->start_us, 0);
    moving_rate_init(&source->requested, parts->start_us, 0);
    moving_rate_init(&source->bytes, parts->start_us, 0);
    return source;
}

void live_source_destroy(struct live_source *source)
{
    if (source == NULL)
        return;
    list_length_close(source->length);
    free(source);
}

static void count_lists(struct live_source *source, int64_t now_us)
{
    const struct options *options = source->parts.options;
    if (source->is_counted || now_us - source->parts.start_us < COUNT_AFTER_US ||
        now_us < source->count_us)
        return;
    if (!source->has_begun) {
        struct source_settings settings = {
            .format = (enum source_format)options->format,
            .url_column = options->url_column,
            .stop_descriptor = -1,
        };
        source->has_begun = true;
        source->length = list_length_open(&options->operands, &settings);
    }
    if (source->length == NULL)
        return;
    int64_t share_us = source->counted_us > 0 ? (now_us - source->counted_us) / COUNT_REST : 0;
    int64_t limit_us = share_us < COUNT_US        ? COUNT_US
                       : share_us < COUNT_MOST_US ? share_us
                                                  : COUNT_MOST_US;
    source->is_counted = list_length_count(source->length, now_us + limit_us, &source->counted);
    source->counted_us = clock_monotonic_us();
    source->count_us = source->counted_us + COUNT_REST * (source->counted_us - now_us);
    if (!source->is_counted)
        return;
    list_length_close(source->length);
    source->length = NULL;
}

/* What took a request: at its rate the rest will come. Kept files and duplicates pass in no time,
 * and stand together in a second run of a list. */
static uint64_t requested(const struct live_source *source, const struct counts *counts)
{
    uint64_t passed = counts->by_status[STATUS_DUPLICATE] + counts->by_status[STATUS_SKIPPED] +
                      counts->by_status[STATUS_NOT_TRIED];
    if (!source->parts.options->update)
        passed += counts->by_status[STATUS_KEPT];
    return counts->total - passed;
}

/* The producer knows best, once it has read all. What it has read of a list that has grown since
 * it was counted is more than was counted. */
static void see_total(const struct live_source *source, struct live_view *view)
{
    view->total = producer_total(source->parts.producer, &view->is_final);
    if (view->is_final || !source->is_counted || source->counted < view->total)
        return;
    view->total = source->counted;
    view->is_final = true;
}

static void see_parts(const struct live_source *source, struct live_view *view)
{
    const struct live_parts *parts = &source->parts;
    struct queue_levels levels = queue_levels(parts->queue);
    view->counts = results_counts(parts->results); /* before the total, which is never behind */
    see_total(source, view);
    view->is_check = parts->options->command == COMMAND_CHECK;
    view->is_stopping = cancel_level(parts->cancel) != CANCEL_NONE;
    view->bytes = atomic_load_explicit(parts->received, memory_order_relaxed);
    view->jobs = parts->jobs;
    for (unsigned i = 0; i < parts->activity_count; i++)
        activity_count(parts->activities[i], view->phases);
    view->queued = levels.fresh;
    view->capacity = levels.capacity;
    view->backoff = levels.returned;
    view->parked = host_gate_figures(parts->gate).parked;
    view->attempts = (unsigned)parts->options->retries + 1;
}

static int64_t eta_us(const struct live_view *view, double urls_per_second)
{
    bool is_known = view->is_final && view->elapsed_us >= EARLY_US && urls_per_second > 0 &&
                    view->counts.total < view->total;
    if (!is_known)
        return -1;
    double us = (double)(view->total - view->counts.total) / urls_per_second * CLOCK_SECOND_US;
    int64_t whole_us = us < (double)ETA_MOST_US ? (int64_t)us : -1;
    return whole_us >= 0 && whole_us < CLOCK_SECOND_US ? CLOCK_SECOND_US : whole_us;
}

static int compare_age(const void *a, const void *b)
{
    const struct activity_slow *left = a;
    const struct activity_slow *right = b;
    return (left->started_us > right->started_us) - (left->started_us < right->started_us);
}

static void describe_slow(const struct live_source *source, const struct activity_slow *slow,
                          int64_t now_us, struct live_slow *out)
{
    int64_t silent_us = slow->heard_us > 0 ? now_us - slow->heard_us : 0;
    *out = (struct live_slow){
        .phase = slow->phase,
        .age_us = now_us - slow->started_us,
        .silent_us = silent_us >= SILENT_US ? silent_us : 0,
        .bytes = slow->bytes,
        .expected = slow->expected,
        .attempt = slow->attempt,
    };
    event_line_format_place(out->place, sizeof out->place, slow->url, false,
                            source->parts.redaction);
}

static void see_slow(const struct live_source *source, int64_t now_us, struct live_view *view)
{
    const struct live_parts *parts = &source->parts;
    struct activity_slow *all =
        memory_allocate_zeroed((size_t)parts->activity_count * ACTIVITY_SLOW_MAX + 1, sizeof *all);
    size_t count = 0;
    for (unsigned i = 0; i < parts->activity_count; i++)
        count += activity_read_slow(parts->activities[i], all + count);
    qsort(all, count, sizeof *all, compare_age);
    for (size_t i = 0; i < count; i++) {
        if (i < LIVE_VIEW_SLOW)
            describe_slow(source, &all[i], now_us, &view->slow[view->slow_count++]);
        activity_clear_slow(&all[i]);
    }
    free(all);
}

static void look_for_held(struct live_source *source, int64_t now_us)
{
    struct host_gate_held held[LIVE_VIEW_HELD];
    source->held_us = now_us;
    source->held_count = host_gate_held(source->parts.gate, now_us, held, LIVE_VIEW_HELD);
    for (size_t i = 0; i < source->held_count; i++) {
        struct live_held *out = &source->held[i];
        *out = (struct live_held){
            .wait_us = held[i].until_us - now_us,
            .parked = held[i].parked,
            .is_aside = held[i].is_aside,
        };
        vis_format(out->host, sizeof out->host, held[i].host, strlen(held[i].host));
    }
}

static void see_held(struct live_source *source, int64_t now_us, struct live_view *view)
{
    if (source->held_us == 0 || now_us - source->held_us >= HELD_US)
        look_for_held(source, now_us);
    for (size_t i = 0; i < source->held_count; i++) {
        struct live_held held = source->held[i];
        held.wait_us -= now_us - source->held_us;
        if (held.wait_us > 0 || held.is_aside) /* else its pause is over */
            view->held[view->held_count++] = held;
    }
}

void live_source_look(struct live_source *source, struct live_view *out)
{
    int64_t now_us = clock_monotonic_us();
    *out = (struct live_view){.elapsed_us = now_us - source->parts.start_us};
    count_lists(source, now_us);
    see_parts(source, out);
    moving_rate_add(&source->urls, now_us, (double)out->counts.total);
    moving_rate_add(&source->requested, now_us, (double)requested(source, &out->counts));
    moving_rate_add(&source->bytes, now_us, (double)out->bytes);
    out->urls_per_second = moving_rate_per_second(&source->urls, RATE_US);
    out->bytes_per_second = moving_rate_per_second(&source->bytes, RATE_US);
    bool moves = moving_rate_per_second(&source->requested, RATE_US) > 0;
    out->eta_us = eta_us(out, moves ? moving_rate_per_second(&source->requested, ETA_RATE_US) : 0);
    see_slow(source, now_us, out);
    see_held(source, now_us, out);
}

void live_source_glance(const struct live_source *source, struct live_view *out)
{
    *out = (struct live_view){.elapsed_us = clock_monotonic_us() - source->parts.start_us};
    see_parts(source, out);
    double seconds = (double)out->elapsed_us / CLOCK_SECOND_US;
    if (seconds > 0) {
        out->urls_per_second = (double)out->counts.total / seconds;
        out->bytes_per_second = (double)out->bytes / seconds;
    }
    out->eta_us = seconds > 0 ? eta_us(out, (double)requested(source, &out->counts) / seconds) : -1;
}
