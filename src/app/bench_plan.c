#include "app/bench_plan.h"

#include "base/random.h"
#include "io/machine.h"
#include "io/source.h"

static const struct count_list default_threads = {{1, 2, 4, 8, 16}, 5};

/* Every setting that two lists of at most COUNT_LIST_MAX numbers can ask for. */
struct candidates {
    struct benchmark_setting settings[COUNT_LIST_MAX * COUNT_LIST_MAX];
    size_t count;
    unsigned left_out;
};

static bool is_given(const struct options *options, enum option_id id)
{
    return options->origins[id].source != OPTION_SOURCE_DEFAULT;
}

static void add(struct candidates *candidates, int64_t threads, int64_t jobs)
{
    if (threads > jobs)
        candidates->left_out++;
    else
        candidates->settings[candidates->count++] =
            (struct benchmark_setting){(unsigned)threads, (unsigned)jobs};
}

static void cross(struct candidates *candidates, const struct count_list *threads,
                  const struct count_list *jobs)
{
    for (size_t i = 0; i < threads->count; i++) {
        for (size_t j = 0; j < jobs->count; j++)
            add(candidates, threads->values[i], jobs->values[j]);
    }
}

static void collect(struct candidates *candidates, const struct options *options)
{
    bool has_threads = is_given(options, OPTION_ID_threads);
    bool has_jobs = is_given(options, OPTION_ID_jobs);
    const struct count_list *threads = has_threads ? &options->threads : &default_threads;
    if (has_jobs && !has_threads && options->jobs.count > 1) {
        int64_t cpus = machine_cpus();
        for (size_t i = 0; i < options->jobs.count; i++) {
            int64_t jobs = options->jobs.values[i];
            add(candidates, cpus < jobs ? cpus : jobs, jobs);
        }
    } else if (has_jobs) {
        cross(candidates, threads, &options->jobs);
    } else {
        for (size_t i = 0; i < threads->count; i++)
            add(candidates, threads->values[i], threads->values[i]);
    }
}

bool bench_plan_init(struct benchmark *benchmark, const struct options *options,
                     unsigned *out_left_out, struct error *error)
{
    struct candidates candidates;
    candidates.count = 0;
    candidates.left_out = 0;
    collect(&candidates, options);
    if (candidates.count == 0)
        return error_set(error, ERROR_USAGE,
                         "--threads and --jobs: no setting is left, because every one has more "
                         "threads than downloads at once");
    if (!benchmark_init(benchmark, candidates.settings, candidates.count))
        return error_set(error, ERROR_USAGE,
                         "--threads and --jobs: at most %d settings can be compared",
                         BENCHMARK_SETTINGS_MAX);
    *out_left_out = candidates.left_out;
    return true;
}

struct options bench_plan_options(const struct options *options,
                                  const struct benchmark_setting *setting, uint64_t seed,
                                  char **list, char *directory)
{
    struct options run = *options;
    run.threads = (struct count_list){{setting->threads}, 1};
    run.jobs = (struct count_list){{setting->jobs}, 1};
    run.seed = (int64_t)seed; /* --order random: the same for all */
    run.operands = (struct string_list){list, 1};
    run.format = SOURCE_FORMAT_TSV;
    run.url_column = NULL;
    if (directory != NULL)
        run.dir = directory;
    run.quiet = true;
    run.verbose = false;
    run.progress = PROGRESS_NONE;
    return run;
}

uint64_t bench_plan_seed(const struct options *options)
{
    return options->seed >= 0 ? (uint64_t)options->seed : random_any();
}
