#include "app/bench_screen.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/text.h"
#include "base/vis.h"
#include "io/descriptor.h"
#include "io/terminal.h"

#define LINE_BYTES_MAX 4096
#define ANSWER_SIZE 256

void bench_screen_init(struct bench_screen *screen, const struct options *options)
{
    *screen = (struct bench_screen){
        .is_quiet = options->quiet,
        .is_terminal = terminal_kind(STDERR_FILENO) == TERMINAL_LIVE,
    };
}

/* Nobody is left to be told when stderr cannot be written. */
static void print(const struct text *text)
{
    (void)descriptor_write(STDERR_FILENO, text->data, text->length);
}

static void remove_line(struct bench_screen *screen, struct text *text)
{
    if (screen->has_line)
        text_append_string(text, "\r\x1b[K");
    screen->has_line = false;
}

void bench_screen_say(struct bench_screen *screen, const char *format, ...)
{
    char printable[LINE_BYTES_MAX];
    struct text words;
    struct text line;
    if (screen->is_quiet)
        return;
    text_init(&words, LINE_BYTES_MAX);
    text_init(&line, LINE_BYTES_MAX * 2);
    va_list arguments;
    va_start(arguments, format);
    text_append_format_list(&words, format, arguments);
    va_end(arguments);
    remove_line(screen, &line);
    text_append_format(&line, "%s\n",
                       vis_format_message(printable, sizeof printable, words.data, words.length));
    print(&line);
    text_clear(&line);
    text_clear(&words);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void bench_screen_plan(struct bench_screen *screen, const struct options *options,
                       const struct benchmark *benchmark, const struct bench_list_facts *list,
                       uint64_t seed)
{
    char urls[NUMBER_SIZE];
    char total[NUMBER_SIZE];
    char hosts[NUMBER_SIZE];
    uint64_t rounds = (uint64_t)(options->warmup + options->runs);
    if (list->bad > 0)
        bench_screen_say(screen, "%llu line%s cannot be used (haul -n shows them)",
                         (unsigned long long)list->bad, plural(list->bad));
    if (list->duplicates > 0)
        bench_screen_say(screen, "%llu duplicate%s left out", (unsigned long long)list->duplicates,
                         list->duplicates == 1 ? " is" : "s are");
    number_format_count(urls, (int64_t)list->urls);
    number_format_count(total, (int64_t)(list->urls * benchmark->setting_count * rounds));
    number_format_count(hosts, (int64_t)list->hosts);
    bench_screen_say(
        screen,
        "plan: %s URL%s x %zu setting%s x (%lld warm-up + %lld run%s) = %s requests to "
        "%s host%s",
        urls, plural(list->urls), benchmark->setting_count, plural(benchmark->setting_count),
        (long long)options->warmup, (long long)options->runs, plural((uint64_t)options->runs),
        total, hosts, plural(list->hosts));
    bench_screen_say(screen, "      interleaved (seed %llu), %s", (unsigned long long)seed,
                     options->sink == SINK_DISK ? "files stored and removed"
                                                : "bodies thrown away");
}

bool bench_screen_can_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool bench_screen_ask(const struct cancel *cancel)
{
    static const char question[] = "Go? [y/N] ";
    char answer[ANSWER_SIZE];
    struct pollfd waits[] = {{STDIN_FILENO, POLLIN, 0}, {cancel_descriptor(cancel), POLLIN, 0}};
    (void)descriptor_write(STDERR_FILENO, question, sizeof(question) - 1);
    while (poll(waits, 2, -1) < 0 && errno == EINTR)
        continue;
    ssize_t length = cancel_level(cancel) == CANCEL_NONE && waits[0].revents != 0
                         ? read(STDIN_FILENO, answer, sizeof answer)
                         : 0;
    if (length <= 0)
        (void)descriptor_write(STDERR_FILENO, "\n", 1);
    return length > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

static void append_round(struct text *line, unsigned round, unsigned rounds)
{
    if (round == 0)
        text_append_string(line, "warm-up");
    else
        text_append_format(line, "round %u of %u", round, rounds);
}

static void append_setting(struct text *line, const struct benchmark *benchmark, size_t setting)
{
    enum benchmark_axis axis = benchmark_axis_of(benchmark);
    const struct benchmark_setting *shown = &benchmark->settings[setting];
    unsigned number = axis == BENCHMARK_JOBS ? shown->jobs : shown->threads;
    const char *unit = axis == BENCHMARK_JOBS ? "job" : "thread";
    char name[BENCHMARK_NAME_SIZE];
    benchmark_name(axis, shown, name);
    if (axis == BENCHMARK_GRID)
        text_append_format(line, ", %s (threads x jobs)", name);
    else
        text_append_format(line, ", %s %s%s", name, unit, plural(number));
}

/* It is a guess: whole seconds. */
static const char *format_left(char out[NUMBER_SIZE], int64_t us)
{
    int64_t seconds = (us + CLOCK_SECOND_US - 1) / CLOCK_SECOND_US;
    if (seconds >= 60)
        return number_format_duration(out, seconds * CLOCK_SECOND_US);
    snprintf(out, NUMBER_SIZE, "%lld s", (long long)seconds);
    return out;
}

void bench_screen_begin(struct bench_screen *screen, const struct benchmark *benchmark,
                        size_t setting, unsigned round, unsigned rounds, int64_t left_us)
{
    struct text line;
    char left[NUMBER_SIZE];
    if (screen->is_quiet || !screen->is_terminal)
        return;
    text_init(&line, LINE_BYTES_MAX);
    remove_line(screen, &line);
    size_t start = line.length;
    append_round(&line, round, rounds);
    append_setting(&line, benchmark, setting);
    if (left_us >= 0)
        text_append_format(&line, ", about %s left", format_left(left, left_us));
    text_append_string(&line, " ...");
    unsigned columns = terminal_columns(STDERR_FILENO);
    if (line.length - start >= columns)
        text_cut(&line, start + columns - 1);
    screen->has_line = true;
    print(&line);
    text_clear(&line);
}

void bench_screen_end(struct bench_screen *screen, const struct benchmark *benchmark,
                      const struct benchmark_run *run, unsigned rounds)
{
    struct text line;
    double seconds = (double)run->elapsed_us / 1e6;
    if (screen->is_quiet)
        return;
    text_init(&line, LINE_BYTES_MAX);
    append_round(&line, run->is_warmup ? 0 : run->round, rounds);
    append_setting(&line, benchmark, run->setting);
    if (!run->is_complete)
        text_append_string(&line, ": interrupted, does not count");
    else
        text_append_format(&line, ": %.3f s, %.1f url/s", seconds,
                           seconds > 0 ? (double)run->urls / seconds : 0);
    if (run->is_complete && run->failed > 0)
        text_append_format(&line, ", %llu failed", (unsigned long long)run->failed);
    bench_screen_say(screen, "%s", line.data);
    text_clear(&line);
}
