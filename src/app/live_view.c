#include "app/live_view.h"

#include <stdio.h>
#include <string.h>

#define WIDE_COLUMNS 60 /* fewer, or fewer rows than these: one line */
#define TALL_ROWS 10
#define BAR_MOST 30
#define BAR_LEAST 8
#define PIECE_SIZE 96
#define PIECES 16
#define EXTRA_LINES 3 /* below the first three */
#define STATE_WIDTH 24
#define AGE_WIDTH 8
#define HOST_WIDTH 28

/* A part of a line that is left out where there is no room, the highest rank first. */
struct piece {
    char words[PIECE_SIZE];
    enum screen_style style;
    unsigned rank; /* 0 = always there */
};

struct pieces {
    struct piece items[PIECES];
    size_t count;
};

static void add(struct pieces *pieces, unsigned rank, enum screen_style style, const char *format,
                ...) PRINTF_LIKE(4, 5);

static void add(struct pieces *pieces, unsigned rank, enum screen_style style, const char *format,
                ...)
{
    if (pieces->count == PIECES)
        return;
    struct piece *piece = &pieces->items[pieces->count++];
    piece->rank = rank;
    piece->style = style;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(piece->words, sizeof piece->words, format, arguments);
    va_end(arguments);
}

static void drop(struct pieces *pieces, size_t place)
{
    pieces->count--;
    for (size_t i = place; i < pieces->count; i++)
        pieces->items[i] = pieces->items[i + 1];
}

static unsigned width_of(const struct pieces *pieces, const struct screen *screen)
{
    unsigned width = 0;
    for (size_t i = 0; i < pieces->count; i++)
        width += screen_width(pieces->items[i].words, screen);
    return width;
}

static void fit(struct pieces *pieces, const struct screen *screen, unsigned width)
{
    while (width_of(pieces, screen) > width) {
        size_t least = pieces->count;
        unsigned rank = 0;
        for (size_t i = 0; i < pieces->count; i++) {
            if (pieces->items[i].rank > rank) {
                rank = pieces->items[i].rank;
                least = i;
            }
        }
        if (least == pieces->count)
            return;
        drop(pieces, least);
    }
}

static void add_pieces(struct screen_line *line, struct pieces *pieces)
{
    fit(pieces, line->screen, line->limit - line->width);
    for (size_t i = 0; i < pieces->count; i++)
        screen_line_add(line, pieces->items[i].style, pieces->items[i].words);
}

char *live_view_format_clock(char out[NUMBER_SIZE], int64_t us)
{
    int64_t seconds = us > 0 ? us / 1000000 : 0;
    int64_t minutes = seconds / 60;
    if (minutes < 60)
        snprintf(out, NUMBER_SIZE, "%d:%02d", (int)minutes, (int)(seconds % 60));
    else if (minutes < 24 * 60)
        snprintf(out, NUMBER_SIZE, "%d:%02d:%02d", (int)(minutes / 60), (int)(minutes % 60),
                 (int)(seconds % 60));
    else
        snprintf(out, NUMBER_SIZE, "%lldd %02dh", (long long)(minutes / 1440),
                 (int)(minutes / 60 % 24));
    return out;
}

unsigned live_view_percent(const struct live_view *view)
{
    return view->total > 0 ? (unsigned)(view->counts.total * 100 / view->total) : 0;
}

static unsigned running(const struct live_view *view)
{
    unsigned count = 0;
    for (size_t i = 0; i < ACTIVITY_PHASES; i++)
        count += view->phases[i];
    return count;
}

/* "[####>   ]", or with blocks that are filled by eighths. */
static void add_bar(struct screen_line *line, const struct live_view *view, unsigned cells)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    bool is_unicode = line->screen->is_unicode;
    uint64_t done = view->counts.total < view->total ? view->counts.total : view->total;
    unsigned filled = view->total > 0 ? (unsigned)(done * cells * 8 / view->total) : 0;
    char bar[BAR_MOST * 4 + 1] = "";
    for (unsigned i = 0; i < filled / 8; i++)
        strcat(bar, is_unicode ? "█" : "#");
    if (filled < cells * 8)
        strcat(bar, is_unicode ? eighths[filled % 8] : ">");
    screen_line_add(line, SCREEN_PLAIN, " [");
    screen_line_add_field(line, view->is_stopping ? SCREEN_YELLOW : SCREEN_GREEN, bar, cells);
    screen_line_add(line, SCREEN_PLAIN, "]");
}

/* Bar, position, time. */
static void append_position(struct text *text, const struct live_view *view,
                            const struct screen *screen)
{
    char done[NUMBER_SIZE];
    char total[NUMBER_SIZE];
    char clock[NUMBER_SIZE];
    struct pieces pieces = {0};
    struct screen_line line;
    screen_line_begin(&line, text, screen);
    number_format_count(done, (int64_t)view->counts.total);
    if (view->is_final) {
        number_format_count(total, (int64_t)view->total);
        add(&pieces, 0, SCREEN_PLAIN, "  %*s / %s", (int)strlen(total), done, total);
        add(&pieces, 0, SCREEN_PLAIN, "  %3u%%", live_view_percent(view));
    } else {
        add(&pieces, 0, SCREEN_PLAIN, " %s done, list still open", done);
    }
    if (view->is_stopping)
        add(&pieces, 0, SCREEN_YELLOW, "   stopping, %u still %s", running(view),
            running(view) == 1 ? "runs" : "run");
    else if (view->eta_us >= 0)
        add(&pieces, 1, SCREEN_PLAIN, "   ETA %s", live_view_format_clock(clock, view->eta_us));
    add(&pieces, 2, SCREEN_DIM, "  elapsed %s", live_view_format_clock(clock, view->elapsed_us));
    unsigned width = width_of(&pieces, screen);
    unsigned room = line.limit > width + 3 ? line.limit - width - 3 : 0;
    if (view->is_final && room >= BAR_LEAST)
        add_bar(&line, view, room < BAR_MOST ? room : BAR_MOST);
    add_pieces(&line, &pieces);
}

static void add_count(struct pieces *pieces, const struct live_view *view, enum status status)
{
    char number[NUMBER_SIZE];
    uint64_t count = view->counts.by_status[status];
    bool is_best = status == (view->is_check ? STATUS_OK : STATUS_DOWNLOADED);
    bool is_failed = status == STATUS_FAILED;
    if (count > 0 || is_best || is_failed)
        add(pieces,
            is_failed ? 0
            : is_best ? 1
                      : 5,
            is_failed && count > 0 ? SCREEN_RED : SCREEN_PLAIN, "   %s %s", status_name(status),
            number_format_count(number, (int64_t)count));
}

/* Rates and counts. */
static void append_counts(struct text *text, const struct live_view *view,
                          const struct screen *screen)
{
    char number[NUMBER_SIZE];
    struct pieces pieces = {0};
    struct screen_line line;
    screen_line_begin(&line, text, screen);
    add(&pieces, 2, SCREEN_PLAIN, " %.1f url/s", view->urls_per_second);
    add(&pieces, 3, SCREEN_PLAIN, "   %s/s",
        number_format_bytes(number, (int64_t)view->bytes_per_second));
    add(&pieces, 4, SCREEN_PLAIN, "   %s", number_format_bytes(number, view->bytes));
    enum status best = view->is_check ? STATUS_OK : STATUS_DOWNLOADED;
    add_count(&pieces, view, best);
    for (enum status status = 0; status < STATUS_COUNT; status++) {
        if (status != best)
            add_count(&pieces, view, status);
    }
    add_pieces(&line, &pieces);
}

/* What the downloads do: many in dns = the resolver, many waiting = the servers, many receiving =
 * the link, many held = the limits per host; an empty queue = the list is slow. */
static void add_states(struct pieces *pieces, const struct live_view *view, int gap)
{
    static const struct {
        enum activity_phase phase;
        const char *name;
    } shown[] = {
        {ACTIVITY_RECEIVE, "receiving"}, {ACTIVITY_WAIT, "waiting"}, {ACTIVITY_TLS, "tls"},
        {ACTIVITY_CONNECT, "connect"},   {ACTIVITY_DNS, "dns"},
    };
    unsigned busy = running(view);
    add(pieces, 0, SCREEN_PLAIN, " %u job%s:", view->jobs, view->jobs == 1 ? "" : "s");
    for (size_t i = 0; i < ARRAY_LENGTH(shown); i++) {
        if (view->phases[shown[i].phase] > 0)
            add(pieces, 1, SCREEN_PLAIN, "%*s%u %s", pieces->count > 1 ? gap : 1, "",
                view->phases[shown[i].phase], shown[i].name);
    }
    if (view->jobs > busy)
        add(pieces, 1, SCREEN_PLAIN, "%*s%u idle", pieces->count > 1 ? gap : 1, "",
            view->jobs - busy);
    if (view->backoff > 0)
        add(pieces, 2, SCREEN_YELLOW, "%*s%zu backoff", gap + 1, "", view->backoff);
    if (view->parked > 0)
        add(pieces, 3, SCREEN_PLAIN, "%*s%zu held", gap + 1, "", view->parked);
    add(pieces, 4, SCREEN_PLAIN, "%*squeue %zu/%zu", gap + 1, "", view->queued, view->capacity);
}

static void append_states(struct text *text, const struct live_view *view,
                          const struct screen *screen)
{
    struct pieces pieces = {0};
    struct screen_line line;
    screen_line_begin(&line, text, screen);
    add_states(&pieces, view, 2);
    if (width_of(&pieces, screen) > line.limit) {
        pieces = (struct pieces){0};
        add_states(&pieces, view, 1);
    }
    add_pieces(&line, &pieces);
}

static const char *format_state(char *out, size_t out_size, const struct live_view *view,
                                const struct live_slow *slow)
{
    static const char *const names[ACTIVITY_PHASES] = {
        [ACTIVITY_CONNECT] = "connect",
        [ACTIVITY_DNS] = "dns",
        [ACTIVITY_TLS] = "tls",
        [ACTIVITY_WAIT] = "waiting",
    };
    char bytes[NUMBER_SIZE];
    char again[48] = "";
    if (slow->attempt > 1)
        snprintf(again, sizeof again, ", try %u/%u", slow->attempt,
                 slow->attempt > view->attempts ? slow->attempt : view->attempts);
    if (slow->phase != ACTIVITY_RECEIVE)
        snprintf(out, out_size, "%s%s", names[slow->phase], again);
    else if (slow->silent_us > 0)
        snprintf(out, out_size, "stalled %lld s%s", (long long)(slow->silent_us / 1000000), again);
    else if (slow->expected > 0)
        snprintf(out, out_size, "%d%% of %s%s",
                 (int)((double)slow->bytes * 100 / (double)slow->expected),
                 number_format_bytes(bytes, slow->expected), again);
    else
        snprintf(out, out_size, "%s%s", number_format_bytes(bytes, slow->bytes), again);
    return out;
}

static void append_slow(struct text *text, const struct live_view *view, size_t place,
                        const struct screen *screen)
{
    const struct live_slow *slow = &view->slow[place];
    char state[96];
    char clock[NUMBER_SIZE];
    char age[NUMBER_SIZE + 8];
    struct screen_line line;
    screen_line_begin(&line, text, screen);
    screen_line_add(&line, SCREEN_YELLOW, place == 0 ? " slow   " : "        ");
    unsigned left = line.limit - line.width;
    unsigned room = left > STATE_WIDTH + AGE_WIDTH + 12 ? left - STATE_WIDTH - AGE_WIDTH - 1 : 12;
    screen_line_add_field(&line, SCREEN_PLAIN, slow->place, room);
    screen_line_add(&line, SCREEN_PLAIN, " ");
    screen_line_add_field(&line, SCREEN_PLAIN, format_state(state, sizeof state, view, slow),
                          STATE_WIDTH);
    snprintf(age, sizeof age, "%*s", AGE_WIDTH, live_view_format_clock(clock, slow->age_us));
    screen_line_add(&line, SCREEN_PLAIN, age);
}

static void append_held(struct text *text, const struct live_view *view, size_t place,
                        const struct screen *screen)
{
    const struct live_held *held = &view->held[place];
    char clock[NUMBER_SIZE];
    char words[128];
    struct screen_line line;
    screen_line_begin(&line, text, screen);
    screen_line_add(&line, SCREEN_YELLOW, place == 0 ? " held   " : "        ");
    const char *why = held->is_aside ? "not reached" : "asked to wait";
    char parked[NUMBER_SIZE + 8] = "";
    if (held->parked > 0)
        snprintf(parked, sizeof parked, "  (%zu)", held->parked);
    if (held->wait_us <= 0)
        snprintf(words, sizeof words, "%s, asked once more%s", why, parked);
    else
        snprintf(words, sizeof words, "%s, next request in %s%s", why,
                 live_view_format_clock(clock, held->wait_us), parked);
    unsigned width = screen_width(words, screen);
    unsigned left = line.limit - line.width;
    unsigned room = left > width + 10 ? left - width - 2 : 8;
    screen_line_add_field(&line, SCREEN_PLAIN, held->host, room < HOST_WIDTH ? room : HOST_WIDTH);
    screen_line_add(&line, SCREEN_PLAIN, "  ");
    screen_line_add(&line, SCREEN_PLAIN, words);
}

/* "9.6M" */
static void format_short_bytes(char out[NUMBER_SIZE], double bytes)
{
    static const char units[] = "BKMGT";
    size_t unit = 0;
    while (bytes >= 1000 && unit + 2 < sizeof units) {
        bytes /= 1024;
        unit++;
    }
    snprintf(out, NUMBER_SIZE, bytes < 10 && unit > 0 ? "%.1f%c" : "%.0f%c", bytes, units[unit]);
}

static void append_one_line(struct text *text, const struct live_view *view,
                            const struct screen *screen)
{
    char done[NUMBER_SIZE];
    char number[NUMBER_SIZE];
    struct pieces pieces = {0};
    struct screen_line line;
    uint64_t failed = view->counts.by_status[STATUS_FAILED];
    screen_line_begin(&line, text, screen);
    number_format_count(done, (int64_t)view->counts.total);
    if (view->is_final)
        add(&pieces, 0, SCREEN_PLAIN, "%s/%s %u%%", done,
            number_format_count(number, (int64_t)view->total), live_view_percent(view));
    else
        add(&pieces, 0, SCREEN_PLAIN, "%s done, list open", done);
    add(&pieces, 3, SCREEN_PLAIN, " %.0f url/s", view->urls_per_second);
    format_short_bytes(number, view->bytes_per_second);
    add(&pieces, 4, SCREEN_PLAIN, " %s/s", number);
    add(&pieces, 1, failed > 0 ? SCREEN_RED : SCREEN_PLAIN, " failed %s",
        number_format_count(number, (int64_t)failed));
    if (view->is_stopping)
        add(&pieces, 2, SCREEN_YELLOW, " stopping");
    else if (view->eta_us >= 0)
        add(&pieces, 2, SCREEN_PLAIN, " ETA %s", live_view_format_clock(number, view->eta_us));
    add_pieces(&line, &pieces);
}

unsigned live_view_append(struct text *text, const struct live_view *view,
                          const struct screen *screen)
{
    if (screen->columns < WIDE_COLUMNS || screen->rows < TALL_ROWS) {
        append_one_line(text, view, screen);
        return 1;
    }
    unsigned lines = 3;
    append_position(text, view, screen);
    text_append_char(text, '\n');
    append_counts(text, view, screen);
    text_append_char(text, '\n');
    append_states(text, view, screen);
    size_t held = view->held_count;
    if (held > 1 && view->slow_count > 1)
        held = 1; /* of both there is to be seen */
    for (size_t i = 0; i < view->slow_count && i < EXTRA_LINES - held; i++, lines++) {
        text_append_char(text, '\n');
        append_slow(text, view, i, screen);
    }
    for (size_t i = 0; i < held; i++, lines++) {
        text_append_char(text, '\n');
        append_held(text, view, i, screen);
    }
    return lines;
}
