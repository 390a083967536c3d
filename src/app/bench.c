#include "app/bench.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/bench_files.h"
#include "app/bench_list.h"
#include "app/bench_plan.h"
#include "app/bench_runs.h"
#include "app/bench_screen.h"
#include "app/bench_table.h"
#include "app/bench_view.h"
#include "app/exit_code.h"
#include "app/run_report.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/vis.h"
#include "io/descriptor.h"
#include "io/practice_process.h"
#include "io/source.h"
#include "io/terminal.h"

#define DEMO_URLS 160 /* sixteen threads have ten each */
#define DEMO_DELAY_US (CLOCK_SECOND_US / 20)
#define DEMO_SEED 1
#define REQUESTS_UNASKED 1000 /* to hosts other than this machine */
#define OUTPUT_BYTES_MAX ((size_t)1 << 20)
#define NAME_BYTES_MAX ((size_t)64 * 1024)

struct bench {
    struct options options; /* of the user, or what the practice server needs; lent */
    char *demo_list;        /* path, the only operand then */
    char no_proxy[1];       /* "" */
    struct redaction redaction;
    struct practice_process *practice;
    struct bench_list *list;
    struct benchmark benchmark;
    struct bench_screen screen;
    struct bench_files *files;
    struct machine machine;
    struct report_settings *settings;
    struct benchmark_facts facts;
    bool has_written;  /* the files, the last time */
    unsigned left_out; /* settings with more threads than downloads */
    enum bench_end end;
    int signal_number;  /* that ended it, 0 = none */
    struct error error; /* of what cannot go on; results so far are kept */
};

/* The practice server is asked as if it were the only host that matters, as in haul demo. */
static bool start_demo(struct bench *bench, struct error *error)
{
    struct options *options = &bench->options;
    int64_t urls = options->sample > 0 ? options->sample : DEMO_URLS;
    struct practice_settings settings = {
        .seed = DEMO_SEED,
        .url_count = urls > UINT32_MAX ? UINT32_MAX : (unsigned)urls,
        .delay_us = options->delay >= 0 ? options->delay : DEMO_DELAY_US,
        .capacity = (unsigned)options->capacity,
        .is_calm = true,
    };
    bench->practice = practice_process_start(&settings, error);
    if (bench->practice == NULL)
        return false;
    bench->demo_list = memory_copy_string(practice_process_list(bench->practice));
    options->operands = (struct string_list){&bench->demo_list, 1};
    options->format = SOURCE_FORMAT_TEXT;
    options->sample = -1;
    if (options->origins[OPTION_ID_per_host].source == OPTION_SOURCE_DEFAULT)
        options->per_host = option_table_row(OPTION_ID_per_host)->maximum;
    if (options->origins[OPTION_ID_slow_start].source == OPTION_SOURCE_DEFAULT)
        options->slow_start = false;
    options->proxy = bench->no_proxy;
    return true;
}

/* "urls.txt", "urls.txt and 2 more"; URLs among the operands may hold passwords. */
static void append_name(struct text *text, const struct bench *bench)
{
    const struct string_list *operands = &bench->options.operands;
    if (bench->practice != NULL)
        text_append_string(text, "practice server");
    else if (strcmp(operands->items[0], "-") == 0)
        text_append_string(text, "standard input");
    else
        url_append_masked(text, operands->items[0], &bench->redaction);
    if (operands->count > 1)
        text_append_format(text, " and %zu more", operands->count - 1);
}

static struct recommendation_facts facts_of(const struct bench *bench)
{
    const struct options *options = &bench->options;
    struct bench_list_facts list = bench_list_facts(bench->list);
    double per_second = 1.0 / 3600;
    double rate = (double)options->rate * per_second;
    double host_rate = (double)options->host_rate * per_second * (double)list.hosts;
    return (struct recommendation_facts){
        .cpus = bench->machine.cpus,
        .urls = list.urls,
        .host_slots = list.host_slots,
        .urls_per_s = rate > 0 && (host_rate <= 0 || rate < host_rate) ? rate : host_rate,
        .bytes_per_s = (double)options->limit_rate,
    };
}

static void write_files(struct bench *bench, const char *outcome)
{
    struct recommendation_facts known = facts_of(bench);
    struct bench_view *view = bench_view_create(&bench->benchmark, &known);
    struct bench_list_facts list = bench_list_facts(bench->list);
    struct benchmark_facts *facts = &bench->facts;
    struct text name;
    struct text reason;
    struct error error = {0};
    text_init(&name, NAME_BYTES_MAX);
    text_init(&reason, OUTPUT_BYTES_MAX);
    append_name(&name, bench);
    facts->outcome = outcome;
    facts->urls = list.urls;
    facts->hosts = list.hosts;
    facts->recommendation = view->recommendation;
    if (view->recommendation != NULL)
        bench_words_append_reason(&reason, view);
    facts->reason = view->recommendation != NULL ? reason.data : NULL;
    facts->scaling = view->scaling;
    facts->amdahl = view->amdahl;
    bench->has_written = bench_files_write(bench->files, view, facts, name.data, &error);
    if (!bench->has_written && bench->error.kind == ERROR_NONE)
        bench->error = error;
    text_clear(&reason);
    text_clear(&name);
    bench_view_destroy(view);
}

static bool on_round(void *context, struct error *error)
{
    struct bench *bench = context;
    write_files(bench, "running");
    if (bench->error.kind != ERROR_NONE)
        *error = bench->error;
    return bench->error.kind == ERROR_NONE;
}

static void on_dropped(void *context, const uint64_t by_failure[FAILURE_COUNT])
{
    struct bench *bench = context;
    struct text words;
    uint64_t total = 0;
    text_init(&words, NAME_BYTES_MAX * 4);
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++) {
        bench->facts.dropped[failure] = by_failure[failure];
        if (by_failure[failure] == 0)
            continue;
        text_append_format(&words, "%s%llu %s", total > 0 ? ", " : "",
                           (unsigned long long)by_failure[failure], failure_name(failure));
        total += by_failure[failure];
    }
    bench_screen_say(&bench->screen, "dropped for all: %llu URL%s that failed in the warm-up (%s)",
                     (unsigned long long)total, total == 1 ? "" : "s", words.data);
    text_clear(&words);
}

/* Reads the list and asks, while signals can end it. False when there is nothing to measure. */
static bool prepare(struct bench *bench, const struct cancel *cancel, struct error *error)
{
    const struct options *options = &bench->options;
    uint64_t seed = bench_plan_seed(options);
    bench->list = bench_list_create(options, seed, cancel, error);
    if (bench->list == NULL)
        return false;
    struct bench_list_facts list = bench_list_facts(bench->list);
    if (list.is_cut)
        return false;
    if (list.urls == 0)
        return error_set(error, ERROR_INPUT,
                         "no line of the lists can be used (haul -n shows why)");
    bench->facts.seed = seed;
    bench->facts.listed = list.listed;
    bench->facts.bad = list.bad;
    bench->facts.duplicates = list.duplicates;
    bench_screen_plan(&bench->screen, options, &bench->benchmark, &list, seed);
    if (bench->left_out > 0)
        bench_screen_say(&bench->screen,
                         "left out: %u setting%s with more threads than downloads at once",
                         bench->left_out, bench->left_out == 1 ? "" : "s");
    uint64_t requests = list.elsewhere * bench->benchmark.setting_count *
                        (uint64_t)(options->warmup + options->runs);
    if (requests <= REQUESTS_UNASKED || options->yes)
        return true;
    if (!bench_screen_can_ask())
        return error_set(error, ERROR_USAGE,
                         "%llu requests to other machines: nobody is here to be asked, --yes "
                         "says that it is all right",
                         (unsigned long long)requests);
    if (bench_screen_ask(cancel))
        return true;
    /* Of a signal nothing is to be said. */
    return cancel_level(cancel) == CANCEL_NONE &&
           error_set(error, ERROR_USAGE, "nothing was measured: the answer was not yes");
}

/* With a thread for signals, as long as it takes. */
static bool prepare_with_signals(struct bench *bench, struct error *error)
{
    struct cancel *cancel = cancel_create(error);
    struct signals *signals =
        cancel != NULL ? signals_start(cancel, (struct signal_listener){0}, error) : NULL;
    bool is_ready = signals != NULL && prepare(bench, cancel, error);
    bench->signal_number = signals_taken(signals);
    signals_stop(signals);
    cancel_destroy(cancel);
    return is_ready && bench->signal_number == 0;
}

static struct benchmark_facts first_facts(const struct bench *bench)
{
    const struct options *options = &bench->options;
    return (struct benchmark_facts){
        .start_wall_us = clock_wall_us(),
        .machine = &bench->machine,
        .lists = (const char *const *)options->operands.items,
        .list_count = bench->practice == NULL ? options->operands.count : 0,
        .runs = (unsigned)options->runs,
        .warmup = (unsigned)options->warmup,
        .sample = options->sample > 0 ? (uint64_t)options->sample : 0,
        .is_stored = options->sink == SINK_DISK,
        .is_kept_warm = options->keep_warm,
        .redaction = &bench->redaction,
    };
}

static bool open_all(struct bench *bench, struct error *error)
{
    const struct options *options = &bench->options;
    if (!bench_plan_init(&bench->benchmark, options, &bench->left_out, error))
        return false;
    if (options->demo && !start_demo(bench, error))
        return false;
    bench->machine = machine_describe();
    bench->settings = report_settings_create(options, &bench->redaction);
    bench->facts = first_facts(bench);
    bench->facts.options = report_settings_lend(bench->settings, &bench->facts.option_count);
    if (!prepare_with_signals(bench, error))
        return false;
    bench->files = bench_files_open(options->output_dir, error);
    return bench->files != NULL;
}

static void measure(struct bench *bench)
{
    struct bench_runs_settings settings = {
        .options = &bench->options,
        .benchmark = &bench->benchmark,
        .list = bench->list,
        .screen = &bench->screen,
        .seed = bench->facts.seed,
        .on_round = on_round,
        .on_dropped = on_dropped,
        .context = bench,
    };
    write_files(bench, "running"); /* what cannot be written is known before anybody waits */
    bench->end = bench->error.kind != ERROR_NONE
                     ? BENCH_ERROR
                     : bench_runs_execute(&settings, &bench->signal_number, &bench->error);
    if (bench->end == BENCH_SIGNAL)
        bench_screen_say(&bench->screen, "interrupted: the runs before are kept");
    else if (bench->end == BENCH_GONE)
        bench_screen_say(&bench->screen,
                         "stopped: nothing can be reached any more; the runs before are kept");
    else if (bench->end == BENCH_NOTHING)
        bench_screen_say(&bench->screen, "no URL could be downloaded: there is nothing to compare");
}

static void print_table(struct bench *bench)
{
    struct recommendation_facts known = facts_of(bench);
    struct bench_view *view = bench_view_create(&bench->benchmark, &known);
    bool is_terminal = terminal_is_interactive(STDOUT_FILENO);
    struct bench_table_style style = {
        .columns = is_terminal ? terminal_columns(STDOUT_FILENO) : 100,
        .is_unicode = is_terminal && terminal_is_unicode(),
        .has_colour = options_wants_colour(&bench->options, STDOUT_FILENO),
    };
    struct text text;
    text_init(&text, OUTPUT_BYTES_MAX);
    bench_table_append(&text, view, &style);
    if (bench->has_written)
        text_append_string(&text, "wrote       bench.json  bench.md  bench.svg");
    if (bench->has_written && strcmp(bench->options.output_dir, ".") != 0) {
        char shown[NAME_BYTES_MAX];
        text_append_format(&text, "  in %s",
                           vis_format(shown, sizeof shown, bench->options.output_dir,
                                      strlen(bench->options.output_dir)));
    }
    if (bench->has_written)
        text_append_char(&text, '\n');
    int result = descriptor_write(STDOUT_FILENO, text.data, text.length);
    if (result < 0 && bench->error.kind == ERROR_NONE)
        error_set_errno(&bench->error, ERROR_LOCAL, -result, "cannot write to standard output");
    text_clear(&text);
    bench_view_destroy(view);
}

/* What the URLs say: of runs that count, and of a first warm-up after which nothing was left. */
static int judge(const struct bench *bench)
{
    uint64_t urls = 0;
    uint64_t failed = 0;
    for (size_t i = 0; i < bench->benchmark.run_count; i++) {
        const struct benchmark_run *run = &bench->benchmark.runs[i];
        if (!run->is_complete || (run->is_warmup && run->failed < run->urls))
            continue;
        urls += run->urls;
        failed += run->failed;
    }
    if (urls > 0 && failed == urls)
        return EXIT_CODE_ALL_FAILED;
    bool is_fine = failed == 0 && bench->end != BENCH_GONE;
    return is_fine ? EXIT_CODE_SUCCESS : EXIT_CODE_SOME_FAILED;
}

static int finish(struct bench *bench)
{
    static const char *const outcomes[] = {
        [BENCH_DONE] = "complete",  [BENCH_SIGNAL] = "interrupted", [BENCH_GONE] = "stopped",
        [BENCH_NOTHING] = "failed", [BENCH_ERROR] = "stopped",
    };
    bench->facts.end_wall_us = clock_wall_us();
    if (bench->signal_number == 0)
        bench->signal_number = signals_wait(0); /* one that came between two runs */
    write_files(bench, outcomes[bench->end]);
    print_table(bench);
    if (bench->error.kind != ERROR_NONE) {
        log_error("%s", bench->error.text);
        return exit_code_of_error(bench->error.kind);
    }
    if (bench->signal_number != 0)
        return EXIT_CODE_SIGNAL + bench->signal_number;
    return judge(bench);
}

static void clear(struct bench *bench)
{
    bench_list_destroy(bench->list);
    bench_files_close(bench->files);
    report_settings_destroy(bench->settings);
    benchmark_clear(&bench->benchmark);
    practice_process_stop(bench->practice);
    free(bench->demo_list);
}

int bench_run(const struct options *options)
{
    struct error error = {0};
    struct bench bench = {
        .options = *options,
        .redaction = {(const char *const *)options->redact.items, options->redact.count},
    };
    int exit_code = EXIT_CODE_SUCCESS;
    bench_screen_init(&bench.screen, options);
    if (open_all(&bench, &error)) {
        measure(&bench);
        exit_code = finish(&bench);
    } else if (bench.signal_number != 0) {
        exit_code = EXIT_CODE_SIGNAL + bench.signal_number;
    } else if (error.kind != ERROR_NONE) {
        log_error("%s", error.text);
        exit_code = exit_code_of_error(error.kind);
    }
    clear(&bench);
    if (exit_code > EXIT_CODE_SIGNAL)
        signals_raise(exit_code - EXIT_CODE_SIGNAL);
    return exit_code;
}
