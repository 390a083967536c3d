#include "app/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/exit_code.h"
#include "app/run.h"
#include "app/signals.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "io/descriptor.h"
#include "io/practice_server.h"
#include "io/terminal.h"

#define SEED 1
#define URLS 200
#define DELAY_MS 80 /* without --delay; it varies by half of it */
#define LIST_BYTES_MAX ((size_t)1 << 20)
#define MIN_FREE "16M" /* the pictures take 4 MB; less than usual is enough */

struct demo {
    const struct options *options;
    struct practice_server *server;
    struct practice_plan plan;
    char folder[PATH_MAX];
    char list[PATH_MAX + 16];
    char photos[PATH_MAX + 16];
    int signal_number; /* that ended a run, 0 = none */
};

/* A new folder of its own, so that no earlier demo's files count as downloaded already. */
static bool make_folder(struct demo *demo, struct error *error)
{
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || parent[0] != '/')
        parent = "/tmp";
    const char *dir = demo->options->dir;
    if (strcmp(dir, option_table_row(OPTION_ID_dir)->initial_text) != 0) {
        parent = dir;
        if (mkdir(dir, 0777) != 0 && errno != EEXIST)
            return error_set_errno(error, ERROR_LOCAL, errno, "cannot make the folder %s", dir);
    }
    int length = snprintf(demo->folder, sizeof(demo->folder), "%s/haul-demo-XXXXXX", parent);
    if (length < 0 || (size_t)length >= sizeof(demo->folder))
        return error_set(error, ERROR_LOCAL, "the name of the folder is too long: %s", parent);
    if (mkdtemp(demo->folder) == NULL)
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot make a folder in %s", parent);
    snprintf(demo->list, sizeof(demo->list), "%s/list.txt", demo->folder);
    snprintf(demo->photos, sizeof(demo->photos), "%s/photos", demo->folder);
    return true;
}

static bool write_list(const struct demo *demo, struct error *error)
{
    struct text list;
    text_init(&list, LIST_BYTES_MAX);
    practice_server_append_list(demo->server, &list);
    int result = -EFBIG;
    if (!list.is_full) {
        int descriptor = open(demo->list, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        result = descriptor < 0 ? -errno : descriptor_write(descriptor, list.data, list.length);
        int closed = descriptor < 0 ? 0 : descriptor_close(descriptor);
        if (result == 0)
            result = closed;
    }
    text_clear(&list);
    if (result < 0)
        return error_set_errno(error, ERROR_LOCAL, -result, "cannot write %s", demo->list);
    return true;
}

/* Everything as in `haul get`, so that the demo shows the program and not itself. Only what spares
 * a host is lifted, because there is but one, and it is our own. */
static bool make_options(const struct demo *demo, int64_t jobs, const char *dir,
                         struct options *out, struct error *error)
{
    char number[NUMBER_SIZE];
    snprintf(number, sizeof(number), "%lld", (long long)jobs);
    options_init(out);
    out->command = COMMAND_DEMO;
    out->threads = demo->options->threads;
    out->quiet = demo->options->quiet;
    out->slow_start = false;
    out->color = demo->options->color;
    out->progress = terminal_kind(STDERR_FILENO) == TERMINAL_LIVE ? PROGRESS_AUTO : PROGRESS_NONE;
    return options_set(out, OPTION_ID_jobs, number, error) &&
           options_set(out, OPTION_ID_per_host, number, error) &&
           options_set(out, OPTION_ID_dir, dir, error) &&
           options_set(out, OPTION_ID_min_free, MIN_FREE, error) &&
           options_set(out, OPTION_ID_proxy, "", error) && /* this machine needs none */
           options_set(out, OPTION_ID_input, demo->list, error);
}

static bool run_once(struct demo *demo, int64_t jobs, const char *dir, struct run_result *out,
                     struct error *error)
{
    struct options options;
    practice_server_reset(demo->server);
    bool is_done =
        make_options(demo, jobs, dir, &options, error) && run_execute(&options, out, error);
    options_clear(&options);
    if (is_done)
        demo->signal_number = out->signal_number;
    return is_done;
}

static void print_run(const char *name, const struct run_result *result, int64_t slower_us)
{
    char elapsed[NUMBER_SIZE];
    double seconds = (double)result->elapsed_us / CLOCK_SECOND_US;
    printf("%-20s %llu URLs in %7s  %6.1f url/s", name, (unsigned long long)result->counts.total,
           number_format_duration(elapsed, result->elapsed_us),
           (double)result->counts.total / seconds);
    if (slower_us > 0)
        printf("   %.1fx faster", (double)slower_us / (double)result->elapsed_us);
    printf("\n");
    fflush(stdout);
}

/* Compares a run with the plan; says on stderr what differs. */
static bool is_as_planned(const struct demo *demo, const struct run_result *result, int64_t jobs)
{
    const struct practice_plan *plan = &demo->plan;
    const struct counts *counts = &result->counts;
    const struct {
        const char *name;
        uint64_t actual, planned;
    } checks[] = {
        {"records", counts->total, plan->urls},
        {"downloaded", counts->by_status[STATUS_DOWNLOADED], plan->downloaded},
        {"failed", counts->by_status[STATUS_FAILED], plan->not_found},
        {"failed with not-found", counts->by_failure[FAILURE_NOT_FOUND], plan->not_found},
        {"recovered by trying again", counts->recovered, plan->try_later + plan->cut_off},
        {"exit code", (uint64_t)result->exit_code, plan->not_found > 0},
    };
    bool is_equal = true;
    for (size_t i = 0; i < ARRAY_LENGTH(checks); i++) {
        if (checks[i].actual == checks[i].planned)
            continue;
        is_equal = false;
        log_error("%lld at a time: %s %llu, planned %llu", (long long)jobs, checks[i].name,
                  (unsigned long long)checks[i].actual, (unsigned long long)checks[i].planned);
    }
    unsigned peak = practice_server_peak(demo->server);
    if (peak > jobs) {
        is_equal = false;
        log_error("%lld at a time: the server had %u requests at once", (long long)jobs, peak);
    }
    return is_equal;
}

static int64_t delay_us(const struct options *options)
{
    return options->delay >= 0 ? options->delay : DELAY_MS * (CLOCK_SECOND_US / 1000);
}

/* Rounded up to five: replies vary, and troubles take their time. */
static int64_t about_seconds(const struct demo *demo)
{
    int64_t all_us = demo->plan.urls * delay_us(demo->options);
    all_us += all_us / options_jobs(demo->options);
    return (all_us * 7 / 5 / CLOCK_SECOND_US / 5 + 1) * 5;
}

/* What was set has no decimals that were measured. */
static char *format_setting(char out[NUMBER_SIZE], int64_t us)
{
    if (us < 1000 || us >= CLOCK_SECOND_US || us % 1000 != 0)
        return number_format_duration(out, us);
    snprintf(out, NUMBER_SIZE, "%lld ms", (long long)us / 1000);
    return out;
}

static void print_plan(const struct demo *demo)
{
    const struct practice_plan *plan = &demo->plan;
    char delay[NUMBER_SIZE], jitter[NUMBER_SIZE];
    printf("practice server on 127.0.0.1:%u (nothing leaves this machine)\n"
           "%u images, %s +- %s away, %u%% missing, %u%% \"try later\", %u very slow, "
           "%u cut off\n"
           "two runs, about %lld s in all\n\n",
           (unsigned)practice_server_port(demo->server), plan->urls,
           format_setting(delay, delay_us(demo->options)),
           format_setting(jitter, delay_us(demo->options) / 2), plan->not_found * 100 / plan->urls,
           plan->try_later * 100 / plan->urls, plan->slow, plan->cut_off,
           (long long)about_seconds(demo));
    fflush(stdout);
}

static void print_end(const struct demo *demo, const struct run_result *result, unsigned peak)
{
    const struct practice_plan *plan = &demo->plan;
    const struct counts *counts = &result->counts;
    printf("most at once         %u, counted by the server\n", peak);
    printf("what went wrong      %llu not-found, %llu recovered by trying again"
           " (%u \"try later\", %u cut off)\n\n",
           (unsigned long long)counts->by_failure[FAILURE_NOT_FOUND],
           (unsigned long long)counts->recovered, plan->try_later, plan->cut_off);
    printf("your files   %s   (%llu files)\n", demo->photos,
           (unsigned long long)counts->by_status[STATUS_DOWNLOADED]);
    printf("your report  %s/.haul/last/report.html\n", demo->photos);
    printf("next         haul -d photos your-list.txt\n");
    fflush(stdout);
}

/* Both runs. False after an error; *out_as_planned says how they went. */
static bool run_both(struct demo *demo, bool *out_as_planned, struct error *error)
{
    char dir[PATH_MAX + 16], name[64];
    snprintf(dir, sizeof(dir), "%s/one-at-a-time", demo->folder);
    struct run_result *first = memory_allocate_zeroed(2, sizeof(*first)), *second = first + 1;
    int64_t jobs = options_jobs(demo->options);
    bool is_done = run_once(demo, 1, dir, first, error);
    if (is_done && demo->signal_number == 0) {
        *out_as_planned = is_as_planned(demo, first, 1);
        print_run("one at a time", first, 0);
        is_done = run_once(demo, jobs, demo->photos, second, error);
    }
    if (is_done && demo->signal_number == 0) {
        snprintf(name, sizeof(name), "%lld at a time", (long long)jobs);
        *out_as_planned = is_as_planned(demo, second, jobs) && *out_as_planned;
        print_run(name, second, first->elapsed_us);
        print_end(demo, second, practice_server_peak(demo->server));
    }
    free(first);
    return is_done;
}

/* The server goes on with fresh troubles until a signal comes. */
static int serve(const struct demo *demo)
{
    practice_server_reset(demo->server);
    printf(
        "\nthe practice server stays on, Ctrl-C ends it:\n  haul -j16 --per-host 16 -d photos %s\n",
        demo->list);
    fflush(stdout);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int number = 0;
    while (sigwait(&signals, &number) != 0)
        continue;
    return number;
}

int demo_run(const struct options *options)
{
    const struct practice_settings settings = {
        .port = (uint16_t)options->port,
        .seed = SEED,
        .url_count = URLS,
        .delay_us = delay_us(options),
        .jitter_us = delay_us(options) / 2,
        .capacity = (unsigned)options->capacity,
    };
    struct demo *demo = memory_allocate_zeroed(1, sizeof(*demo));
    demo->options = options;
    struct error error = {0};
    bool is_as_planned = false;
    demo->server = practice_server_start(&settings, &error);
    bool is_done = demo->server != NULL && make_folder(demo, &error) && write_list(demo, &error);
    if (is_done) {
        demo->plan = practice_server_plan(demo->server);
        print_plan(demo);
        is_done = run_both(demo, &is_as_planned, &error);
    }
    if (!is_done)
        log_error("%s", error.text);
    else if (options->serve && demo->signal_number == 0)
        demo->signal_number = serve(demo);
    practice_server_stop(demo->server);
    int signal_number = demo->signal_number;
    free(demo);
    if (!is_done)
        return exit_code_of_error(error.kind);
    if (signal_number != 0)
        signals_raise(signal_number);
    return is_as_planned ? 0 : 1;
}
